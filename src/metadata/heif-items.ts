import { type BoxPlace, boxPlaces } from "./box-bytes.ts";
import { TagError } from "./sphere-statement.ts";

/** Places of an item's bytes: parts of the file, of the box `idat`, or of other items. */
export interface ItemLocation {
	readonly id: number;
	/** Construction method: 0 in the file, 1 in `idat`, 2 in other items (8.11.3). */
	readonly method: number;
	readonly dataReference: number;
	readonly extents: readonly { readonly index: number; readonly at: number; readonly length: number }[];
}

/** A reader of numbers that follow each other. */
class Numbers {
	readonly #bytes: Buffer;
	readonly #end: number;
	at: number;

	constructor(bytes: Buffer, from: number, end: number) {
		this.#bytes = bytes;
		this.at = from;
		this.#end = end;
	}

	/** @throws {TagError} `unsupported` beyond the end */
	next(length: number): number {
		if (this.at + length > this.#end || (length > 4 && length !== 8)) throw brokenItems();
		const at = this.at;
		this.at += length;
		if (length === 0) return 0;
		return length === 8 ? Number(this.#bytes.readBigUInt64BE(at)) : this.#bytes.readUIntBE(at, length);
	}

	/** A text that ends with a zero byte. @throws {TagError} `unsupported` beyond the end */
	text(): string {
		const end = this.#bytes.indexOf(0, this.at);
		if (end < 0 || end >= this.#end) throw brokenItems();
		const text = this.#bytes.toString("utf8", this.at, end);
		this.at = end + 1;
		return text;
	}
}

export function brokenItems(): TagError {
	return new TagError("unsupported", "The file is broken: its list of items is shorter than it states.");
}

/** Reads the box `iloc` (ISO/IEC 14496-12, 8.11.3). @throws {TagError} `unsupported` */
export function itemLocations(bytes: Buffer, { body, end }: BoxPlace): ItemLocation[] {
	const numbers = new Numbers(bytes, body, end);
	const version = numbers.next(4) >>> 24;
	const sizes = numbers.next(2);
	const [offsetBytes = 0, lengthBytes = 0, baseBytes = 0, indexBytes = 0] = [12, 8, 4, 0].map(
		(bits) => (sizes >> bits) & 15,
	);
	const idBytes = version < 2 ? 2 : 4;
	return Array.from({ length: checkedCount(numbers.next(idBytes), end - body) }, () => {
		const id = numbers.next(idBytes);
		const method = version === 0 ? 0 : numbers.next(2) & 15;
		const dataReference = numbers.next(2);
		const base = numbers.next(baseBytes);
		const extents = Array.from({ length: checkedCount(numbers.next(2), end - body) }, () => {
			const index = numbers.next(version === 0 ? 0 : indexBytes);
			const at = base + numbers.next(offsetBytes);
			return { index, at, length: numbers.next(lengthBytes) };
		});
		return { id, method, dataReference, extents };
	});
}

function checkedCount(count: number, bytes: number): number {
	if (count > bytes) throw brokenItems();
	return count;
}

/**
 * The content of a box `iloc`, with the narrowest numbers that hold it. FFmpeg reads none with
 * indexes, which only items made of other items need.
 *
 * @throws {TagError} `unsupported` for more than 65,535 extents of one item
 */
export function itemLocationContent(locations: readonly ItemLocation[]): Buffer {
	const extentsOf = locations.flatMap(({ extents }) => extents);
	const bytes = extentsOf.some(({ at, length }) => at + length > 0xffff_ffff) ? 8 : 4;
	const indexBytes = extentsOf.some(({ index }) => index !== 0) ? 4 : 0;
	const idBytes = locations.length > 0xffff || locations.some(({ id }) => id > 0xffff) ? 4 : 2;
	const header = Buffer.from([idBytes === 4 ? 2 : 1, 0, 0, 0, (bytes << 4) | bytes, indexBytes]);
	const parts: Buffer[] = [header, uint(locations.length, idBytes)];
	for (const { id, method, dataReference, extents } of locations) {
		parts.push(uint(id, idBytes), uint(method, 2), uint(dataReference, 2), uint(extents.length, 2));
		for (const { index, at, length } of extents)
			parts.push(uint(index, indexBytes), uint(at, bytes), uint(length, bytes));
	}
	return Buffer.concat(parts);
}

/** A big-endian number. @throws {TagError} `unsupported` if it is wider */
export function uint(value: number, length: 0 | 2 | 4 | 8): Buffer {
	const bytes = Buffer.alloc(length);
	if (length === 0) return bytes;
	if (length === 8 && value <= Number.MAX_SAFE_INTEGER) bytes.writeBigUInt64BE(BigInt(value));
	else if (value < 256 ** length) bytes.writeUIntBE(value, 0, length);
	else throw brokenItems();
	return bytes;
}

/** An item as `iinf` lists it. */
export interface ItemInfo {
	readonly id: number;
	/** Four characters; "" in lists of version 0 and 1. */
	readonly type: string;
	/** Content type of an item of the type `mime`. */
	readonly contentType: string | undefined;
}

/** Bytes of `iinf` before its first item, and what it lists. */
export interface ItemList {
	readonly items: readonly ItemInfo[];
	/** Boxes of the items, as they are. */
	readonly entries: Buffer;
}

/** Reads the box `iinf` (8.11.6). @throws {TagError} `unsupported` */
export function itemInfos(bytes: Buffer, { body, end }: BoxPlace): ItemList {
	const header = new Numbers(bytes, body, end);
	header.next(header.next(4) >>> 24 === 0 ? 2 : 4);
	const from = header.at;
	const items = boxPlaces(bytes, from, end, "The box iinf").map((place): ItemInfo => {
		const numbers = new Numbers(bytes, place.body, place.end);
		const version = numbers.next(4) >>> 24;
		const id = numbers.next(version === 3 ? 4 : 2);
		numbers.next(2);
		if (version < 2) return { id, type: "", contentType: undefined };
		const type = numbers.next(4);
		numbers.text();
		const isMime = type === 0x6d696d65;
		return { id, type: uint(type, 4).toString("latin1"), contentType: isMime ? numbers.text() : undefined };
	});
	return { items, entries: bytes.subarray(from, end) };
}
