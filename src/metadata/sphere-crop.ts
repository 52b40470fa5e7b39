import type { SphereBounds } from "../media/projection.ts";
import type { CropNumbers } from "./found-statement.ts";

interface Size {
	readonly width: number;
	readonly height: number;
}

/** Stated crops are whole pixels: sides that differ by this part agree. */
const TOLERANCE = 0.02;
/** A smaller part of the sphere than this, along one side, is no panorama. */
export const SMALLEST_PART = 1e-3;

/**
 * The part of the sphere that an eye's picture shows by `CroppedArea*` and `FullPano*`. With two
 * eyes some files count one eye's picture, as players expect, and others the whole frame; the
 * numbers tell, because a file may be scaled, but both sides are scaled alike.
 *
 * @param frame size of the picture with all eyes
 * @param eyes panoramas across and down it
 * @returns `undefined` for numbers that can't be.
 */
export function boundsOfCrop(
	crop: CropNumbers,
	frame: Size,
	{ across, down }: { readonly across: number; readonly down: number },
): SphereBounds | undefined {
	const eye = { width: frame.width / across, height: frame.height / down };
	const ofFrame = across * down > 1 && !scaledAlike(crop, eye) && scaledAlike(crop, frame);
	if (!ofFrame) return boundsOf(crop);
	// The full size and the place are the frame's too, or one eye's.
	return boundsOf(crop) ?? boundsOf({ ...crop, width: crop.width / across, height: crop.height / down });
}

function scaledAlike({ width, height }: Size, picture: Size): boolean {
	return Math.abs(picture.width / width / (picture.height / height) - 1) <= TOLERANCE;
}

function boundsOf(crop: CropNumbers): SphereBounds | undefined {
	const across = side(crop.fullWidth, crop.left, crop.width);
	const down = side(crop.fullHeight, crop.top, crop.height);
	return across && down && { top: down.before, bottom: down.after, left: across.before, right: across.after };
}

/**
 * The parts of `full` before and after the `length` that is covered. Rounding may make the sum one
 * too large.
 */
function side(
	full: number,
	start: number,
	length: number,
): { readonly before: number; readonly after: number } | undefined {
	if (!(length >= full * SMALLEST_PART && start >= 0 && start < full && start + length <= full + 1)) return undefined;
	return { before: start / full, after: Math.max(0, 1 - (start + length) / full) };
}
