import { crc32 } from "node:zlib";
import { TagError } from "./sphere-statement.ts";

/** The place of an element of Matroska in bytes (RFC 8794). */
export interface ElementPlace {
	/** Its id, with the marker bits. */
	readonly id: number;
	/** First byte of its id. */
	readonly start: number;
	/** First byte of its content. */
	readonly body: number;
	/** First byte after it; `undefined` for an element of unknown size. */
	readonly end: number | undefined;
}

/** Bytes that the longest header of an element has: four of its id, eight of its size. */
export const ELEMENT_HEADER_BYTES = 12;
const CRC_ID = 0xbf;

/**
 * The header of the element at `at`; `undefined` for bytes that are none.
 *
 * @param base place of the first byte in the file, which is added to all places
 */
export function elementAt(bytes: Buffer, at: number, base = 0): ElementPlace | undefined {
	const idLength = lengthOfNumber(bytes[at], 4);
	if (idLength === undefined || at + idLength >= bytes.length) return undefined;
	const sizeLength = lengthOfNumber(bytes[at + idLength], 8);
	if (sizeLength === undefined || at + idLength + sizeLength > bytes.length) return undefined;
	const size = numberAt(bytes, at + idLength, sizeLength);
	const body = at + idLength + sizeLength;
	const end = size === undefined ? undefined : base + body + size;
	return { id: bytes.readUIntBE(at, idLength), start: base + at, body: base + body, end };
}

/** Bytes of a number by its first one: the leading zeros count them. */
function lengthOfNumber(first: number | undefined, most: number): number | undefined {
	if (first === undefined) return undefined;
	const length = Math.clz32(first) - 23;
	return length <= most ? length : undefined;
}

/** The size that stands at `at`; `undefined` when it is unknown: all ones. */
function numberAt(bytes: Buffer, at: number, length: number): number | undefined {
	let value = (bytes[at] ?? 0) & (2 ** (8 - length) - 1);
	for (let index = 1; index < length; index++) value = value * 256 + (bytes[at + index] ?? 0);
	return value === 2 ** (7 * length) - 1 ? undefined : value;
}

/**
 * The elements that follow each other in the content of one.
 * @throws {TagError} `unsupported` when one is broken, or of unknown size.
 */
export function elementsIn(bytes: Buffer, what: string): (ElementPlace & { readonly end: number })[] {
	const places: (ElementPlace & { readonly end: number })[] = [];
	for (let at = 0; at < bytes.length; ) {
		const place = elementAt(bytes, at);
		if (place?.end === undefined || place.end > bytes.length)
			throw new TagError("unsupported", `The file is broken: an element of ${what} has an impossible size.`);
		places.push({ ...place, end: place.end });
		at = place.end;
	}
	return places;
}

/** An element. @param sizeBytes least number of bytes of its size */
export function element(id: number, content: Uint8Array, sizeBytes = 1): Buffer {
	return Buffer.concat([elementHeader(id, content.length, sizeBytes), content]);
}

/** Id and size of an element whose content follows. */
export function elementHeader(id: number, length: number, sizeBytes = 1): Buffer {
	let bytes = sizeBytes;
	while (length >= 2 ** (7 * bytes) - 1) bytes++;
	const size = numberBytes(length, bytes);
	size[0] = (size[0] ?? 0) | (1 << (8 - bytes));
	return Buffer.concat([idBytes(id), size]);
}

function idBytes(id: number): Buffer {
	const bytes = Buffer.alloc(id > 0xff_ffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1);
	bytes.writeUIntBE(id, 0, bytes.length);
	return bytes;
}

/** An unsigned number as an element. @param leastBytes of its content */
export function uintElement(id: number, value: number, leastBytes = 1): Buffer {
	let length = Math.max(1, leastBytes);
	while (length < 8 && value >= 256 ** length) length++;
	return element(id, numberBytes(value, length));
}

/** A number up to 2^53, big-endian. `Buffer` itself writes up to six bytes. */
function numberBytes(value: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	for (let index = length - 1, rest = value; index >= 0; index--, rest = Math.floor(rest / 256))
		bytes[index] = rest % 256;
	return bytes;
}

/** The unsigned number in the content of an element. */
export function uintOf(content: Buffer): number {
	return content.reduce((value, byte) => value * 256 + byte, 0);
}

/**
 * The content of an element in which some of its elements are replaced by the bytes that
 * `replace` returns, and a checksum at its beginning by the right one.
 *
 * @throws {TagError} `unsupported` for broken bytes
 */
export function mapElements(
	content: Buffer,
	what: string,
	replace: (place: ElementPlace & { readonly end: number }, content: Buffer) => Buffer | undefined,
): Buffer {
	const places = elementsIn(content, what);
	const parts = places
		.filter(({ id }) => id !== CRC_ID)
		.map(
			(place) =>
				replace(place, content.subarray(place.body, place.end)) ?? content.subarray(place.start, place.end),
		);
	const rest = Buffer.concat(parts);
	if (!places.some(({ id }) => id === CRC_ID)) return rest;
	const checksum = Buffer.alloc(4);
	checksum.writeUInt32LE(crc32(rest));
	return Buffer.concat([element(CRC_ID, checksum), rest]);
}
