import type { Chunk } from "panogaze-rerun";
import { assert } from "../../media/assert.ts";
import { CAMERA, CAMERAS, EPISODES_PATH, SOURCE_PATH, viewerOf } from "../record-paths.ts";
import { RecordingError } from "../recording-error.ts";
import type { RecordedSource } from "../session-record.ts";
import { ChunkIndex, type ChunkMark, type IndexedChunk } from "./chunk-index.ts";
import { BrokenChunkError, DamageList } from "./damage-list.ts";
import type { ReadRecord } from "./read-record.ts";
import { RecordAssembly } from "./record-assembly.ts";
import { recordedGeometry } from "./recorded-geometry.ts";
import { RecordedRow, readChunk } from "./recorded-row.ts";
import { recordedSource } from "./recorded-source.ts";
import { AFTER_ALL_NS, nsAfter } from "./recorded-time.ts";
import type { ReadOptions, RecordingReader } from "./recording-reader.ts";
import { type RecordingSummary, type ViewerSummary, viewerNamed } from "./recording-summary.ts";
import { rowsInOrder } from "./rows-in-order.ts";
import { RrdFile } from "./rrd-file.ts";
import { keyframeOfStamp } from "./source-keyframe.ts";
import { largestOf, type ViewShape } from "./view-shape.ts";

/** A session in files of Rerun. */
export class RrdRecording implements RecordingReader {
	readonly summary: RecordingSummary;
	readonly #files: readonly RrdFile[];
	readonly #chunks: readonly IndexedChunk[];
	readonly #codecs: ReadonlyMap<readonly string[], number>;
	readonly #beginNs: bigint;
	readonly #damages: DamageList;

	private constructor(
		files: readonly RrdFile[],
		chunks: readonly IndexedChunk[],
		codecs: ReadonlyMap<readonly string[], number>,
		beginNs: bigint,
		damages: DamageList,
		summary: RecordingSummary,
	) {
		this.#files = files;
		this.#chunks = chunks;
		this.#codecs = codecs;
		this.#beginNs = beginNs;
		this.#damages = damages;
		this.summary = summary;
	}

	/**
	 * Opens the files of one recording, in their order.
	 *
	 * @param onDamage as of `openRecording()`.
	 * @throws {RecordingError} when one can't be read, or none holds a session.
	 */
	static async open(paths: readonly string[], onDamage?: (sentence: string) => void): Promise<RrdRecording> {
		const index = new ChunkIndex();
		const files: RrdFile[] = [];
		const damages = new DamageList();
		try {
			for (const part of paths) {
				try {
					const { file, damages: found } = await RrdFile.open(part, files.length, index);
					files.push(file);
					for (const damage of found) damages.add(`${part}: ${damage}`);
				} catch (error) {
					// A later part may end at its very beginning; the others are good.
					if (files.length === 0 || !(error instanceof RecordingError)) throw error;
					damages.add(error.message);
				}
			}
			if (!index.isSession)
				throw new RecordingError(`${paths[0]} is a recording of Rerun, but of no panogaze session.`, {
					code: "foreign",
				});
			const recording = await RrdRecording.#make(files, index, damages);
			damages.onAdded = onDamage;
			return recording;
		} catch (error) {
			for (const file of files) await file[Symbol.asyncDispose]();
			throw error;
		}
	}

	static async #make(files: readonly RrdFile[], index: ChunkIndex, damages: DamageList): Promise<RrdRecording> {
		const chunks = index.sorted();
		const beginNs = chunks[0]?.startNs ?? 0n;
		let endNs = beginNs;
		for (const chunk of chunks) if (chunk.endNs > endNs) endNs = chunk.endNs;
		const sources: { atSec: number; source: RecordedSource }[] = [];
		for (const chunk of chunks.filter(({ rows }) => rows.sources !== undefined)) {
			const read = await wholeChunk(files, chunk, damages, beginNs);
			for (const row of rowsOf(chunk.entity, read))
				sources.push({
					atSec: Number((row.time("server") ?? beginNs) - beginNs) / 1e9,
					source: recordedSource(row),
				});
		}
		return new RrdRecording(files, chunks, index.codecs, beginNs, damages, {
			beginSec: Number(beginNs) / 1e9,
			beginNs,
			durationSec: Number(endNs - beginNs) / 1e9,
			viewers: viewersOf(chunks, beginNs),
			sources,
			sourcePackets: packetsOf(chunks),
			cameras: camerasOf(chunks),
			files: files.map(({ path }) => path),
			damages: damages.sentences,
		});
	}

	async *records(options: ReadOptions = {}): AsyncGenerator<ReadRecord, void> {
		const { startSec = 0, endSec = Number.POSITIVE_INFINITY, viewers, types } = options;
		const startNs = this.#nsAt(startSec);
		const endNs = endSec === Number.POSITIVE_INFINITY ? AFTER_ALL_NS : this.#nsAt(endSec);
		const assembly = new RecordAssembly(this.#beginNs, this.#codecs);
		if (types?.includes("frame") !== false)
			for (const { id } of this.summary.viewers)
				if (viewers?.includes(id) !== false) await this.#learnView(assembly, id, startNs);
		const isWanted = (chunk: IndexedChunk) =>
			chunk.endNs >= startNs && chunk.startNs < endNs && mayHold(chunk, options);
		const chunks = this.#chunks.filter(isWanted);
		for await (const rows of rowsInOrder(chunks, { startNs, endNs }, (chunk) => this.#read(chunk)))
			for (const record of assembly.records(rows))
				if (types?.includes(record.type) !== false && isOf(record, viewers)) yield record;
	}

	viewer(id: string | undefined): ViewerSummary {
		return viewerNamed(this.summary, id);
	}

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

	async cameraKeyframeBefore(camera: string, atSec: number): Promise<number> {
		const atNs = this.#nsAt(atSec);
		const chunks = this.#chunks.filter(
			({ entity: [root, name], rows }) => root === CAMERAS && name === camera && rows.video !== undefined,
		);
		for (const chunk of chunks.toReversed()) {
			if (chunk.startNs > atNs) continue;
			const isKey = (row: RecordedRow) =>
				row.flag("VideoStream:is_keyframe") === true && (row.time("server") ?? atNs) <= atNs;
			const key = rowsOf(chunk.entity, await this.#read(chunk)).findLast(isKey);
			if (key !== undefined) return this.#secAt(key.time("server") ?? atNs);
		}
		return chunks[0] === undefined ? 0 : this.#secAt(chunks[0].startNs);
	}

	async sourceKeyframeBefore(stampSec: number, atSec: number): Promise<number | undefined> {
		const chunks = this.#chunks.filter(isSourceVideo);
		const rowsAt = async (at: number) => {
			const chunk = chunks[at];
			const rows = chunk === undefined ? [] : rowsOf(chunk.entity, await this.#read(chunk));
			return rows.map((row) => ({
				sec: this.#secAt(row.time("server") ?? 0n),
				stampSec: Number(row.time("source") ?? Number.NaN) / 1e9,
				keyframe: row.flag("VideoStream:is_keyframe") === true,
			}));
		};
		const spans = chunks.map(({ startNs, firstStampSec, lastStampSec }) => ({
			startSec: this.#secAt(startNs),
			firstStampSec,
			lastStampSec,
		}));
		return keyframeOfStamp(spans, rowsAt, stampSec, atSec);
	}

	async largestView(viewer: string): Promise<ViewShape> {
		const shapes: ViewShape[] = [];
		for (const chunk of this.#chunksOf(viewer, "views"))
			for (const row of rowsOf(chunk.entity, await this.#read(chunk)))
				if (row.has("panogaze.View:lens")) shapes.push(recordedGeometry(row));
		return largestOf(shapes);
	}

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

	#read(chunk: IndexedChunk): Promise<Chunk | undefined> {
		return wholeChunk(this.#files, chunk, this.#damages, this.#beginNs);
	}

	#nsAt(sec: number): bigint {
		return nsAfter(this.#beginNs, sec);
	}

	#secAt(ns: bigint): number {
		return Number(ns - this.#beginNs) / 1e9;
	}
}

/** Reads a chunk; `undefined`: it is broken, which is among the damages from now on. */
async function wholeChunk(
	files: readonly RrdFile[],
	chunk: IndexedChunk,
	damages: DamageList,
	beginNs: bigint,
): Promise<Chunk | undefined> {
	const file = files[chunk.file];
	assert(file !== undefined, "A chunk of the index lies in one of its files.");
	try {
		return await file.read(chunk);
	} catch (error) {
		if (!(error instanceof BrokenChunkError)) throw error;
		damages.leaveOut(file.path, chunk, beginNs, error.message);
		return undefined;
	}
}

function rowsOf(entity: readonly string[], chunk: Chunk | undefined): RecordedRow[] {
	if (chunk === undefined) return [];
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

function isSourceVideo({ entity, rows }: IndexedChunk): boolean {
	return entity.length === 1 && entity[0] === SOURCE_PATH[0] && rows.video !== undefined;
}

function packetsOf(chunks: readonly IndexedChunk[]): number {
	return chunks.filter(isSourceVideo).reduce((count, { rows }) => count + (rows.video ?? 0), 0);
}

function camerasOf(chunks: readonly IndexedChunk[]): readonly string[] {
	const names = chunks.filter(
		({ entity: [root, name = ""], rows }) =>
			root === CAMERAS && viewerOf(name) === undefined && rows.video !== undefined,
	);
	return [...new Set(names.map(({ entity: [, name = ""] }) => name))];
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
