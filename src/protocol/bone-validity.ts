import type { Quaternion } from "../media/rotation.ts";
import type { BonePoses } from "../skeleton/skeleton-pose.ts";

/**
 * Squares of the lengths within which four numbers are meant as a rotation: 0.9 and 1.1, which
 * rounding on the way explains.
 */
export const MIN_ROTATION_SQUARE = 0.81;
/** See `MIN_ROTATION_SQUARE`. */
export const MAX_ROTATION_SQUARE = 1.21;

/**
 * Tests a bone before it is sent. Devices mark bones that they don't see with NaN, which is never
 * sent.
 *
 * @returns whether the bone is tracked, its position finite and its rotation a rotation.
 */
export function isSendable({ positions, rotations, valid }: BonePoses, bone: number): boolean {
	if (valid[bone] !== 1) return false;
	const square = rotationSquare(rotations, bone);
	const at = bone * 3;
	return (
		square >= MIN_ROTATION_SQUARE &&
		square <= MAX_ROTATION_SQUARE &&
		Number.isFinite(positions[at]! + positions[at + 1]! + positions[at + 2]!)
	);
}

/** The square of the length of a bone's rotation. */
export function rotationSquare(rotations: Float32Array, bone: number): number {
	const at = bone * 4;
	return rotations[at]! ** 2 + rotations[at + 1]! ** 2 + rotations[at + 2]! ** 2 + rotations[at + 3]! ** 2;
}

/**
 * @returns the rotation of length 1 that the four numbers are meant to be, or `undefined` if their
 * length is not within 0.9 to 1.1.
 */
export function rotationFromWire(x: number, y: number, z: number, w: number): Quaternion | undefined {
	const square = x * x + y * y + z * z + w * w;
	if (!(square >= MIN_ROTATION_SQUARE && square <= MAX_ROTATION_SQUARE)) return undefined;
	const length = Math.hypot(x, y, z, w);
	return [x / length, y / length, z / length, w / length];
}
