import { type Chunk, type Manifest, parseEntityPath, valueAt } from "panogaze-rerun";

/** The components by which a reader of sessions knows the chunks that it needs. */
const MARKS = {
	/** Access units. */
	video: "VideoStream:sample",
	/** Facts about each picture. */
	frames: "panogaze.Frame:rtp_ticks",
	/** The geometry of pictures: key frames and changes. */
	views: "panogaze.View:lens",
	poses: "panogaze.Pose:sequence",
	sources: "panogaze.Source:name",
	sound: "panogaze.Sound:packet",
} as const;
/** One of the kinds of content by which chunks are found. */
export type ChunkMark = keyof typeof MARKS;

/** A chunk of a recording: its place, and when its rows happened. */
export interface IndexedChunk {
	/** Number of its file among those of the recording. */
	readonly file: number;
	/** Offset of the message, without its frame. */
	readonly byteOffset: number;
	readonly byteLength: number;
	/** Parts of the entity's path, without escapes. The same object for all of its chunks. */
	readonly entity: readonly string[];
	/** First and last time on the timeline `server`, nanoseconds since 1970. */
	readonly startNs: bigint;
	readonly endNs: bigint;
	/** Least and greatest time on the timeline `source`, seconds; NaN: the rows have none. */
	readonly firstStampSec: number;
	readonly lastStampSec: number;
	/** Numbers of the first and last picture; NaN: the rows have no such number. */
	readonly firstFrame: number;
	readonly lastFrame: number;
	/** Rows that have the marked component, by mark; 0 is left out. */
	readonly rows: Readonly<Partial<Record<ChunkMark, number>>>;
}

/** The chunks of one recording, as its files are opened. */
export class ChunkIndex {
	readonly #chunks: IndexedChunk[] = [];
	readonly #entities = new Map<string, readonly string[]>();
	/** Codecs of videos, as `VideoStream` has them, by the entity's parts. */
	readonly codecs = new Map<readonly string[], number>();
	/** True when something in it is ours. */
	#isOurs = false;

	/** True when at least one entity or program name is that of a session. */
	get isSession(): boolean {
		return this.#isOurs;
	}

	/** The chunks with times, in the order of their beginning. */
	sorted(): readonly IndexedChunk[] {
		return this.#chunks.sort((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
	}

	/** The parts of an entity's path. */
	entity(path: string): readonly string[] {
		let parts = this.#entities.get(path);
		if (parts === undefined) {
			parts = parseEntityPath(path);
			this.#entities.set(path, parts);
			if (parts[0] === "world" && parts[1]?.startsWith("viewer ")) this.#isOurs = true;
			if (parts[0] === "log" && (parts[1] === "server" || parts[1]?.startsWith("viewer "))) this.#isOurs = true;
		}
		return parts;
	}

	/** The file was made by a program of this name. */
	madeBy(applicationId: string): void {
		if (applicationId === "panogaze") this.#isOurs = true;
	}

	/** Adds the chunks of a file's own table. @returns those whose static values are needed. */
	addManifest(file: number, { entries, columns }: Manifest): { byteOffset: number; byteLength: number }[] {
		const needed: { byteOffset: number; byteLength: number }[] = [];
		const cell = (name: string, row: number) => {
			const column = columns.get(name);
			return column === undefined ? null : valueAt(column, row);
		};
		const rowColumns = Object.entries(MARKS).map(
			([mark, component]) => [mark, `server:${component.replaceAll(".", "_")}:num_rows`] as const,
		);
		for (const [row, { entityPath, isStatic, byteOffset, byteLength }] of entries.entries()) {
			const entity = this.entity(entityPath);
			if (isStatic) {
				if (cell("VideoStream:codec:has_static_data", row) === true) needed.push({ byteOffset, byteLength });
				continue;
			}
			const startNs = cell("server:start", row);
			const endNs = cell("server:end", row);
			if (typeof startNs !== "bigint" || typeof endNs !== "bigint") continue;
			const rows: Partial<Record<ChunkMark, number>> = {};
			for (const [mark, name] of rowColumns) {
				const count = Number(cell(name, row) ?? 0);
				if (count > 0) rows[mark as ChunkMark] = count;
			}
			const firstStampSec = secondsOf(cell("source:start", row));
			const lastStampSec = secondsOf(cell("source:end", row));
			const firstFrame = frameNumber(cell("frame:start", row));
			const lastFrame = frameNumber(cell("frame:end", row));
			this.#chunks.push({
				file,
				byteOffset,
				byteLength,
				entity,
				startNs,
				endNs,
				firstStampSec,
				lastStampSec,
				firstFrame,
				lastFrame,
				rows,
			});
		}
		return needed;
	}

	/** Adds a chunk that was read. */
	addChunk(file: number, byteOffset: number, byteLength: number, chunk: Chunk): void {
		const entity = this.entity(chunk.entityPath);
		if (chunk.timelines.length === 0) this.addStatic(chunk);
		const server = rangeOf(chunk, "server");
		if (server === undefined) return;
		const frames = rangeOf(chunk, "frame");
		const stamps = rangeOf(chunk, "source");
		const rows: Partial<Record<ChunkMark, number>> = {};
		for (const [mark, component] of Object.entries(MARKS)) {
			const lists = chunk.components.find(({ descriptor }) => descriptor.component === component)?.lists;
			const count = lists === undefined ? 0 : lists.length - lists.nullCount;
			if (count > 0) rows[mark as ChunkMark] = count;
		}
		this.#chunks.push({
			file,
			byteOffset,
			byteLength,
			entity,
			startNs: server[0],
			endNs: server[1],
			firstStampSec: secondsOf(stamps?.[0]),
			lastStampSec: secondsOf(stamps?.[1]),
			firstFrame: frameNumber(frames?.[0]),
			lastFrame: frameNumber(frames?.[1]),
			rows,
		});
	}

	/** Remembers the static values that are needed. */
	addStatic(chunk: Chunk): void {
		const codec = chunk.components.find(({ descriptor }) => descriptor.component === "VideoStream:codec");
		if (codec === undefined || chunk.numRows === 0) return;
		const [value] = valueAt(codec.lists, chunk.numRows - 1) as [number] | [];
		if (value !== undefined) this.codecs.set(this.entity(chunk.entityPath), value);
	}
}

function rangeOf(chunk: Chunk, timeline: string): readonly [bigint, bigint] | undefined {
	const times = chunk.timelines.find(({ name }) => name === timeline)?.times;
	if (times === undefined || times.length === 0) return undefined;
	let [first, last] = [times[0]!, times[0]!];
	for (const time of times) {
		if (time < first) first = time;
		if (time > last) last = time;
	}
	return [first, last];
}

function secondsOf(value: unknown): number {
	return typeof value === "bigint" ? Number(value) / 1e9 : Number.NaN;
}

function frameNumber(value: unknown): number {
	return typeof value === "bigint" ? Number(value) : Number.NaN;
}
