import { Worker } from "node:worker_threads";
import { EventListeners } from "../media/events.ts";
import { panoramaLayout } from "../media/panorama.ts";
import type { PanoramaStore } from "../media/panorama-store.ts";
import { FfmpegError } from "./ffmpeg-error.ts";
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
	SourceError,
	type SourceErrorCode,
	type SourceEvents,
	type SourceInfo,
	type SourceStats,
	type VideoSource,
} from "./video-source.ts";
import { workerFlags } from "./worker-flags.ts";

export interface WorkerSourceOptions {
	readonly name: string;
	/** The worker's entry file. */
	readonly worker: URL;
	/** Complete options of the implementation, structured-cloneable. */
	readonly options: unknown;
}

/** How long a worker may take to end by itself before it is terminated. */
const STOP_TIMEOUT_MS = 4000;

/** The main thread's half of a source that works in a thread of its own; `runSourceJob` is the other half. */
export class WorkerSource implements VideoSource {
	readonly name: string;
	readonly #worker: URL;
	readonly #options: unknown;
	readonly #listeners = new EventListeners<SourceEvents>();
	/** Notices that are not given again at a later start. */
	readonly #told = new Set<string>();
	#run: Run | undefined;
	/** Of the newest start. */
	#control: Int32Array = new Int32Array(CONTROL_WORDS);
	#due: DueTime | undefined;

	constructor({ name, worker, options }: WorkerSourceOptions) {
		this.name = name;
		this.#worker = worker;
		this.#options = options;
	}

	async start(createStore: (info: SourceInfo) => PanoramaStore): Promise<SourceInfo> {
		if (this.#run !== undefined) throw new Error(`The source ${this.name} was started while it was running.`);
		const run = new Run(this.#worker, this.#options, {
			notice: (message, once) => {
				if (once && this.#told.has(message)) return;
				if (once) this.#told.add(message);
				this.#listeners.emit("notice", message);
			},
			reconnecting: (attempt, code) => this.#listeners.emit("reconnecting", attempt, code),
			reconnected: () => this.#listeners.emit("reconnected"),
			ended: (error) => {
				if (this.#run === run) this.#run = undefined;
				// Before it is open, an end is told by the promise of `start`.
				if (!run.opened) return;
				if (error === undefined) this.#listeners.emit("ended");
				else this.#listeners.emit("error", error);
			},
		});
		this.#run = run;
		this.#control = run.control;
		this.#due = run.due;
		return run.open(createStore, this.name);
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
			nextPictureSec: this.#due?.sec ?? Number.NaN,
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
	/** Once, when nothing writes to the store any more. `error` is undefined after an end or a stop. */
	ended(error: SourceError | undefined): void;
}

/** How long the process waits at its end for a worker to let go of FFmpeg. */
const EXIT_TIMEOUT_MS = 300;

const running = new Set<Run>();
process.on("exit", () => {
	for (const run of running) run.askToStop();
	for (const run of running) run.waitAtExit();
});

/** One life of the worker, from a start to its end. */
class Run {
	readonly control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES), 0, CONTROL_WORDS);
	readonly due = new DueTime(this.control.buffer as SharedArrayBuffer);
	/** The owner has been given its info. */
	opened = false;
	readonly #worker: Worker;
	readonly #listener: RunListener;
	readonly #info = Promise.withResolvers<SourceInfo>();
	readonly #ended = Promise.withResolvers<void>();
	#failure: SourceError | undefined;
	#isEnded = false;

	constructor(file: URL, options: unknown, listener: RunListener) {
		this.#listener = listener;
		const workerData: SourceWorkerData = { control: this.control.buffer as SharedArrayBuffer, options };
		this.#worker = new Worker(file, { workerData, ...workerFlags(), name: "panogaze-source" });
		running.add(this);
		this.#worker.on("message", (message: MessageFromSource) => this.#onMessage(message));
		this.#worker.on("error", (error) => {
			this.#failure ??= new SourceError("failed", `The source's reader crashed: ${error instanceof Error ? error.message : error}`, {
				cause: error,
			});
		});
		this.#worker.on("exit", (code) => {
			if (!this.#isEnded && !this.#stopping)
				this.#failure ??= new SourceError("failed", `The source's reader ended with exit code ${code}.`);
			this.#end();
		});
	}

	async open(createStore: (info: SourceInfo) => PanoramaStore, name: string): Promise<SourceInfo> {
		const info = await Promise.race([this.#info.promise, this.#ended.promise]);
		const notOpened = () => this.#failure ?? new SourceError("failed", `The source ${name} was stopped before it was open.`);
		if (this.#stopping) await this.#ended.promise;
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
		this.#post({ type: "store", handle: store.handle });
		return info;
	}

	async stop(): Promise<void> {
		if (this.#isEnded) return;
		this.askToStop();
		const timer = setTimeout(() => void this.#worker.terminate(), STOP_TIMEOUT_MS);
		await this.#ended.promise;
		clearTimeout(timer);
	}

	askToStop(): void {
		Atomics.store(this.control, ControlWord.stop, 1);
		Atomics.notify(this.control, ControlWord.stop);
		this.#post({ type: "stop" });
	}

	/** Node ends threads where they are; inside node-av that aborts the process, with another exit code than was meant. */
	waitAtExit(): void {
		Atomics.wait(this.control, ControlWord.ended, 0, EXIT_TIMEOUT_MS);
		this.#endChild();
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

	get #stopping(): boolean {
		return Atomics.load(this.control, ControlWord.stop) !== 0;
	}

	#post(message: MessageToSource): void {
		this.#worker.postMessage(message);
	}

	#onMessage(message: MessageFromSource): void {
		switch (message.type) {
			case "opened":
				this.#info.resolve(message.info);
				break;
			case "notice":
				this.#listener.notice(message.message, message.once);
				break;
			case "reconnecting":
				if (this.opened && !this.#stopping) this.#listener.reconnecting(message.attempt, message.code);
				break;
			case "reconnected":
				if (this.opened && !this.#stopping) this.#listener.reconnected();
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
		// A thread that only waits for the system to give up on a name or a socket must not hold the process.
		this.#worker.unref();
		running.delete(this);
		this.#endChild();
		this.#listener.ended(this.#stopping ? undefined : this.#failure);
		this.#ended.resolve();
	}
}

function requireUsableSize({ format }: SourceInfo, name: string): void {
	try {
		panoramaLayout(format.width, format.height);
	} catch (cause) {
		const size = `${format.width}x${format.height}`;
		throw new SourceError("failed", `The pictures of ${name} are ${size}, which is too small for a panorama.`, { cause });
	}
}

function causeFrom(cause: FailureCause | undefined): unknown {
	if (cause === undefined) return undefined;
	return cause.exitCode === undefined ? new Error(cause.message) : new FfmpegError(cause.message, cause.exitCode);
}
