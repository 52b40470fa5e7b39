import { RecordingStream, type Sink } from "panogaze-rerun";
import { SessionWriter } from "../rerun/session-writer.ts";
import type { SessionProgress } from "../session-progress.ts";
import type { SessionRecord } from "../session-record.ts";
import { DiskSink } from "./disk-sink.ts";
import type { PartFile, PartFileStats } from "./part-file.ts";
import type { RecordingDisk } from "./recording-disk.ts";

/** Name under which Rerun's viewers keep layouts of these recordings. */
const APPLICATION_ID = "panogaze";

/** Makes the sink of a file, which is there already. */
export type OpenSink = (path: string, disk: RecordingDisk, onFailed: (message: string) => void) => Sink;

/** Writes into a file on the disk. */
export const openFileSink: OpenSink = (path, disk, onFailed) => new DiskSink(disk.open(path, true, onFailed));

/** Options of an `RrdFile`. */
export interface RrdFileOptions {
	/** A file that exists, or a device. Its content is replaced. */
	readonly path: string;
	/** The same for all parts of a recording: viewers show them as one. */
	readonly recordingId: string;
	/** Is shown by Rerun's viewers; `undefined`: none. */
	readonly name: string | undefined;
	/** Seconds since 1970 at the origin of the monotonic clock. */
	readonly epochSec: number;
	readonly disk: RecordingDisk;
	readonly progress: SessionProgress;
	readonly openSink: OpenSink;
	/** The file can't be written any more. */
	readonly onFailed: (message: string) => void;
	/** Wrong data was logged, once for each kind. */
	readonly onNotice: (message: string) => void;
}

/** A part of a recording for Rerun. */
export class RrdFile implements PartFile {
	readonly path: string;
	readonly format = "rrd";
	readonly #recording: RecordingStream;
	readonly #sink: Sink;
	readonly #writer: SessionWriter;

	/** @throws {Error} of the system, when the file can't be opened. */
	constructor(options: RrdFileOptions) {
		const { path, disk, onFailed } = options;
		this.path = path;
		this.#sink = options.openSink(path, disk, onFailed);
		this.#recording = new RecordingStream(APPLICATION_ID, {
			recordingId: options.recordingId,
			enabled: true,
			strict: false,
			logTime: false,
			environment: {},
			// Each message of the other half ends in a flush.
			batching: { tickSec: Number.POSITIVE_INFINITY },
			onWarning: options.onNotice,
		});
		this.#recording.setSinks(this.#sink);
		if (options.name !== undefined) this.#recording.sendRecordingName(options.name);
		this.#writer = new SessionWriter(this.#recording, {
			layout: true,
			epochSec: options.epochSec,
			progress: options.progress,
		});
		// A file that opens, whatever happens.
		this.flush();
	}

	get stats(): PartFileStats {
		const { bytes, queuedBytes: waiting, lostMessages: lost } = this.#sink.stats;
		return { bytes, waiting, lost, entries: this.#recording.stats.chunks };
	}

	write(record: SessionRecord): void {
		this.#writer.write(record);
	}

	flush(): void {
		this.#recording.flushToSinks();
	}

	async settled(): Promise<void> {
		// The sink alone may not have all yet: chunks are handed over in several turns.
		await this.#recording.flush();
	}

	close(): Promise<void> {
		return this.#recording.close();
	}
}
