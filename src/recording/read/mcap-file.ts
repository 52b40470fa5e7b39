import { type FileHandle, open } from "node:fs/promises";
import zlib from "node:zlib";
import { McapRecordBuilder, McapStreamReader } from "@mcap/core";
import { SESSION_METADATA } from "../mcap/mcap-schemas.ts";
import { RecordingError } from "../recording-error.ts";

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
	/** The types of its messages, by their topics. */
	readonly topics: ReadonlyMap<string, string>;
}

/** True for messages that are wanted. @param schema name of their type. */
export type TopicFilter = (topic: string, schema: string) => boolean;

type McapRecord = NonNullable<ReturnType<McapStreamReader["nextRecord"]>>;
type Channel = Extract<McapRecord, { type: "Channel" }>;

const MAGIC = Buffer.from([0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a]);
/** Operation code and length in front of a record. */
const FRAME_BYTES = 9;
/** A footer with its frame, and the magic bytes behind it. */
const END_BYTES = FRAME_BYTES + 20 + MAGIC.length;
const OP_FOOTER = 0x02;
const OP_CHUNK = 0x06;
/** Longest chunk, inflated: recorders make chunks of about 1 MiB. */
const MAX_CHUNK_BYTES = 64 << 20;
/** Longest record that is read. */
const MAX_RECORD_BYTES = 2 * MAX_CHUNK_BYTES;
/** Records that are read without an index, besides chunks. */
const SMALL_BYTES = 1 << 20;

/** One MCAP file of a session, of which single chunks are read. */
export class McapSessionFile implements AsyncDisposable {
	readonly path: string;
	readonly chunks: McapChunk[] = [];
	/** Number of messages by topic. */
	readonly counts = new Map<string, number>();
	/** Sentence about a file that has no end. */
	damage: string | undefined;
	readonly #file: FileHandle;
	readonly #channels = new Map<number, Channel>();
	readonly #schemas = new Map<number, string>();
	/** The channels as records, in front of each chunk. */
	#prefix: Uint8Array = new Uint8Array(0);
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
		let handle: FileHandle | undefined;
		try {
			handle = await open(path, "r");
			const { size } = await handle.stat();
			const file = new McapSessionFile(path, handle);
			if (!(await file.#read(0, Math.min(MAGIC.length, size))).equals(MAGIC))
				throw broken(path, "is no MCAP file");
			if (!(await file.#readIndex(size))) await file.#scan(size);
			if (!file.#isSession) throw broken(path, "is an MCAP file, but of no panogaze session");
			file.#makePrefix();
			return file;
		} catch (error) {
			await handle?.close();
			throw translated(path, error);
		}
	}

	/**
	 * Reads the messages of a chunk, in the order of writing.
	 * @param takes whether messages of a topic and a type are wanted.
	 * @throws {RecordingError}
	 */
	async read({ place, byteLength }: McapChunk, takes: TopicFilter = () => true): Promise<readonly McapMessage[]> {
		try {
			const reader = newReader();
			reader.append(this.#prefix);
			reader.append(await this.#read(place, byteLength));
			const messages: McapMessage[] = [];
			const wanted = new Set<number>();
			for (const { id, topic, schemaId } of this.#channels.values())
				if (takes(topic, this.#schemas.get(schemaId) ?? "")) wanted.add(id);
			for (const record of recordsOf(reader))
				if (record.type !== "Message" || wanted.has(record.channelId)) this.#take(record, messages);
			return messages;
		} catch (error) {
			throw translated(this.path, error);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#file.close();
	}

	/** @returns false if the file has no index, or a broken one. */
	async #readIndex(size: number): Promise<boolean> {
		if (size < MAGIC.length + END_BYTES) return false;
		const end = await this.#read(size - END_BYTES, END_BYTES);
		if (end[0] !== OP_FOOTER || !end.subarray(-MAGIC.length).equals(MAGIC)) return false;
		const start = Number(end.readBigUInt64LE(FRAME_BYTES));
		const byteLength = size - END_BYTES - start;
		if (!(start >= MAGIC.length) || !(byteLength > 0) || byteLength > MAX_RECORD_BYTES) return false;
		const reader = newReader();
		reader.append(await this.#read(start, byteLength));
		const indexes: Extract<McapRecord, { type: "ChunkIndex" }>[] = [];
		let counts: ReadonlyMap<number, bigint> = new Map();
		for (const record of recordsOf(reader)) {
			this.#take(record, []);
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
			const topics = new Map<string, string>();
			for (const id of messageIndexOffsets.keys()) {
				const channel = this.#channels.get(id);
				if (channel !== undefined) topics.set(channel.topic, this.#schemas.get(channel.schemaId) ?? "");
			}
			this.#addChunk(place, length, messageStartTime, messageEndTime, topics);
		}
		for (const [id, count] of counts) {
			const topic = this.#channels.get(id)?.topic;
			if (topic !== undefined) this.counts.set(topic, Number(count));
		}
		return true;
	}

	/** Finds chunks one after the other, up to where the file was cut off. */
	async #scan(size: number): Promise<void> {
		const reader = newReader();
		let place = MAGIC.length;
		try {
			while (place + FRAME_BYTES <= size) {
				const frame = await this.#read(place, FRAME_BYTES);
				const byteLength = FRAME_BYTES + Number(frame.readBigUInt64LE(1));
				if (place + byteLength > size) break;
				const isChunk = frame[0] === OP_CHUNK;
				if (byteLength > (isChunk ? MAX_RECORD_BYTES : SMALL_BYTES))
					throw broken(this.path, "has a record too long");
				reader.append(await this.#read(place, byteLength));
				const messages: McapMessage[] = [];
				for (const record of recordsOf(reader)) this.#take(record, messages);
				if (isChunk && messages.length > 0) this.#addScanned(place, byteLength, messages);
				place += byteLength;
			}
		} catch (error) {
			if (this.chunks.length === 0) throw error;
			this.damage = `It is broken after ${place} bytes: ${(error as Error).message}`;
			return;
		}
		this.damage = `It ends after ${place} bytes without an index: its recorder was interrupted.`;
	}

	#addScanned(place: number, byteLength: number, messages: readonly McapMessage[]): void {
		let [startNs, endNs] = [messages[0]!.logTime, messages[0]!.logTime];
		for (const { topic, logTime } of messages) {
			if (logTime < startNs) startNs = logTime;
			if (logTime > endNs) endNs = logTime;
			this.counts.set(topic, (this.counts.get(topic) ?? 0) + 1);
		}
		this.#addChunk(
			place,
			byteLength,
			startNs,
			endNs,
			new Map(messages.map(({ topic, schema }) => [topic, schema])),
		);
	}

	#addChunk(place: number, byteLength: number, startNs: bigint, endNs: bigint, topics: McapChunk["topics"]): void {
		this.chunks.push({ place, byteLength, startNs, endNs, topics });
	}

	/** Takes note of a record, or collects it. */
	#take(record: McapRecord, messages: McapMessage[]): void {
		if (record.type === "Schema") this.#schemas.set(record.id, record.name);
		else if (record.type === "Channel") this.#channels.set(record.id, record);
		else if (record.type === "Metadata" && record.name === SESSION_METADATA) this.#isSession = true;
		else if (record.type === "Message") {
			const channel = this.#channels.get(record.channelId);
			if (channel === undefined) return;
			const { logTime, publishTime, data } = record;
			const schema = this.#schemas.get(channel.schemaId) ?? "";
			messages.push({ topic: channel.topic, schema, logTime, publishTime, data });
		}
	}

	#makePrefix(): void {
		const builder = new McapRecordBuilder();
		for (const channel of this.#channels.values()) builder.writeChannel(channel);
		this.#prefix = builder.buffer.slice();
	}

	async #read(place: number, byteLength: number): Promise<Buffer> {
		const bytes = Buffer.alloc(byteLength);
		const { bytesRead } = await this.#file.read(bytes, 0, byteLength, place);
		if (bytesRead < byteLength) throw broken(this.path, "ends before the place that was read");
		return bytes;
	}
}

/** True for an MCAP file of a session that can be read. */
export async function holdsSession(path: string): Promise<boolean> {
	try {
		await using _file = await McapSessionFile.open(path);
		return true;
	} catch (error) {
		if (error instanceof RecordingError) return false;
		throw error;
	}
}

function newReader(): McapStreamReader {
	return new McapStreamReader({ noMagicPrefix: true, decompressHandlers: { zstd: inflated } });
}

function* recordsOf(reader: McapStreamReader): Generator<McapRecord, void> {
	for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) yield record;
}

function inflated(bytes: Uint8Array, size: bigint): Uint8Array {
	if (typeof zlib.zstdDecompressSync !== "function")
		throw new Error(`It is compressed with zstd, which Node ${process.versions.node} does not have; 22.15 has.`);
	if (size > MAX_CHUNK_BYTES) throw new Error(`A chunk has ${size} bytes, more than ${MAX_CHUNK_BYTES}.`);
	return zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, Number(size)) });
}

function broken(path: string, clause: string): RecordingError {
	return new RecordingError(`${path} ${clause}.`, { code: "broken" });
}

function translated(path: string, error: unknown): RecordingError {
	if (error instanceof RecordingError) return error;
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === "ENOENT") return new RecordingError(`There is no file ${path}.`, { code: "not-found", cause: error });
	return new RecordingError(`${path} can't be read: ${message}`, { code: "broken", cause: error });
}
