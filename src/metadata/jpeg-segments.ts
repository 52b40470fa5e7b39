import type { FileHandle } from "node:fs/promises";
import { read } from "./mp4-boxes.ts";

/** The most segments before the picture, and the most bytes of them that are kept. */
const MAX_SEGMENTS = 5000;
const MAX_KEPT_BYTES = 128 << 20;

const START = 0xffd8;
const APP1 = 0xe1;
const START_OF_SCAN = 0xda;
/** Markers without a length: restart markers, and TEM. */
const BARE = (marker: number) => (marker >= 0xd0 && marker <= 0xd8) || marker === 0x01;

/**
 * Contents of the APP1 segments of a JPEG, which hold EXIF and XMP, up to the picture; none of
 * another file.
 */
export async function app1Segments(file: FileHandle, size: number): Promise<Buffer[]> {
	const segments: Buffer[] = [];
	if (size < 4 || (await read(file, 0, 2)).readUInt16BE(0) !== START) return segments;
	let kept = 0;
	let at = 2;
	for (let count = 0; at + 4 <= size && count < MAX_SEGMENTS; count++) {
		const header = await read(file, at, 4);
		const marker = header[1] ?? 0;
		if (header[0] !== 0xff || marker === START_OF_SCAN) break;
		// Any number of 0xff may stand before a marker.
		if (marker === 0xff || BARE(marker)) {
			at += marker === 0xff ? 1 : 2;
			continue;
		}
		const length = header.readUInt16BE(2);
		if (length < 2 || at + 2 + length > size) break;
		if (marker === APP1) {
			kept += length;
			if (kept > MAX_KEPT_BYTES) break;
			segments.push(await read(file, at + 4, length - 2));
		}
		at += 2 + length;
	}
	return segments;
}
