import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { Loggable } from "panogaze-rerun";
import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import { resolvesWithin, Thread, threadFile } from "../threads/thread.ts";
import { RecordQueue, YOUNG_GENERATION_MB } from "./queue/record-queue.ts";
import type { RecordingFilesOptions } from "./record-options.ts";
import { RecordingError } from "./recording-error.ts";
import { newStem } from "./recording-names.ts";
import type {
	FromRecordingThread,
	RecordedFile,
	RecordingFileOptions,
	ToRecordingThread,
} from "./recording-protocol.ts";
import type { SessionRecord } from "./session-record.ts";
import { KeyFrameWishes } from "./tap/key-frame-wishes.ts";
import { type RecordedServer, SessionTap, shownId } from "./tap/session-tap.ts";
import { ThreadWatch } from "./thread-watch.ts";

/** What is too slow for a recording that loses data. */
export type LossCause = "disk" | "machine";

/** The state of a recording. Each change is sent to viewers and programs. */
export type RecordingState =
	| { readonly name: "recording" }
	/** Data is being lost: the disk is too slow, or the thread that writes gets too little time. */
	| { readonly name: "losing"; readonly cause: LossCause }
	/** The file can't be written any more; what it has can be read. */
	| { readonly name: "failed"; readonly reason: string }
	| { readonly name: "closed" };

/** Events of a `SessionRecording`. */
export interface SessionRecordingEvents {
	/** The recording is in another state than before. */
	state: [state: RecordingState];
	/** A file of the recording has been begun, or is finished. */
	file: [file: RecordedFile];
	/**
	 * A line for the log: wrong data was logged, a disk hangs, the thread that writes is held up,
	 * one of several files has failed.
	 */
	notice: [message: string];
}

/** Counters of a recording. */
export interface SessionRecordingStats {
	/** Bytes in the file, or on their way to it. */
	readonly bytes: number;
	/** Things that happened and will not be in the file. Once it has failed, none is counted. */
	readonly lost: number;
}

/** The names of a recording. */
export interface SessionRecordingNames {
	/** Stands in the names of its files, and in Rerun's viewers. */
	readonly name?: string | undefined;
}

/** Time without losses after which a recording counts as whole again. */
const LOSSES_OVER_MS = 2000;
const CHECK_MS = 500;
/**
 * Records wait this long for others: long, since each batch is a chunk of every entity, and short
 * enough that a process that is killed loses less than a second.
 */
const BATCH_MS = 600;
/** A video can be sought at its key frames, which are asked for when the newest is so old. */
const KEY_FRAME_AGE_SEC = 10;
/** Time after which a program may end without the end of a file that is being finished. */
const CLOSE_PATIENCE_MS = 10_000;
/** Time for the ends of the other files when a recording has failed. */
const FAILED_PATIENCE_MS = 1000;
/** Words for viewers, who learn no path. */
const STOPPED_WORDS = "The recording of this session has stopped: its file can't be written any more.";
const PARTLY_WORDS = "A file of this session's recording can't be written any more; the others go on.";
const LOSING_WORDS: Record<LossCause, string> = {
	disk: "The recording of this session has gaps: the disk is too slow.",
	machine: "The recording of this session has gaps: the machine is busy.",
};

/** The part of a thread that a recording needs. */
type RecordingThread = Pick<
	Thread<ToRecordingThread, FromRecordingThread>,
	"post" | "exited" | "end" | "unref" | "turns"
>;

/** Starts a thread in which a `RecordingFile` obeys. */
export type StartRecordingThread = (
	file: RecordingFileOptions,
	onMessage: (message: FromRecordingThread) => void,
) => RecordingThread;

const startRecordingThread: StartRecordingThread = (data, onMessage) =>
	new Thread({
		file: threadFile("./recording-worker", import.meta.url),
		name: "panogaze-recording",
		data,
		// It takes about 2 % of a core. Held up for long by other programs, it would lose records.
		givesWay: false,
		youngGenerationMb: YOUNG_GENERATION_MB,
		onMessage,
	});

/**
 * A server's recording into a file for Rerun, as `serve({ record })` makes it: `server.recording`.
 * A thread of its own makes and writes the file. Nothing waits for it: what it can't take in time
 * is lost, and counted.
 */
export class SessionRecording implements AsyncDisposable {
	/** Its first file, absolute. */
	readonly path: string;
	/** The beginning of the paths of all files of the recording. */
	readonly stem: string;
	/** The name that was given to the recording; `undefined`: none. */
	readonly name: string | undefined;
	readonly #events = new EventListeners<SessionRecordingEvents>();
	readonly #thread: RecordingThread;
	readonly #queue: RecordQueue;
	readonly #begun = Promise.withResolvers<void>();
	readonly #ended = Promise.withResolvers<void>();
	readonly #timer: NodeJS.Timeout;
	readonly #watch = new ThreadWatch(() => performance.now());
	/** Files by their paths, in the order of their beginnings. */
	readonly #files = new Map<string, RecordedFile>();
	readonly #source: RecordingFileOptions["source"];
	readonly #keyFrames = new KeyFrameWishes();
	/** Key frames of viewers' own cameras. */
	readonly #mediaKeyFrames = new KeyFrameWishes((viewer) => viewer.requestMediaKeyframe());
	#tap: SessionTap | undefined;
	#state: RecordingState = { name: "recording" };
	#bytes = 0;
	#lostByFile = 0;
	/** The counters of losses at the check before. */
	#lostBefore = { byFile: 0, inQueue: 0 };
	/** The disk has had all records of the newest batch that was worked off. */
	#isWritten = true;
	#lossesMs = Number.NEGATIVE_INFINITY;
	#closing: Promise<void> | undefined;

	/** @internal */
	constructor(file: RecordingFileOptions, startThread = startRecordingThread) {
		this.path = file.path;
		this.stem = file.stem;
		this.name = file.name;
		this.#source = file.source;
		this.#thread = startThread(file, (message) => this.#receive(message));
		this.#queue = new RecordQueue({ maxBytes: file.maxQueuedBytes, batchMs: BATCH_MS }, (message, transfer) =>
			this.#thread.post(message, transfer),
		);
		this.#timer = setInterval(() => this.#check(), CHECK_MS);
		this.#timer.unref();
		void this.#thread.exited.then(({ error }) => {
			if (this.#state.name === "recording" || this.#state.name === "losing")
				this.#fail(`The thread that writes ${this.path} has ended${error ? `: ${error.message}` : ""}.`);
			this.#begun.resolve();
			this.#ended.resolve();
		});
	}

	/**
	 * Makes the folder and a new file in it, and begins.
	 *
	 * @throws {RecordingError} if the file can't be made.
	 * @internal
	 */
	static async open(options: RecordingFilesOptions, { name }: SessionRecordingNames = {}): Promise<SessionRecording> {
		const { directory, maxQueuedBytes, source, rotate, formats } = options;
		const began = new Date();
		const epochSec = began.getTime() / 1000 - monotonicSec();
		const { stem, path } = await newStem(resolve(directory), began, name, formats);
		const file = { path, stem, name, maxQueuedBytes, epochSec, source, rotate, formats };
		const recording = new SessionRecording(file);
		await recording.begun;
		const { state } = recording;
		if (state.name !== "failed") return recording;
		await recording.close();
		throw new RecordingError(state.reason);
	}

	/**
	 * Resolves when its thread has started, or ended. On a full machine that takes seconds, which a
	 * process that is killed would lose.
	 * @internal
	 */
	get begun(): Promise<void> {
		return this.#begun.promise;
	}

	/** The present state; the event `state` reports each change. */
	get state(): RecordingState {
		return this.#state;
	}

	/** The files so far, in the order of their beginnings. */
	get files(): readonly RecordedFile[] {
		return [...this.#files.values()];
	}

	stats(): SessionRecordingStats {
		return { bytes: this.#bytes, lost: this.#lost };
	}

	/**
	 * Logs values of the application's own at the present time: archetypes of `panogaze/rerun`.
	 * `viewer.log` logs below a viewer.
	 *
	 * @param path entity from the recording's root: `world/robot`, or a list of parts that are not
	 * escaped.
	 */
	log(path: string | readonly string[], ...values: readonly Loggable[]): void {
		this.#tap?.log(path, values);
	}

	/**
	 * Takes a record of the server's own.
	 * @internal
	 */
	put(record: SessionRecord): void {
		if (this.#tap !== undefined) this.#queue.put(record);
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof SessionRecordingEvents>(
		name: Name,
		listener: (...args: SessionRecordingEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Records a server and its viewers from now on.
	 * @internal
	 */
	attach(server: RecordedServer): void {
		const put = (record: SessionRecord) => {
			this.#queue.put(record);
			if ((record.type !== "frame" && record.type !== "client-frame") || !record.packet.keyframe) return;
			const viewer = this.#tap?.viewers.find((candidate) => shownId(candidate) === record.viewer);
			const wishes = record.type === "frame" ? this.#keyFrames : this.#mediaKeyFrames;
			if (viewer !== undefined) wishes.came(viewer, performance.now() / 1000);
		};
		this.#tap = new SessionTap(server, put, { source: this.#source });
	}

	/** Ends the recording: its file gets a table of contents. A second call waits for the first. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	/**
	 * Ends a recording that nobody wants any more, and removes its files.
	 * @internal
	 */
	async discard(): Promise<void> {
		await this.close();
		for (const { path } of this.files) await rm(path, { force: true }).catch(() => {});
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	get #lost(): number {
		return this.#lostByFile + this.#queue.lost;
	}

	async #close(): Promise<void> {
		this.#tap?.close();
		this.#queue.close();
		clearInterval(this.#timer);
		if (this.#state.name !== "failed") this.#thread.post({ type: "close" });
		// A disk that hangs must not keep the program alive.
		setTimeout(() => this.#thread.unref(), CLOSE_PATIENCE_MS).unref();
		await this.#ended.promise;
		await this.#thread.end(0);
	}

	#receive(message: FromRecordingThread): void {
		switch (message.type) {
			case "begun":
				this.#begun.resolve();
				break;
			case "worked":
				this.#isWritten = message.isWritten;
				this.#queue.worked(message.bytes, message.memory);
				break;
			case "progress":
				this.#bytes = message.bytes;
				this.#lostByFile = message.lost;
				break;
			case "file":
				this.#files.set(message.file.path, message.file);
				this.#events.emit("file", message.file);
				break;
			case "keyframesWanted":
				this.#askForKeyFrames(0);
				break;
			case "notice":
				this.#events.emit("notice", message.message);
				break;
			case "fileFailed":
				this.#events.emit("notice", message.message);
				this.#reportToViewers(PARTLY_WORDS);
				break;
			case "failed":
				this.#fail(message.message);
				break;
			case "closed":
				if (this.#state.name !== "failed") this.#setState({ name: "closed" });
				this.#ended.resolve();
				break;
		}
	}

	#check(): void {
		const words = this.#watch.check(this.#thread.turns);
		if (words !== undefined) this.#events.emit("notice", words);
		this.#checkLosses();
	}

	#checkLosses(): void {
		const cause = this.#newLosses();
		const nowMs = performance.now();
		if (cause !== undefined) {
			this.#lossesMs = nowMs;
			// What was lost of a video spoils all up to its next key frame, and encoders make none.
			this.#askForKeyFrames(0);
		}
		this.#askForKeyFrames(KEY_FRAME_AGE_SEC);
		const losing = nowMs - this.#lossesMs < LOSSES_OVER_MS;
		if (cause !== undefined && this.#state.name === "recording") {
			this.#setState({ name: "losing", cause });
			this.#reportToViewers(LOSING_WORDS[cause]);
		} else if (!losing && this.#state.name === "losing") this.#setState({ name: "recording" });
	}

	/** @returns the cause of losses since the call before; `undefined`: there are none. */
	#newLosses(): LossCause | undefined {
		const before = this.#lostBefore;
		const now = { byFile: this.#lostByFile, inQueue: this.#queue.lost };
		this.#lostBefore = now;
		if (now.byFile > before.byFile) return "disk";
		if (now.inQueue === before.inQueue) return undefined;
		// The queue fills where the thread is held up, or where its batches wait for the disk.
		return this.#watch.isHeldUp || this.#isWritten ? "machine" : "disk";
	}

	#askForKeyFrames(ageSec: number): void {
		const nowSec = performance.now() / 1000;
		for (const wishes of [this.#keyFrames, this.#mediaKeyFrames])
			wishes.ask(this.#tap?.viewers ?? [], ageSec, nowSec);
	}

	#fail(reason: string): void {
		if (this.#state.name === "failed") return;
		this.#reportToViewers(STOPPED_WORDS);
		this.#tap?.close();
		this.#queue.close();
		clearInterval(this.#timer);
		this.#setState({ name: "failed", reason });
		// Its other files get their ends.
		this.#thread.post({ type: "close" });
		void resolvesWithin(this.#ended.promise, FAILED_PATIENCE_MS).then(() => {
			this.#ended.resolve();
			return this.#thread.end(0);
		});
	}

	#setState(state: RecordingState): void {
		this.#state = state;
		this.#events.emit("state", state);
	}

	#reportToViewers(words: string): void {
		for (const viewer of this.#tap?.viewers ?? []) viewer.reportTrouble("recording", words);
	}
}
