import { open } from "node:fs/promises";
import { boxes, read } from "../metadata/mp4-boxes.ts";
import type { Orientation } from "./picture-orientation.ts";

/** The main picture of a HEIF file (HEIC, AVIF), and its assembly from the coded pictures. */
export interface HeifPicture {
	/**
	 * Items that are coded pictures, row by row; FFmpeg's streams have their numbers as `id`. It is
	 * one item if the picture is coded as a whole.
	 */
	readonly items: readonly number[];
	readonly columns: number;
	readonly rows: number;
	/** Size of the picture before it is cut and set upright. */
	readonly width: number;
	readonly height: number;
	/** FFmpeg's filters that make the picture of the tiles, in the order of `items`. */
	readonly filters: readonly string[];
	/** Orientation that the filters give it. */
	readonly orientation: Orientation;
	/** Size of the picture behind the filters. */
	readonly upright: { readonly width: number; readonly height: number };
}

/** The file is a HEIF file whose picture is made in an unknown way. */
export class UnknownHeif extends Error {
	override readonly name = "UnknownHeif";
}

/** Most bytes of the box "meta": the box of a phone's picture has some ten kilobytes. */
const LONGEST_META = 16 << 20;
const MOST_PIXELS = 2 ** 29;
/**
 * Most pieces of the items of a file, all together: fields of no bytes would let a small file state
 * billions.
 */
const MOST_EXTENTS = 1 << 16;
const CODED = ["hvc1", "av01", "avc1"];

/**
 * Reads the assembly of the main picture of a local HEIF file (ISO/IEC 23008-12 and 14496-12,
 * 8.11): FFmpeg shows its tiles as streams, and node-av does not pass on their places.
 *
 * @returns `undefined` if the file is no HEIF file.
 * @throws {UnknownHeif} when the picture is made in an unknown way.
 */
export async function heifPictureOf(path: string | undefined): Promise<HeifPicture | undefined> {
	if (path === undefined) return undefined;
	const file = await open(path).catch(() => undefined);
	if (file === undefined) return undefined;
	try {
		const { size } = await file.stat();
		let meta: Buffer | undefined;
		for await (const { type, from, to } of boxes(file, 0, size)) {
			// A film may have a cover of this kind.
			if (type === "moov") return undefined;
			if (type === "meta" && meta === undefined && to - from <= LONGEST_META)
				meta = await read(file, from, to - from);
		}
		return meta === undefined ? undefined : await pictureOfMeta(meta, (at, length) => read(file, at, length));
	} catch (error) {
		if (error instanceof UnknownHeif) throw error;
		// FFmpeg reports whether the file can be read at all.
		return undefined;
	} finally {
		await file.close();
	}
}

type ReadBytes = (at: number, length: number) => Promise<Buffer>;

async function pictureOfMeta(meta: Buffer, readFile: ReadBytes): Promise<HeifPicture | undefined> {
	// The fields begin behind version and flags.
	const parts = new Map(children(meta, 4).map(({ type, content }) => [type, content]));
	const [pitm, iinf, iprp] = [parts.get("pitm"), parts.get("iinf"), parts.get("iprp")];
	if (pitm === undefined || iinf === undefined || iprp === undefined) return undefined;
	const primary = pitm[0] === 0 ? pitm.readUInt16BE(4) : pitm.readUInt32BE(4);
	const kind = typesOf(iinf).get(primary);
	const properties = propertiesOf(iprp).get(primary) ?? [];
	const size = properties.find(({ type }) => type === "ispe")?.content;
	if (kind === undefined || size === undefined) return undefined;
	const whole = { width: size.readUInt32BE(4), height: size.readUInt32BE(8) };
	if (CODED.includes(kind))
		return { items: [primary], columns: 1, rows: 1, ...whole, ...transformed(properties, whole, []) };
	if (kind !== "grid")
		throw new UnknownHeif(`its picture is put together in a way that is not known here ("${kind}")`);
	const [iref, iloc] = [parts.get("iref"), parts.get("iloc")];
	if (iref === undefined || iloc === undefined) throw new UnknownHeif("its tiles are not described");
	const grid = parseGrid(await itemBytes(iloc, primary, parts.get("idat"), readFile));
	const { columns, rows, width, height } = grid;
	const items = tilesOf(iref, primary);
	if (items.length !== columns * rows)
		throw new UnknownHeif(`${columns * rows} tiles are to make its picture, but it has ${items.length}`);
	if (!(width > 0 && height > 0 && width * height <= MOST_PIXELS))
		throw new UnknownHeif(`its picture would be ${width}x${height}`);
	const assembled = [`tile=${columns}x${rows}`, cropTo(width, height, 0, 0)];
	return { items, ...grid, ...transformed(properties, grid, assembled) };
}

interface Part {
	readonly type: string;
	readonly content: Buffer;
}

/**
 * The boxes in `buffer` from a place on.
 * @throws {RangeError} when one is longer than its room.
 */
function children(buffer: Buffer, start: number): Part[] {
	const found: Part[] = [];
	for (let at = start; at + 8 <= buffer.length; ) {
		const short = buffer.readUInt32BE(at);
		const header = short === 1 ? 16 : 8;
		const size = short === 1 ? Number(buffer.readBigUInt64BE(at + 8)) : short === 0 ? buffer.length - at : short;
		if (size < header || at + size > buffer.length) throw new RangeError("A box is longer than its surroundings.");
		found.push({
			type: buffer.toString("latin1", at + 4, at + 8),
			content: buffer.subarray(at + header, at + size),
		});
		at += size;
	}
	return found;
}

/** `infe` of version 2 has 16 bits for the item's number, version 3 has 32. */
function typesOf(iinf: Buffer): Map<number, string> {
	const types = new Map<number, string>();
	for (const { content } of children(iinf, iinf[0] === 0 ? 6 : 8)) {
		const long = content.readUInt8(0) >= 3;
		const id = long ? content.readUInt32BE(4) : content.readUInt16BE(4);
		const at = long ? 10 : 8;
		types.set(id, content.toString("latin1", at, at + 4));
	}
	return types;
}

/** The properties of each item, in the order in which they apply. */
function propertiesOf(iprp: Buffer): Map<number, Part[]> {
	const parts = children(iprp, 0);
	const all = parts.filter(({ type }) => type === "ipco").flatMap(({ content }) => children(content, 0));
	const ofItems = new Map<number, Part[]>();
	for (const { content } of parts.filter(({ type }) => type === "ipma")) {
		const longId = content.readUInt8(0) > 0;
		const longIndex = (content.readUInt8(3) & 1) !== 0;
		let at = 8;
		for (let entries = content.readUInt32BE(4); entries > 0; entries--) {
			const id = longId ? content.readUInt32BE(at) : content.readUInt16BE(at);
			at += longId ? 4 : 2;
			const count = content.readUInt8(at++);
			const own = ofItems.get(id) ?? [];
			for (let k = 0; k < count; k++, at += longIndex ? 2 : 1) {
				const index = longIndex ? content.readUInt16BE(at) & 0x7fff : content.readUInt8(at) & 0x7f;
				if (index > 0 && all[index - 1] !== undefined) own.push(all[index - 1]!);
			}
			ofItems.set(id, own);
		}
	}
	return ofItems;
}

/** The items that `item` is derived from according to `dimg`, in order. */
function tilesOf(iref: Buffer, item: number): number[] {
	const long = iref.readUInt8(0) > 0;
	const [step, idAt] = long
		? [4, (at: number, of: Buffer) => of.readUInt32BE(at)]
		: [2, (at: number, of: Buffer) => of.readUInt16BE(at)];
	for (const { type, content } of children(iref, 4)) {
		if (type !== "dimg" || idAt(0, content) !== item) continue;
		return Array.from({ length: content.readUInt16BE(step) }, (_, index) => idAt(step + 2 + index * step, content));
	}
	return [];
}

/** The bytes of a small item, from the file or from the box `idat`. */
async function itemBytes(iloc: Buffer, item: number, idat: Buffer | undefined, readFile: ReadBytes): Promise<Buffer> {
	const version = iloc.readUInt8(0);
	const sizes = iloc.readUInt16BE(4);
	const [offsetSize, lengthSize, baseSize, indexSize] = [
		sizes >> 12,
		(sizes >> 8) & 15,
		(sizes >> 4) & 15,
		version > 0 ? sizes & 15 : 0,
	];
	let at = 6;
	let extentsLeft = MOST_EXTENTS;
	const next = (size: number) => {
		const value = size === 0 ? 0 : size === 8 ? Number(iloc.readBigUInt64BE(at)) : iloc.readUIntBE(at, size);
		at += size;
		return value;
	};
	for (let items = next(version < 2 ? 2 : 4); items > 0; items--) {
		const id = next(version < 2 ? 2 : 4);
		const method = version > 0 ? next(2) & 15 : 0;
		next(2);
		const base = next(baseSize);
		const pieces: Buffer[] = [];
		for (let extents = next(2); extents > 0; extents--) {
			if (extentsLeft-- === 0) throw new UnknownHeif("its items lie in too many pieces");
			next(indexSize);
			const offset = base + next(offsetSize);
			const length = next(lengthSize);
			if (id !== item) continue;
			if (length > 64) throw new UnknownHeif("its tiles are not described as they should be");
			pieces.push(
				method === 1
					? (idat ?? Buffer.alloc(0)).subarray(offset, offset + length)
					: await readFile(offset, length),
			);
		}
		if (id === item) return Buffer.concat(pieces);
	}
	throw new UnknownHeif("its tiles are not described");
}

/** ImageGrid of ISO/IEC 23008-12, 6.6.2.3.2. */
function parseGrid(bytes: Buffer): Pick<HeifPicture, "columns" | "rows" | "width" | "height"> {
	const long = (bytes.readUInt8(1) & 1) !== 0;
	const sizeAt = (index: number) => (long ? bytes.readUInt32BE(4 + 4 * index) : bytes.readUInt16BE(4 + 2 * index));
	return { rows: bytes.readUInt8(2) + 1, columns: bytes.readUInt8(3) + 1, width: sizeAt(0), height: sizeAt(1) };
}

/**
 * The transformative properties as filters after `filters`, in their order: cut by `clap`, turned
 * by `irot`, mirrored by `imir`.
 */
function transformed(
	properties: readonly Part[],
	size: { readonly width: number; readonly height: number },
	filters: readonly string[],
): Pick<HeifPicture, "filters" | "orientation" | "upright"> {
	const all = [...filters];
	let { width, height } = size;
	let clockwiseDeg = 0;
	let mirrored = false;
	for (const { type, content } of properties) {
		if (type === "clap" && content.length >= 32) {
			const fraction = (index: number, signed: boolean) =>
				(signed ? content.readInt32BE(index * 8) : content.readUInt32BE(index * 8)) /
				content.readUInt32BE(index * 8 + 4);
			const clean = { width: Math.round(fraction(0, false)), height: Math.round(fraction(1, false)) };
			const x = Math.round((width - clean.width) / 2 + fraction(2, true));
			const y = Math.round((height - clean.height) / 2 + fraction(3, true));
			if (
				!(
					clean.width > 0 &&
					clean.height > 0 &&
					x >= 0 &&
					y >= 0 &&
					x + clean.width <= width &&
					y + clean.height <= height
				)
			)
				continue;
			all.push(cropTo(clean.width, clean.height, x, y));
			({ width, height } = clean);
		} else if (type === "irot") {
			const quarters = content.readUInt8(0) & 3;
			all.push(...([[], ["transpose=cclock"], ["hflip", "vflip"], ["transpose=clock"]][quarters] as string[]));
			clockwiseDeg -= quarters * 90;
			if (quarters % 2 === 1) [width, height] = [height, width];
		} else if (type === "imir") {
			// 0 exchanges top and bottom, 1 left and right. Mirrored after a turn is mirrored
			// before the opposite turn.
			const leftRight = (content.readUInt8(0) & 1) === 1;
			all.push(leftRight ? "hflip" : "vflip");
			mirrored = !mirrored;
			clockwiseDeg = (leftRight ? 0 : 180) - clockwiseDeg;
		}
	}
	const rotationDeg = (((clockwiseDeg % 360) + 360) % 360) as Orientation["rotationDeg"];
	return { filters: all, orientation: { rotationDeg, mirrored }, upright: { width, height } };
}

function cropTo(width: number, height: number, x: number, y: number): string {
	return `crop=w=${width}:h=${height}:x=${x}:y=${y}:exact=1`;
}
