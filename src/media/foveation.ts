import type { Frustum } from "./frustum.ts";

/**
 * A squeeze of a flat picture, of each axis by itself. Places are tangents of angles from straight
 * ahead: across to the right, down downward. Around the gaze a picture keeps its full sharpness;
 * from about half of 1 / strength on, a step of the picture covers more and more of the scene.
 */
export interface Foveation {
	/** The place that is looked at: to the right and downward, tangents. */
	readonly gaze: readonly [across: number, down: number];
	/** Nearness to the gaze at which the squeeze begins, 1 / tangents; 0: the axis has none. */
	readonly strength: readonly [across: number, down: number];
}

/**
 * A wish for a view that is squeezed towards its edges, and the place that stays sharp where it is
 * not the middle: degrees to the right of straight ahead, and up.
 */
export type FoveatedWish = boolean | { readonly gaze: readonly [right: number, up: number] };

/** Largest strength that is drawn or read. */
export const MAX_FOVEATION_STRENGTH = 1000;

/** Below this, asinh and sinh are their argument to 14 digits. */
const LEAST_POWER = 1e-7;

/**
 * The distance in the picture at which a distance from the gaze is drawn: the fourth root of
 * asinh(d^4), scaled. It is smooth everywhere, so that pictures are drawn through coarse grids; its
 * derivative is 1 at the gaze, 0.97 at 0.73 / strength, 0.5 at 1.2 / strength, and then falls about
 * as 1 / d, as the sharpness of the eye does.
 *
 * @param distance tangents, of either sign.
 * @returns a distance of the same sign, tangents where the picture is not squeezed.
 */
export function squeezed(distance: number, strength: number): number {
	const power = fourthPower(strength * distance);
	if (power < LEAST_POWER) return distance;
	return (Math.sign(distance) * Math.sqrt(Math.sqrt(Math.asinh(power)))) / strength;
}

/** The inverse of `squeezed`. */
export function unsqueezed(distance: number, strength: number): number {
	const power = fourthPower(strength * distance);
	if (power < LEAST_POWER) return distance;
	return (Math.sign(distance) * Math.sqrt(Math.sqrt(Math.sinh(power)))) / strength;
}

/** The product is several times as fast as `** 4`. */
function fourthPower(value: number): number {
	const square = value * value;
	return square * square;
}

/** Width and height of a view, squeezed: a flat picture of the same sharpness at the gaze. */
export function squeezedSpan(
	{ left, right, up, down }: Frustum,
	{ gaze, strength }: Foveation,
): readonly [across: number, down: number] {
	const span = (from: number, to: number, axis: 0 | 1) =>
		squeezed(to - gaze[axis], strength[axis]) - squeezed(from - gaze[axis], strength[axis]);
	return [span(-left, right, 0), span(-up, down, 1)];
}

/** Halvings of the interval in which a strength is sought. */
const STEPS = 50;

/**
 * The foveation of a picture, with square pixels at the gaze.
 *
 * @param size of the picture, pixels.
 * @param share its pixels, as a share of those of a flat picture as sharp as it is at the gaze.
 */
export function foveationFor(
	frustum: Frustum,
	size: { readonly width: number; readonly height: number },
	share: number,
	gaze: Foveation["gaze"] = [0, 0],
): Foveation {
	const [across, down] = [frustum.left + frustum.right, frustum.up + frustum.down];
	const pixelsPerTangent = Math.sqrt((size.width * size.height) / (share * across * down));
	const solve = (axis: 0 | 1, flatSpan: number, pixels: number) => {
		const wanted = pixels / pixelsPerTangent;
		if (wanted >= flatSpan) return 0;
		return strengthFor(
			(strength) => squeezedSpan(frustum, { gaze, strength: [strength, strength] })[axis] <= wanted,
		);
	};
	return { gaze, strength: [solve(0, across, size.width), solve(1, down, size.height)] };
}

/**
 * Width and height of a foveated picture as shares of a flat one's, with the same strength in both
 * axes.
 *
 * @param share of the flat picture's pixels.
 */
export function foveatedShares(frustum: Frustum, share: number): readonly [width: number, height: number] {
	const [across, down] = [frustum.left + frustum.right, frustum.up + frustum.down];
	const sharesAt = (strength: number) => {
		const span = squeezedSpan(frustum, { gaze: [0, 0], strength: [strength, strength] });
		return [span[0] / across, span[1] / down] as const;
	};
	return sharesAt(strengthFor((strength) => sharesAt(strength)[0] * sharesAt(strength)[1] <= share));
}

/** The least strength, to 12 digits, at which a condition holds that holds for all greater ones. */
function strengthFor(holds: (strength: number) => boolean): number {
	let [low, high] = [1e-3, MAX_FOVEATION_STRENGTH];
	for (let step = 0; step < STEPS; step++) {
		const middle = Math.sqrt(low * high);
		if (holds(middle)) high = middle;
		else low = middle;
	}
	return high;
}
