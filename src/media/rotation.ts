/** A unit quaternion [x, y, z, w] in right-handed axes: +X right, +Y up, -Z forward. */
export type Quaternion = readonly [x: number, y: number, z: number, w: number];

/** Row-major 3x3 rotation matrix, nine numbers. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/**
 * Angles in degrees, as the command line, JSON and the screen have them: yaw + looks right, pitch +
 * looks up, roll + tilts the camera clockwise.
 */
export interface ViewAngles {
	readonly yawDeg: number;
	readonly pitchDeg: number;
	readonly rollDeg: number;
}

/** No rotation. */
export const IDENTITY: Quaternion = [0, 0, 0, 1];

/** Radians in a degree. */
export const RAD_PER_DEG: number = Math.PI / 180;

/**
 * Orientation of a camera turned by yaw, then pitch, then roll about its own axes: `Ry(-yaw) *
 * Rx(pitch) * Rz(-roll)`. The same as FFmpeg's `v360` filter with its default order.
 */
export function quaternionFromAngles({ yawDeg, pitchDeg, rollDeg }: ViewAngles): Quaternion {
	const halfYaw = (-yawDeg * RAD_PER_DEG) / 2;
	const halfPitch = (pitchDeg * RAD_PER_DEG) / 2;
	const halfRoll = (-rollDeg * RAD_PER_DEG) / 2;
	const yaw: Quaternion = [0, Math.sin(halfYaw), 0, Math.cos(halfYaw)];
	const pitch: Quaternion = [Math.sin(halfPitch), 0, 0, Math.cos(halfPitch)];
	const roll: Quaternion = [0, 0, Math.sin(halfRoll), Math.cos(halfRoll)];
	return multiplyQuaternions(multiplyQuaternions(yaw, pitch), roll);
}

/**
 * Inverse of `quaternionFromAngles`. Straight up or down, where yaw and roll are one turn, yaw gets
 * all of it.
 */
export function anglesFromQuaternion([x, y, z, w]: Quaternion): ViewAngles {
	const sinPitch = Math.min(1, Math.max(-1, 2 * (w * x - y * z)));
	const pitchDeg = Math.asin(sinPitch) / RAD_PER_DEG;
	if (Math.abs(sinPitch) > 1 - 1e-12) {
		const yaw = -Math.atan2(-2 * (x * z - w * y), 1 - 2 * (y * y + z * z));
		return { yawDeg: yaw / RAD_PER_DEG, pitchDeg, rollDeg: 0 };
	}
	const yaw = -Math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y));
	const roll = -Math.atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z));
	return { yawDeg: yaw / RAD_PER_DEG, pitchDeg, rollDeg: roll / RAD_PER_DEG };
}

/**
 * Hamilton product: the rotation `b` followed by `a`, so `worldFromHand =
 * multiplyQuaternions(worldFromHead, headFromHand)`.
 */
export function multiplyQuaternions(a: Quaternion, b: Quaternion): Quaternion {
	const [ax, ay, az, aw] = a;
	const [bx, by, bz, bw] = b;
	return [
		aw * bx + ax * bw + ay * bz - az * by,
		aw * by - ax * bz + ay * bw + az * bx,
		aw * bz + ax * by - ay * bx + az * bw,
		aw * bw - ax * bx - ay * by - az * bz,
	];
}

/**
 * `quaternion` scaled to length 1.
 * @throws {RangeError} when all numbers are 0, or one is not finite.
 */
export function normalizeQuaternion(quaternion: Quaternion): Quaternion {
	const [x, y, z, w] = quaternion;
	const length = Math.hypot(x, y, z, w);
	if (!(length > 1e-9) || !Number.isFinite(length))
		throw new RangeError(`A rotation needs four finite numbers, not all zero; got [${quaternion.join(", ")}].`);
	return [x / length, y / length, z / length, w / length];
}

/** The matrix that turns vectors as `quaternion` does. */
export function matrixFromQuaternion([x, y, z, w]: Quaternion): Matrix3 {
	return [
		1 - 2 * (y * y + z * z),
		2 * (x * y - z * w),
		2 * (x * z + y * w),
		2 * (x * y + z * w),
		1 - 2 * (x * x + z * z),
		2 * (y * z - x * w),
		2 * (x * z - y * w),
		2 * (y * z + x * w),
		1 - 2 * (x * x + y * y),
	];
}
