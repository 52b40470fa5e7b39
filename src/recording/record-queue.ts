import type { Transferable } from "node:worker_threads";
import type { ArrowArray } from "panogaze-rerun";
import type { ToRecordingThread } from "./recording-protocol.ts";
import type { SessionRecord } from "./session-record.ts";

/** Records are collected for this long, or up to this many bytes, before the thread gets them. */
const BATCH_MS = 200;
const BATCH_BYTES = 1 << 20;
/** Bytes of a record without its arrays and texts, about. */
const RECORD_BYTES = 256;

/**
 * The bounded way of records to a recording's thread. Access units are copied once, as the session
 * still needs them. A record beyond the bound is lost; of a video then all frames up to a key
 * frame, which could not be decoded.
 */
export class RecordQueue {
	readonly #maxBytes: number;
	readonly #post: (message: ToRecordingThread, transfer: Transferable[]) => void;
	/** Viewers whose next frames need a lost one. */
	readonly #brokenVideos = new Set<string>();
	#records: SessionRecord[] = [];
	#transfer: Transferable[] = [];
	#batchBytes = 0;
	/** Bytes that the thread has not worked off, with those of the batch. */
	#queuedBytes = 0;
	#timer: NodeJS.Timeout | undefined;
	#lost = 0;
	#isClosed = false;

	/** @param post sends a message to the thread, with the buffers that it takes over. */
	constructor(maxBytes: number, post: (message: ToRecordingThread, transfer: Transferable[]) => void) {
		this.#maxBytes = maxBytes;
		this.#post = post;
	}

	/** Number of lost records. */
	get lost(): number {
		return this.#lost;
	}

	put(record: SessionRecord): void {
		if (this.#isClosed) return;
		const bytes = bytesOf(record);
		if (this.#queuedBytes + bytes > this.#maxBytes || this.#isUndecodable(record)) {
			if (record.type === "frame") this.#brokenVideos.add(record.viewer);
			this.#lost++;
			return;
		}
		this.#queuedBytes += bytes;
		this.#batchBytes += bytes;
		this.#records.push(record.type === "frame" ? this.#copied(record) : record);
		if (this.#batchBytes >= BATCH_BYTES) this.#flush();
		else this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS);
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

	#isUndecodable(record: SessionRecord): boolean {
		if (record.type !== "frame") return false;
		if (record.packet.keyframe) this.#brokenVideos.delete(record.viewer);
		return this.#brokenVideos.has(record.viewer);
	}

	#copied(record: SessionRecord & { readonly type: "frame" }): SessionRecord {
		const accessUnit = new Uint8Array(record.packet.accessUnit);
		this.#transfer.push(accessUnit.buffer);
		return { ...record, packet: { ...record.packet, accessUnit } };
	}

	#flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#records.length === 0) return;
		this.#post({ type: "records", records: this.#records, bytes: this.#batchBytes }, this.#transfer);
		this.#records = [];
		this.#transfer = [];
		this.#batchBytes = 0;
	}
}

function bytesOf(record: SessionRecord): number {
	switch (record.type) {
		case "frame":
			return RECORD_BYTES + record.packet.accessUnit.byteLength;
		case "pose":
			return RECORD_BYTES + record.pose.ids.byteLength * 8;
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
