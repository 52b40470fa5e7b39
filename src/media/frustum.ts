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
const MIN_FRUSTUM_SPAN = 0.1;

/** True if the sides are finite, within bounds, and leave something between them. */
export function isFrustum({ left, right, up, down }: Frustum): boolean {
	const isSide = (tangent: number) => Math.abs(tangent) <= MAX_FRUSTUM_TANGENT;
	return [left, right, up, down].every(isSide) && left + right >= MIN_FRUSTUM_SPAN && up + down >= MIN_FRUSTUM_SPAN;
}

/** The frustum of a camera with square pixels that looks at the middle of its picture. */
export function symmetricFrustum(tanHalfWidth: number, width: number, height: number): Frustum {
	const tanHalfHeight = (tanHalfWidth * height) / width;
	return { left: tanHalfWidth, right: tanHalfWidth, up: tanHalfHeight, down: tanHalfHeight };
}
