import { basename, resolve } from "node:path";
import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import { MAX_RECORDING_NAME, MAX_TASK_LENGTH } from "../media/message-bounds.ts";
import { completeOptions, flag, optional } from "../media/option-table.ts";
import type { EpisodeWish } from "../protocol/recording-messages.ts";
import { type Episode, wordsForEpisode } from "../recording/episode.ts";
import { markKept, type StoredSession, storedSessions } from "../recording/files/recording-folder.ts";
import { Retention } from "../recording/files/retention.ts";
import { SummaryWriter } from "../recording/files/summary-writer.ts";
import type { LiveView } from "../recording/live/live-view.ts";
import type { CompleteRecordOptions } from "../recording/record-options.ts";
import { RecordingError } from "../recording/recording-error.ts";
import { prepareFolder } from "../recording/recording-names.ts";
import type { RecordingState, SessionRecording } from "../recording/session-recording.ts";
import { countEpisodes } from "../recording/session-summary.ts";
import { ConsentingViewers } from "../recording/tap/consenting-viewers.ts";
import { EpisodeDesk } from "../recording/tap/episode-desk.ts";
import type { RecordedServer } from "../recording/tap/session-tap.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { RecorderNews } from "../stream/viewer-recording.ts";
import type { Logger } from "./logger.ts";
import type {
	EndEpisodeOptions,
	RecorderState,
	ServerRecorderEvents,
	StartEpisodeOptions,
	StartRecordingOptions,
} from "./recorder-events.ts";
import { type RecorderAuthor, RecorderViewers } from "./recorder-viewers.ts";
import { cleanText, logState, RECORDER_WORDS } from "./recorder-words.ts";

/** Interval between two looks for recordings past the bounds of `keep`. */
const RETENTION_INTERVAL_MS = 300_000;

const START_OPTIONS = { name: (name: unknown) => cleanText("name", name, MAX_RECORDING_NAME) };
const EPISODE_OPTIONS = { task: (task: unknown) => cleanText("task", task, MAX_TASK_LENGTH) };
const END_OPTIONS = { success: optional(flag) };

/** The live view of the server, which shows episodes, too. */
type ShownLive = Pick<LiveView, "put" | "over" | "on">;

/** The recording that is under way, or has failed. */
interface PresentRecording {
	readonly recording: SessionRecording;
	readonly sinceSec: number;
	readonly since: Date;
	readonly begunBy: Viewer | "server";
	readonly episodes: EpisodeDesk;
	readonly summary: SummaryWriter;
}

/**
 * Begins and ends recordings of a server's sessions, one at a time: `server.recorder`. Viewers with
 * the right `record` do so too.
 */
export class ServerRecorder {
	readonly #options: CompleteRecordOptions;
	/** The viewers that recordings take. */
	readonly #taken: RecordedServer;
	readonly #viewers: RecorderViewers;
	readonly #log: Logger;
	readonly #live: ShownLive | undefined;
	readonly #events: EventListeners<ServerRecorderEvents>;
	/** The folder of the recordings, absolute. */
	readonly directory: string;
	readonly #ending = new Set<Promise<void>>();
	readonly #ends = new WeakMap<PresentRecording, Promise<void>>();
	/** Stems of recordings that are being written. */
	readonly #running = new Set<string>();
	readonly #retention: Retention;
	#retentionTimer: NodeJS.Timeout | undefined;
	#present: PresentRecording | undefined;
	#by: RecorderAuthor;
	#isClosed = false;
	/** Resolves when the recording that is being made has begun, or is given up. */
	#beginning: Promise<void> | undefined;
	/** It was stopped meanwhile. */
	#isWithdrawn = false;

	/** @internal */
	constructor(options: CompleteRecordOptions, server: RecordedServer, log: Logger, live?: ShownLive) {
		this.#options = options;
		this.#log = log;
		this.#live = live;
		this.#events = new EventListeners<ServerRecorderEvents>((error, name) =>
			log.error({ err: error }, `A listener for "${name}" threw.`),
		);
		this.directory = resolve(options.directory);
		this.#retention = new Retention(
			this.directory,
			options.keep,
			() => this.#running,
			(message) => log.info(`Recordings: ${message}`),
			(message) => log.warn(`Recordings: ${message}`),
		);
		if (options.source === "packets") server.source?.keepPacketGroup?.();
		this.#taken = options.consent === "ask" ? new ConsentingViewers(server) : server;
		this.#viewers = new RecorderViewers({
			server,
			asksConsent: options.consent === "ask",
			buttons: options.episodeButtons,
			news: () => this.#news,
			authors: () => ({ by: this.#by, begunBy: this.#present?.begunBy }),
			episodeRunning: () => this.#present?.episodes.running === true,
			record: (on, name, by) => this.#obey(by, on, name),
			episode: (wish, by) => this.#obeyEpisode(wish, by),
			put: (record) => this.recording?.put(record),
		});
		live?.on("failed", () => this.#viewers.tellAll());
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
		if (state.name === "losing") return { name: "losing", since, recording, cause: state.cause };
		return { name: "recording", since, recording };
	}

	/**
	 * The server with the viewers who let themselves be recorded.
	 * @internal
	 */
	get recorded(): RecordedServer {
		return this.#taken;
	}

	/**
	 * Begins a recording of all viewers.
	 *
	 * @throws {RecordingError} if one is under way, the server is closing, or no file can be made.
	 * @throws {RangeError | TypeError} if the name is too long, or an option is wrong.
	 */
	async start(options: StartRecordingOptions = {}): Promise<SessionRecording> {
		return this.#start(completeOptions(START_OPTIONS, options, "start()"), "server");
	}

	/**
	 * Ends the present recording, if there is one, or withdraws one that is being begun. Resolves
	 * when its files are finished: another can be begun then.
	 */
	async stop(): Promise<void> {
		await this.#stop("server");
	}

	/** The episodes of the present recording, the discarded ones too, in their order. */
	get episodes(): readonly Episode[] {
		return this.#present?.episodes.episodes ?? [];
	}

	/**
	 * Begins an episode: an attempt at a task.
	 *
	 * @throws {RecordingError} if nothing is recorded, or an episode is running.
	 * @throws {RangeError | TypeError} if the task is too long, or an option is wrong.
	 */
	startEpisode(options: StartEpisodeOptions = {}): Episode {
		const { task } = completeOptions(EPISODE_OPTIONS, options, "startEpisode()");
		return this.#changeEpisode("server", (episodes) => episodes.start(task));
	}

	/**
	 * Ends the running episode.
	 *
	 * @throws {RecordingError} if none is running.
	 * @throws {TypeError} if an option is wrong: an outcome would be lost.
	 */
	endEpisode(options: EndEpisodeOptions = {}): Episode {
		const { success } = completeOptions(END_OPTIONS, options, "endEpisode()");
		return this.#changeEpisode("server", (episodes) => episodes.end(success));
	}

	/**
	 * Marks the running episode, or else the newest, as not to be used. It stays in the recording.
	 *
	 * @throws {RecordingError} if there is none, or it is discarded already.
	 */
	discardEpisode(): Episode {
		return this.#changeEpisode("server", (episodes) => episodes.discard());
	}

	/**
	 * The recordings in the folder, the oldest first.
	 * @throws {RecordingError} if the folder can't be read.
	 */
	sessions(): Promise<readonly StoredSession[]> {
		return storedSessions(this.directory, this.#running);
	}

	/**
	 * Marks a recording in the folder as one that `keep` never removes.
	 *
	 * @param stem beginning of the names of its files, as `sessions()` has it.
	 * @throws {RecordingError} if there is no such recording, or nothing can be written there.
	 */
	async keep(stem: string): Promise<void> {
		await markKept(this.directory, stem);
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
		if (this.#options.begin === "asked") await prepareFolder(this.directory);
		else await this.#start({}, "server", signal);
		void this.#retention.enforce();
		this.#retentionTimer = setInterval(() => void this.#retention.enforce(), RETENTION_INTERVAL_MS);
		this.#retentionTimer.unref();
	}

	/**
	 * Ends the present recording, which stays readable as `recording`. Resolves when the files of
	 * all recordings are finished.
	 * @internal
	 */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearInterval(this.#retentionTimer);
		if (this.#present !== undefined) void this.#end(this.#present);
		await Promise.all([this.#beginning, ...this.#ending]);
	}

	async #start(
		{ name = this.#options.name }: StartRecordingOptions,
		by: Viewer | "server",
		signal?: AbortSignal,
	): Promise<SessionRecording> {
		const cleanName = cleanText("name", name, MAX_RECORDING_NAME);
		if (this.#isClosed) throw new RecordingError(RECORDER_WORDS.closing);
		const before = this.#present;
		if (this.#beginning !== undefined || (before !== undefined && before.recording.state.name !== "failed"))
			throw new RecordingError("A recording is under way: stop it before another is begun.");
		const beginning = Promise.withResolvers<void>();
		this.#beginning = beginning.promise;
		try {
			const recording = await this.#open(cleanName, signal);
			const refusal = this.#refusal;
			if (refusal !== undefined) {
				await recording.discard();
				throw new RecordingError(refusal);
			}
			if (before !== undefined) void this.#end(before);
			this.#begin(recording, by);
			return recording;
		} finally {
			this.#beginning = undefined;
			this.#isWithdrawn = false;
			beginning.resolve();
		}
	}

	#begin(recording: SessionRecording, by: Viewer | "server"): void {
		this.#log.info(`Recording to ${recording.path}`);
		const episodes = new EpisodeDesk(
			(record) => {
				recording.put(record);
				this.#live?.put(record);
			},
			(episode) => this.#episodeChanged(episode),
		);
		const since = new Date();
		this.#running.add(basename(recording.stem));
		const onNotice = (message: string) => this.#log.warn(`Recording: ${message}`);
		const summary = new SummaryWriter({
			...{ recording, begin: since, server: this.#taken, onNotice },
			episodes: () => episodes.episodes,
		});
		this.#present = { recording, sinceSec: monotonicSec(), since, begunBy: by, episodes, summary };
		this.#by = by;
		recording.on("notice", onNotice);
		recording.on("file", ({ isFinished }) => isFinished || void this.#retention.enforce());
		recording.on("state", (state) => this.#follow(recording, state));
		recording.attach(this.#taken);
		this.#viewers.noteConsents(this.#taken.viewers);
		this.#report();
	}

	/** A disk that hangs holds up nothing but this. */
	async #open(name: string | undefined, signal: AbortSignal | undefined): Promise<SessionRecording> {
		const { SessionRecording } = await import("../recording/session-recording.ts");
		signal?.throwIfAborted();
		if (this.#refusal !== undefined) throw new RecordingError(this.#refusal);
		return SessionRecording.open(this.#options, { name });
	}

	/** The reason why nothing is begun any more; `undefined`: it is still wanted. */
	get #refusal(): string | undefined {
		if (this.#isClosed) return RECORDER_WORDS.closing;
		return this.#isWithdrawn ? RECORDER_WORDS.withdrawn : undefined;
	}

	async #stop(by: Viewer | "server"): Promise<void> {
		const beginning = this.#beginning;
		this.#isWithdrawn = beginning !== undefined;
		if (this.#present !== undefined && !this.#isClosed) {
			this.#by = by;
			const ended = this.#end(this.#present);
			this.#present = undefined;
			this.#report();
			await ended;
		}
		await beginning;
	}

	/** Ends a recording; `close()` waits for it. */
	#end(present: PresentRecording): Promise<void> {
		const { recording, summary, episodes } = present;
		const known = this.#ends.get(present);
		if (known !== undefined) return known;
		const end = new Date();
		episodes.close();
		const ended = recording
			.close()
			.then(() => summary.close(end))
			.finally(() => {
				this.#ending.delete(ended);
				this.#running.delete(basename(recording.stem));
			});
		this.#ending.add(ended);
		this.#ends.set(present, ended);
		return ended;
	}

	#follow(recording: SessionRecording, state: RecordingState): void {
		logState(this.#log, recording.path, state);
		if (state.name === "failed") this.#running.delete(basename(recording.stem));
		if (recording !== this.recording || state.name === "closed") return;
		this.#by = undefined;
		if (state.name === "failed") this.#present?.episodes.close();
		this.#report();
	}

	#report(): void {
		this.#viewers.tellAll();
		this.#events.emit("state", this.state, typeof this.#by === "object" ? this.#by : undefined);
	}

	get #news(): Omit<RecorderNews, "by" | "begunBy" | "asksConsent"> {
		const { sinceSec, episodes } = this.#present ?? {};
		return {
			state: this.state.name,
			sinceSec,
			name: this.recording?.name,
			live: this.#live?.over === false,
			episode: episodes?.newest,
			episodes: countEpisodes(episodes?.episodes ?? []),
		};
	}

	#changeEpisode(by: RecorderAuthor, change: (episodes: EpisodeDesk) => Episode): Episode {
		const { name } = this.state;
		if (this.#present === undefined || this.#isClosed || name === "failed")
			throw new RecordingError("Nothing is recorded: begin a recording before its episodes.");
		const before = this.#by;
		this.#by = by;
		try {
			return change(this.#present.episodes);
		} catch (error) {
			this.#by = before;
			throw error;
		}
	}

	#episodeChanged(episode: Episode): void {
		this.#log.info(`Recording: ${wordsForEpisode(episode)}`);
		this.#viewers.tellAll();
		this.#events.emit("episode", episode, typeof this.#by === "object" ? this.#by : undefined);
	}

	#obeyEpisode({ action, task, success }: EpisodeWish, by: Viewer): void {
		this.#changeEpisode(by, (episodes) => {
			if (action === "start") return episodes.start(cleanText("task", task, MAX_TASK_LENGTH));
			return action === "end" ? episodes.end(success) : episodes.discard();
		});
	}

	async #obey(viewer: Viewer, on: boolean, name: string | undefined): Promise<void> {
		const { name: state } = this.state;
		const isBeginning = this.#beginning !== undefined && !this.#isWithdrawn;
		const isUnderWay = isBeginning || state === "recording" || state === "losing";
		if (on ? isUnderWay : state === "off" && this.#beginning === undefined) {
			viewer.reportTrouble("record", on ? RECORDER_WORDS.underWay : RECORDER_WORDS.none);
			return;
		}
		try {
			if (on) await this.#start({ name }, viewer);
			else await this.#stop(viewer);
		} catch (error) {
			this.#log.warn({ err: error }, "A viewer's wish for a recording failed.");
			viewer.reportTrouble("record", RECORDER_WORDS.refused);
		}
	}
}
