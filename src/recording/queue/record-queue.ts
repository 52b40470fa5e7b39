import type { Transferable } from "node:worker_threads";
import type { ArrowArray } from "panogaze-rerun";
import type { RecordBatch, ToRecordingThread } from "../recording-protocol.ts";
import type { SessionRecord } from "../session-record.ts";
import { RecordGate } from "../tap/record-gate.ts";
import { BatchMemory } from "./batch-memory.ts";
import type { FrameRecord } from "./packed-frames.ts";
import { type PoseRecord, packedPoseBytes } from "./packed-poses.ts";
import { buffersOf, RecordPacker, RecordUnpacker } from "./record-packer.ts";

/** Records are collected up to this many bytes before the thread gets them. */
const BATCH_BYTES = 1 << 20;
/** The first batch is small: the thread's first work takes long, and all until then may be lost. */
const FIRST_BATCH_MS = 100;
/** Bytes of a record without its arrays and texts, about. */
const RECORD_BYTES = 256;

/**
 * Memory for new objects in the threads that get records, MB. Each batch makes garbage; left to
 * itself the engine let a recording's thread grow by 100 MB in an hour (`npm run bench --
 * recording-hour`).
 */
export const YOUNG_GENERATION_MB = 12;

/** Options of a `RecordQueue`. */
export interface RecordQueueOptions {
	/** Bytes that may wait, in the queue and in the thread. */
	readonly maxBytes: number;
	/**
	 * Records are collected for this long, the first for 100 ms at most, or up to 1 MiB, before the
	 * thread gets them.
	 */
	readonly batchMs: number;
}

/**
 * The bounded way of records to a recording's thread. Pictures and poses are copied once, into
 * memory that the thread gets, and hands back. A record beyond the bound is lost; of a video then
 * all frames up to a key frame, which could not be decoded.
 */
export class RecordQueue {
	readonly #options: RecordQueueOptions;
	readonly #post: (message: ToRecordingThread, transfer: Transferable[]) => void;
	readonly #gate = new RecordGate();
	readonly #memory = new BatchMemory();
	readonly #packer = new RecordPacker(this.#memory);
	/** A number stands for so many packed records. */
	#records: (SessionRecord | number)[] = [];
	#batchBytes = 0;
	/** Bytes that the thread has not worked off, with those of the batch. */
	#queuedBytes = 0;
	#timer: NodeJS.Timeout | undefined;
	#hasSent = false;
	#isClosed = false;

	/** @param post sends a message to the thread, with the buffers that it takes over. */
	constructor(options: RecordQueueOptions, post: (message: ToRecordingThread, transfer: Transferable[]) => void) {
		this.#options = options;
		this.#post = post;
	}

	/** Number of lost records. */
	get lost(): number {
		return this.#gate.lost;
	}

	put(record: SessionRecord): void {
		if (this.#isClosed) return;
		const bytes = bytesOf(record);
		if (!this.#gate.admits(record, this.#queuedBytes + bytes <= this.#options.maxBytes)) return;
		this.#queuedBytes += bytes;
		this.#batchBytes += bytes;
		if (record.type === "pose" || record.type === "frame" || record.type === "camera") this.#pack(record);
		else this.#records.push(record);
		if (this.#batchBytes >= BATCH_BYTES) this.#flush();
		else this.#timer ??= setTimeout(() => this.#flush(), this.#waitMs);
	}

	/** The thread has worked off so many bytes. @param memory buffers that it hands back. */
	worked(bytes: number, memory: readonly ArrayBuffer[] = []): void {
		this.#queuedBytes -= bytes;
		this.#memory.giveBack(memory);
	}

	/** Sends the rest. Later records are left out. */
	close(): void {
		if (this.#isClosed) return;
		this.#flush();
		this.#isClosed = true;
	}

	get #waitMs(): number {
		const { batchMs } = this.#options;
		return this.#hasSent ? batchMs : Math.min(FIRST_BATCH_MS, batchMs);
	}

	#pack(record: PoseRecord | FrameRecord): void {
		this.#packer.add(record);
		const last = this.#records.length - 1;
		const before = this.#records[last];
		if (typeof before === "number") this.#records[last] = before + 1;
		else this.#records.push(1);
	}

	#flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#records.length === 0) return;
		this.#hasSent = true;
		const packed = this.#packer.take();
		const memory = packed === undefined ? [] : buffersOf(packed);
		this.#post({ type: "records", records: this.#records, packed, memory, bytes: this.#batchBytes }, memory);
		this.#records = [];
		this.#batchBytes = 0;
	}
}

function bytesOf(record: SessionRecord): number {
	switch (record.type) {
		case "frame":
		case "camera":
			return RECORD_BYTES + record.packet.accessUnit.byteLength;
		case "source-packet":
			return RECORD_BYTES + record.packet.data.byteLength;
		case "client-frame":
			return RECORD_BYTES + record.packet.data.byteLength;
		case "sound":
			return RECORD_BYTES + record.sound.data.byteLength;
		case "pose":
			return packedPoseBytes(record.pose);
		case "log":
			return record.values
				.flatMap(({ batches }) => batches)
				.reduce((sum, { values }) => sum + arrayBytes(values), RECORD_BYTES);
		case "text":
			return RECORD_BYTES + record.words.length * 2;
		default:
			return RECORD_BYTES * 8;
	}
}

function arrayBytes({ values, offsets, children }: ArrowArray): number {
	const own = (values?.byteLength ?? 0) + (offsets?.byteLength ?? 0);
	return children.reduce((sum, child) => sum + arrayBytes(child), own);
}

/** The number of records in a message of `RecordQueue`. */
export function countOf({ records }: RecordBatch): number {
	return records.reduce<number>((sum, record) => sum + (typeof record === "number" ? record : 1), 0);
}

/** The records of a message of `RecordQueue`, in their order. */
export function* recordsOf({ records, packed }: RecordBatch): Generator<SessionRecord, void> {
	const unpacker = packed && new RecordUnpacker(packed);
	for (const record of records) {
		if (typeof record !== "number") yield record;
		else for (let index = 0; index < record; index++) yield unpacker!.next();
	}
}
