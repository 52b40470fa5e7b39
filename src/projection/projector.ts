import type { PanoramaFormat, PictureLayout } from "../media/panorama.ts";
import type { View } from "../media/view.ts";

/** A panorama to draw from: what of `PanoramaLease` a projector needs. */
export interface PanoramaPicture {
	readonly format: PanoramaFormat;
	/** Padded, as `panoramaLayout` says. */
	readonly layout: PictureLayout;
	/** First byte in the projector's memory. */
	readonly address: number;
}

/** Turns panoramas into one viewer's view. */
export interface Projector extends Disposable {
	/**
	 * Draws what `view` sees of `panorama`.
	 *
	 * @param panorama I420, row 0 at the zenith. Borrowed: neither released nor kept.
	 * @param intoAddress where the I420 view goes: `pictureLayout(view.width, view.height)` in the projector's memory, owned by the caller and overwritten.
	 * Colour range, matrix and chroma siting are the panorama's.
	 * @throws {RangeError} if a size is odd, too large, or the field of view is out of bounds.
	 */
	project(panorama: PanoramaPicture, view: View, intoAddress: number): void;
}
