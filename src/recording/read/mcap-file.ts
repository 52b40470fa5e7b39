import { type FileHandle, open } from "node:fs/promises";
import zlib from "node:zlib";
import { McapRecordBuilder, McapStreamReader } from "@mcap/core";
import { MCAP_LIBRARY } from "../../motion/mcap-file.ts";
import { SESSION_METADATA } from "../mcap/mcap-schemas.ts";
import { RecordingError } from "../recording-error.ts";
import { BrokenChunkError } from "./damage-list.ts";

/** One message of a recording. */
export interface McapMessage {
	readonly topic: string;
	/** Name of the message's type. */
	readonly schema: string;
	/** Time in nanoseconds since 1970. */
	readonly logTime: bigint;
	/** Time of the capture where it is known, else the same. */
	readonly publishTime: bigint;
	/** A view of the chunk. */
	readonly data: Uint8Array;
}

/** Messages that lie together in a file. */
export interface McapChunk {
	readonly place: number;
	readonly byteLength: number;
	readonly startNs: bigint;
	readonly endNs: bigint;
	/** Those of its messages. */
	readonly topics: readonly McapTopic[];
}

/** A chunk that can't be read. */
export interface BrokenChunk extends Pick<McapChunk, "startNs" | "endNs"> {
	readonly reason: string;
}

/** A channel's messages: the same object in all chunks of a file. */
export interface McapTopic {
	readonly channelId: number;
	readonly topic: string;
	/** Name of the type. */
	readonly schema: string;
}

/** True for messages that are wanted. */
export type TopicFilter = (topic: McapTopic) => boolean;

type McapRecord = NonNullable<ReturnType<McapStreamReader["nextRecord"]>>;
type Channel = Extract<McapRecord, { type: "Channel" }>;
type Message = Extract<McapRecord, { type: "Message" }>;

const MAGIC = Buffer.from([0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a]);
/** Operation code and length in front of a record. */
const FRAME_BYTES = 9;
/** A footer with its frame, and the magic bytes behind it. */
const END_BYTES = FRAME_BYTES + 20 + MAGIC.length;
const OP_FOOTER = 0x02;
const OP_CHUNK = 0x06;
/** Header, schema, channel and metadata: records that may stand in front of the first chunk. */
const FRONT_OPS: ReadonlySet<number> = new Set([0x01, 0x03, 0x04, 0x0c]);
/** Longest chunk, inflated: recorders make chunks of about 1 MiB. */
const MAX_CHUNK_BYTES = 64 << 20;
/** Longest record that is read. */
const MAX_RECORD_BYTES = 2 * MAX_CHUNK_BYTES;
/** Bytes of a chunk's record that have the times of its messages. */
const CHUNK_TIMES_BYTES = FRAME_BYTES + 16;
const HAS_ZSTD = typeof zlib.zstdDecompressSync === "function";
/** Records that are read without an index, besides chunks. */
const SMALL_BYTES = 1 << 20;

/** One MCAP file of a session, of which single chunks are read. */
export class McapSessionFile implements AsyncDisposable {
	readonly path: string;
	readonly chunks: McapChunk[] = [];
	/** Number of messages of each topic. */
	readonly counts = new Map<McapTopic, number>();
	/** Sentence about a file that has no end, or a broken index. */
	damage: string | undefined;
	/** Chunks that are left out because they are broken, where a file without an index has some. */
	readonly brokenChunks: BrokenChunk[] = [];
	/** Messages were left out, and that was reported. */
	hasBrokenMessages = false;
	readonly #file: FileHandle;
	readonly #channels = new Map<number, Channel>();
	readonly #schemas = new Map<number, string>();
	/** Topics by their channels. */
	readonly #topics = new Map<number, McapTopic>();
	#isSession = false;

	private constructor(path: string, file: FileHandle) {
		this.path = path;
		this.#file = file;
	}

	/**
	 * Opens a file and finds its chunks: by its index, or without one by reading it once.
	 *
	 * @throws {RecordingError} when it can't be read, or holds no session.
	 */
	static async open(path: string): Promise<McapSessionFile> {
		const { file, size, hasIndex } = await McapSessionFile.#identified(path);
		try {
			if (!hasIndex) await file.#scan(size);
			return file;
		} catch (error) {
			await file[Symbol.asyncDispose]();
			throw translated(path, error);
		}
	}

	/** Throws the errors of `open` that a file's beginning and its index give. */
	static async check(path: string): Promise<void> {
		const { file } = await McapSessionFile.#identified(path);
		await file[Symbol.asyncDispose]();
	}

	static async #identified(path: string) {
		let handle: FileHandle | undefined;
		try {
			handle = await open(path, "r");
			const { size } = await handle.stat();
			const file = new McapSessionFile(path, handle);
			await file.#readFront(size);
			const hasIndex = await file.#readIndex(size);
			if (!file.#isSession) throw foreign(path, "is an MCAP file, but of no panogaze session");
			return { file, size, hasIndex };
		} catch (error) {
			await handle?.close();
			throw translated(path, error);
		}
	}

	/**
	 * Reads the messages of a chunk, in the order of writing.
	 * @param takes whether messages of a topic and a type are wanted.
	 * @throws {BrokenChunkError} if its bytes are not those that were written.
	 * @throws {RecordingError} if the file can't be read.
	 */
	async read(
		{ place, byteLength, topics }: McapChunk,
		takes: TopicFilter = () => true,
	): Promise<readonly McapMessage[]> {
		const bytes = await this.#read(place, byteLength).catch((error: unknown) => {
			throw translated(this.path, error);
		});
		try {
			const reader = newReader();
			reader.append(this.#prefixOf(topics.map(({ channelId }) => channelId)));
			reader.append(bytes);
			const messages: McapMessage[] = [];
			const wanted = new Map(topics.filter(takes).map((topic) => [topic.channelId, topic]));
			for (const record of recordsOf(reader)) {
				const of = record.type === "Message" ? wanted.get(record.channelId) : undefined;
				if (record.type !== "Message" || of === undefined) continue;
				const { logTime, publishTime, data } = record;
				messages.push({ topic: of.topic, schema: of.schema, logTime, publishTime, data });
			}
			return messages;
		} catch (error) {
			// Without zstd no chunk can be read, broken or not.
			throw HAS_ZSTD ? new BrokenChunkError(reasonOf(error), error) : translated(this.path, error);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#file.close();
	}

	/** Reads what stands in front of the first chunk: there a session's file says what it is. */
	async #readFront(size: number): Promise<void> {
		const magic = await this.#read(0, Math.min(MAGIC.length, size));
		if (!magic.equals(MAGIC.subarray(0, magic.length))) throw foreign(this.path, "is no MCAP file");
		const reader = newReader();
		let isOther = false;
		for (let place = MAGIC.length; ; ) {
			if (place + FRAME_BYTES > size) break;
			const frame = await this.#read(place, FRAME_BYTES);
			const byteLength = FRAME_BYTES + Number(frame.readBigUInt64LE(1));
			if (!FRONT_OPS.has(frame[0]!) || byteLength > SMALL_BYTES) return;
			if (place + byteLength > size) break;
			reader.append(await this.#read(place, byteLength));
			for (const record of recordsOf(reader)) {
				this.#learn(record);
				isOther ||= record.type === "Metadata" || (record.type === "Header" && record.library !== MCAP_LIBRARY);
			}
			if (this.#isSession) return;
			place += byteLength;
		}
		if (!isOther) throw broken(this.path, "ends before its first messages");
	}

	/** @returns false if the file has no index, or a broken one. */
	async #readIndex(size: number): Promise<boolean> {
		if (size < MAGIC.length + END_BYTES) return false;
		const end = await this.#read(size - END_BYTES, END_BYTES);
		if (end[0] !== OP_FOOTER || !end.subarray(-MAGIC.length).equals(MAGIC)) return false;
		const start = Number(end.readBigUInt64LE(FRAME_BYTES));
		const byteLength = size - END_BYTES - start;
		if (!(start >= MAGIC.length) || !(byteLength > 0) || byteLength > MAX_RECORD_BYTES) return false;
		const summary = await this.#read(start, byteLength);
		if (!isWhole(summary, end)) {
			this.damage = "Its index is broken; it was read without.";
			return false;
		}
		const reader = newReader();
		reader.append(summary);
		const indexes: Extract<McapRecord, { type: "ChunkIndex" }>[] = [];
		let counts: ReadonlyMap<number, bigint> = new Map();
		for (const record of recordsOf(reader)) {
			this.#learn(record);
			if (record.type === "ChunkIndex") indexes.push(record);
			else if (record.type === "Statistics") counts = record.channelMessageCounts;
			else if (record.type === "MetadataIndex" && record.name === SESSION_METADATA) this.#isSession = true;
		}
		for (const {
			chunkStartOffset,
			chunkLength,
			messageStartTime,
			messageEndTime,
			messageIndexOffsets,
		} of indexes) {
			const [place, length] = [Number(chunkStartOffset), Number(chunkLength)];
			if (length > MAX_RECORD_BYTES || place + length > size)
				throw broken(this.path, "has an index of other places");
			const [startNs, endNs] = [messageStartTime, messageEndTime];
			const topics = new Set<McapTopic>();
			for (const id of messageIndexOffsets.keys()) {
				const topic = this.#topicOf(id);
				if (topic !== undefined) topics.add(topic);
			}
			this.chunks.push({ place, byteLength: length, startNs, endNs, topics: [...topics] });
		}
		for (const [id, count] of counts) this.#count(id, Number(count));
		return true;
	}

	/** Finds chunks one after the other, up to where the file was cut off. */
	async #scan(size: number): Promise<void> {
		let reader = newReader();
		let place = MAGIC.length;
		try {
			while (place + FRAME_BYTES <= size) {
				const frame = await this.#read(place, FRAME_BYTES);
				const byteLength = FRAME_BYTES + Number(frame.readBigUInt64LE(1));
				if (place + byteLength > size) break;
				const isChunk = frame[0] === OP_CHUNK;
				if (byteLength > (isChunk ? MAX_RECORD_BYTES : SMALL_BYTES))
					throw broken(this.path, "has a record too long");
				const bytes = await this.#read(place, byteLength);
				const messages: Message[] = [];
				try {
					reader.append(bytes);
					for (const record of recordsOf(reader))
						if (record.type === "Message") messages.push(record);
						else this.#learn(record);
					if (isChunk && messages.length > 0) this.#addScanned(place, byteLength, messages);
				} catch (error) {
					if (!isChunk || !HAS_ZSTD || byteLength < CHUNK_TIMES_BYTES) throw error;
					const startNs = bytes.readBigUInt64LE(FRAME_BYTES);
					const endNs = bytes.readBigUInt64LE(FRAME_BYTES + 8);
					this.brokenChunks.push({ startNs, endNs, reason: reasonOf(error) });
					// A reader that has failed reads no more.
					reader = newReader();
					reader.append(this.#prefixOf(this.#channels.keys()));
				}
				place += byteLength;
			}
			const [first] = this.brokenChunks;
			if (this.chunks.length === 0 && first !== undefined) throw new Error(first.reason);
		} catch (error) {
			if (this.chunks.length === 0) throw error;
			this.damage = `It is broken after ${place} bytes: ${(error as Error).message}`;
			return;
		}
		this.damage ??= `It ends after ${place} bytes without an index: its recorder was interrupted.`;
	}

	#addScanned(place: number, byteLength: number, messages: readonly Message[]): void {
		let [startNs, endNs] = [messages[0]!.logTime, messages[0]!.logTime];
		const topics = new Set<McapTopic>();
		for (const { channelId, logTime } of messages) {
			if (logTime < startNs) startNs = logTime;
			if (logTime > endNs) endNs = logTime;
			const topic = this.#count(channelId, 1);
			if (topic !== undefined) topics.add(topic);
		}
		this.chunks.push({ place, byteLength, startNs, endNs, topics: [...topics] });
	}

	#count(channelId: number, messages: number): McapTopic | undefined {
		const topic = this.#topicOf(channelId);
		if (topic !== undefined) this.counts.set(topic, (this.counts.get(topic) ?? 0) + messages);
		return topic;
	}

	/** Takes note of a record. */
	#learn(record: McapRecord): void {
		if (record.type === "Schema") this.#schemas.set(record.id, record.name);
		else if (record.type === "Channel") this.#channels.set(record.id, record);
		else if (record.type === "Metadata" && record.name === SESSION_METADATA) this.#isSession = true;
	}

	#topicOf(channelId: number): McapTopic | undefined {
		const known = this.#topics.get(channelId);
		const channel = this.#channels.get(channelId);
		if (known !== undefined || channel === undefined) return known;
		const topic = { channelId, topic: channel.topic, schema: this.#schemas.get(channel.schemaId) ?? "" };
		this.#topics.set(channelId, topic);
		return topic;
	}

	/** Channels as records: a reader needs them in front of a chunk. */
	#prefixOf(channelIds: Iterable<number>): Uint8Array {
		const builder = new McapRecordBuilder();
		for (const channelId of channelIds) builder.writeChannel(this.#channels.get(channelId)!);
		return builder.buffer.slice();
	}

	async #read(place: number, byteLength: number): Promise<Buffer> {
		const bytes = Buffer.alloc(byteLength);
		const { bytesRead } = await this.#file.read(bytes, 0, byteLength, place);
		if (bytesRead < byteLength) throw broken(this.path, "ends before the place that was read");
		return bytes;
	}
}

/** False for a file that is no MCAP, or of something else. @throws {RecordingError} */
export async function holdsSession(path: string): Promise<boolean> {
	try {
		await McapSessionFile.check(path);
		return true;
	} catch (error) {
		if (error instanceof RecordingError && error.code === "foreign") return false;
		throw error;
	}
}

/** True if a table of contents has the checksum that the file's end gives, if it gives one. */
function isWhole(summary: Uint8Array, end: Buffer): boolean {
	const wanted = end.readUInt32LE(FRAME_BYTES + 16);
	return wanted === 0 || wanted === zlib.crc32(end.subarray(0, FRAME_BYTES + 16), zlib.crc32(summary));
}

/** The reason why records can't be read, as a sentence. */
function reasonOf(error: unknown): string {
	// The library adds the program that wrote the file.
	return `${(error as Error).message.replace(/ \[(?:no header|library=.*)\]$/, "").replace(/\.$/, "")}.`;
}

function newReader(): McapStreamReader {
	return new McapStreamReader({ noMagicPrefix: true, decompressHandlers: { zstd: inflated } });
}

function* recordsOf(reader: McapStreamReader): Generator<McapRecord, void> {
	for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) yield record;
}

function inflated(bytes: Uint8Array, size: bigint): Uint8Array {
	if (!HAS_ZSTD)
		throw new Error(`It is compressed with zstd, which Node ${process.versions.node} does not have; 22.15 has.`);
	if (size > MAX_CHUNK_BYTES) throw new Error(`A chunk has ${size} bytes, more than ${MAX_CHUNK_BYTES}.`);
	return zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, Number(size)) });
}

function broken(path: string, clause: string): RecordingError {
	return new RecordingError(`${path} ${clause}.`, { code: "broken" });
}

function foreign(path: string, clause: string): RecordingError {
	return new RecordingError(`${path} ${clause}.`, { code: "foreign" });
}

function translated(path: string, error: unknown): RecordingError {
	if (error instanceof RecordingError) return error;
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === "ENOENT") return new RecordingError(`There is no file ${path}.`, { code: "not-found", cause: error });
	return new RecordingError(`${path} can't be read: ${message}`, { code: "broken", cause: error });
}
