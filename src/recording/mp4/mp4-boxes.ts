/** A part of an MP4 file's structure: a number of bytes, or boxes in it. */
type Part = Uint8Array | readonly Part[];

/** A box (ISO/IEC 14496-12, 4.2). @param type four characters */
export function box(type: string, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
	const pieces = flat(parts);
	const byteLength = pieces.reduce((sum, piece) => sum + piece.byteLength, 8);
	const bytes = new Uint8Array(byteLength);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, byteLength);
	for (let at = 0; at < 4; at++) bytes[4 + at] = type.charCodeAt(at);
	let at = 8;
	for (const piece of pieces) {
		bytes.set(piece, at);
		at += piece.byteLength;
	}
	return bytes;
}

/** A box with a version and flags. */
export function fullBox(
	type: string,
	version: number,
	flags: number,
	...parts: readonly Part[]
): Uint8Array<ArrayBuffer> {
	return box(type, u32((version << 24) | flags), ...parts);
}

export const u8 = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
export const u16 = (...values: readonly number[]): Uint8Array =>
	numbers(2, values, (view, at, value) => view.setUint16(at, value));
/** @param values lists may be long: none becomes arguments. */
export const u32 = (...values: readonly (number | readonly number[])[]): Uint8Array =>
	numbers(4, values.flat(), (view, at, value) => view.setUint32(at, value));
export const u64 = (...values: readonly number[]): Uint8Array =>
	numbers(8, values, (view, at, value) => view.setBigUint64(at, BigInt(value)));
export const zeros = (byteLength: number): Uint8Array => new Uint8Array(byteLength);
export const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

function numbers(
	byteLength: number,
	values: readonly number[],
	write: (view: DataView, at: number, value: number) => void,
): Uint8Array {
	const bytes = new Uint8Array(byteLength * values.length);
	const view = new DataView(bytes.buffer);
	for (const [index, value] of values.entries()) write(view, index * byteLength, value);
	return bytes;
}

function flat(parts: readonly Part[]): Uint8Array[] {
	return parts.flatMap((part) => (part instanceof Uint8Array ? [part] : flat(part)));
}
