import type { Transferable } from "node:worker_threads";
import type { ArrowArray } from "panogaze-rerun";
import { PosePacker, PoseUnpacker, packedPoseBytes } from "./packed-poses.ts";
import { RecordGate, videoOf } from "./record-gate.ts";
import type { RecordBatch, ToRecordingThread } from "./recording-protocol.ts";
import type { SessionRecord } from "./session-record.ts";

/** Records are collected up to this many bytes before the thread gets them. */
const BATCH_BYTES = 1 << 20;
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
	/** Records are collected for this long, or up to 1 MiB, before the thread gets them. */
	readonly batchMs: number;
}

/**
 * The bounded way of records to a recording's thread. Access units and poses are copied once, into
 * memory that the thread takes over. A record beyond the bound is lost; of a video then all frames
 * up to a key frame, which could not be decoded.
 */
export class RecordQueue {
	readonly #options: RecordQueueOptions;
	readonly #post: (message: ToRecordingThread, transfer: Transferable[]) => void;
	readonly #gate = new RecordGate();
	readonly #poses = new PosePacker();
	/** A number stands for so many packed poses. */
	#records: (SessionRecord | number)[] = [];
	#batchBytes = 0;
	/** Bytes that the thread has not worked off, with those of the batch. */
	#queuedBytes = 0;
	#timer: NodeJS.Timeout | undefined;
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
		if (record.type === "pose") this.#putPose(record);
		else this.#records.push(record);
		if (this.#batchBytes >= BATCH_BYTES) this.#flush();
		else this.#timer ??= setTimeout(() => this.#flush(), this.#options.batchMs);
	}

	/** The thread has worked off so many bytes. */
	worked(bytes: number): void {
		this.#queuedBytes -= bytes;
	}

	/** Sends the rest. Later records are left out. */
	close(): void {
		if (this.#isClosed) return;
		this.#flush();
		this.#isClosed = true;
	}

	#putPose(record: SessionRecord & { readonly type: "pose" }): void {
		this.#poses.add(record);
		const last = this.#records.length - 1;
		const before = this.#records[last];
		if (typeof before === "number") this.#records[last] = before + 1;
		else this.#records.push(1);
	}

	/**
	 * Copies the access units of each video, one behind the other: the thread can write them as
	 * they are.
	 *
	 * @returns the buffers with the copies.
	 */
	#copyAccessUnits(): ArrayBuffer[] {
		const lengths = new Map<string, number>();
		for (const record of this.#records)
			if (isFrame(record)) {
				const video = videoOf(record)!.of;
				lengths.set(video, (lengths.get(video) ?? 0) + record.packet.accessUnit.byteLength);
			}
		const rest = new Map([...lengths].map(([video, length]) => [video, new Uint8Array(length)]));
		const buffers = [...rest.values()].map(({ buffer }) => buffer);
		for (const [index, record] of this.#records.entries()) {
			if (!isFrame(record)) continue;
			const { packet } = record;
			const video = videoOf(record)!.of;
			const room = rest.get(video)!;
			const accessUnit = room.subarray(0, packet.accessUnit.byteLength);
			accessUnit.set(packet.accessUnit);
			rest.set(video, room.subarray(accessUnit.byteLength));
			this.#records[index] = { ...record, packet: { ...packet, accessUnit } };
		}
		return buffers;
	}

	#flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#records.length === 0) return;
		const transfer: Transferable[] = this.#copyAccessUnits();
		const poses = this.#poses.isEmpty ? undefined : this.#poses.take();
		if (poses !== undefined) transfer.push(poses.buffer);
		this.#post({ type: "records", records: this.#records, poses, bytes: this.#batchBytes }, transfer);
		this.#records = [];
		this.#batchBytes = 0;
	}
}

function isFrame(record: SessionRecord | number): record is SessionRecord & { readonly type: "frame" | "camera" } {
	return typeof record !== "number" && (record.type === "frame" || record.type === "camera");
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

/** The records of a message of `RecordQueue`, in their order. */
export function* recordsOf({ records, poses }: RecordBatch): Generator<SessionRecord, void> {
	const unpacker = poses && new PoseUnpacker(poses);
	for (const record of records) {
		if (typeof record !== "number") yield record;
		else for (let index = 0; index < record; index++) yield unpacker!.next();
	}
}
