import { RecordingStream, type Sink, type SinkError } from "panogaze-rerun";
import { saveFile } from "panogaze-rerun/node";
import { writeFailureText } from "../media/write-failure.ts";
import { recordsOf } from "./record-queue.ts";
import type { FromRecordingThread, RecordingFileOptions, ToRecordingThread } from "./recording-protocol.ts";
import { SessionWriter } from "./session-writer.ts";

/** Name under which Rerun's viewers keep layouts of these recordings. */
const APPLICATION_ID = "panogaze";
const PROGRESS_MS = 500;

/** Makes the sink of a recording. */
export type OpenSink = (options: RecordingFileOptions, onProblem: (error: SinkError) => void) => Sink;

const openFile: OpenSink = ({ path, maxQueuedBytes }, onProblem) =>
	saveFile(path, { queueBytes: maxQueuedBytes, sync: 1, onProblem });

/** The half of a recording that lies in its thread: it makes a file out of records. */
export class RecordingFile {
	readonly #post: (message: FromRecordingThread) => void;
	readonly #path: string;
	readonly #recording: RecordingStream;
	readonly #sink: Sink;
	readonly #writer: SessionWriter;
	readonly #timer: NodeJS.Timeout;
	#posted = "";

	/**
	 * @param post receives each message for the other half.
	 * @param openSink a test may write elsewhere.
	 * @throws {Error} of the system, when the file can't be opened.
	 */
	constructor(options: RecordingFileOptions, post: (message: FromRecordingThread) => void, openSink = openFile) {
		this.#post = post;
		this.#path = options.path;
		this.#sink = openSink(options, (problem) => {
			// Losses are counted, and reported with the progress.
			if (problem.kind === "failed") post({ type: "failed", message: wordsFor(options.path, problem) });
		});
		this.#recording = new RecordingStream(APPLICATION_ID, {
			enabled: true,
			strict: false,
			logTime: false,
			environment: {},
			// Each message of the other half ends in a flush.
			batching: { tickSec: Number.POSITIVE_INFINITY },
			onWarning: (message) => post({ type: "notice", message }),
		});
		this.#recording.setSinks(this.#sink);
		if (options.name !== undefined) this.#recording.sendRecordingName(options.name);
		this.#reportFile(false);
		this.#writer = new SessionWriter(this.#recording, { layout: true, epochSec: options.epochSec });
		this.#timer = setInterval(() => this.#report(), PROGRESS_MS);
	}

	/** Obeys a message of the other half. Resolves when it has been worked off. */
	async receive(message: ToRecordingThread): Promise<void> {
		if (message.type === "close") {
			clearInterval(this.#timer);
			await this.#recording.close();
			this.#report();
			this.#reportFile(true);
			this.#post({ type: "closed" });
			return;
		}
		for (const record of recordsOf(message)) this.#writer.write(record);
		this.#recording.flushToSinks();
		this.#post({ type: "worked", bytes: message.bytes });
	}

	#reportFile(isFinished: boolean): void {
		const bytes = isFinished ? this.#sink.stats.bytes : 0;
		this.#post({ type: "file", file: { path: this.#path, format: "rrd", bytes, isFinished } });
	}

	#report(): void {
		const { bytes, lostMessages: lost } = this.#sink.stats;
		const words = `${bytes} ${lost}`;
		if (words === this.#posted) return;
		this.#posted = words;
		this.#post({ type: "progress", bytes, lost });
	}
}

function wordsFor(path: string, problem: SinkError): string {
	return problem.cause instanceof Error ? writeFailureText(path, problem.cause) : problem.message;
}
