import { type Bytes, byteView } from "../archetypes/component.ts";

/**
 * The times of the frames of a video file (MP4), in the order in which they are shown. With
 * `VideoFrameReference.columns` each frame is shown at its time.
 *
 * ```ts
 * const timestamps = readVideoTimestamps(file);
 * const frames = VideoFrameReference.columns({ timestamp: timestamps });
 * recording.log("video", new AssetVideo(file), { static: true });
 * recording.sendColumns("video", { video_time: { duration: timestamps } }, frames);
 * ```
 *
 * ISO/IEC 14496-12. The first edit that is not empty counts, as in viewers.
 *
 * @param file with the samples' tables, whole or in fragments.
 * @returns nanoseconds.
 * @throws {RangeError} when it isn't an MP4, is broken, or has no video.
 */
export function readVideoTimestamps(file: Bytes): BigInt64Array {
	try {
		return timestampsOf(byteView(file, "The video"));
	} catch (error) {
		// A number was read behind the end of its box.
		if (error instanceof RangeError && !(error instanceof Mp4Error))
			throw new Mp4Error("The MP4 is broken: a box of it ends too early.");
		throw error;
	}
}

/** An error that names a fault of the file, unlike the engine's own. */
class Mp4Error extends RangeError {}

function timestampsOf(bytes: Uint8Array): BigInt64Array {
	const root = childrenOf({
		type: "file",
		view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
		body: 0,
	});
	const movie = root.find(({ type }) => type === "moov");
	if (movie === undefined) throw new Mp4Error("The video is no MP4: it has no moov box.");
	const track = childrenOf(movie).find((box) => box.type === "trak" && handlerOf(box) === "vide");
	if (track === undefined) throw new Mp4Error("The MP4 has no video track.");
	const timescale = timescaleOf(track);
	const maxSamples = bytes.length;
	const ticks = [...tableTicks(track, maxSamples), ...fragmentTicks(root, movie, trackIdOf(track), maxSamples)];
	const first = firstTick(track);
	const times = BigInt64Array.from(ticks, (tick) => BigInt(Math.round(((tick - first) * 1e9) / timescale)));
	return times.sort();
}

interface Box {
	readonly type: string;
	/** The bytes of the box. */
	readonly view: DataView;
	/** Offset of its content. */
	readonly body: number;
}

function childrenOf({ view, body }: Box): Box[] {
	const boxes: Box[] = [];
	let at = body;
	while (at + 8 <= view.byteLength) {
		const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
		const shortSize = view.getUint32(at);
		const isLong = shortSize === 1 && at + 16 <= view.byteLength;
		const size = isLong ? Number(view.getBigUint64(at + 8)) : shortSize === 0 ? view.byteLength - at : shortSize;
		const header = isLong ? 16 : 8;
		if (size < header || at + size > view.byteLength) {
			// The file was cut off, or is not an MP4.
			if (at === body) throw new Mp4Error("The video is no MP4, or a broken one.");
			break;
		}
		boxes.push({ type, view: new DataView(view.buffer, view.byteOffset + at, size), body: header });
		at += size;
	}
	return boxes;
}

/** The box at the end of a path of types. */
function find(box: Box, ...path: readonly string[]): Box | undefined {
	return path.reduce<Box | undefined>(
		(parent, wanted) => (parent === undefined ? undefined : childrenOf(parent).find(({ type }) => type === wanted)),
		box,
	);
}

function needed(box: Box, ...path: readonly string[]): Box {
	const found = find(box, ...path);
	if (found === undefined) throw new Mp4Error(`The MP4's video has no ${path.at(-1)} box.`);
	return found;
}

/** The version in the first byte of most boxes. */
function versionOf({ view, body }: Box): number {
	return view.getUint8(body);
}

function handlerOf(track: Box): string {
	const handler = find(track, "mdia", "hdlr");
	if (handler === undefined) return "";
	return String.fromCharCode(...[0, 1, 2, 3].map((at) => handler.view.getUint8(handler.body + 8 + at)));
}

function timescaleOf(track: Box): number {
	const header = needed(track, "mdia", "mdhd");
	const timescale = header.view.getUint32(header.body + (versionOf(header) === 1 ? 20 : 12));
	if (timescale === 0) throw new Mp4Error("The MP4's video has a timescale of 0.");
	return timescale;
}

function trackIdOf(track: Box): number {
	const header = needed(track, "tkhd");
	return header.view.getUint32(header.body + (versionOf(header) === 1 ? 20 : 12));
}

/** The time in the track at which its presentation begins. */
function firstTick(track: Box): number {
	const edits = find(track, "edts", "elst");
	if (edits === undefined) return 0;
	const { view, body } = edits;
	const isLong = versionOf(edits) === 1;
	const entryBytes = isLong ? 20 : 12;
	for (let entry = 0; entry < view.getUint32(body + 4); entry++) {
		const at = body + 8 + entry * entryBytes;
		const mediaTime = isLong ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4);
		if (mediaTime >= 0) return mediaTime;
	}
	return 0;
}

/** The times of samples whose tables are in the movie's header. */
function tableTicks(track: Box, maxSamples: number): number[] {
	const table = needed(track, "mdia", "minf", "stbl");
	const durations = needed(table, "stts");
	const ticks: number[] = [];
	let tick = 0;
	for (const [count, delta] of pairsOf(durations)) {
		if (ticks.length + count > maxSamples)
			throw new Mp4Error("The MP4's video claims more frames than it has bytes.");
		for (let index = 0; index < count; index++, tick += delta) ticks.push(tick);
	}
	const offsets = find(table, "ctts");
	if (offsets === undefined) return ticks;
	let sample = 0;
	// The offsets are signed in version 1, and are written so in version 0, too.
	for (const [count, offset] of pairsOf(offsets))
		for (let end = Math.min(ticks.length, sample + count); sample < end; sample++) ticks[sample]! += offset | 0;
	return ticks;
}

/** The entries of a table of two numbers each. */
function* pairsOf({ view, body }: Box): Generator<readonly [number, number], void> {
	const count = view.getUint32(body + 4);
	for (let entry = 0; entry < count; entry++) {
		const at = body + 8 + 8 * entry;
		yield [view.getUint32(at), view.getUint32(at + 4)];
	}
}

/** Flags of a `tfhd`, and of a `trun`. */
const HAS_BASE_OFFSET = 0x1;
const HAS_DESCRIPTION = 0x2;
const HAS_DEFAULT_DURATION = 0x8;
const HAS_DATA_OFFSET = 0x1;
const HAS_FIRST_FLAGS = 0x4;
const HAS_DURATION = 0x100;
const HAS_SIZE = 0x200;
const HAS_FLAGS = 0x400;
const HAS_OFFSET = 0x800;

/** The times of samples in fragments. */
function fragmentTicks(root: readonly Box[], movie: Box, trackId: number, maxSamples: number): number[] {
	const ticks: number[] = [];
	const defaults = find(movie, "mvex");
	const ownDefaults =
		defaults === undefined
			? undefined
			: childrenOf(defaults).find(
					({ type, view, body }) => type === "trex" && view.getUint32(body + 4) === trackId,
				);
	const movieDuration = ownDefaults === undefined ? 0 : ownDefaults.view.getUint32(ownDefaults.body + 12);
	let tick = 0;
	for (const fragment of root.filter(({ type }) => type === "moof").flatMap(childrenOf)) {
		if (fragment.type !== "traf") continue;
		const header = needed(fragment, "tfhd");
		if (header.view.getUint32(header.body + 4) !== trackId) continue;
		const start = find(fragment, "tfdt");
		if (start !== undefined)
			tick =
				versionOf(start) === 1
					? Number(start.view.getBigUint64(start.body + 4))
					: start.view.getUint32(start.body + 4);
		const duration = defaultDurationOf(header) ?? movieDuration;
		for (const run of childrenOf(fragment))
			if (run.type === "trun") tick = runTicks(run, tick, duration, ticks, maxSamples);
	}
	return ticks;
}

function defaultDurationOf({ view, body }: Box): number | undefined {
	const flags = view.getUint32(body);
	if ((flags & HAS_DEFAULT_DURATION) === 0) return undefined;
	return view.getUint32(
		body + 8 + ((flags & HAS_BASE_OFFSET) === 0 ? 0 : 8) + ((flags & HAS_DESCRIPTION) === 0 ? 0 : 4),
	);
}

/** Adds the times of a run. @returns the time at which the next run begins. */
function runTicks(
	{ view, body }: Box,
	start: number,
	defaultDuration: number,
	ticks: number[],
	maxSamples: number,
): number {
	const flags = view.getUint32(body);
	const count = view.getUint32(body + 4);
	if (ticks.length + count > maxSamples) throw new Mp4Error("The MP4's video claims more frames than it has bytes.");
	const has = (flag: number) => ((flags & flag) === 0 ? 0 : 4);
	let at = body + 8 + has(HAS_DATA_OFFSET) + has(HAS_FIRST_FLAGS);
	let tick = start;
	for (let sample = 0; sample < count; sample++) {
		const duration = has(HAS_DURATION) === 0 ? defaultDuration : view.getUint32(at);
		at += has(HAS_DURATION) + has(HAS_SIZE) + has(HAS_FLAGS);
		ticks.push(tick + (has(HAS_OFFSET) === 0 ? 0 : view.getInt32(at)));
		at += has(HAS_OFFSET);
		tick += duration;
	}
	return tick;
}
