import { multiplyQuaternions, type Quaternion } from "../../media/rotation.ts";
import type { ViewerLens } from "../../media/viewer-lens.ts";
import { conjugate, rotateVector } from "../../skeleton/rigid-transform.ts";
import type { Vector3 } from "../../skeleton/vector.ts";

/**
 * The form of a lens's surface: 1 where it is round, 0 where it is straight, across and upward. A
 * plane is the flat lens's, an upright cylinder Pannini's, a sphere the little planet's. The round
 * ones are seen from the point behind, at a distance of 1 from their middle.
 */
export type LensForm = readonly [across: 0 | 1, up: 0 | 1];

/** The form of each lens. */
export const LENS_FORM: Readonly<Record<ViewerLens, LensForm>> = {
	flat: [0, 0],
	pannini: [1, 0],
	"little-planet": [1, 1],
};

/**
 * The direction that is seen at a place of a lens's picture plane, at the scale of `lensHalfWidth`.
 * With t = x / 2 the tangent of half the longitude, Pannini's direction `(sin, y (1 + cos) / 2,
 * -cos)` times `1 + t^2` is `(x, y, t^2 - 1)`; the stereographic one has the same form with both
 * axes, and the flat one without.
 *
 * @param x to the right of the middle.
 * @param y upward.
 * @returns a direction of any length.
 */
export function directionOnPlane([across, up]: LensForm, x: number, y: number): Vector3 {
	return [x, y, (across * x * x + up * y * y) / 4 - 1];
}

/**
 * The place of a direction on a lens's picture plane: the inverse of `directionOnPlane`.
 *
 * @returns `undefined` for what the lens can't show: the point of projection, and all that lies
 * behind a flat lens.
 */
export function placeOnPlane([across, up]: LensForm, [x, y, z]: Vector3): readonly [x: number, y: number] | undefined {
	// Its digits are lost just behind the viewer, where no picture reaches.
	const depth = (Math.sqrt(across * x * x + up * y * y + z * z) - z) / 2;
	return depth > 1e-9 ? [x / depth, y / depth] : undefined;
}

/** View of a picture or a window: a rectangle of a lens's picture plane, turned in the world. */
export interface PlaneView {
	readonly lens: ViewerLens;
	readonly worldFromView: Quaternion;
	/** Half of its width on the lens's picture plane at a distance of 1, as `lensHalfWidth`. */
	readonly halfWidth: number;
	readonly halfHeight: number;
}

/** The rotation that takes directions of `window` to those of `picture`. */
export function pictureFromWindow(picture: PlaneView, window: PlaneView): Quaternion {
	return multiplyQuaternions(conjugate(picture.worldFromView), window.worldFromView);
}

/**
 * The place in a picture that a place of a window shows. The shader `REPROJECT_FRAGMENT` does the
 * same for each pixel.
 *
 * @param x from -1, the window's left edge, to 1, its right edge.
 * @param y from -1, its lower edge, to 1, its upper edge.
 * @returns the place in the picture, in the same units; outside of them beside the picture.
 * `undefined`: no picture of that lens has it.
 */
export function placeInPicture(
	picture: PlaneView,
	window: PlaneView,
	x: number,
	y: number,
): readonly [x: number, y: number] | undefined {
	const direction = directionOnPlane(LENS_FORM[window.lens], x * window.halfWidth, y * window.halfHeight);
	const place = placeOnPlane(LENS_FORM[picture.lens], rotateVector(pictureFromWindow(picture, window), direction));
	return place && [place[0] / picture.halfWidth, place[1] / picture.halfHeight];
}
