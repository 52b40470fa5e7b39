import type { PictureSize } from "./sphere-fields.ts";

/** A photo's bytes as a container of XMP. Width and height are those of the picture. */
export interface XmpContainer extends PictureSize {
	/** The XMP of the file; `undefined` if it has none. */
	readonly xmp: string | undefined;
	/** The file with other XMP; its picture stays as it is. */
	withXmp(xmp: string): Buffer;
}

/** A part of a file. */
export interface BytePlace {
	readonly from: number;
	readonly to: number;
}

/** The file with spaces at places, so that no search finds what stood there. */
export function blanked(bytes: Buffer, places: readonly BytePlace[]): Buffer {
	const copy = Buffer.from(bytes);
	for (const { from, to } of places) copy.fill(" ", from, to);
	return copy;
}

/** The file with a text, and spaces behind it, in one place; `undefined` if it does not fit. */
export function writtenOver(bytes: Buffer, places: readonly BytePlace[], text: Buffer): Buffer | undefined {
	const [place] = places;
	if (place === undefined || places.length > 1 || text.length > place.to - place.from) return undefined;
	const copy = blanked(bytes, places);
	text.copy(copy, place.from);
	return copy;
}
