import { CAMERAS, viewerOf } from "../record-paths.ts";
import { RecordingError } from "../recording-error.ts";
import type { RecordedSource } from "../session-record.ts";
import { BrokenChunkError, DamageList } from "./damage-list.ts";
import { McapAssembly, type TimedRecord } from "./mcap-assembly.ts";
import { type McapChunk, McapSessionFile, type McapTopic, type TopicFilter } from "./mcap-file.ts";
import { topicsOf } from "./mcap-topics.ts";
import type { ReadRecord } from "./read-record.ts";
import { AFTER_ALL_NS, nsAfter } from "./recorded-time.ts";
import type { ReadOptions, RecordingReader } from "./recording-reader.ts";
import { type RecordingSummary, type ViewerSummary, viewerNamed } from "./recording-summary.ts";
import { keyframeOfStamp, type PacketSpan } from "./source-keyframe.ts";
import { largestOf, type ViewShape } from "./view-shape.ts";

/** A chunk with its file. */
interface PlacedChunk extends McapChunk {
	readonly file: McapSessionFile;
}

/** Kinds of records that are nothing without their pictures. */
const ONLY_VIDEO: ReadonlySet<ReadRecord["type"]> = new Set(["camera", "client-frame", "source-packet"]);

/** Messages of a chunk that are made into records. */
interface ChunkWish {
	readonly takes: TopicFilter;
	/** Access units are wanted. @default false */
	readonly video?: boolean | undefined;
	/** End of the newest sound of each topic, seconds: kept from chunk to chunk. */
	readonly soundEndSec?: Map<string, number> | undefined;
}

/** Records that are looked for. */
interface RecordChoice {
	/** Messages of which they are made, among others. */
	readonly takes: TopicFilter;
	readonly isOf: (record: ReadRecord) => boolean;
}

/** Chunks that are looked at to learn a viewer's sizes: a session has few. */
const MOST_LOOKED_AT = 100;

/** Numbers of an application, whose topics may have the names of others. */
const NUMBERS = "panogaze.Numbers";
/** Stamps that are not known without reading a chunk. */
const ANY_STAMP = { firstStampSec: Number.NEGATIVE_INFINITY, lastStampSec: Number.POSITIVE_INFINITY } as const;

/** A session in MCAP files. */
export class McapRecording implements RecordingReader {
	readonly summary: RecordingSummary;
	readonly #files: readonly McapSessionFile[];
	readonly #chunks: readonly PlacedChunk[];
	readonly #topics: readonly McapTopic[];
	readonly #beginNs: bigint;
	readonly #damages: DamageList;
	/** The stamps of the chunks with packets of the source, in their order. */
	#spans: PacketSpan[] | undefined;

	private constructor(
		files: readonly McapSessionFile[],
		chunks: readonly PlacedChunk[],
		damages: DamageList,
		summary: RecordingSummary,
	) {
		this.#files = files;
		this.#chunks = chunks;
		this.#topics = files.flatMap(({ counts }) => [...counts.keys()]);
		this.#beginNs = summary.beginNs;
		this.#damages = damages;
		this.summary = summary;
	}

	/**
	 * Opens the files of one recording, in their order.
	 *
	 * @param onDamage as of `openRecording()`.
	 * @throws {RecordingError} when one can't be read, or the first holds no session.
	 */
	static async open(paths: readonly string[], onDamage?: (sentence: string) => void): Promise<McapRecording> {
		const files: McapSessionFile[] = [];
		const damages = new DamageList();
		try {
			for (const path of paths) {
				try {
					const file = await McapSessionFile.open(path);
					files.push(file);
					if (file.damage !== undefined) damages.add(`${path}: ${file.damage}`);
				} catch (error) {
					// A later part may end at its very beginning; the others are good.
					if (files.length === 0 || !(error instanceof RecordingError)) throw error;
					damages.add(error.message);
				}
			}
			const recording = await McapRecording.#make(files, damages);
			damages.onAdded = onDamage;
			return recording;
		} catch (error) {
			for (const file of files) await file[Symbol.asyncDispose]();
			throw error;
		}
	}

	static async #make(files: readonly McapSessionFile[], damages: DamageList): Promise<McapRecording> {
		const placed = files.flatMap((file) => file.chunks.map((chunk) => ({ ...chunk, file })));
		const chunks = placed.sort((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
		const beginNs = chunks[0]?.startNs ?? 0n;
		let endNs = beginNs;
		for (const chunk of chunks) if (chunk.endNs > endNs) endNs = chunk.endNs;
		for (const { path, brokenChunks } of files)
			for (const broken of brokenChunks) damages.leaveOut(path, broken, beginNs, broken.reason);
		const counts = new Map<string, number>();
		for (const { counts: own } of files)
			for (const [{ topic, schema }, count] of own)
				if (schema !== NUMBERS) counts.set(topic, (counts.get(topic) ?? 0) + count);
		const facts = {
			beginSec: Number(beginNs) / 1e9,
			beginNs,
			durationSec: Number(endNs - beginNs) / 1e9,
			sourcePackets: counts.get("/source/packet") ?? 0,
			cameras: [...counts.keys()].flatMap(cameraOf),
			files: files.map(({ path }) => path),
			damages: damages.sentences,
		};
		const bare = new McapRecording(files, chunks, damages, { ...facts, viewers: [], sources: [] });
		const viewers = await bare.#viewers(counts);
		return new McapRecording(files, chunks, damages, { ...facts, viewers, sources: await bare.#sources() });
	}

	async *records(options: ReadOptions = {}): AsyncGenerator<ReadRecord, void> {
		const { startSec = 0, endSec = Number.POSITIVE_INFINITY, viewers, types, video = true } = options;
		const startNs = this.#nsAt(startSec);
		const endNs = endSec === Number.POSITIVE_INFINITY ? AFTER_ALL_NS : this.#nsAt(endSec);
		const isWanted = ({ record }: TimedRecord) => {
			if (types?.includes(record.type) === false || (!video && ONLY_VIDEO.has(record.type))) return false;
			return viewers === undefined || !("viewer" in record) || record.viewer === undefined
				? true
				: viewers.includes(record.viewer);
		};
		const wanted = new Set(this.#topics.filter(topicsOf({ types, viewers })));
		const takes = (topic: McapTopic) => wanted.has(topic);
		const chunks = this.#chunks.filter(
			({ startNs: firstNs, endNs: lastNs, topics }) => lastNs >= startNs && firstNs < endNs && topics.some(takes),
		);
		let waiting: TimedRecord[] = [];
		const soundEndSec = new Map<string, number>();
		for (const [at, chunk] of chunks.entries()) {
			const read = (await this.#recordsOf(chunk, { takes, video, soundEndSec })).filter(
				(timed) => timed.ns >= startNs && timed.ns < endNs && isWanted(timed),
			);
			waiting = [...waiting, ...read].sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
			const nextNs = chunks[at + 1]?.startNs ?? AFTER_ALL_NS;
			const later = waiting.findIndex(({ ns }) => ns >= nextNs);
			const ready = later < 0 ? waiting : waiting.slice(0, later);
			waiting = later < 0 ? [] : waiting.slice(later);
			for (const { record } of ready) yield record;
		}
	}

	viewer(id: string | undefined): ViewerSummary {
		return viewerNamed(this.summary, id);
	}

	async keyframeBefore(viewer: string, atSec: number): Promise<number> {
		const isOf = (record: ReadRecord) => record.type === "frame" && record.viewer === viewer;
		const takes = topicsOf({ types: ["frame"], viewers: [viewer] });
		return this.#keyBefore(this.#chunksWith(`/viewer ${viewer}/frame`), atSec, { takes, isOf });
	}

	async cameraKeyframeBefore(camera: string, atSec: number): Promise<number> {
		const isOf = (record: ReadRecord) => record.type === "camera" && record.camera === camera;
		const takes = topicsOf({ types: ["camera"] });
		return this.#keyBefore(this.#chunksWith(`/${CAMERAS}/${camera}`), atSec, { takes, isOf });
	}

	async sourceKeyframeBefore(stampSec: number, atSec: number): Promise<number | undefined> {
		const chunks = this.#chunksWith("/source/packet");
		const takes = topicsOf({ types: ["source-packet"] });
		this.#spans ??= chunks.map(({ startNs }) => ({ startSec: this.#secAt(startNs), ...ANY_STAMP }));
		const spans = this.#spans;
		const marksOf = async (at: number) => {
			const chunk = chunks[at]!;
			const marks = (await this.#recordsOf(chunk, { takes })).flatMap(({ record }) => {
				if (record.type !== "source-packet") return [];
				const { stampSec, keyframe } = record.packet;
				return [{ sec: record.atSec, stampSec, keyframe }];
			});
			let [firstStampSec, lastStampSec] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
			for (const mark of marks) {
				if (mark.stampSec < firstStampSec) firstStampSec = mark.stampSec;
				if (mark.stampSec > lastStampSec) lastStampSec = mark.stampSec;
			}
			spans[at] = { startSec: this.#secAt(chunk.startNs), firstStampSec, lastStampSec };
			return marks;
		};
		return keyframeOfStamp(spans, marksOf, stampSec, atSec);
	}

	async largestView(viewer: string): Promise<ViewShape> {
		const chunks = this.#chunksWith(`/viewer ${viewer}/frame`);
		const step = Math.max(1, Math.ceil(chunks.length / MOST_LOOKED_AT));
		const shapes: ViewShape[] = [];
		const takes = topicsOf({ types: ["frame"], viewers: [viewer] });
		for (const chunk of chunks.filter((_, at) => at % step === 0 || at === chunks.length - 1))
			for (const { record } of await this.#recordsOf(chunk, { takes }))
				if (record.type === "frame" && record.viewer === viewer) shapes.push(record.packet);
		return largestOf(shapes);
	}

	async timeOfFrame(viewer: string, number: number): Promise<number | undefined> {
		const takes = topicsOf({ types: ["frame"], viewers: [viewer] });
		for (const chunk of this.#chunksWith(`/viewer ${viewer}/frame`))
			for (const { record } of await this.#recordsOf(chunk, { takes }))
				if (record.type === "frame" && record.viewer === viewer && record.number === number)
					return record.packet.stages.drawStartSec;
		return undefined;
	}

	async close(): Promise<void> {
		for (const file of this.#files) await file[Symbol.asyncDispose]();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/** The time of the newest key frame up to a time, or else of the first picture, seconds. */
	async #keyBefore(chunks: readonly PlacedChunk[], atSec: number, { takes, isOf }: RecordChoice): Promise<number> {
		const atNs = this.#nsAt(atSec);
		const isKey = (record: ReadRecord) =>
			isOf(record) && (record.type === "frame" || record.type === "camera") && record.packet.keyframe;
		const before = chunks.filter(({ startNs }) => startNs <= atNs);
		const foundNs = await this.#lastNs(before, { takes, isOf: isKey }, atNs);
		return this.#secAt(foundNs ?? (await this.#firstNs(chunks, { takes, isOf })) ?? this.#beginNs);
	}

	/** The time of the first of some records. A chunk that begins first may hold later ones. */
	async #firstNs(chunks: readonly PlacedChunk[], { takes, isOf }: RecordChoice): Promise<bigint | undefined> {
		let firstNs: bigint | undefined;
		for (const chunk of chunks) {
			if (firstNs !== undefined && chunk.startNs >= firstNs) break;
			for (const { ns, record } of await this.#recordsOf(chunk, { takes }))
				if ((firstNs === undefined || ns < firstNs) && isOf(record)) firstNs = ns;
		}
		return firstNs;
	}

	/** The time of the last of some records up to a time. */
	async #lastNs(
		chunks: readonly PlacedChunk[],
		{ takes, isOf }: RecordChoice,
		atNs = AFTER_ALL_NS,
	): Promise<bigint | undefined> {
		let lastNs: bigint | undefined;
		for (const chunk of chunks.toSorted((a, b) => (a.endNs > b.endNs ? -1 : a.endNs < b.endNs ? 1 : 0))) {
			if (lastNs !== undefined && chunk.endNs <= lastNs) break;
			for (const { ns, record } of await this.#recordsOf(chunk, { takes }))
				if (ns <= atNs && (lastNs === undefined || ns > lastNs) && isOf(record)) lastNs = ns;
		}
		return lastNs;
	}

	#chunksWith(topic: string): readonly PlacedChunk[] {
		const wanted = new Set(this.#topics.filter((each) => each.topic === topic && each.schema !== NUMBERS));
		return this.#chunks.filter(({ topics }) => topics.some((each) => wanted.has(each)));
	}

	async #recordsOf(
		chunk: PlacedChunk,
		{ takes, video = false, soundEndSec }: ChunkWish,
	): Promise<readonly TimedRecord[]> {
		const messages = await chunk.file.read(chunk, takes).catch((error: unknown) => {
			if (!(error instanceof BrokenChunkError)) throw error;
			this.#damages.leaveOut(chunk.file.path, chunk, this.#beginNs, error.message);
			return [];
		});
		return new McapAssembly(this.#beginNs, video, soundEndSec).records(messages, (reason) => {
			if (chunk.file.hasBrokenMessages) return;
			chunk.file.hasBrokenMessages = true;
			this.#damages.add(`${chunk.file.path}: Broken messages are left out, the first since ${reason}`);
		});
	}

	async #viewers(counts: ReadonlyMap<string, number>): Promise<readonly ViewerSummary[]> {
		const ids = new Set<string>();
		for (const topic of counts.keys()) {
			const id = viewerOf(topic.split("/")[1] ?? "");
			if (id !== undefined) ids.add(id);
		}
		const found: ViewerSummary[] = [];
		for (const id of ids) {
			const ownTopics = new Set(this.#topics.filter(({ topic }) => topic.startsWith(`/viewer ${id}/`)));
			const own = this.#chunks.filter(({ topics }) => topics.some((topic) => ownTopics.has(topic)));
			const isOf = (record: ReadRecord) => "viewer" in record && record.viewer === id;
			const anything = { takes: topicsOf({ viewers: [id] }), isOf };
			const isFrame = (record: ReadRecord) => record.type === "frame" && isOf(record);
			const frames = { takes: topicsOf({ types: ["frame"], viewers: [id] }), isOf: isFrame };
			const shown = this.#chunksWith(`/viewer ${id}/frame`);
			const poses = [...counts].filter(
				([topic]) => topic.startsWith(`/viewer ${id}/`) && topic.endsWith("/pose"),
			);
			found.push({
				id,
				beginSec: this.#secOf(await this.#firstNs(own, anything)),
				endSec: this.#secOf(await this.#lastNs(own, anything)),
				frames: counts.get(`/viewer ${id}/frame`) ?? 0,
				firstFrameSec: this.#secOf(await this.#firstNs(shown, frames)),
				lastFrameSec: this.#secOf(await this.#lastNs(shown, frames)),
				poses: poses.reduce((sum, [, count]) => sum + count, 0),
			});
		}
		return found.sort((a, b) => a.beginSec - b.beginSec);
	}

	async #sources(): Promise<RecordingSummary["sources"]> {
		const sources: { atSec: number; source: RecordedSource }[] = [];
		for (const chunk of this.#chunksWith("/source"))
			for (const { record } of await this.#recordsOf(chunk, { takes: topicsOf({ types: ["source"] }) }))
				if (record.type === "source") sources.push({ atSec: record.atSec, source: record.source });
		return sources;
	}

	#nsAt(sec: number): bigint {
		return nsAfter(this.#beginNs, sec);
	}

	#secAt(ns: bigint): number {
		return Number(ns - this.#beginNs) / 1e9;
	}

	#secOf(ns: bigint | undefined): number {
		return ns === undefined ? Number.NaN : this.#secAt(ns);
	}
}

/** The camera whose pictures a topic has, in a list. */
function cameraOf(topic: string): readonly string[] {
	const [, root, name, ...below] = topic.split("/");
	return root === CAMERAS && name !== undefined && viewerOf(name) === undefined && below.length === 0 ? [name] : [];
}
