import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Chunk } from "panogaze-rerun";
import { assert } from "../../media/assert.ts";
import { CAMERA, CAMERAS, EPISODES_PATH } from "../record-paths.ts";
import { RecordingError } from "../recording-error.ts";
import type { RecordedSource } from "../session-record.ts";
import { ChunkIndex, type ChunkMark, type IndexedChunk } from "./chunk-index.ts";
import type { ReadRecord } from "./read-record.ts";
import { RecordAssembly, viewerOf } from "./record-assembly.ts";
import { RecordedRow, readChunk } from "./recorded-row.ts";
import { recordedSource } from "./recorded-source.ts";
import { rowsInOrder } from "./rows-in-order.ts";
import { RrdFile } from "./rrd-file.ts";

/** What a recording holds of one viewer. */
export interface ViewerSummary {
	/** The part of the viewer's id that is in the recording. */
	readonly id: string;
	/** First and last time of anything about it, seconds since the recording's beginning. */
	readonly beginSec: number;
	readonly endSec: number;
	/** Number of pictures that were sent to it. */
	readonly frames: number;
	/** Times of the first and the last of them, seconds since the beginning; NaN: none. */
	readonly firstFrameSec: number;
	readonly lastFrameSec: number;
	readonly poses: number;
}

/** What a recording holds. */
export interface RecordingSummary {
	/** Time of its first row, seconds since 1970 on the clock of the machine that recorded. */
	readonly beginSec: number;
	/** Seconds from the first row to the last. */
	readonly durationSec: number;
	/** In the order of their coming. */
	readonly viewers: readonly ViewerSummary[];
	/** The sources that were opened, and when, seconds since the beginning. */
	readonly sources: readonly { readonly atSec: number; readonly source: RecordedSource }[];
	/** The files that it is read from, in their order. */
	readonly files: readonly string[];
	/** A sentence for each file that is cut off or broken; what comes before that can be read. */
	readonly damages: readonly string[];
}

/** Choice of the records that are read. */
export interface ReadOptions {
	/** Seconds since the beginning. @default 0 */
	readonly startSec?: number | undefined;
	/** Records at this time and later are left out. @default the end */
	readonly endSec?: number | undefined;
	/** Only records of these viewers, and of none. @default all */
	readonly viewers?: readonly string[] | undefined;
	/** Only these kinds of records; the others are not read from the disk. @default all */
	readonly types?: readonly ReadRecord["type"][] | undefined;
	/**
	 * `false`: access units are not read. Frames have empty ones.
	 * @default true
	 */
	readonly video?: boolean | undefined;
}

/**
 * Opens a recording that `serve({ record })` or a `SessionRecorder` has made: a `.rrd` file, and
 * the parts that follow it. A file without a table of contents, as of a process that was killed, is
 * read once for that.
 *
 * @throws {RecordingError} when a file can't be read, or holds no session; the message names it.
 */
export async function openRecording(path: string): Promise<RecordingReader> {
	const index = new ChunkIndex();
	const files: RrdFile[] = [];
	const damages: string[] = [];
	try {
		for (const part of await partsOf(path)) {
			try {
				const { file, damage } = await RrdFile.open(part, files.length, index);
				files.push(file);
				if (damage !== undefined) damages.push(`${part}: ${damage}`);
			} catch (error) {
				// A later part may end at its very beginning; the others are good.
				if (files.length === 0 || !(error instanceof RecordingError)) throw error;
				damages.push(error.message);
			}
		}
		if (!index.isSession)
			throw new RecordingError(`${path} is a recording of Rerun, but of no panogaze session.`, {
				code: "broken",
			});
		return await RecordingReader.make(files, index, damages);
	} catch (error) {
		for (const file of files) await file[Symbol.asyncDispose]();
		throw error;
	}
}

/** Reads the records of one recorded session, in the order of the server's time. */
export class RecordingReader implements AsyncDisposable {
	readonly summary: RecordingSummary;
	readonly #files: readonly RrdFile[];
	readonly #chunks: readonly IndexedChunk[];
	readonly #codecs: ReadonlyMap<readonly string[], number>;
	readonly #beginNs: bigint;

	private constructor(
		files: readonly RrdFile[],
		chunks: readonly IndexedChunk[],
		codecs: ReadonlyMap<readonly string[], number>,
		beginNs: bigint,
		summary: RecordingSummary,
	) {
		this.#files = files;
		this.#chunks = chunks;
		this.#codecs = codecs;
		this.#beginNs = beginNs;
		this.summary = summary;
	}

	/**
	 * @param files owned: `close()` closes them.
	 * @internal
	 */
	static async make(
		files: readonly RrdFile[],
		index: ChunkIndex,
		damages: readonly string[],
	): Promise<RecordingReader> {
		const chunks = index.sorted();
		const beginNs = chunks[0]?.startNs ?? 0n;
		let endNs = beginNs;
		for (const chunk of chunks) if (chunk.endNs > endNs) endNs = chunk.endNs;
		const sources: { atSec: number; source: RecordedSource }[] = [];
		for (const chunk of chunks.filter(({ rows }) => rows.sources !== undefined)) {
			const read = await files[chunk.file]!.read(chunk);
			for (const row of rowsOf(chunk.entity, read))
				sources.push({
					atSec: Number((row.time("server") ?? beginNs) - beginNs) / 1e9,
					source: recordedSource(row),
				});
		}
		return new RecordingReader(files, chunks, index.codecs, beginNs, {
			beginSec: Number(beginNs) / 1e9,
			durationSec: Number(endNs - beginNs) / 1e9,
			viewers: viewersOf(chunks, beginNs),
			sources,
			files: files.map(({ path }) => path),
			damages,
		});
	}

	/**
	 * The records in the order of the server's time. Only those around the present one are in
	 * memory. Several iterations may be under way at once.
	 *
	 * @throws {RecordingError} when a file is broken, or gone.
	 */
	async *records(options: ReadOptions = {}): AsyncGenerator<ReadRecord, void> {
		const { startSec = 0, endSec = Number.POSITIVE_INFINITY, viewers, types } = options;
		const startNs = this.#nsAt(startSec);
		const endNs = endSec === Number.POSITIVE_INFINITY ? AFTER_ALL_NS : this.#nsAt(endSec);
		const assembly = new RecordAssembly(this.#beginNs, this.#codecs);
		for (const { id } of this.summary.viewers) await this.#learnView(assembly, id, startNs);
		const isWanted = (chunk: IndexedChunk) =>
			chunk.endNs >= startNs && chunk.startNs < endNs && mayHold(chunk, options);
		const chunks = this.#chunks.filter(isWanted);
		for await (const rows of rowsInOrder(chunks, { startNs, endNs }, (chunk) => this.#read(chunk)))
			for (const record of assembly.records(rows))
				if (types?.includes(record.type) !== false && isOf(record, viewers)) yield record;
	}

	/**
	 * The viewer whose id begins with some characters.
	 *
	 * @param id `undefined`: the viewer with the most pictures.
	 * @throws {RangeError} when there is none, or more than one; the message names those there are.
	 */
	viewer(id: string | undefined): ViewerSummary {
		const { viewers, files } = this.summary;
		const byFrames = viewers.toSorted((a, b) => b.frames - a.frames);
		const found = id === undefined ? byFrames.slice(0, 1) : named(viewers, id);
		const [only] = found;
		if (only !== undefined && found.length === 1) return only;
		const names = viewers.map((viewer) => viewer.id).join(", ");
		const those = names === "" ? "It has none." : `Its viewers are ${names}.`;
		throw new RangeError(
			id === undefined
				? `${files[0]} has no viewer.`
				: `${files[0]} has ${found.length === 0 ? "no viewer" : "several viewers"} "${id}". ${those}`,
		);
	}

	/**
	 * Finds the key frame with which a decoder begins to show a viewer's picture at a time.
	 *
	 * @returns seconds since the beginning, for `records({ startSec })`; that of the viewer's first
	 * picture where none comes before.
	 */
	async keyframeBefore(viewer: string, atSec: number): Promise<number> {
		const atNs = this.#nsAt(atSec);
		let foundNs: bigint | undefined;
		for (const chunk of this.#chunksOf(viewer, "frames").reverse()) {
			if (chunk.startNs > atNs) continue;
			// Chunks may overlap; one that ends before what was found holds nothing newer.
			if (foundNs !== undefined && chunk.endNs < foundNs) break;
			for (const row of rowsOf(chunk.entity, await this.#read(chunk))) {
				const timeNs = row.time("server");
				if (timeNs === undefined || timeNs > atNs || row.flag("panogaze.Frame:keyframe") !== true) continue;
				if (foundNs === undefined || timeNs > foundNs) foundNs = timeNs;
			}
		}
		if (foundNs !== undefined) return this.#secAt(foundNs);
		const [first] = this.#chunksOf(viewer, "frames");
		return first === undefined ? 0 : this.#secAt(first.startNs);
	}

	/**
	 * The time at which a picture was drawn.
	 *
	 * @param number of the picture among those that were sent to the viewer.
	 * @returns seconds since the beginning; `undefined`: the recording has no such picture.
	 */
	async timeOfFrame(viewer: string, number: number): Promise<number | undefined> {
		for (const chunk of this.#chunksOf(viewer, "frames")) {
			if (!(chunk.firstFrame <= number && number <= chunk.lastFrame)) continue;
			for (const row of rowsOf(chunk.entity, await this.#read(chunk))) {
				const time = row.time("server");
				if (time !== undefined && Number(row.time("frame")) === number) return this.#secAt(time);
			}
		}
		return undefined;
	}

	/** Closes the files. Iterations that are under way fail. */
	async close(): Promise<void> {
		for (const file of this.#files) await file[Symbol.asyncDispose]();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/** The geometry of a viewer's pictures as it is before a time. */
	async #learnView(assembly: RecordAssembly, viewer: string, startNs: bigint): Promise<void> {
		const chunk = this.#chunksOf(viewer, "views").findLast((view) => view.startNs < startNs);
		if (chunk === undefined) return;
		let newest: RecordedRow | undefined;
		for (const row of rowsOf(chunk.entity, await this.#read(chunk)))
			if (row.has("panogaze.View:lens") && (row.time("server") ?? startNs) < startNs) newest = row;
		if (newest !== undefined) assembly.learnView(viewer, newest);
	}

	#chunksOf(viewer: string, mark: ChunkMark): IndexedChunk[] {
		return this.#chunks.filter(
			({ entity, rows }) =>
				rows[mark] !== undefined &&
				entity.length === 3 &&
				entity[2] === CAMERA &&
				viewerOf(entity[1] ?? "") === viewer,
		);
	}

	#read(chunk: IndexedChunk): Promise<Chunk> {
		const file = this.#files[chunk.file];
		assert(file !== undefined, "A chunk of the index lies in one of its files.");
		return file.read(chunk);
	}

	#nsAt(sec: number): bigint {
		return this.#beginNs + BigInt(Math.round(Math.min(sec, MAX_SEC) * 1e9));
	}

	#secAt(ns: bigint): number {
		return Number(ns - this.#beginNs) / 1e9;
	}
}

/** No row is as late. */
const AFTER_ALL_NS = 1n << 62n;
/** Some hundred years. */
const MAX_SEC = 3e9;

/** The viewer of this very id, or those whose ids begin with it. */
function named(viewers: readonly ViewerSummary[], id: string): readonly ViewerSummary[] {
	const exact = viewers.filter((viewer) => viewer.id === id);
	return exact.length > 0 ? exact : viewers.filter((viewer) => viewer.id.startsWith(id));
}

function rowsOf(entity: readonly string[], chunk: Chunk): RecordedRow[] {
	const read = readChunk(entity, chunk);
	return Array.from({ length: chunk.numRows }, (_, row) => new RecordedRow(read, row));
}

/** False for a chunk none of whose rows becomes a wanted record. */
function mayHold({ entity, rows }: IndexedChunk, { viewers, types, video = true }: ReadOptions): boolean {
	const [root, owner = "", name] = entity;
	const viewer = viewerOf(owner);
	if (viewer !== undefined && viewers?.includes(viewer) === false) return false;
	const wants = (type: ReadRecord["type"]) => types?.includes(type) !== false;
	if (root === "latency" && name === "frames") return wants("frame");
	if (root === "latency" || root === "network") return wants("curve") && name !== "poses";
	if (rows.video !== undefined && root === "source") return video && wants("source-packet");
	if (rows.video !== undefined && root === CAMERAS && viewer !== undefined) return video && wants("client-frame");
	if (rows.video !== undefined && root === CAMERAS) return video && wants("camera");
	if (rows.video !== undefined && rows.frames === undefined) return video && wants("frame");
	if (root === EPISODES_PATH[0]) return wants("episode") || wants("log");
	if (rows.sound !== undefined) return wants("sound");
	if (rows.frames !== undefined) return wants("frame");
	if (rows.poses !== undefined) return wants("pose");
	if (rows.sources !== undefined) return wants("source");
	if (root === "log") return wants("text") || wants("join") || wants("leave") || wants("log");
	return wants("log");
}

function isOf(record: ReadRecord, viewers: readonly string[] | undefined): boolean {
	if (viewers === undefined || !("viewer" in record) || record.viewer === undefined) return true;
	return viewers.includes(record.viewer);
}

function viewersOf(chunks: readonly IndexedChunk[], beginNs: bigint): ViewerSummary[] {
	const found = new Map<string, Found>();
	for (const { entity, startNs, endNs, rows } of chunks) {
		const id = viewerOf(entity[1] ?? "");
		if (id === undefined) continue;
		const viewer = found.get(id) ?? { startNs, endNs, frames: undefined, count: 0, poses: 0 };
		found.set(id, viewer);
		if (endNs > viewer.endNs) viewer.endNs = endNs;
		viewer.poses += rows.poses ?? 0;
		if (entity.length !== 3 || entity[2] !== CAMERA || rows.frames === undefined) continue;
		viewer.count += rows.frames;
		viewer.frames ??= { startNs, endNs };
		if (endNs > viewer.frames.endNs) viewer.frames.endNs = endNs;
	}
	const secAt = (ns: bigint | undefined) => (ns === undefined ? Number.NaN : Number(ns - beginNs) / 1e9);
	return [...found].map(([id, { startNs, endNs, frames, count, poses }]) => ({
		id,
		beginSec: secAt(startNs),
		endSec: secAt(endNs),
		frames: count,
		firstFrameSec: secAt(frames?.startNs),
		lastFrameSec: secAt(frames?.endNs),
		poses,
	}));
}

/** What is known about a viewer so far. */
interface Found {
	readonly startNs: bigint;
	endNs: bigint;
	/** The span of its pictures. */
	frames: { readonly startNs: bigint; endNs: bigint } | undefined;
	count: number;
	poses: number;
}

/** The file, and the parts that follow it in its folder. */
async function partsOf(path: string): Promise<readonly string[]> {
	const name = basename(path);
	if (!name.endsWith(".rrd") || /_part\d+\.rrd$/.test(name)) return [path];
	const start = `${name.slice(0, -".rrd".length)}_part`;
	const beside = await readdir(dirname(path)).catch(() => []);
	const parts = beside.filter((other) => other.startsWith(start) && /^\d+\.rrd$/.test(other.slice(start.length)));
	return [path, ...parts.sort().map((part) => join(dirname(path), part))];
}
