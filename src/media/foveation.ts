/**
 * A squeeze of a flat picture, of each axis by itself. Places are tangents of angles from straight
 * ahead: across to the right, down downward. Within `middle` of the gaze a picture keeps its full
 * sharpness; beyond, a step of the picture covers more and more of the scene, by `strength`.
 */
export interface Foveation {
	/** The place that is looked at: to the right and downward, tangents. */
	readonly gaze: readonly [across: number, down: number];
	/** Half the width and height of the part with full sharpness, tangents. */
	readonly middle: number;
	/** Growth of a step with the distance from the middle part; 0: that axis is not squeezed. */
	readonly strength: readonly [across: number, down: number];
}

/**
 * The distance in the picture at which a distance from the gaze is drawn. Its derivative is 1 up to
 * `middle` and 1 / (1 + strength * (distance - middle)) beyond: sharpness falls with the distance,
 * as the eye's does.
 *
 * @param distance tangents, of either sign.
 * @returns distance in units of the middle part's tangents, of the same sign.
 */
export function squeezed(distance: number, middle: number, strength: number): number {
	const beyond = Math.abs(distance) - middle;
	if (!(beyond > 0 && strength > 0)) return distance;
	return Math.sign(distance) * (middle + Math.log1p(strength * beyond) / strength);
}

/** The inverse of `squeezed`. */
export function unsqueezed(distance: number, middle: number, strength: number): number {
	const beyond = Math.abs(distance) - middle;
	if (!(beyond > 0 && strength > 0)) return distance;
	return Math.sign(distance) * (middle + Math.expm1(strength * beyond) / strength);
}

/** Largest strength that is drawn or read. */
export const MAX_FOVEATION_STRENGTH = 100;
