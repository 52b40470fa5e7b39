import { type Foveation, squeezed } from "../../media/foveation.ts";
import type { Frustum } from "../../media/frustum.ts";
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
function directionOnPlane([across, up]: LensForm, x: number, y: number): Vector3 {
	return [x, y, (across * x * x + up * y * y) / 4 - 1];
}

/**
 * The place of a direction on a lens's picture plane: the inverse of `directionOnPlane`.
 *
 * @returns `undefined` for what the lens can't show: the point of projection, and all that lies
 * behind a flat lens.
 */
function placeOnPlane([across, up]: LensForm, [x, y, z]: Vector3): readonly [x: number, y: number] | undefined {
	// Its digits are lost just behind the viewer, where no picture reaches.
	const depth = (Math.sqrt(across * x * x + up * y * y + z * z) - z) / 2;
	return depth > 1e-9 ? [x / depth, y / depth] : undefined;
}

/** The view of a window: the middle of a lens's picture plane, turned in the world. */
export interface WindowPlane {
	readonly lens: ViewerLens;
	readonly worldFromView: Quaternion;
	/** Half of its width on the lens's picture plane at a distance of 1, as `lensHalfWidth`. */
	readonly halfWidth: number;
	readonly halfHeight: number;
}

/** The view of a picture: a rectangle of a lens's picture plane, turned in the world. */
export interface PicturePlane {
	readonly lens: ViewerLens;
	readonly worldFromView: Quaternion;
	/** Its sides on the lens's picture plane at a distance of 1. */
	readonly sides: Frustum;
	/** The squeeze of a flat picture; `undefined`: none. */
	readonly foveation?: Foveation | undefined;
}

/** The rotation that takes directions of `window` to those of `picture`. */
export function pictureFromWindow(picture: PicturePlane, window: WindowPlane): Quaternion {
	return multiplyQuaternions(conjugate(picture.worldFromView), window.worldFromView);
}

/** A picture without a squeeze. */
const NO_SQUEEZE: Foveation = { gaze: [0, 0], strength: [0, 0] };

/** An axis of a picture, across or down: `place = 2 * (squeezed(at - gaze) - from) / span - 1`. */
export interface PictureAxis {
	readonly gaze: number;
	/** 0: not squeezed. */
	readonly strength: number;
	/** The picture's left or upper edge, and its extent, squeezed. */
	readonly from: number;
	readonly span: number;
}

/** The two axes of a picture, across and down. */
export function pictureAxes({ sides, foveation = NO_SQUEEZE }: PicturePlane): readonly [PictureAxis, PictureAxis] {
	const axis = (index: 0 | 1, begin: number, end: number) => {
		const [gaze, strength] = [foveation.gaze[index], foveation.strength[index]];
		const from = squeezed(begin - gaze, strength);
		return { gaze, strength, from, span: squeezed(end - gaze, strength) - from };
	};
	return [axis(0, -sides.left, sides.right), axis(1, -sides.up, sides.down)];
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
	picture: PicturePlane,
	window: WindowPlane,
	x: number,
	y: number,
): readonly [x: number, y: number] | undefined {
	const direction = directionOnPlane(LENS_FORM[window.lens], x * window.halfWidth, y * window.halfHeight);
	const place = placeOnPlane(LENS_FORM[picture.lens], rotateVector(pictureFromWindow(picture, window), direction));
	if (place === undefined) return undefined;
	const [across, down] = pictureAxes(picture);
	return [placeOnAxis(across, place[0]), -placeOnAxis(down, -place[1])];
}

function placeOnAxis({ gaze, strength, from, span }: PictureAxis, at: number): number {
	return (2 * (squeezed(at - gaze, strength) - from)) / span - 1;
}
