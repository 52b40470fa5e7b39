import { EventListeners } from "../media/events.ts";
import { panoramaLayout } from "../media/panorama.ts";
import type { PanoramaStore } from "../media/panorama-store.ts";
import type { PlaybackChange, PlaybackState } from "../media/playback.ts";
import type { CustomSpec } from "../media/projection.ts";
import { resolvesWithin, Thread } from "../threads/thread.ts";
import { FfmpegError } from "./ffmpeg-error.ts";
import { PACKET_WISHES, type PacketWish, type SourcePacketBatch } from "./source-packets.ts";
import {
	CONTROL_BYTES,
	CONTROL_WORDS,
	ControlWord,
	DueTime,
	type FailureCause,
	type MessageFromSource,
	type MessageToSource,
	type SourceWorkerData,
} from "./source-worker.ts";
import {
	type CaptureStatement,
	SourceError,
	type SourceErrorCode,
	type SourceEvents,
	type SourceInfo,
	type SourceStats,
	type VideoSource,
} from "./video-source.ts";

export interface WorkerSourceOptions {
	readonly name: string;
	/** The worker's entry file. */
	readonly worker: URL;
	/** Value of `VideoSource.lostByStopping` before the first start. */
	readonly lostByStopping?: VideoSource["lostByStopping"];
	/**
	 * Finds out that value at the first start, while the file system may take long to answer.
	 * @default the value above stays
	 */
	readonly findLoss?: () => Promise<VideoSource["lostByStopping"]>;
	/** Complete options of the implementation, structured-cloneable. */
	readonly options: unknown;
	/** A projection of the application's own, in place of the one that the worker states. */
	readonly projection?: CustomSpec | undefined;
	/**
	 * Time for a worker to end by itself, milliseconds. After it the worker is abandoned, or
	 * terminated where FFmpeg is not at work.
	 * @default 2000
	 */
	readonly stopTimeoutMs?: number;
	/** The play of the first start. @default the source's own */
	readonly playback?: PlaybackChange;
	/**
	 * Its worker keeps the packets of a live input, as `VideoSource.keepPast` says, or passes
	 * them on.
	 * @default false
	 */
	readonly keepsPast?: boolean;
}

/**
 * The most abandoned workers of one source that are still inside FFmpeg. Each holds memory and
 * a thread of Node's pool; no further worker is started beyond this number.
 */
const MOST_LEFT = 2;

/**
 * The main thread's half of a source that works in a thread of its own; `runSourceJob` is the other
 * half.
 */
export class WorkerSource implements VideoSource {
	readonly name: string;
	#lostByStopping: VideoSource["lostByStopping"];
	readonly #findLoss: () => Promise<VideoSource["lostByStopping"]>;
	readonly #worker: URL;
	#options: unknown;
	readonly #projection: CustomSpec | undefined;
	readonly #stopTimeoutMs: number;
	readonly #listeners = new EventListeners<SourceEvents>();
	/** Notices that a later start does not repeat. */
	readonly #reported = new Set<string>();
	#run: Run | undefined;
	/** Stopped runs whose thread is still inside FFmpeg. */
	readonly #left = new Set<Run>();
	#playback: PlaybackState | undefined;
	/** Changes for the next start: speed and loop hold for all, the others for one. */
	#wishes: PlaybackChange;
	/** The newest change that the worker has not answered. */
	#unanswered: PlaybackChange | undefined;
	/** Control words of the newest start. */
	#control: Int32Array = new Int32Array(CONTROL_WORDS);
	#due: DueTime | undefined;
	#capture: CaptureStatement | undefined;
	readonly keepPast: VideoSource["keepPast"];
	readonly passPictures: VideoSource["passPictures"];
	readonly wantPackets: VideoSource["wantPackets"];
	#packetsWanted: PacketWish = "none";

	constructor({
		name,
		worker,
		lostByStopping,
		findLoss,
		options,
		projection,
		stopTimeoutMs = 2000,
		playback = {},
		keepsPast = false,
	}: WorkerSourceOptions) {
		this.#projection = projection;
		this.name = name;
		this.#lostByStopping = lostByStopping;
		this.#findLoss = findLoss ?? (async () => lostByStopping);
		this.#worker = worker;
		this.#options = options;
		this.#stopTimeoutMs = stopTimeoutMs;
		this.#wishes = playback;
		if (!keepsPast) return;
		this.keepPast = (past) => {
			this.#options = { ...(this.#options as object), past };
		};
		this.wantPackets = (wish) => {
			this.#packetsWanted = wish;
			this.#storePacketWish();
		};
		this.passPictures = (passed) => {
			this.#options = { ...(this.#options as object), passed };
		};
	}

	get playback(): PlaybackState | undefined {
		return this.#playback;
	}

	control(change: PlaybackChange, by?: string): void {
		const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
		const { rate = this.#wishes.rate, loop = this.#wishes.loop, follow = this.#wishes.follow } = change;
		if (this.#run !== undefined) {
			this.#wishes = { ...this.#wishes, rate, loop, follow };
			this.#unanswered = change;
			this.#run.change(change, by);
			return;
		}
		this.#wishes = { ...this.#wishes, ...given };
		if (this.#playback === undefined) return;
		this.#playback = {
			...this.#playback,
			rate: rate ?? this.#playback.rate,
			loop: loop ?? this.#playback.loop,
			...(this.#playback.follow !== undefined && { follow: follow ?? this.#playback.follow }),
		};
		this.#listeners.emit("playback", this.#playback, by);
	}

	get lostByStopping(): VideoSource["lostByStopping"] {
		return this.#lostByStopping;
	}

	async start(createStore: (info: SourceInfo) => PanoramaStore): Promise<SourceInfo> {
		if (this.#run !== undefined) throw new Error(`The source ${this.name} was started while it was running.`);
		if (this.#left.size >= MOST_LEFT) {
			const text =
				`The source ${this.name} can't be opened again yet: ${this.#left.size} earlier readers of it ` +
				"are still inside FFmpeg.";
			throw new SourceError("failed", text);
		}
		return this.#start(createStore);
	}

	async #start(createStore: (info: SourceInfo) => PanoramaStore): Promise<SourceInfo> {
		this.#capture = undefined;
		const { rate, loop, follow } = this.#wishes;
		const data = { options: this.#options, playback: this.#wishes };
		this.#wishes = { rate, loop, follow };
		const run = new Run(this.#worker, data, this.#stopTimeoutMs, {
			notice: (message, once) => {
				if (once && this.#reported.has(message)) return;
				if (once) this.#reported.add(message);
				this.#listeners.emit("notice", message);
			},
			reconnecting: (attempt, code) => this.#listeners.emit("reconnecting", attempt, code),
			reconnected: () => this.#listeners.emit("reconnected"),
			packets: (batch) => this.#listeners.emit("packets", batch),
			capture: (statement) => {
				const said = this.#capture;
				this.#capture = statement;
				const isSame = said?.origin === statement.origin && said.used === statement.used;
				if (!isSame || said.isLate !== statement.isLate) this.#listeners.emit("capture", statement);
			},
			playback: (state, by) => {
				this.#unanswered = undefined;
				this.#playback = state;
				this.#listeners.emit("playback", state, by);
			},
			left: (exited) => {
				const seconds = this.#stopTimeoutMs / 1000;
				this.#listeners.emit(
					"notice",
					`The reader of ${this.name} is inside FFmpeg and did not stop within ${seconds} s. It ` +
						"is left to end by itself.",
				);
				this.#left.add(run);
				void exited.then(() => this.#left.delete(run));
			},
			ended: (error, how) => {
				if (this.#run === run) this.#run = undefined;
				const { positionSec, paused } = this.#unanswered ?? {};
				this.#unanswered = undefined;
				// The wish for another place has crossed the end.
				const isEnd = how === "end" && error === undefined && run.opened;
				const goesOn = isEnd && (positionSec !== undefined || paused === false);
				const startAgain = how === "changed" || goesOn;
				if (goesOn) this.#wishes = { ...this.#wishes, positionSec, paused };
				else if (startAgain) this.#wishes = { ...this.#wishes, paused: this.#playback?.paused };
				// The next start begins at the beginning.
				else
					this.#playback &&= {
						...this.#playback,
						paused: false,
						positionSec: 0,
						atSec: Number.POSITIVE_INFINITY,
					};
				if (startAgain) {
					void this.#start(createStore).then(
						(info) => this.#listeners.emit("changed", info),
						(failure: unknown) => this.#listeners.emit("error", failure as SourceError),
					);
					return;
				}
				// Before it is open, the promise of `start` reports its end.
				if (!run.opened) return;
				if (error === undefined) this.#listeners.emit("ended");
				else this.#listeners.emit("error", error);
			},
		});
		this.#run = run;
		this.#control = run.control;
		this.#storePacketWish();
		this.#due = run.due;
		// The thread itself waits for the file system; until it answers, only `stop` ends the
		// start.
		const loss = this.#findLoss().then((found) => {
			this.#lostByStopping = found;
		});
		loss.catch(() => {});
		const info = await run.open(createStore, this.name, this.#projection);
		await loss;
		return info;
	}

	#storePacketWish(): void {
		Atomics.store(this.#control, ControlWord.packetsWanted, PACKET_WISHES.indexOf(this.#packetsWanted));
	}

	async stop(): Promise<void> {
		await this.#run?.stop();
	}

	stats(): SourceStats {
		const read = (word: ControlWord) => Atomics.load(this.#control, word);
		return {
			framesDecoded: read(ControlWord.framesDecoded),
			framesDropped: read(ControlWord.framesDropped),
			reconnects: read(ControlWord.reconnects),
			loops: read(ControlWord.loops),
			picturesPassed: read(ControlWord.picturesPassed),
			nextPictureSec: this.#due?.sec ?? Number.NaN,
			capture: this.#capture,
		};
	}

	on<Name extends keyof SourceEvents>(name: Name, listener: (...args: SourceEvents[Name]) => void): () => void {
		return this.#listeners.on(name, listener);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}
}

interface RunListener {
	notice(message: string, once: boolean): void;
	reconnecting(attempt: number, code: SourceErrorCode): void;
	reconnected(): void;
	packets(batch: SourcePacketBatch): void;
	capture(statement: CaptureStatement): void;
	playback(state: PlaybackState, by: string | undefined): void;
	/**
	 * The thread is abandoned: it goes on, but writes nothing. Called before `ended`.
	 * @param exited resolves when it is gone
	 */
	left(exited: Promise<unknown>): void;
	/**
	 * Called once, when nothing writes to the store any more. `error` is undefined after an end
	 * or a stop.
	 */
	ended(error: SourceError | undefined, how: "end" | "stopped" | "changed"): void;
}

/** One life of the worker, from a start to its end. */
class Run {
	readonly control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES), 0, CONTROL_WORDS);
	readonly due = new DueTime(this.control.buffer as SharedArrayBuffer);
	/** The owner has received its info. */
	opened = false;
	readonly #thread: Thread<MessageToSource, MessageFromSource>;
	readonly #stopTimeoutMs: number;
	readonly #listener: RunListener;
	readonly #info = Promise.withResolvers<SourceInfo>();
	readonly #ended = Promise.withResolvers<void>();
	#failure: SourceError | undefined;
	#isEnded = false;
	#startAgain = false;
	#stop: Promise<void> | undefined;

	constructor(file: URL, start: Omit<SourceWorkerData, "control">, stopTimeoutMs: number, listener: RunListener) {
		this.#stopTimeoutMs = stopTimeoutMs;
		this.#listener = listener;
		const data: SourceWorkerData = { control: this.control.buffer as SharedArrayBuffer, ...start };
		this.#thread = new Thread({
			file,
			name: "panogaze-source",
			data,
			stopMessage: { type: "stop" },
			onMessage: (message) => this.#onMessage(message),
			onProcessEnd: () => this.#endChild(),
		});
		void this.#thread.exited.then(({ code, error }) => {
			const words = error === undefined ? `ended with exit code ${code}` : `crashed: ${error.message}`;
			if (error !== undefined || !(this.#isEnded || this.#thread.stopping))
				this.#failure ??= new SourceError(
					"failed",
					`The source's reader ${words}${error === undefined ? "." : ""}`,
					{
						cause: error,
					},
				);
			this.#end();
		});
	}

	async open(
		createStore: (info: SourceInfo) => PanoramaStore,
		name: string,
		projection: CustomSpec | undefined,
	): Promise<SourceInfo> {
		const stated = await Promise.race([this.#info.promise, this.#ended.promise]);
		const info = stated && projection ? { ...stated, format: { ...stated.format, projection } } : stated;
		const notOpened = () =>
			this.#failure ?? new SourceError("failed", `The source ${name} was stopped before it was open.`);
		if (this.#thread.stopping) await this.#ended.promise;
		if (info === undefined || this.#isEnded) throw notOpened();
		let store: PanoramaStore;
		try {
			requireUsableSize(info, name);
			store = createStore(info);
		} catch (error) {
			await this.stop();
			throw error;
		}
		if (this.#isEnded) throw notOpened();
		this.opened = true;
		this.#thread.post({ type: "store", handle: store.handle });
		return info;
	}

	/** Asks for a change of the play. */
	change(change: PlaybackChange, by: string | undefined): void {
		this.#thread.post({ type: "playback", change, by });
	}

	/**
	 * Resolves when nothing writes to the store any more, though the thread may still be inside
	 * FFmpeg. A second call waits for the first.
	 */
	stop(): Promise<void> {
		this.#stop ??= this.#stopOrLeave();
		return this.#stop;
	}

	async #stopOrLeave(): Promise<void> {
		if (this.#isEnded) return;
		this.#thread.askToStop();
		if (await resolvesWithin(this.#ended.promise, this.#stopTimeoutMs)) return;
		if ((await this.#thread.end(0)) === "left") {
			// It may be writing at this moment, which takes milliseconds; it never begins
			// again.
			await Atomics.waitAsync(this.control, ControlWord.writing, 1).value;
			if (!this.#isEnded) this.#listener.left(this.#thread.exited);
		}
		this.#end();
	}

	/** A child process that the thread left behind, because it crashed or this process ends. */
	#endChild(): void {
		const pid = Atomics.load(this.control, ControlWord.childPid);
		if (pid === 0) return;
		try {
			process.kill(pid, "SIGKILL");
		} catch {
			// It has ended by itself.
		}
	}

	#onMessage(message: MessageFromSource): void {
		// The message is from an abandoned thread.
		if (this.#isEnded) return;
		switch (message.type) {
			case "opened":
				this.#info.resolve(message.info);
				break;
			case "notice":
				this.#listener.notice(message.message, message.once);
				break;
			case "reconnecting":
				if (this.opened && !this.#thread.stopping) this.#listener.reconnecting(message.attempt, message.code);
				break;
			case "reconnected":
				if (this.opened && !this.#thread.stopping) this.#listener.reconnected();
				break;
			case "playback":
				if (!this.#thread.stopping) this.#listener.playback(message.state, message.by);
				break;
			case "packets":
				this.#listener.packets(message.batch);
				break;
			case "capture":
				this.#listener.capture(message.statement);
				break;
			case "startAgain":
				this.#startAgain = true;
				break;
			case "failed":
				this.#failure = new SourceError(message.code, message.message, { cause: causeFrom(message.cause) });
				break;
			case "stopped":
				this.#end();
				break;
		}
	}

	#end(): void {
		if (this.#isEnded) return;
		this.#isEnded = true;
		// A thread that only waits for the system to give up on a name or a socket must not hold
		// the process.
		this.#thread.unref();
		this.#endChild();
		const { stopping } = this.#thread;
		const how = stopping ? "stopped" : this.#startAgain ? "changed" : "end";
		this.#listener.ended(stopping ? undefined : this.#failure, how);
		this.#ended.resolve();
	}
}

function requireUsableSize({ format }: SourceInfo, name: string): void {
	try {
		panoramaLayout(format);
	} catch (cause) {
		const size = `${format.width}x${format.height}`;
		throw new SourceError("failed", `The pictures of ${name} are ${size}, which is too small for a panorama.`, {
			cause,
		});
	}
}

function causeFrom(cause: FailureCause | undefined): unknown {
	if (cause === undefined) return undefined;
	return cause.exitCode === undefined ? new Error(cause.message) : new FfmpegError(cause.message, cause.exitCode);
}
