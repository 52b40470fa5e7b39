import type { Quaternion } from "./rotation.ts";

/**
 * The sides of a flat picture: tangents of the angles from straight ahead, positive outward. A
 * side beyond straight ahead has a negative one. Left and right add up to more than 0, as do up
 * and down.
 */
export interface Frustum {
	readonly left: number;
	readonly right: number;
	readonly up: number;
	readonly down: number;
}

/** The camera of one eye: its picture's sides, and how it is turned in the head. */
export interface EyeFrustum extends Frustum {
	/** Turns the eye's axes into the head's, length 1. @default they are the same */
	readonly headFromEye?: Quaternion | undefined;
}

/** Greatest tangent of a side: 85 degrees. */
export const MAX_FRUSTUM_TANGENT = Math.tan((85 * Math.PI) / 180);
/** Least distance between two opposite sides, tangents: a few degrees. */
export const MIN_FRUSTUM_SPAN = 0.1;
/** Tangents that were turned into angles, 32 bits or six decimals are wrong by less than this. */
export const FRUSTUM_ROUNDING = 1e-4;

/**
 * True if the sides are finite, within bounds, and leave something between them.
 *
 * @param rounding tangents by which sides may miss the bounds: `FRUSTUM_ROUNDING` for those that a
 * frustum within them has become.
 */
export function isFrustum({ left, right, up, down }: Frustum, rounding = 0): boolean {
	const isSide = (tangent: number) => Math.abs(tangent) <= MAX_FRUSTUM_TANGENT + rounding;
	const isSpan = (extent: number) => extent >= MIN_FRUSTUM_SPAN - rounding;
	return [left, right, up, down].every(isSide) && isSpan(left + right) && isSpan(up + down);
}

/** The frustum of a camera with square pixels that looks at the middle of its picture. */
export function symmetricFrustum(tanHalfWidth: number, width: number, height: number): Frustum {
	const tanHalfHeight = (tanHalfWidth * height) / width;
	return { left: tanHalfWidth, right: tanHalfWidth, up: tanHalfHeight, down: tanHalfHeight };
}
