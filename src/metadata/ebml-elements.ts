import type { FileHandle } from "node:fs/promises";
import { ELEMENT_HEADER_BYTES, elementAt } from "./ebml.ts";
import { read } from "./mp4-boxes.ts";

/**
 * An element of EBML (RFC 8794), of which Matroska is made. Its content lies between two places of
 * the file.
 */
export interface EbmlElement {
	/** With its length marker, as specifications write it: 0x1a45dfa3. */
	readonly id: number;
	readonly from: number;
	readonly to: number;
}

/** The most elements at one level that are looked at. */
const MAX_ELEMENTS = 20_000;

/**
 * The elements that follow each other between two places of the file. Ends at the first that is
 * broken. An element of unknown size, as in live streams, goes to the end.
 */
export async function* elements(file: FileHandle, start: number, end: number): AsyncGenerator<EbmlElement> {
	let at = start;
	for (let count = 0; at + 2 <= end && count < MAX_ELEMENTS; count++) {
		const place = elementAt(await read(file, at, Math.min(ELEMENT_HEADER_BYTES, end - at)), 0, at);
		if (place === undefined) return;
		const { id, body, end: to = end } = place;
		if (to > end || to < body) return;
		yield { id, from: body, to };
		at = to;
	}
}

/** An unsigned number of up to 8 bytes; NaN for a longer one. */
export function unsignedOf(content: Buffer): number {
	return content.length > 8 ? Number.NaN : content.reduce((value, byte) => value * 256 + byte, 0);
}

/** A number of 4 or 8 bytes in IEEE 754; 0 for an empty one. */
export function floatOf(content: Buffer): number {
	if (content.length === 4) return content.readFloatBE(0);
	return content.length === 8 ? content.readDoubleBE(0) : 0;
}
