import { multiplyQuaternions, normalizeQuaternion, type Quaternion } from "../media/rotation.ts";
import type { Vector3 } from "./vector.ts";

/**
 * A rotation, then a shift. `worldFromHand` is the place of a hand in the world, and converts
 * points from the hand's axes into the world's: `worldFromTip =
 * composeTransforms(worldFromHand, handFromTip)`.
 */
export interface RigidTransform {
	/** Metres. */
	readonly position: Vector3;
	/** Length 1. */
	readonly rotation: Quaternion;
}

/** Applies `b`, then `a`: `aFromC = composeTransforms(aFromB, bFromC)`. */
export function composeTransforms(a: RigidTransform, b: RigidTransform): RigidTransform {
	return { position: transformPoint(a, b.position), rotation: multiplyQuaternions(a.rotation, b.rotation) };
}

/** The inverse: `bFromA` from `aFromB`. */
export function invertTransform({ position, rotation }: RigidTransform): RigidTransform {
	const inverse = conjugate(rotation);
	const [x, y, z] = rotateVector(inverse, position);
	return { position: [-x, -y, -z], rotation: inverse };
}

/** Converts a point, metres: `aPoint = transformPoint(aFromB, bPoint)`. */
export function transformPoint({ position, rotation }: RigidTransform, point: Vector3): Vector3 {
	return add(rotateVector(rotation, point), position);
}

/** Turns a vector. @param rotation of length 1. */
export function rotateVector([qx, qy, qz, qw]: Quaternion, [x, y, z]: Vector3): Vector3 {
	// v + 2w (q x v) + 2 q x (q x v)
	const tx = 2 * (qy * z - qz * y);
	const ty = 2 * (qz * x - qx * z);
	const tz = 2 * (qx * y - qy * x);
	return [x + qw * tx + qy * tz - qz * ty, y + qw * ty + qz * tx - qx * tz, z + qw * tz + qx * ty - qy * tx];
}

/** The inverse of a rotation of length 1. */
export function conjugate([x, y, z, w]: Quaternion): Quaternion {
	return [-x, -y, -z, w];
}

/**
 * The rotation that turns +X, +Y and +Z into three vectors, which have to be of length 1, square to
 * each other and right-handed.
 */
export function rotationFromAxes(x: Vector3, y: Vector3, z: Vector3): Quaternion {
	const [m00, m10, m20] = x;
	const [m01, m11, m21] = y;
	const [m02, m12, m22] = z;
	// Shepperd's method: divides by the largest of the four parts, which is never below 1/2.
	const trace = m00 + m11 + m22;
	if (trace >= Math.max(m00, m11, m22)) return normalizeQuaternion([m21 - m12, m02 - m20, m10 - m01, 1 + trace]);
	if (m00 >= m11 && m00 >= m22) return normalizeQuaternion([1 + m00 - m11 - m22, m10 + m01, m02 + m20, m21 - m12]);
	if (m11 >= m22) return normalizeQuaternion([m10 + m01, 1 - m00 + m11 - m22, m21 + m12, m02 - m20]);
	return normalizeQuaternion([m02 + m20, m21 + m12, 1 - m00 - m11 + m22, m10 - m01]);
}

/**
 * The same place with only the turn about +Y, so that a nodding head stays level. This is the
 * twist of the swing-twist decomposition: the yaw is exact at any pitch. Upside down there is
 * no yaw, and no turn.
 */
export function levelTransform({ position, rotation: [, y, , w] }: RigidTransform): RigidTransform {
	const length = Math.hypot(y, w);
	return { position, rotation: length < 1e-9 ? [0, 0, 0, 1] : [0, y / length, 0, w / length] };
}

export function add(a: Vector3, b: Vector3): Vector3 {
	return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a: Vector3, b: Vector3): Vector3 {
	return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function cross(a: Vector3, b: Vector3): Vector3 {
	return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Shorter than this, metres, a vector between two bones has no direction. */
const MIN_LENGTH = 1e-6;

/** @returns `vector` at length 1, `undefined` if it is too short to have a direction. */
export function directionOf(vector: Vector3): Vector3 | undefined {
	const length = Math.hypot(...vector);
	return length > MIN_LENGTH ? [vector[0] / length, vector[1] / length, vector[2] / length] : undefined;
}
