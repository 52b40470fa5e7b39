import type { FileHandle } from "node:fs/promises";
import {
	ELEMENT_HEADER_BYTES,
	type ElementPlace,
	element,
	elementAt,
	elementHeader,
	mapElements,
	uintElement,
	uintOf,
} from "./ebml.ts";
import { tagsWithoutSphere, tracksWithStatement } from "./matroska-statement.ts";
import type { FilePiece } from "./rewritten-file.ts";
import { type SphereStatement, TagError } from "./sphere-statement.ts";

/** Ids of elements (RFC 9559). */
const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const SEEK_HEAD = 0x114d9b74;
const SEEK = 0x4dbb;
const SEEK_POSITION = 0x53ac;
const TRACKS = 0x1654ae6b;
const CUES = 0x1c53bb6b;
const CUE_POINT = 0xbb;
const CUE_TRACK_POSITIONS = 0xb7;
const CUE_CLUSTER_POSITION = 0xf1;
const CLUSTER = 0x1f43b675;
const CLUSTER_POSITION = 0xa7;
const TAGS = 0x1254c367;
const VOID = 0xec;
/** The elements of a segment: they end a cluster of unknown size. */
const TOP_IDS: readonly number[] = [
	SEEK_HEAD,
	0x1549a966, // Info
	TRACKS,
	CUES,
	CLUSTER,
	0x1941a469, // Attachments
	0x1043a770, // Chapters
	TAGS,
];

/** The most elements of a segment, and of clusters of unknown size: a day's in pieces of 10 ms. */
const MAX_ELEMENTS = 10_000_000;
/** The largest list (tracks, cues, tags) that is read into memory. */
const MAX_LIST_BYTES = 1 << 28;
const LAYOUT_ROUNDS = 8;

/** An element of the segment: copied, or given as new content. */
interface Part {
	readonly id: number;
	/** Its place in the old file. */
	readonly start: number;
	readonly end: number;
	/** First byte of its old content. */
	readonly body: number;
	/** The old content, if it is changed or states places. */
	readonly content?: Buffer | undefined;
	/** The new bytes; `undefined` if it is copied. */
	bytes?: Buffer | undefined;
}

/**
 * The pieces of a Matroska or WebM file with another statement about one video track. Media bytes
 * are copied as they are. A void element behind the tracks gives room; otherwise all that follows
 * moves, and the places in `SeekHead` and `Cues` follow it.
 *
 * @param statement `undefined` removes the statement that is there
 * @param track index among the video tracks
 * @throws {TagError} `unsupported` for a file that is broken or of a kind that is not rewritten;
 * `not-statable`
 */
export async function matroskaPieces(
	file: FileHandle,
	statement: SphereStatement | undefined,
	track: number,
): Promise<FilePiece[]> {
	const { size } = await file.stat();
	const segment = await segmentOf(file, size);
	const segmentEnd = segment.end ?? size;
	const parts = await partsOf(file, segment.body, segmentEnd);
	const index = parts.findIndex(({ id }) => id === TRACKS);
	const tracks = parts[index];
	if (tracks?.content === undefined)
		throw new TagError("unsupported", "The file is broken: its segment has no tracks.");
	tracks.bytes = element(TRACKS, tracksWithStatement(tracks.content, statement, track), sizeBytesOf(tracks));
	for (const part of parts)
		if (part.id === TAGS && part.content !== undefined) {
			const left = tagsWithoutSphere(part.content);
			if (left.length !== part.content.length) part.bytes = filled(TAGS, left, part);
		}
	useVoid(parts, index);
	const moves = parts.some((part) => lengthOf(part) !== part.end - part.start);
	if (moves) layOut(parts, segment.body);
	const clusters = await clusterPositions(file, moves ? parts : [], segment.body);
	return [
		{ from: 0, to: segment.start },
		segmentHeader(segment, parts),
		...parts.flatMap((part) => part.bytes ?? copied(part, clusters)),
		{ from: segmentEnd, to: size },
	];
}

async function segmentOf(file: FileHandle, size: number): Promise<ElementPlace> {
	const header = await headerAt(file, 0, size);
	if (header?.id !== EBML || header.end === undefined || header.end > size) throw broken(0);
	const segment = await headerAt(file, header.end, size);
	if (segment?.id !== SEGMENT || (segment.end ?? 0) > size) throw broken(header.end);
	return segment;
}

async function headerAt(file: FileHandle, at: number, size: number): Promise<ElementPlace | undefined> {
	return elementAt(await readBytes(file, at, Math.min(size, at + ELEMENT_HEADER_BYTES)), 0, at);
}

async function readBytes(file: FileHandle, from: number, to: number): Promise<Buffer> {
	const { buffer, bytesRead } = await file.read(
		Buffer.alloc(Math.max(0, to - from)),
		0,
		Math.max(0, to - from),
		from,
	);
	if (bytesRead < to - from) throw broken(from);
	return buffer;
}

function broken(at: number): TagError {
	return new TagError(
		"unsupported",
		`The file is broken or cut off: the element at its byte ${at} does not end in it.`,
	);
}

/** The elements of the segment. */
async function partsOf(file: FileHandle, from: number, to: number): Promise<Part[]> {
	const parts: Part[] = [];
	for (let at = from; at < to; ) {
		const place = await headerAt(file, at, to);
		if (place === undefined || parts.length >= MAX_ELEMENTS) throw broken(at);
		const { id, start, body } = place;
		const end = place.end ?? (id === CLUSTER ? await endOfCluster(file, body, to) : undefined);
		if (end === undefined || end > to) throw broken(at);
		const listed = [TRACKS, SEEK_HEAD, CUES, TAGS].includes(id);
		if (listed && end - body > MAX_LIST_BYTES)
			throw new TagError("unsupported", `The list at byte ${at} of the file is too large to be rewritten.`);
		parts.push({ id, start, end, body, content: listed ? await readBytes(file, body, end) : undefined });
		at = end;
	}
	return parts;
}

/** The end of a live file's cluster: the next element of the segment, or the segment's end. */
async function endOfCluster(file: FileHandle, from: number, to: number): Promise<number> {
	let at = from;
	for (let count = 0; at < to; count++) {
		const place = await headerAt(file, at, to);
		if (place !== undefined && TOP_IDS.includes(place.id)) return at;
		if (place?.end === undefined || place.end > to || count >= MAX_ELEMENTS) throw broken(at);
		at = place.end;
	}
	return at;
}

/** Bytes of an element's size in the old file. */
function sizeBytesOf({ id, start, body }: Part): number {
	return body - start - elementHeader(id, 0).length + 1;
}

/** An element in the room of an old one: the rest is void, if it can be. */
function filled(id: number, content: Buffer, old: Part): Buffer {
	const bytes = element(id, content, sizeBytesOf(old));
	const left = old.end - old.start - bytes.length;
	return left < 2 ? bytes : Buffer.concat([bytes, voidElement(left)]);
}

/** A void element of 2 bytes or more. */
function voidElement(length: number): Buffer {
	const sizeBytes = length < 9 ? 1 : 8;
	return element(VOID, Buffer.alloc(length - 1 - sizeBytes), sizeBytes);
}

/** Lets the void element behind the tracks give or take the bytes that they differ by. */
function useVoid(parts: Part[], index: number): void {
	const tracks = parts[index];
	const next = parts[index + 1];
	if (tracks?.bytes === undefined) return;
	const room = next?.id === VOID ? next.end - next.start : 0;
	const left = tracks.end - tracks.start + room - tracks.bytes.length;
	if (left !== 0 && (left < 2 || left > MAX_LIST_BYTES)) return;
	const rest = left === 0 ? Buffer.alloc(0) : voidElement(left);
	if (next !== undefined && room > 0) next.bytes = Buffer.alloc(0);
	// The tracks keep their room as a whole: nothing behind them moves.
	tracks.bytes = Buffer.concat([tracks.bytes, rest]);
}

function lengthOf({ bytes, start, end }: Part): number {
	return bytes?.length ?? end - start;
}

/**
 * Brings the places in `SeekHead` and `Cues` up to date. Wider numbers may move elements, which
 * may need wider numbers: they only grow, so that this ends.
 */
function layOut(parts: readonly Part[], base: number): void {
	for (let round = 0; round < LAYOUT_ROUNDS; round++) {
		const newStarts = newPlaces(parts, base);
		let changed = false;
		for (const part of parts) {
			if (part.content === undefined || (part.id !== SEEK_HEAD && part.id !== CUES)) continue;
			const content = movedList(part.id, part.content, newStarts);
			const bytes = element(part.id, content, sizeBytesOf(part));
			changed ||= bytes.length !== lengthOf(part);
			part.bytes = bytes;
		}
		if (!changed) return;
	}
	throw new Error("Places in the file grow with every round: they have eight widths only, so this can't be.");
}

/** New places of the segment's elements by their old ones, both relative to its content. */
function newPlaces(parts: readonly Part[], base: number): ReadonlyMap<number, number> {
	const places = new Map<number, number>();
	let at = 0;
	for (const part of parts) {
		places.set(part.start - base, at);
		at += lengthOf(part);
	}
	return places;
}

function movedList(id: number, content: Buffer, places: ReadonlyMap<number, number>): Buffer {
	const moved = (place: ElementPlace, number: Buffer) => {
		const old = uintOf(number);
		return uintElement(place.id, places.get(old) ?? old, number.length);
	};
	if (id === SEEK_HEAD)
		return mapElements(content, "SeekHead", (seek, inner) =>
			seek.id === SEEK
				? element(
						SEEK,
						mapElements(inner, "Seek", (place, number) =>
							place.id === SEEK_POSITION ? moved(place, number) : undefined,
						),
					)
				: undefined,
		);
	const positions = (inner: Buffer) =>
		mapElements(inner, "CueTrackPositions", (place, number) =>
			place.id === CUE_CLUSTER_POSITION ? moved(place, number) : undefined,
		);
	return mapElements(content, "Cues", (point, inner) =>
		point.id === CUE_POINT
			? element(
					CUE_POINT,
					mapElements(inner, "CuePoint", (place, track) =>
						place.id === CUE_TRACK_POSITIONS ? element(CUE_TRACK_POSITIONS, positions(track)) : undefined,
					),
				)
			: undefined,
	);
}

/** The number of a cluster's own place, where it states one. */
interface StatedPosition {
	readonly at: number;
	readonly bytes: Buffer;
}

/** Bytes at a cluster's beginning in which its place would stand: after the time stamp. */
const CLUSTER_HEAD_BYTES = 48;

/** The clusters' statements of their own places, where they have one that changes. */
async function clusterPositions(
	file: FileHandle,
	parts: readonly Part[],
	base: number,
): Promise<ReadonlyMap<number, StatedPosition>> {
	const places = newPlaces(parts, base);
	const stated = new Map<number, StatedPosition>();
	for (const part of parts) {
		if (part.id !== CLUSTER) continue;
		const head = await readBytes(file, part.body, Math.min(part.end, part.body + CLUSTER_HEAD_BYTES));
		for (let place = elementAt(head, 0); place?.end !== undefined && place.end <= head.length; ) {
			const { id, body, end } = place;
			const position = places.get(part.start - base) ?? 0;
			if (id === CLUSTER_POSITION && position < 256 ** (end - body)) {
				const bytes = uintElement(id, position, end - body);
				stated.set(part.start, { at: part.body + body, bytes: bytes.subarray(bytes.length - (end - body)) });
			}
			place = elementAt(head, end);
		}
	}
	return stated;
}

function copied({ start, end }: Part, clusters: ReadonlyMap<number, StatedPosition>): FilePiece[] {
	const stated = clusters.get(start);
	if (stated === undefined) return [{ from: start, to: end }];
	const { at, bytes } = stated;
	return [{ from: start, to: at }, bytes, { from: at + bytes.length, to: end }];
}

/** The segment's header with its new size; an unknown size stays unknown. */
function segmentHeader({ id, start, body, end }: ElementPlace, parts: readonly Part[]): FilePiece {
	if (end === undefined) return { from: start, to: body };
	const length = parts.reduce((sum, part) => sum + lengthOf(part), 0);
	return elementHeader(id, length, body - start - 4);
}
