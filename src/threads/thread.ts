import { type Transferable, Worker, type WorkerOptions } from "node:worker_threads";
import { type Endable, endWithProcess } from "./process-end.ts";
import { threadFlags } from "./thread-flags.ts";
import { THREAD_WORDS, type ThreadStart, ThreadWord } from "./thread-words.ts";
import { makeWaitingThreads } from "./waiting-threads.ts";

makeWaitingThreads();

/** Entry file, name and start data of a `Thread`, and the handling of its messages. */
export interface ThreadOptions<ToThread, FromThread> {
	/** The entry file, from `threadFile`. */
	readonly file: URL;
	/** Name that debuggers and inspectors show. */
	readonly name: string;
	/** Value of `thisThread.data` in the thread. Structured-cloneable. */
	readonly data: unknown;
	/** It gives way to other threads when the machine is full (Linux). @default false */
	readonly givesWay?: boolean | undefined;
	/**
	 * Most MB of the engine's memory for new objects: less makes the thread small, and its garbage
	 * is collected more often. @default the engine's, which grows to 48
	 */
	readonly youngGenerationMb?: number | undefined;
	/** Sent with the request to end. */
	readonly stopMessage?: ToThread | undefined;
	readonly onMessage: (message: FromThread) => void;
	/**
	 * Called when the process ends and the thread with it. It ends whatever the thread would leave
	 * behind.
	 */
	readonly onProcessEnd?: (() => void) | undefined;
}

/** The end of a thread. `error` is the error that it threw, if it did. */
export interface ThreadExit {
	readonly code: number;
	readonly error: Error | undefined;
}

/**
 * The file of a thread's entry: `name` is relative to the module `from` (its `import.meta.url`) and
 * has its ending, from the sources and from dist.
 */
export function threadFile(name: string, from: string): URL {
	return new URL(from.endsWith(".ts") ? `${name}.ts` : `${name}.js`, from);
}

/**
 * A thread that has a name and the right flags, and is never terminated while native code may be at
 * work in it. `ThisThread` is the other half. The caller owns it and ends it.
 */
export class Thread<ToThread, FromThread> implements Endable {
	/** Resolves when nothing of the thread runs any more. */
	readonly exited: Promise<ThreadExit>;
	readonly #worker: Worker;
	readonly #words = new Int32Array(new SharedArrayBuffer(THREAD_WORDS * Int32Array.BYTES_PER_ELEMENT));
	readonly #stopMessage: ToThread | undefined;
	readonly #onProcessEnd: () => void;
	#hasExited = false;
	#isLeft = false;

	constructor({
		file,
		name,
		data,
		givesWay = false,
		youngGenerationMb,
		stopMessage,
		onMessage,
		onProcessEnd,
	}: ThreadOptions<ToThread, FromThread>) {
		this.#stopMessage = stopMessage;
		this.#onProcessEnd = onProcessEnd ?? (() => {});
		const start: ThreadStart = { words: this.#words.buffer as SharedArrayBuffer, givesWay, data };
		const resourceLimits = youngGenerationMb === undefined ? {} : { maxYoungGenerationSizeMb: youngGenerationMb };
		this.#worker = startWorker(file, { name, workerData: start, resourceLimits });
		this.#worker.on("message", onMessage);
		let error: Error | undefined;
		this.#worker.on("error", (thrown) => {
			error = thrown instanceof Error ? thrown : new Error(String(thrown));
		});
		const forget = endWithProcess(this);
		this.exited = new Promise((resolve) => {
			this.#worker.once("exit", (code) => {
				this.#hasExited = true;
				forget();
				resolve({ code, error });
			});
		});
	}

	/** Sends a message to the thread. */
	post(message: ToThread, transfer: readonly Transferable[] = []): void {
		this.#worker.postMessage(message, transfer);
	}

	/** The program may end while this thread runs. */
	unref(): void {
		this.#worker.unref();
	}

	/** True when the thread was asked to end. */
	get stopping(): boolean {
		return Atomics.load(this.#words, ThreadWord.stop) !== 0;
	}

	/** True while native code may be at work in the thread. */
	get insideNative(): boolean {
		return !this.#hasExited && Atomics.load(this.#words, ThreadWord.native) !== 0;
	}

	/** Number of turns that the thread has noted, modulo 2^32. */
	get turns(): number {
		return Atomics.load(this.#words, ThreadWord.turns);
	}

	/** True when `end` left the thread to finish by itself. */
	get isLeft(): boolean {
		return this.#isLeft;
	}

	/** Asks the thread to end, without waiting. Interrupts its sleep. */
	askToStop(): void {
		Atomics.store(this.#words, ThreadWord.stop, 1);
		Atomics.notify(this.#words, ThreadWord.stop);
		if (this.#stopMessage !== undefined) this.post(this.#stopMessage);
	}

	/**
	 * Asks the thread to end and waits for that. After `withinMs` it is terminated, unless native
	 * code is at work in it: then it is left to end by itself, and holds the process no longer.
	 *
	 * @returns "left" if it still runs: nothing else may use the memory that it writes.
	 */
	async end(withinMs: number): Promise<"ended" | "left"> {
		if (this.#hasExited) return "ended";
		if (!this.stopping) this.askToStop();
		if (await resolvesWithin(this.exited, withinMs)) return "ended";
		if (!this.insideNative) {
			await this.#worker.terminate();
			return "ended";
		}
		this.#isLeft = true;
		this.unref();
		return "left";
	}

	/**
	 * Blocks until no native code is at work, at most `timeoutMs`. A thread that `end` left is not
	 * waited for.
	 */
	waitForRest(timeoutMs: number): void {
		if (!this.#isLeft && !this.#hasExited) Atomics.wait(this.#words, ThreadWord.native, 1, Math.max(0, timeoutMs));
	}

	onProcessEnd(): void {
		this.#onProcessEnd();
	}
}

/** Resolves true when `promise` resolves within `ms`. Its value is not used. */
export async function resolvesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), ms);
	});
	try {
		return await Promise.race([promise.then(() => true), timeout]);
	} finally {
		clearTimeout(timer);
	}
}

/**
 * The end of a thread closes no descriptor. Node would close each number that `openSync` returned
 * in the thread, even if a socket has closed that descriptor since and the number belongs to
 * another file of the process. Code that opens a descriptor in a thread closes it there.
 */
const OWN_DESCRIPTORS = { trackUnmanagedFds: false } as const;

function startWorker(file: URL, given: WorkerOptions & { readonly workerData: ThreadStart }): Worker {
	const execArgv = threadFlags();
	const options = { ...given, ...OWN_DESCRIPTORS };
	if (execArgv === undefined) return new Worker(file, options);
	try {
		return new Worker(file, { ...options, execArgv });
	} catch (error) {
		// Flags of the whole process are passed on by Node, but may not be named here.
		if ((error as NodeJS.ErrnoException).code !== "ERR_WORKER_INVALID_EXEC_ARGV") throw error;
		return new Worker(file, { ...options, execArgv: [] });
	}
}
