import { resolve } from "node:path";
import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import { MAX_RECORDING_NAME, type RecordingAuthor } from "../protocol/recording-messages.ts";
import { ConsentingViewers } from "../recording/consenting-viewers.ts";
import type { CompleteRecordOptions } from "../recording/record-options.ts";
import { RecordingError } from "../recording/recording-error.ts";
import { prepareFolder } from "../recording/recording-names.ts";
import type { RecordingState, SessionRecording } from "../recording/session-recording.ts";
import { type RecordedServer, shownId } from "../recording/session-tap.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { RecorderNews } from "../stream/viewer-recording.ts";
import type { Logger } from "./logger.ts";

/** What a server's recorder does now. Each change is sent to viewers and programs. */
export type RecorderState =
	| { readonly name: "off" }
	| {
			/** `losing`: there are gaps now. */
			readonly name: "recording" | "losing";
			readonly since: Date;
			readonly recording: SessionRecording;
	  }
	/** The present recording has ended against its will; what it has can be read. */
	| { readonly name: "failed"; readonly since: Date; readonly recording: SessionRecording; readonly reason: string };

/** Events of a `ServerRecorder`. */
export interface ServerRecorderEvents {
	/** It has another state. `by` is the viewer who wished for it; `undefined`: the program. */
	state: [state: RecorderState, by: Viewer | undefined];
}

/** Options of `ServerRecorder.start()`. */
export interface StartRecordingOptions {
	/**
	 * Stands in the names of the recording's files, up to 64 characters.
	 * @default `name` of `serve({ record })`
	 */
	readonly name?: string | undefined;
}

/** The recording that is under way, or has failed. */
interface PresentRecording {
	readonly recording: SessionRecording;
	readonly sinceSec: number;
	readonly since: Date;
}

/**
 * Begins and ends recordings of a server's sessions, one at a time: `server.recorder`. Viewers with
 * the right `record` do so too.
 */
export class ServerRecorder {
	readonly #options: CompleteRecordOptions;
	readonly #server: RecordedServer;
	/** The viewers that recordings take. */
	readonly #taken: RecordedServer;
	/** Times at which viewers have let themselves be recorded. */
	readonly #consents = new WeakMap<Viewer, Date>();
	readonly #log: Logger;
	readonly #events: EventListeners<ServerRecorderEvents>;
	readonly #ending = new Set<Promise<void>>();
	#present: PresentRecording | undefined;
	/** Author of the newest change: a viewer or the program; `undefined`: nobody. */
	#by: Viewer | "server" | undefined;
	#isClosed = false;

	/** @internal */
	constructor(options: CompleteRecordOptions, server: RecordedServer, log: Logger) {
		this.#options = options;
		this.#server = server;
		this.#log = log;
		this.#events = new EventListeners<ServerRecorderEvents>((error, name) =>
			log.error({ err: error }, `A listener for "${name}" threw.`),
		);
		this.#taken = options.consent === "ask" ? new ConsentingViewers(server) : server;
		server.on("join", (viewer) => this.#joined(viewer));
	}

	/** The recording that was begun last and has not been stopped; `undefined`: there is none. */
	get recording(): SessionRecording | undefined {
		return this.#present?.recording;
	}

	/** The present state; the event `state` reports each change. */
	get state(): RecorderState {
		if (this.#present === undefined) return { name: "off" };
		const { recording, since } = this.#present;
		const { state } = recording;
		if (state.name === "failed") return { name: "failed", since, recording, reason: state.reason };
		return { name: state.name === "losing" ? "losing" : "recording", since, recording };
	}

	/**
	 * Begins a recording of all viewers.
	 *
	 * @throws {RecordingError} if one is under way, the server is closing, or no file can be made.
	 * @throws {RangeError | TypeError} if the name is too long or no text.
	 */
	start(options: StartRecordingOptions = {}): Promise<SessionRecording> {
		return this.#start(options, "server");
	}

	/** Ends the present recording, if there is one. Resolves when its file is finished. */
	async stop(): Promise<void> {
		await this.#stop("server");
	}

	/** @returns a function that removes the listener. A listener that throws is logged. */
	on<Name extends keyof ServerRecorderEvents>(
		name: Name,
		listener: (...args: ServerRecorderEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Prepares the folder, and begins where the options say so.
	 *
	 * @param signal of the server: once it is aborted nothing is begun.
	 * @throws {RecordingError} if the folder or the file can't be made.
	 * @internal
	 */
	async open(signal: AbortSignal | undefined): Promise<void> {
		const { begin, directory } = this.#options;
		if (begin === "asked") prepareFolder(resolve(directory));
		else await this.#start({}, "server", signal);
	}

	/**
	 * Ends the present recording, which stays readable as `recording`. Resolves when the files of
	 * all recordings are finished.
	 * @internal
	 */
	async close(): Promise<void> {
		this.#isClosed = true;
		if (this.#present !== undefined) this.#end(this.#present.recording);
		await Promise.all(this.#ending);
	}

	async #start(
		{ name = this.#options.name }: StartRecordingOptions,
		by: Viewer | "server",
		signal?: AbortSignal,
	): Promise<SessionRecording> {
		checkName(name);
		const { SessionRecording } = await import("../recording/session-recording.ts");
		signal?.throwIfAborted();
		if (this.#isClosed) throw new RecordingError("The server is closing: no recording is begun.");
		const before = this.#present;
		if (before !== undefined && before.recording.state.name !== "failed")
			throw new RecordingError("A recording is under way: stop it before another is begun.");
		const recording = SessionRecording.open(this.#options, { name });
		if (before !== undefined) this.#end(before.recording);
		this.#log.info(`Recording to ${recording.path}`);
		this.#present = { recording, sinceSec: monotonicSec(), since: new Date() };
		this.#by = by;
		recording.on("notice", (message) => this.#log.warn(`Recording: ${message}`));
		recording.on("state", (state) => this.#follow(recording, state));
		recording.attach(this.#taken);
		if (this.#asksConsent) for (const viewer of this.#taken.viewers) this.#noteConsent(viewer);
		this.#report();
		return recording;
	}

	async #stop(by: Viewer | "server"): Promise<void> {
		if (this.#present === undefined || this.#isClosed) return;
		const { recording } = this.#present;
		this.#present = undefined;
		this.#by = by;
		this.#end(recording);
		this.#report();
		await recording.close();
	}

	/** Lets a recording end by itself. */
	#end(recording: SessionRecording): void {
		const ended = recording.close().finally(() => this.#ending.delete(ended));
		this.#ending.add(ended);
	}

	#follow(recording: SessionRecording, state: RecordingState): void {
		logState(this.#log, recording.path, state);
		if (recording !== this.recording || state.name === "closed") return;
		this.#by = undefined;
		this.#report();
	}

	#report(): void {
		for (const viewer of this.#server.viewers) this.#tell(viewer);
		this.#events.emit("state", this.state, typeof this.#by === "object" ? this.#by : undefined);
	}

	#joined(viewer: Viewer): void {
		this.#tell(viewer);
		viewer.on("record", ({ on, name }) => void this.#obey(viewer, on, name));
		viewer.on("recordingConsent", (consent) => this.#consented(viewer, consent === "given"));
	}

	get #asksConsent(): boolean {
		return this.#options.consent === "ask";
	}

	#consented(viewer: Viewer, given: boolean): void {
		if (!given) return;
		this.#consents.set(viewer, new Date());
		if (this.#asksConsent) this.#noteConsent(viewer);
	}

	/** A recording of somebody says since when it may. */
	#noteConsent(viewer: Viewer): void {
		const words = `lets itself be recorded since ${this.#consents.get(viewer)?.toISOString()}`;
		const atSec = monotonicSec();
		this.recording?.put({ type: "text", viewer: shownId(viewer), atSec, words, level: "INFO" });
	}

	#tell(viewer: Viewer): void {
		const { name } = this.state;
		const news: RecorderNews = {
			state: name,
			sinceSec: this.#present?.sinceSec,
			name: this.recording?.name,
			by: authorFor(viewer, this.#by),
			asksConsent: this.#asksConsent,
		};
		viewer.showRecorder(news);
	}

	async #obey(viewer: Viewer, on: boolean, name: string | undefined): Promise<void> {
		const isUnderWay = this.state.name === "recording" || this.state.name === "losing";
		if (on && isUnderWay) {
			viewer.reportTrouble("record", UNDER_WAY_WORDS);
			return;
		}
		try {
			if (on) await this.#start({ name }, viewer);
			else await this.#stop(viewer);
		} catch (error) {
			this.#log.warn({ err: error }, "A viewer's wish for a recording failed.");
			viewer.reportTrouble("record", REFUSED_WORDS);
		}
	}
}

/** Words for viewers, who learn no path. */
const REFUSED_WORDS = "The recording could not be begun.";
const UNDER_WAY_WORDS = "A recording is under way already.";

/** @throws {RangeError | TypeError} */
function checkName(name: unknown): void {
	if (name === undefined) return;
	if (typeof name !== "string") throw new TypeError(`name is a text; got ${typeof name}.`);
	if (name.length > MAX_RECORDING_NAME)
		throw new RangeError(`name is at most ${MAX_RECORDING_NAME} characters; got ${name.length}.`);
}

function logState(log: Logger, path: string, state: RecordingState): void {
	if (state.name === "failed") log.error(`The recording has stopped: ${state.reason}`);
	else if (state.name === "losing")
		log.warn(`The recording has gaps: ${path} can't be written as fast as is recorded.`);
	else if (state.name === "recording") log.info("The recording is whole again.");
	else log.info(`The recording is finished: ${path}`);
}

/** Author of a change, as a viewer learns of it: ids are secrets. */
function authorFor(viewer: Viewer, by: Viewer | "server" | undefined): RecordingAuthor | undefined {
	if (by === undefined || by === "server") return by;
	return by === viewer ? "you" : "viewer";
}
