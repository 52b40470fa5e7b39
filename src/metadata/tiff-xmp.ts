import { TagError } from "./sphere-statement.ts";
import { type BytePlace, blanked, writtenOver, type XmpContainer } from "./xmp-container.ts";

const XMP_TAG = 700;
const WIDTH_TAG = 256;
const HEIGHT_TAG = 257;
const BYTE_TYPE = 1;
const SHORT_TYPE = 3;

/** Widths of a TIFF file's numbers: 32-bit places, or BigTIFF's 64-bit ones. */
interface Form {
	readonly little: boolean;
	/** Bytes of a place in the file. */
	readonly place: 4 | 8;
	/** Bytes of the number of entries. */
	readonly count: 2 | 8;
}

/** An entry of a directory: its tag, and its bytes. */
interface Entry {
	readonly tag: number;
	readonly bytes: Buffer;
}

/** A TIFF file as a container of XMP, which describes its first picture. */
export class TiffXmp implements XmpContainer {
	readonly width: number;
	readonly height: number;
	readonly xmp: string | undefined;
	readonly #bytes: Buffer;
	readonly #form: Form;
	readonly #entries: readonly Entry[];
	/** Place of the next directory. */
	readonly #next: number;

	/** @throws {TagError} `unsupported` for a broken file */
	constructor(bytes: Buffer) {
		this.#bytes = bytes;
		const little = bytes[0] === 0x49;
		const big = number(bytes, 2, 2, little) === 43;
		this.#form = { little, place: big ? 8 : 4, count: big ? 8 : 2 };
		const { place, count } = this.#form;
		const at = number(bytes, big ? 8 : 4, place, little);
		const length = number(bytes, at, count, little);
		const entryBytes = 4 + 2 * place;
		const end = at + count + length * entryBytes;
		if (end + place > bytes.length) throw broken();
		this.#entries = Array.from({ length }, (_, index) => {
			const from = at + count + index * entryBytes;
			return { tag: number(bytes, from, 2, little), bytes: bytes.subarray(from, from + entryBytes) };
		});
		this.#next = number(bytes, end, place, little);
		this.width = this.#value(WIDTH_TAG);
		this.height = this.#value(HEIGHT_TAG);
		const [xmp] = this.#places();
		this.xmp = xmp && bytes.toString("utf8", xmp.from, xmp.to);
	}

	#value(tag: number): number {
		const { little, place } = this.#form;
		const entry = this.#entries.find((candidate) => candidate.tag === tag);
		if (entry === undefined) throw broken();
		return number(entry.bytes, 4 + place, number(entry.bytes, 2, 2, little) === SHORT_TYPE ? 2 : 4, little);
	}

	/** The place of the XMP, or none. */
	#places(): BytePlace[] {
		const { little, place } = this.#form;
		const entry = this.#entries.find(({ tag }) => tag === XMP_TAG);
		if (entry === undefined) return [];
		const length = number(entry.bytes, 4, place, little);
		const from = number(entry.bytes, 4 + place, place, little);
		if (length <= place) return [];
		if (from + length > this.#bytes.length) throw broken();
		return [{ from, to: from + length }];
	}

	/**
	 * The XMP is written over the old one, if it fits, and else behind the file's end with the
	 * directory, so that nothing else moves.
	 */
	withXmp(xmp: string): Buffer {
		const { little, place, count } = this.#form;
		const text = Buffer.from(xmp, "utf8");
		const places = this.#places();
		const inPlace = writtenOver(this.#bytes, places, text);
		if (inPlace !== undefined) return inPlace;
		const start = Math.ceil(this.#bytes.length / 8) * 8;
		const entry = Buffer.alloc(4 + 2 * place);
		put(entry, 0, 2, XMP_TAG, little);
		put(entry, 2, 2, BYTE_TYPE, little);
		put(entry, 4, place, text.length, little);
		const entries = [...this.#entries.filter(({ tag }) => tag !== XMP_TAG), { tag: XMP_TAG, bytes: entry }].sort(
			(a, b) => a.tag - b.tag,
		);
		const directory = Buffer.alloc(count + entries.length * entry.length + place);
		const textAt = start + directory.length;
		if (place === 4 && textAt + text.length > 0xffff_ffff)
			throw new TagError("not-statable", "The TIFF file would be longer than 4 GiB.");
		put(entry, 4 + place, place, textAt, little);
		put(directory, 0, count, entries.length, little);
		for (const [index, { bytes }] of entries.entries()) directory.set(bytes, count + index * entry.length);
		put(directory, directory.length - place, place, this.#next, little);
		const header = Buffer.from(this.#bytes.subarray(0, place === 8 ? 16 : 8));
		put(header, place === 8 ? 8 : 4, place, start, little);
		const gap = Buffer.alloc(start - this.#bytes.length);
		const others = blanked(this.#bytes, places).subarray(header.length);
		return Buffer.concat([header, others, gap, directory, text]);
	}
}

/** @throws {TagError} `unsupported` beyond the end of the bytes */
function number(bytes: Buffer, at: number, length: 2 | 4 | 8, little: boolean): number {
	if (!(at >= 0 && at + length <= bytes.length)) throw broken();
	if (length === 8) return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
	return little ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
}

function put(bytes: Buffer, at: number, length: 2 | 4 | 8, value: number, little: boolean): void {
	if (length === 8) {
		if (little) bytes.writeBigUInt64LE(BigInt(value), at);
		else bytes.writeBigUInt64BE(BigInt(value), at);
	} else if (little) bytes.writeUIntLE(value, at, length);
	else bytes.writeUIntBE(value, at, length);
}

function broken(): TagError {
	return new TagError("unsupported", "The TIFF file is broken: its first directory lies beyond its end.");
}
