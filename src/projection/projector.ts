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

/** What one eye sees of a panorama. @param eye 0 is the left one @throws {RangeError} if the panorama has no such eye. */
export function panoramaOfEye({ format, layout, address }: PanoramaPicture, eye: number): PanoramaPicture {
	if (!(eye >= 0 && eye < format.eyes)) throw new RangeError(`A panorama for ${format.eyes} has no eye ${eye}, counted from 0.`);
	return { format: { ...format, eyes: 1 }, layout, address: address + eye * layout.byteLength };
}

/** Turns panoramas into one viewer's view. */
export interface Projector extends Disposable {
	/**
	 * Draws what `view` sees of `panorama`; of one with two eyes, what the left one sees (`panoramaOfEye` is for the other).
	 *
	 * @param panorama I420, row 0 at the zenith. Borrowed: neither released nor kept.
	 * @param intoAddress where the I420 view goes, in the projector's memory, owned by the caller and overwritten. Colour range, matrix and chroma siting are
	 * the panorama's.
	 * @param into where its planes lie from there, U and V alike: `stackedPictureLayout` puts two eyes into one picture. @default `pictureLayout(view.width, view.height)`
	 * @throws {RangeError} if a size is odd, too large, does not fit, or the field of view is out of bounds.
	 */
	project(panorama: PanoramaPicture, view: View, intoAddress: number, into?: PictureLayout): void;
}
