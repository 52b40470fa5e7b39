import { type EyeFrustum, symmetricFrustum } from "../../media/frustum.ts";
import { multiplyQuaternions } from "../../media/rotation.ts";
import { lensHalfWidth, type PictureLens, type ViewerLens } from "../../media/viewer-lens.ts";
import type { PicturePlane } from "./lens-plane.ts";
import type { StampedPicture } from "./stamped-pictures.ts";

/** Rows of all views of a picture together: those above its surround and the gap. */
export function viewRows({ view: { surround }, height }: StampedPicture): number {
	return surround === undefined ? height : height - surround.height - surround.gap;
}

/**
 * The lens of a picture that can be shown in another direction.
 *
 * @returns `undefined` for the others.
 */
export function planeLens(lens: PictureLens): ViewerLens | undefined {
	if (lens === "foveated") return "flat";
	return lens === "custom" || lens === "none" ? undefined : lens;
}

/**
 * The view that a part of a picture was drawn for.
 *
 * @param eye of a picture with two: 0 the left one's part, 1 the right one's. Both see the same in
 * a picture with one.
 * @returns `undefined` if it can't be shown in another direction, or no picture of its size can be
 * what its message says.
 */
export function picturePlane(picture: StampedPicture, eye: 0 | 1 = 0): PicturePlane | undefined {
	const { orientation, fovDeg, lens: drawnThrough, eyes, frusta, foveation } = picture.view;
	const lens = planeLens(drawnThrough);
	if (lens === undefined) return undefined;
	const halfWidth = lensHalfWidth(lens, fovDeg);
	if (!(halfWidth > 0 && viewRows(picture) > 0)) return undefined;
	const frustum: EyeFrustum | undefined = frusta?.[eyes === 2 ? eye : 0];
	const sides = frustum ?? symmetricFrustum(halfWidth, picture.width, viewRows(picture) / eyes);
	const turn = frustum?.headFromEye;
	const worldFromView = turn === undefined ? orientation : multiplyQuaternions(orientation, turn);
	return { lens, worldFromView, sides, foveation };
}
