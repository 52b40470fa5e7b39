import type { RecordedFormat } from "../recording-protocol.ts";
import type { SessionRecord } from "../session-record.ts";
import type { RecordGate } from "../tap/record-gate.ts";

/** Counters of a file that is being written. */
export interface PartFileStats {
	/** Bytes in the file, or on their way to it. */
	readonly bytes: number;
	/** Those of them that the system does not have yet. */
	readonly waiting: number;
	/** Messages that will not be in the file. */
	readonly lost: number;
	/** Entries of a table that is kept in memory until the end, of `ENTRY_BYTES` each. */
	readonly entries: number;
}

/** Memory of a chunk's entry in the table of a file for Rerun, bytes. */
export const ENTRY_BYTES = 64;

/** One file of a part of a recording. */
export interface PartFile {
	/** Absolute; `undefined`: it has several, and reports them itself. */
	readonly path: string | undefined;
	readonly format: RecordedFormat;
	readonly stats: PartFileStats;
	write(record: SessionRecord): void;
	/** Sends what was written to the disk, as far as it can be read there. */
	flush(): void;
	/** Resolves when the system has all that was flushed, or the file can't be written any more. */
	settled(): Promise<void>;
	/** Finishes the file. */
	close(): Promise<void>;
}

/** A file, and the records that it is not given. */
export interface OpenFile {
	readonly part: Part;
	readonly file: PartFile;
	readonly gate: RecordGate;
	/** Its disk takes what comes. */
	hasRoom: boolean;
}

/** The files that are begun and finished together. */
export interface Part {
	/** Those that can be written. */
	readonly files: Set<OpenFile>;
	readonly begunMs: number;
	/** One of its files has got its end. */
	hasFinished: boolean;
}
