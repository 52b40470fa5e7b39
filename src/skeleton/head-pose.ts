import type { Quaternion } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "../media/view.ts";

/** Metres, or metres (radians) a second: +X right, +Y up, -Z forward. */
export type Vector3 = readonly [x: number, y: number, z: number];

/** Where a viewer looks: one reading of a head, a mouse or a phone. */
export interface HeadPose {
	/**
	 * Counts the poses of one stream, unsigned 32 bits, wraps around. Clients begin with 1; 0 means
	 * "before the first".
	 */
	readonly sequence: number;
	/**
	 * When the client read it, milliseconds on the client's own monotonic clock
	 * (`performance.now()`); NaN when the client does not say.
	 */
	readonly clientTimeMs: number;
	/** `worldFromHead`: turns the head's axes into the world's. Length 1. */
	readonly orientation: Quaternion;
	/** Absent from clients that only turn. */
	readonly position?: Vector3 | undefined;
	/** Metres a second, world axes. */
	readonly linearVelocity?: Vector3 | undefined;
	/** Radians a second about the world's axes. */
	readonly angularVelocity?: Vector3 | undefined;
	/**
	 * The horizontal field of view that the client wants, degrees, from `MIN_FOV_DEG` to
	 * `MAX_FOV_DEG`. Absent: keep the present one.
	 */
	readonly fovDeg?: number | undefined;
}

/** `fovDeg` or the nearest field of view that is drawn. */
export function clampFovDeg(fovDeg: number): number {
	return Math.min(MAX_FOV_DEG, Math.max(MIN_FOV_DEG, fovDeg));
}

/**
 * Lengths of a quaternion that rounding on the way explains; what is outside was never a rotation.
 */
const MIN_LENGTH = 0.9;
const MAX_LENGTH = 1.1;

/**
 * @returns the rotation of length 1 that the four numbers are meant to be, or `undefined` if their
 * length is not within 0.9 to 1.1.
 */
export function rotationFromWire(x: number, y: number, z: number, w: number): Quaternion | undefined {
	const length = Math.hypot(x, y, z, w);
	if (!(length >= MIN_LENGTH && length <= MAX_LENGTH)) return undefined;
	return [x / length, y / length, z / length, w / length];
}
