import type { EyeCount, PanoramaFormat, PictureLayout } from "../media/panorama.ts";
import type { View } from "../media/view.ts";

/** A panorama to draw from: what of `PanoramaLease` a projector needs. */
export interface PanoramaPicture {
	readonly format: PanoramaFormat;
	/** Of one eye's panorama: padded, as `panoramaLayout` says. */
	readonly layout: PictureLayout;
	/**
	 * First byte in the projector's memory; the right eye's panorama, if there is one, begins
	 * `layout.byteLength` after it.
	 */
	readonly address: number;
}

/** Turns panoramas into one viewer's view. */
export interface Projector extends Disposable {
	/**
	 * Draws what `view` sees of `panorama`.
	 *
	 * @param panorama I420, row 0 at the zenith. Borrowed: neither released nor kept.
	 * @param intoAddress where the I420 view goes: `pictureLayout(view.width, view.height)` in the
	 * projector's memory, owned by the caller and overwritten. Colour range, matrix and chroma
	 * siting are the panorama's.
	 * @param eyes 1 draws what the left eye sees, or the only one; 2 draws the left eye's view and
	 * below it the right eye's, each where `stackedPictureLayout` says.
	 * @default 1
	 * @throws {RangeError} if a size is odd, too large, the field of view is out of bounds, or the
	 * panorama has fewer eyes.
	 */
	project(panorama: PanoramaPicture, view: View, intoAddress: number, eyes?: EyeCount): void;
}
