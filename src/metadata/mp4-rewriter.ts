import type { FileHandle } from "node:fs/promises";
import { type BoxPlace, box, boxPlaces, uint32s } from "./box-bytes.ts";
import { itemLocations } from "./heif-items.ts";
import { moovWithStatement } from "./mp4-statement.ts";
import type { FilePiece } from "./rewritten-file.ts";
import { type SphereStatement, TagError } from "./sphere-statement.ts";

/** The most top-level boxes: a day of fragments of a second has 170,000. */
const MAX_TOP_BOXES = 2_000_000;
/** The largest index that is read into memory. A day of video has about 40 MB. */
const MAX_MOOV_BYTES = 1 << 29;
/** The largest fragment's index. */
const MAX_MOOF_BYTES = 1 << 26;
const MAX_FREE_BYTES = 1 << 24;
const GROWTH_ROUNDS = 4;

/** A place at which the file has bytes that change, and those bytes. */
interface Patch {
	readonly at: number;
	readonly bytes: Buffer;
}

/** The shift of the bytes behind `moov`. */
interface Shift {
	/** First byte of the old file that moves. */
	readonly from: number;
	/** Bytes by which it and all that follow it move. */
	readonly by: number;
}

/**
 * The pieces of an MP4 or QuickTime file with another statement about one video track. Media
 * bytes are copied as they are, and all places stated in the file follow them where they move.
 *
 * @param statement `undefined` removes the statement that is there
 * @param track index among the video tracks
 * @throws {TagError} `unsupported` for a file that is broken or of a kind that is not rewritten;
 * `not-statable`
 */
export async function mp4Pieces(
	file: FileHandle,
	statement: SphereStatement | undefined,
	track: number,
): Promise<FilePiece[]> {
	const { size } = await file.stat();
	const tops = await topBoxes(file, size);
	const moovs = tops.filter(({ type }) => type === "moov");
	const [moov] = moovs;
	if (moov === undefined || moovs.length > 1)
		throw new TagError("unsupported", `An MP4 file has one box moov; this one has ${moovs.length}.`);
	if (moov.end - moov.body > MAX_MOOV_BYTES)
		throw new TagError("unsupported", "The file's index (moov) is too large to be rewritten.");
	const old = await readBytes(file, moov.body, moov.end);
	const content = moovWithStatement(old, statement, track);
	const { moovBytes, padding, shift } = placedMoov(content, moov, tops);
	const patches: Patch[] = [];
	if (shift.by !== 0) for (const top of tops) patches.push(...(await patchesIn(file, top, shift)));
	return [...patched(0, moov.start, patches), moovBytes, padding.bytes, ...patched(padding.resumesAt, size, patches)];
}

/** The new `moov` with the places of the media in it, what fills up the room, and the shift. */
function placedMoov(content: Buffer, moov: BoxPlace, tops: readonly BoxPlace[]) {
	const free = tops[tops.indexOf(moov) + 1];
	const room = free !== undefined && /^(free|skip)$/.test(free.type) ? free.end - free.start : 0;
	const inPlace = roomFor(box("moov", content).length, moov, room);
	if (inPlace !== undefined)
		return { moovBytes: box("moov", content), padding: inPlace, shift: { from: moov.end, by: 0 } };
	// Wider chunk offsets make the index grow, and the index's growth moves the chunks.
	let grown = content;
	for (let round = 0; round < GROWTH_ROUNDS; round++) {
		const shift = { from: moov.end, by: grown.length + 8 - (moov.end - moov.start) };
		const moved = moovWithPlaces(content, shift);
		if (moved.length === grown.length)
			return { moovBytes: box("moov", moved), padding: { bytes: Buffer.alloc(0), resumesAt: moov.end }, shift };
		grown = moved;
	}
	throw new Error("The index grows with every round: chunk offsets have two widths only, so this can't be.");
}

/**
 * Zeros that fill the room of the old index behind a new one; `undefined` if it does not fit, or
 * leaves more than a moderate number of them.
 */
function roomFor(length: number, moov: BoxPlace, room: number) {
	const left = moov.end - moov.start + room - length;
	if (left !== 0 && left < 8) return undefined;
	if (left > MAX_FREE_BYTES) return undefined;
	return { bytes: left === 0 ? Buffer.alloc(0) : box("free", Buffer.alloc(left - 8)), resumesAt: moov.end + room };
}

/** The boxes at a file's top level. @throws {TagError} `unsupported` when one is broken. */
async function topBoxes(file: FileHandle, size: number): Promise<BoxPlace[]> {
	const tops: BoxPlace[] = [];
	for (let at = 0; at < size; ) {
		if (tops.length >= MAX_TOP_BOXES) throw new TagError("unsupported", "The file has too many boxes.");
		const header = await readBytes(file, at, Math.min(at + 16, size));
		if (header.length < 8) throw brokenAt(at);
		const short = header.readUInt32BE(0);
		const long = short === 1;
		if (long && header.length < 16) throw brokenAt(at);
		const end = short === 0 ? size : at + (long ? Number(header.readBigUInt64BE(8)) : short);
		const body = at + (long ? 16 : 8);
		if (end < body || end > size) throw brokenAt(at);
		tops.push({ type: header.toString("latin1", 4, 8), start: at, body, end });
		at = end;
	}
	return tops;
}

function brokenAt(at: number): TagError {
	return new TagError("unsupported", `The file is broken or cut off: the box at its byte ${at} does not end in it.`);
}

async function readBytes(file: FileHandle, from: number, to: number): Promise<Buffer> {
	const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
	if (bytesRead < to - from) throw brokenAt(from);
	return buffer;
}

/** The range of the old file with its patches. */
function patched(from: number, to: number, patches: readonly Patch[]): FilePiece[] {
	const pieces: FilePiece[] = [];
	let at = from;
	for (const patch of patches) {
		if (patch.at < from || patch.at >= to) continue;
		pieces.push({ from: at, to: patch.at }, patch.bytes);
		at = patch.at + patch.bytes.length;
	}
	if (at < to) pieces.push({ from: at, to });
	return pieces;
}

/** Boxes of `moov` that hold the ones with places. */
const CONTAINERS = ["trak", "mdia", "minf", "stbl", "udta"];

/** The content of `moov` in which every place behind it is moved. */
function moovWithPlaces(bytes: Buffer, shift: Shift): Buffer {
	const places = boxPlaces(bytes, 0, bytes.length, "The box moov");
	const rest = bytes.subarray(places.at(-1)?.end ?? 0);
	const boxes = places.map(({ type, start, body, end }) => {
		const content = Buffer.from(bytes.subarray(body, end));
		if (CONTAINERS.includes(type)) return box(type, moovWithPlaces(content, shift));
		if (type === "stco") return chunkOffsets(content, shift);
		if (type === "co64" || type === "saio") return box(type, moveEntries(type, content, shift));
		if (type === "dinf") requireOwnMedia(content);
		if (type === "meta") requireNoItems(content, shift);
		return bytes.subarray(start, end);
	});
	return Buffer.concat([...boxes, rest]);
}

/** @throws {TagError} `unsupported` for media in another file: its places can't be told apart. */
function requireOwnMedia(dinf: Buffer): void {
	for (const dref of boxPlaces(dinf, 0, dinf.length, "The box dinf")) {
		if (dref.type !== "dref") continue;
		for (const { body, end } of boxPlaces(dinf, dref.body + 8, dref.end, "The box dref"))
			if (end - body >= 4 && (dinf.readUInt32BE(body) & 1) === 0)
				throw new TagError("unsupported", "The file's media lies in another file: it can't be rewritten.");
	}
}

/** `stco` with moved chunks, or `co64` where one lies beyond 4 GiB. */
function chunkOffsets(content: Buffer, shift: Shift): Buffer {
	const count = entryCount(content, 4, 4);
	let highest = 0;
	for (let index = 0; index < count; index++)
		highest = Math.max(highest, moved(content.readUInt32BE(8 + 4 * index), shift));
	if (highest <= 0xffff_ffff) return box("stco", moveEntries("stco", content, shift));
	const wide = Buffer.alloc(8 + 8 * count);
	content.copy(wide, 0, 0, 8);
	for (let index = 0; index < count; index++)
		wide.writeBigUInt64BE(BigInt(moved(content.readUInt32BE(8 + 4 * index), shift)), 8 + 8 * index);
	return box("co64", wide);
}

/** Moves the entries of a list of places, in place. */
function moveEntries(type: "stco" | "co64" | "saio", content: Buffer, shift: Shift): Buffer {
	// ISO/IEC 14496-12, 8.7.9: `saio` may begin with a type, and its version 1 is wide.
	const skipped = type === "saio" && (content.readUInt32BE(0) & 1) !== 0 ? 12 : 4;
	const wide = type === "co64" || (type === "saio" && content[0] === 1);
	const count = entryCount(content, skipped, wide ? 8 : 4);
	for (let index = 0; index < count; index++) moveAt(content, skipped + 4 + index * (wide ? 8 : 4), wide, shift);
	return content;
}

function entryCount(content: Buffer, at: number, bytes: number): number {
	const count = content.length >= at + 4 ? content.readUInt32BE(at) : 0;
	if (count * bytes > content.length - at - 4)
		throw new TagError("unsupported", "The file is broken: a list of places is shorter than it states.");
	return count;
}

function moved(place: number, { from, by }: Shift): number {
	return place >= from ? place + by : place;
}

/** Moves the place that stands at `at`. @throws {TagError} `unsupported` beyond 32 bits. */
function moveAt(bytes: Buffer, at: number, wide: boolean, shift: Shift): void {
	if (wide) {
		bytes.writeBigUInt64BE(BigInt(moved(Number(bytes.readBigUInt64BE(at)), shift)), at);
		return;
	}
	const place = moved(bytes.readUInt32BE(at), shift);
	if (place > 0xffff_ffff) throw new TagError("unsupported", "A place in the file would lie beyond 4 GiB.");
	bytes.writeUInt32BE(place, at);
}

/** Changes of a top-level box that states places in the file. */
async function patchesIn(file: FileHandle, top: BoxPlace, shift: Shift): Promise<Patch[]> {
	const length = top.end - top.body;
	if (!/^(moof|mfra|meta|sidx)$/.test(top.type)) return [];
	if (length > MAX_MOOF_BYTES) throw new TagError("unsupported", `The box ${top.type} is too large to be rewritten.`);
	const content = await readBytes(file, top.body, top.end);
	const before = Buffer.from(content);
	if (top.type === "moof") moveFragment(content, shift);
	else if (top.type === "mfra") moveRandomAccess(content, shift);
	else if (top.type === "meta") requireNoItems(content, shift);
	else moveSegmentIndex(content, top, shift);
	return before.equals(content) ? [] : [{ at: top.body, bytes: content }];
}

/** The places in a fragment are its own, unless `tfhd` states one in the file. */
function moveFragment(moof: Buffer, shift: Shift): void {
	for (const traf of boxPlaces(moof, 0, moof.length, "A fragment")) {
		if (traf.type !== "traf") continue;
		for (const { type, body, end } of boxPlaces(moof, traf.body, traf.end, "A fragment"))
			if (type === "tfhd" && end - body >= 16 && (moof.readUInt32BE(body) & 1) !== 0)
				moveAt(moof, body + 8, true, shift);
	}
}

/** Places of fragments: `tfra` (ISO/IEC 14496-12, 8.8.10). */
function moveRandomAccess(mfra: Buffer, shift: Shift): void {
	for (const { type, body, end } of boxPlaces(mfra, 0, mfra.length, "The box mfra")) {
		if (type !== "tfra" || end - body < 16) continue;
		const wide = mfra[body] === 1;
		const lengths = mfra.readUInt32BE(body + 8);
		const numbers = [lengths >> 4, lengths >> 2, lengths].reduce((sum, bits) => sum + (bits & 3) + 1, 0);
		const stride = (wide ? 16 : 8) + numbers;
		const count = mfra.readUInt32BE(body + 12);
		if (count * stride > end - body - 16)
			throw new TagError("unsupported", "The file is broken: tfra is too short.");
		for (let index = 0; index < count; index++)
			moveAt(mfra, body + 16 + index * stride + (wide ? 8 : 4), wide, shift);
	}
}

/** Distances from `sidx` to its segments (8.16.3) change only if `moov` lies between them. */
function moveSegmentIndex(sidx: Buffer, { end }: BoxPlace, shift: Shift): void {
	const wide = sidx[0] !== 0;
	const at = wide ? 20 : 16;
	if (sidx.length < at + (wide ? 8 : 4)) throw new TagError("unsupported", "The file is broken: sidx is too short.");
	const distance = wide ? Number(sidx.readBigUInt64BE(at)) : sidx.readUInt32BE(at);
	const changed = moved(end + distance, shift) - moved(end, shift);
	if (wide) sidx.writeBigUInt64BE(BigInt(changed), at);
	else sidx.set(uint32s(changed), at);
}

/**
 * Items of a box `meta` lie in the file in few files that are no photos.
 * @throws {TagError} `unsupported` for an item behind the index: its place would have to follow it.
 */
function requireNoItems(meta: Buffer, { from }: Shift): void {
	// QuickTime's box has no version and flags.
	const start = meta.length >= 8 && meta.toString("latin1", 4, 8) === "hdlr" ? 0 : 4;
	if (start > meta.length) return;
	for (const place of boxPlaces(meta, start, meta.length, "The box meta"))
		if (
			place.type === "iloc" &&
			itemLocations(meta, place).some(
				({ method, extents }) => method === 0 && extents.some(({ at }) => at >= from),
			)
		)
			throw new TagError("unsupported", "The file has items behind its index (iloc), which can't be moved.");
}
