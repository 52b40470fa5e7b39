import { symmetricFrustum } from "../../media/frustum.ts";
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
 * The view that a picture of one eye was drawn for.
 *
 * @returns `undefined` if it can't be shown in another direction.
 */
export function picturePlane(picture: StampedPicture): PicturePlane | undefined {
	const { orientation, fovDeg, lens: drawnThrough, frusta, foveation } = picture.view;
	const lens = planeLens(drawnThrough);
	if (lens === undefined) return undefined;
	const halfWidth = lensHalfWidth(lens, fovDeg);
	const sides = frusta?.[0] ?? symmetricFrustum(halfWidth, picture.width, viewRows(picture));
	return { lens, worldFromView: orientation, sides, foveation };
}
