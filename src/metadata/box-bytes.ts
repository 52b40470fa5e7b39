import { TagError } from "./sphere-statement.ts";

/** The place of a box of MP4 or HEIF in bytes (ISO/IEC 14496-12, 4.2). */
export interface BoxPlace {
	readonly type: string;
	/** First byte of its header. */
	readonly start: number;
	/** First byte of its content. */
	readonly body: number;
	/** First byte after it. */
	readonly end: number;
}

/** The most boxes at one level: no camera or program writes more. */
const MAX_BOXES = 100_000;

/**
 * The boxes that follow each other in bytes.
 *
 * @param what names the bytes in an error
 * @throws {TagError} `unsupported` when a box is longer than the bytes around it. Up to seven bytes
 * at the end are no box: QuickTime ends some lists with four zeros.
 */
export function boxPlaces(bytes: Buffer, from: number, to: number, what: string): BoxPlace[] {
	const places: BoxPlace[] = [];
	for (let at = from; at + 8 <= to; ) {
		const size = bytes.readUInt32BE(at);
		const type = bytes.toString("latin1", at + 4, at + 8);
		const long = size === 1;
		if (long && at + 16 > to) throw broken(what, at);
		const end = size === 0 ? to : at + (long ? Number(bytes.readBigUInt64BE(at + 8)) : size);
		const body = at + (long ? 16 : 8);
		if (end < body || end > to || places.length >= MAX_BOXES) throw broken(what, at);
		places.push({ type, start: at, body, end });
		at = end;
	}
	return places;
}

function broken(what: string, at: number): TagError {
	return new TagError("unsupported", `${what} is broken: a box at its byte ${at} has an impossible size.`);
}

/** A box. @param type four characters, each one byte */
export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
	const length = content.reduce((sum, part) => sum + part.byteLength, 8);
	const header = Buffer.alloc(8);
	header.writeUInt32BE(length, 0);
	header.write(type, 4, "latin1");
	return Buffer.concat([header, ...content], length);
}

/** A box whose content begins with a version, 0, and 24 flags, all 0. */
export function fullBox(type: string, ...content: readonly Uint8Array[]): Buffer {
	return box(type, Buffer.alloc(4), ...content);
}

/** Big-endian 32-bit numbers. */
export function uint32s(...numbers: readonly number[]): Buffer {
	const bytes = Buffer.alloc(4 * numbers.length);
	for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
	return bytes;
}
