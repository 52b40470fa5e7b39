import type { PackedRecords } from "./queue/record-packer.ts";
import type { SessionRecord } from "./session-record.ts";

/** Whether the source's video is recorded too: as it comes, in a small version, or not. */
export type RecordedSourceChoice = "packets" | "small" | "none";

/** The file of a recording and its beginning: start data of a recording's thread. */
export interface RecordingFileOptions {
	/** Where the first file for Rerun lies, which is there already, or a device. */
	readonly path: string;
	/** The beginning of the paths of all files. */
	readonly stem: string;
	/** Is shown by Rerun's viewers; `undefined`: none. */
	readonly name: string | undefined;
	/** Seconds since 1970 at the origin of the monotonic clock. */
	readonly epochSec: number;
	/** Bytes that may wait for the disk. */
	readonly maxQueuedBytes: number;
	readonly source: RecordedSourceChoice;
	readonly formats: readonly RecordedFormat[];
	/** Bounds of a part; without them it is bounded by its table alone. */
	readonly rotate: { readonly bytes?: number | undefined; readonly minutes?: number | undefined };
}

/** Records that go to a thread together. `recordsOf` reads them. */
export interface RecordBatch {
	/** A number stands for so many of the packed records. */
	readonly records: readonly (SessionRecord | number)[];
	readonly packed: PackedRecords | undefined;
	/** The buffers of the packed records, which the thread hands back. */
	readonly memory: ArrayBuffer[];
	/** Their bytes in the queue's account. */
	readonly bytes: number;
}

/** A message to a recording's thread. */
export type ToRecordingThread = ({ readonly type: "records" } & RecordBatch) | { readonly type: "close" };

/** The counters of a file. */
export interface RecordingProgress {
	/** Bytes in the file, or on their way to it. */
	readonly bytes: number;
	/** Messages that will not be in the file: the disk was too slow. */
	readonly lost: number;
}

/** A format of a recording's files. */
export type RecordedFormat = "rrd" | "mcap" | "mp4";

/** A file of a recording. */
export interface RecordedFile {
	/** Absolute. */
	readonly path: string;
	/** `jsonl`: the poses beside an `mp4`. */
	readonly format: RecordedFormat | "jsonl";
	/** Bytes in the file, where it is finished; else 0. */
	readonly bytes: number;
	/** Nothing is written into it any more. */
	readonly isFinished: boolean;
	/** The reason why the rest of it is missing; `undefined`: it is whole. */
	readonly failure?: string | undefined;
}

/** A message from a recording's thread. */
export type FromRecordingThread =
	/** The thread has started: records are worked off from now on. */
	| { readonly type: "begun" }
	/**
	 * So many bytes of records are with the system, and the memory that they used is free again; or
	 * not `isWritten`: a disk hangs.
	 */
	| {
			readonly type: "worked";
			readonly bytes: number;
			readonly isWritten: boolean;
			readonly memory: ArrayBuffer[];
	  }
	| ({ readonly type: "progress" } & RecordingProgress)
	| { readonly type: "file"; readonly file: RecordedFile }
	/** Another part has begun: each video goes on there with its next key frame. */
	| { readonly type: "keyframesWanted" }
	/** A line for the log: wrong data that was logged, or a disk that hangs. */
	| { readonly type: "notice"; readonly message: string }
	/** One of several files can't be written any more; the others go on. */
	| { readonly type: "fileFailed"; readonly message: string }
	/** No file can be written any more. */
	| { readonly type: "failed"; readonly message: string }
	/** The file is finished. */
	| { readonly type: "closed" };
