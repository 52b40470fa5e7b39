import { EventListeners } from "../media/events.ts";
import { sameColor } from "../media/panorama.ts";
import { PanoramaStore } from "../media/panorama-store.ts";
import type { SharedHeap } from "../media/shared-heap.ts";
import { SourceError, type SourceInfo, type VideoSource } from "../source/video-source.ts";
import type { RenderPool } from "./render-pool.ts";
import type { SourceState } from "./source-state.ts";
import { SourceWatch } from "./source-watch.ts";

export interface SourceRunnerEvents {
	started: [info: SourceInfo];
	stopped: [];
	/** At its end; its last picture stays. */
	ended: [];
	/**
	 * Failed, at opening or later; its last picture stays. It is tried again for as long as
	 * somebody needs it.
	 */
	error: [error: SourceError];
	/** It is in another state than before. */
	state: [state: SourceState];
	notice: [message: string];
}

/**
 * How long a source runs on after its last user, seconds: a page that is loaded anew finds it
 * running.
 */
const LINGER_SEC = 2;
/**
 * So long a source that waits for a sender or a writer is given to fail, at the beginning, as
 * others do.
 */
const PATIENCE_MS = 3000;
/**
 * Waits before a source that failed is tried again, as long as somebody needs it; the last one is
 * repeated.
 */
const RETRY_SEC = [1, 2, 5, 10];

/**
 * Runs one source while somebody needs it: started for the first user, stopped a moment after the
 * last. Gives its pictures to the render pool, one decode for everybody. Starts and stops never
 * overlap, but for the stop that ends a start when the runner is closed.
 */
export class SourceRunner implements AsyncDisposable {
	readonly source: VideoSource;
	readonly events = new EventListeners<SourceRunnerEvents>();
	readonly #heap: SharedHeap;
	readonly #pool: RenderPool;
	readonly #keepRunning: boolean;
	readonly #watch: SourceWatch;
	/** Removes our listeners from the source, which may outlive us. */
	readonly #stopListening: readonly (() => void)[];
	/** ... and the last of them, as its stop may have something to say. */
	readonly #stopNotices: () => void;
	#users = 0;
	#store: PanoramaStore | undefined;
	#info: SourceInfo | undefined;
	#running = false;
	/** The source is being opened, which may take as long as a network is silent. */
	#starting = false;
	#closed = false;
	#lingering: NodeJS.Timeout | undefined;
	#retrying: NodeJS.Timeout | undefined;
	#retries = 0;
	/** The transition under way and those behind it. Never rejects. */
	#queue: Promise<void> = Promise.resolve();

	constructor(source: VideoSource, heap: SharedHeap, pool: RenderPool, keepRunning: boolean) {
		this.source = source;
		this.#heap = heap;
		this.#pool = pool;
		this.#keepRunning = keepRunning;
		this.#watch = new SourceWatch(source, () => this.#picturesTried);
		this.#watch.events.on("change", (state) => this.events.emit("state", state));
		this.#stopListening = [
			source.on("ended", () => {
				// A stop of ours is no end of the source's.
				if (!this.#running) return;
				this.#running = false;
				this.#watch.ended();
				this.events.emit("ended");
			}),
			source.on("error", (error) => {
				this.#running = false;
				this.#failed(error);
			}),
			source.on("reconnecting", (attempt, code) => this.#running && this.#watch.reconnecting(attempt, code)),
			source.on("reconnected", () => this.#running && this.#watch.reconnected()),
			source.on("changed", (info) => {
				if (!this.#running) return;
				this.#info = info;
				this.#watch.opened(info, this.#picturesTried);
				this.events.emit("started", info);
			}),
		];
		this.#stopNotices = source.on("notice", (message) => this.events.emit("notice", message));
	}

	/** Format, rate and codec of the source when it was last opened. */
	get info(): SourceInfo | undefined {
		return this.#info;
	}

	get running(): boolean {
		return this.#running;
	}

	get state(): SourceState {
		return this.#watch.state;
	}

	/** Whether somebody watches, or it is to be kept running. */
	get needed(): boolean {
		return (this.#users > 0 || this.#keepRunning || this.source.lostByStopping !== undefined) && !this.#closed;
	}

	/** Pictures published since the store was made, over restarts. */
	get panoramas(): number {
		return this.#store?.sequence ?? 0;
	}

	/**
	 * Opens the source if it does not run, and needs it no longer, unless it is to be kept running.
	 * One that waits for a sender or a writer is not waited for: it goes on opening.
	 * @throws {SourceError} if it can't be opened.
	 */
	async tryOut(): Promise<void> {
		const started = this.#enqueue(() => this.#start());
		if (!(await settlesWithin(started, PATIENCE_MS)) && this.source.lostByStopping !== undefined) {
			started.catch((error: unknown) => {
				if (!this.#closed) this.#failed(asSourceError(error));
			});
			return;
		}
		try {
			await started;
		} catch (error) {
			this.#watch.failed(asSourceError(error).code, this.#retrySoon());
			throw error;
		}
		this.#stopSoon();
	}

	/**
	 * Begins to need the source: it is started, and tried again while it fails, each failure being
	 * an `error` event. One that has ended is started again only for the first user: a further one
	 * would tear the last picture away from the others.
	 *
	 * @returns a function that ends the need, once.
	 */
	use(): () => void {
		const others = this.#users++;
		clearTimeout(this.#lingering);
		if (this.state.name !== "ended" || (others === 0 && !this.#isOver)) this.#startOrRetry();
		let released = false;
		return () => {
			if (released) return;
			released = true;
			this.#users--;
			this.#stopSoon();
		};
	}

	/** Plays a source that has ended from its beginning. @returns whether it had ended. */
	playAgain(): boolean {
		if (this.state.name !== "ended" || this.#closed || this.#isOver) return false;
		this.#startOrRetry();
		// With nobody there it plays for a moment only.
		this.#stopSoon();
		return true;
	}

	/** Stops the source, also while it is being opened, and gives its memory back. */
	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#lingering);
		clearTimeout(this.#retrying);
		for (const remove of this.#stopListening) remove();
		this.#watch.close();
		try {
			if (this.#starting) await this.source.stop();
			await this.#enqueue(() => this.#stop());
			await this.source[Symbol.asyncDispose]();
		} finally {
			this.#stopNotices();
			await this.#pool.setStore(undefined);
			this.#store?.free(this.#heap);
			this.#store = undefined;
		}
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/**
	 * `panoramas`, and pictures lost because every slot was being read: they too show that the
	 * source works.
	 */
	get #picturesTried(): number {
		return this.#store === undefined ? 0 : this.#store.sequence + this.#store.notWritten;
	}

	/** Nothing more can be had of a source that does not run now. */
	get #isOver(): boolean {
		return this.source.lostByStopping === "bytes" && !this.#running && !this.#starting;
	}

	#startOrRetry(): void {
		this.#enqueue(() => this.#start()).catch((error: unknown) => {
			if (!this.#closed) this.#failed(asSourceError(error));
		});
	}

	#failed(error: SourceError): void {
		this.#watch.failed(error.code, this.#retrySoon());
		this.events.emit("error", error);
	}

	/** @returns the number of the attempt that follows; `undefined`: nobody needs one. */
	#retrySoon(): number | undefined {
		if (!this.needed || this.#isOver) return undefined;
		clearTimeout(this.#retrying);
		const waitSec = RETRY_SEC[Math.min(this.#retries++, RETRY_SEC.length - 1)]!;
		this.#retrying = setTimeout(() => {
			if (this.needed) this.#startOrRetry();
		}, waitSec * 1000);
		return this.#retries;
	}

	#stopSoon(): void {
		if (this.needed || this.#closed) return;
		clearTimeout(this.#retrying);
		clearTimeout(this.#lingering);
		this.#lingering = setTimeout(() => {
			const stopping = this.#enqueue(async () => {
				if (this.#users > 0) return;
				await this.#stop();
				// Nobody waits for another attempt.
				if (this.state.name === "reconnecting") this.#watch.stopped();
			});
			stopping.catch((error: unknown) => this.events.emit("error", asSourceError(error)));
		}, LINGER_SEC * 1000);
	}

	async #start(): Promise<void> {
		if (this.#running || this.#closed) return;
		const former = this.#store;
		let storeInUse: Promise<void> | undefined;
		let picturesBefore = 0;
		this.#starting = true;
		this.#watch.opening();
		try {
			// A source that ended by itself is stopped here before it is started again.
			await this.source.stop();
			if (this.#closed) return;
			// Nothing writes now: a slot that is held for writing was held by a reader that
			// crashed.
			former?.takeBackDrafts();
			this.#info = await this.source.start((info) => {
				// Long after the start: the source's file was replaced, and its pictures are others
				// now.
				if (this.#running) return this.#exchangeStore(info);
				if (this.#store === undefined || !sameFormat(this.#store, info))
					this.#store = PanoramaStore.create(this.#heap, info.format);
				storeInUse = this.#pool.setStore(this.#store);
				picturesBefore = this.#picturesTried;
				return this.#store;
			});
			this.#running = true;
			this.#retries = 0;
			this.#watch.opened(this.#info, picturesBefore);
			this.events.emit("started", this.#info);
		} finally {
			this.#starting = false;
			// Also after a start that failed when it already had its store.
			await storeInUse;
			if (former !== undefined && former !== this.#store) former.free(this.#heap);
		}
	}

	#exchangeStore(info: SourceInfo): PanoramaStore {
		const former = this.#store;
		const store = PanoramaStore.create(this.#heap, info.format);
		this.#store = store;
		const inUse = this.#pool.setStore(store).then(() => former?.free(this.#heap));
		void this.#enqueue(() => inUse).catch((error: unknown) => this.events.emit("error", asSourceError(error)));
		return store;
	}

	async #stop(): Promise<void> {
		if (!this.#running) return;
		this.#running = false;
		await this.source.stop();
		this.#watch.stopped();
		this.events.emit("stopped");
	}

	#enqueue(transition: () => Promise<void>): Promise<void> {
		const result = this.#queue.then(transition);
		this.#queue = result.catch(() => {});
		return result;
	}
}

/** Whether `promise` is settled within `ms`. */
async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<boolean>((resolve) => {
		timer = setTimeout(resolve, ms, false);
	});
	const settled = promise.then(
		() => true,
		() => true,
	);
	return Promise.race([settled, late]).finally(() => clearTimeout(timer));
}

/** An error of an application's own source, reported like one of ours. */
function asSourceError(error: unknown): SourceError {
	if (error instanceof SourceError) return error;
	return new SourceError("failed", String((error as Error)?.message ?? error), { cause: error });
}

function sameFormat({ format }: PanoramaStore, { format: { width, height, eyes, color } }: SourceInfo): boolean {
	return format.width === width && format.height === height && format.eyes === eyes && sameColor(format.color, color);
}
