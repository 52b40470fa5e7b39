import { monotonicSec } from "../media/clock.ts";
import type { PanoramaDraft, PanoramaStoreHandle } from "../media/panorama-store.ts";
import { PanoramaStore } from "../media/panorama-store.ts";
import type { PlaybackChange, PlaybackState } from "../media/playback.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { FfmpegError } from "./ffmpeg-error.ts";
import { PACKET_WISHES, type PacketWish, type SourcePacketBatch } from "./source-packets.ts";
import { type CaptureStatement, SourceError, type SourceErrorCode, type SourceInfo } from "./video-source.ts";

/**
 * Int32 words that a source's worker and its owner share. They can be read while the worker is
 * busy. `writing`: 1 while a slot of the store is being filled. `packetsWanted`: the number of the
 * owner's `PacketWish`.
 */
export const ControlWord = {
	writing: 0,
	framesDecoded: 1,
	framesDropped: 2,
	reconnects: 3,
	loops: 4,
	childPid: 5,
	picturesPassed: 6,
	packetsWanted: 7,
} as const;
export type ControlWord = (typeof ControlWord)[keyof typeof ControlWord];
type CounterWord = Exclude<
	ControlWord,
	typeof ControlWord.writing | typeof ControlWord.childPid | typeof ControlWord.packetsWanted
>;
/** Number of Int32 words for `ControlWord`. */
export const CONTROL_WORDS = 8;
/**
 * Length in bytes of the memory that a worker and its owner share: the control words, then a
 * `DueTime`.
 */
export const CONTROL_BYTES = CONTROL_WORDS * 4 + 8;

/**
 * The time at which a source's next picture is due, shared by two threads. Whole microseconds
 * in one 64-bit integer: another thread never reads half of a value.
 */
export class DueTime {
	readonly #value: BigInt64Array;

	/** @param control `CONTROL_BYTES` long; zeros stand for an unknown time. */
	constructor(control: SharedArrayBuffer) {
		this.#value = new BigInt64Array(control, CONTROL_WORDS * 4, 1);
	}

	/** Seconds on the monotonic clock; NaN: not known; `Infinity`: no further picture. */
	get sec(): number {
		const value = Atomics.load(this.#value, 0);
		if (value < 0n) return Number.POSITIVE_INFINITY;
		return value === 0n ? Number.NaN : Number(value) / 1e6;
	}

	set sec(sec: number) {
		Atomics.store(this.#value, 0, Number.isFinite(sec) ? BigInt(Math.max(1, Math.round(sec * 1e6))) : -1n);
	}
}

/** The data with which the worker starts. */
export interface SourceWorkerData {
	readonly control: SharedArrayBuffer;
	/** Complete options of the implementation. */
	readonly options: unknown;
	/** Changes that were asked for before the start. */
	readonly playback: PlaybackChange;
}

export type MessageToSource =
	| { readonly type: "store"; readonly handle: PanoramaStoreHandle }
	| { readonly type: "playback"; readonly change: PlaybackChange; readonly by: string | undefined }
	| { readonly type: "stop" };

/** The cause of an error, in a form that crosses threads. */
export interface FailureCause {
	readonly message: string;
	/** Exit code of an ffmpeg process. */
	readonly exitCode?: number | null | undefined;
}

export type MessageFromSource =
	| { readonly type: "opened"; readonly info: SourceInfo }
	| { readonly type: "notice"; readonly message: string; readonly once: boolean }
	| { readonly type: "reconnecting"; readonly attempt: number; readonly code: SourceErrorCode }
	| { readonly type: "reconnected" }
	| { readonly type: "playback"; readonly state: PlaybackState; readonly by: string | undefined }
	| { readonly type: "packets"; readonly batch: SourcePacketBatch }
	| { readonly type: "capture"; readonly statement: CaptureStatement }
	/** The input's pictures have changed: it is opened anew after `stopped`. */
	| { readonly type: "startAgain" }
	| {
			readonly type: "failed";
			readonly code: SourceErrorCode;
			readonly message: string;
			readonly cause: FailureCause | undefined;
	  }
	/** Nothing is written any more. This is the last message; only a crash leaves it out. */
	| { readonly type: "stopped" };

/**
 * The surroundings of a source's job: its options, the store, counters, and the wish to stop.
 */
export interface SourceJob<Options> {
	readonly options: Options;
	/** Aborted when the owner wants the job to end. */
	readonly signal: AbortSignal;
	/** True as soon as the owner wants it, before `signal` can fire in the event loop. */
	readonly stopping: boolean;
	/**
	 * Reports to the owner which pictures will come, once.
	 * @returns the store to write them to, by `beginWrite`; rejects with `Stopping` if the job is
	 * asked to stop before.
	 */
	open(info: SourceInfo): Promise<PanoramaStore>;
	/**
	 * Takes a free slot of the store, to be published or discarded soon; `undefined` when all
	 * others are being read or the job must stop. After a stop the job writes nothing more: the
	 * store may have another writer.
	 */
	beginWrite(): PanoramaDraft | undefined;
	/**
	 * One line for the log.
	 * @param once leave it out when the source is started again.
	 * @default false
	 */
	notice(message: string, once?: boolean): void;
	/**
	 * Reports that the input is lost and is being opened again.
	 * @param attempt 1 is the first since the last picture
	 */
	reconnecting(attempt: number, code: SourceErrorCode): void;
	/** Reports that the input is back and pictures arrive. */
	reconnected(): void;
	count(word: CounterWord, by?: number): void;
	/**
	 * Names the child process at work, 0 for none. The main thread ends it if this thread
	 * can't.
	 */
	setChild(pid: number): void;
	/**
	 * Calls `obey` with the changes of the play that were asked for so far, and with each further
	 * one. Without it they change nothing.
	 * @param obey `by` is the author of the change.
	 */
	onPlayback(obey: (change: PlaybackChange, by: string | undefined) => void): void;
	/** Reports the play. @param by author of the change that led to it, if any. */
	playback(state: PlaybackState, by: string | undefined): void;
	/**
	 * Sleeps until the next picture is due, at `timeSec` on the monotonic clock, to a fraction of a
	 * millisecond; ends early when stopping, and after a change of the play.
	 */
	sleepUntil(timeSec: number): Promise<void>;
	/** True while the owner wants the packets of the input. */
	readonly packetsWanted: PacketWish;
	sendPackets(batch: SourcePacketBatch): void;
	/** Reports what the input states about the capture of its pictures. */
	capture(statement: CaptureStatement): void;
	/**
	 * Reports that the last published picture stays until the next `sleepUntil`: it is the only
	 * one, or another place is being looked for.
	 */
	isStill(): void;
	/**
	 * Ends this job and begins another one with a new store, because the input's pictures have
	 * changed since `open`.
	 */
	startAgain(): void;
}

/** The part of a job that concerns reading: `LibavReader` also works for jobs without a store. */
export type ReadingJob<Options> = Pick<
	SourceJob<Options>,
	"options" | "signal" | "stopping" | "notice" | "reconnecting" | "reconnected" | "count"
>;

/** Thrown to unwind a job that was asked to stop. */
export class Stopping extends Error {
	override readonly name = "Stopping";
}

/**
 * Drawing or copying a picture begins this long before it is due, so that it appears on time.
 */
export const LEAD_SEC = 0.003;

/**
 * Timers of an event loop fire up to this much late; the rest of a wait sleeps on shared memory,
 * which is precise.
 */
const TIMER_SLACK_MS = 2;
/** Longest single sleep: timers have a bound of their own, and a paused source sleeps for ever. */
const LONGEST_SLEEP_MS = 60_000;

/**
 * Runs `job` as the whole life of this worker thread and reports how it ended.
 *
 * @param inFfmpeg FFmpeg works inside this thread, which must then not be terminated
 */
export async function runSourceJob<Options>(
	{ inFfmpeg }: { readonly inFfmpeg: boolean },
	job: (context: SourceJob<Options>) => Promise<void>,
): Promise<void> {
	const thread = new ThisThread<SourceWorkerData>();
	const { port } = thread;
	const { control, options, playback } = thread.data;
	const words = new Int32Array(control, 0, CONTROL_WORDS);
	const due = new DueTime(control);
	const abort = new AbortController();
	let attached: PanoramaStore | undefined;
	const store = Promise.withResolvers<PanoramaStore>();
	// No caller may be waiting for the store when the wish to stop arrives.
	store.promise.catch(() => {});
	const send = (message: MessageFromSource) => port.postMessage(message);
	let obey: ((change: PlaybackChange, by: string | undefined) => void) | undefined;
	const unobeyed: { readonly change: PlaybackChange; readonly by: string | undefined }[] = [];
	if (Object.values(playback).some((value) => value !== undefined))
		unobeyed.push({ change: playback, by: undefined });
	let changes = 0;
	let wake = () => {};
	const onMessage = (message: MessageToSource) => {
		if (message.type === "store") {
			attached = PanoramaStore.attach(message.handle);
			return store.resolve(attached);
		}
		if (message.type === "playback") {
			changes++;
			if (obey === undefined) unobeyed.push(message);
			else obey(message.change, message.by);
			return wake();
		}
		store.reject(new Stopping());
		abort.abort();
		wake();
	};
	port.on("message", onMessage);
	const setWriting = (writing: 0 | 1) => {
		Atomics.store(words, ControlWord.writing, writing);
		if (writing === 0) Atomics.notify(words, ControlWord.writing);
	};
	const context: SourceJob<Options> = {
		options: options as Options,
		signal: abort.signal,
		get stopping() {
			return thread.stopping;
		},
		open(info) {
			send({ type: "opened", info });
			return store.promise;
		},
		beginWrite() {
			setWriting(1);
			// Read after the mark is set: an owner that takes the store away either sees the
			// mark, or is seen here.
			const draft = thread.stopping ? undefined : attached?.beginWrite();
			if (draft === undefined) {
				setWriting(0);
				return undefined;
			}
			const end = (how: () => void) => {
				how();
				setWriting(0);
			};
			return {
				...draft,
				publish: (times, geometry) => end(() => draft.publish(times, geometry)),
				discard: () => end(draft.discard),
			};
		},
		notice: (message, once = false) => send({ type: "notice", message, once }),
		reconnecting: (attempt, code) => send({ type: "reconnecting", attempt, code }),
		reconnected: () => send({ type: "reconnected" }),
		startAgain: () => send({ type: "startAgain" }),
		get packetsWanted() {
			return PACKET_WISHES[Atomics.load(words, ControlWord.packetsWanted)]!;
		},
		sendPackets: (batch) => send({ type: "packets", batch }),
		capture: (statement) => send({ type: "capture", statement }),
		count: (word, by = 1) => void Atomics.add(words, word, by),
		setChild: (pid) => void Atomics.store(words, ControlWord.childPid, pid),
		isStill() {
			due.sec = Number.POSITIVE_INFINITY;
		},
		onPlayback(newObey) {
			obey = newObey;
			for (const { change, by } of unobeyed.splice(0)) obey(change, by);
		},
		playback: (state, by) => send({ type: "playback", state, by }),
		async sleepUntil(timeSec) {
			const changesBefore = changes;
			// Live pictures are due at once, and nobody knows when the next one comes.
			if (timeSec > 0) due.sec = timeSec;
			while (!thread.stopping && changes === changesBefore) {
				const remainingMs = (timeSec - monotonicSec()) * 1000;
				if (remainingMs <= 0) return;
				if (remainingMs <= TIMER_SLACK_MS) thread.sleep(remainingMs);
				else
					await new Promise<void>((resolve) => {
						wake = () => {
							clearTimeout(timer);
							resolve();
						};
						const timer = setTimeout(wake, Math.min(remainingMs - TIMER_SLACK_MS, LONGEST_SLEEP_MS));
					});
			}
		},
	};
	try {
		if (inFfmpeg ? thread.beginNative() : !thread.stopping) await job(context);
	} catch (error) {
		if (!(error instanceof Stopping)) send(failureMessage(error));
	}
	send({ type: "stopped" });
	thread.endNative();
	// The port keeps the thread alive; without it the thread ends as soon as no native call is
	// under way.
	port.close();
}

/** Resolves after `ms` or when `signal` aborts. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const done = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", done);
			resolve();
		};
		const timer = setTimeout(done, ms);
		signal.addEventListener("abort", done);
	});
}

function failureMessage(error: unknown): MessageFromSource {
	const cause = error instanceof Error ? causeOf(error.cause) : undefined;
	if (error instanceof SourceError) return { type: "failed", code: error.code, message: error.message, cause };
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return { type: "failed", code: "failed", message: `The source's reader failed unexpectedly: ${text}`, cause };
}

function causeOf(cause: unknown): FailureCause | undefined {
	if (cause === undefined) return undefined;
	if (cause instanceof FfmpegError) return { message: cause.message, exitCode: cause.exitCode };
	return { message: cause instanceof Error ? cause.message : String(cause) };
}
