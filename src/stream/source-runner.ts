import { BackOff } from "../media/back-off.ts";
import { EventListeners } from "../media/events.ts";
import type { PanoramaFormat } from "../media/panorama.ts";
import { PanoramaStore } from "../media/panorama-store.ts";
import { fixedPlayback, type PlaybackChange, type PlaybackState, refusalOfChange } from "../media/playback.ts";
import type { SharedHeap } from "../media/shared-heap.ts";
import type { SourcePacketBatch } from "../source/source-packets.ts";
import { type CaptureStatement, SourceError, type SourceInfo, type VideoSource } from "../source/video-source.ts";
import type { RenderPool } from "./render-pool.ts";
import type { SourceState } from "./source-state.ts";
import { SourceWatch } from "./source-watch.ts";
import { sameFormat, storedFormat } from "./stored-format.ts";

/** Events of a `SourceRunner`. */
export interface SourceRunnerEvents {
	/** The source was opened, or its input is another one now. */
	started: [info: SourceInfo];
	/** The source was stopped because it is no longer needed. */
	stopped: [];
	/** The source is at its end; its last picture stays. */
	ended: [];
	/**
	 * The source failed, at opening or later; its last picture stays. It is tried
	 * again for as long as it is needed.
	 */
	error: [error: SourceError];
	/** The source is in another state than before. */
	state: [state: SourceState];
	/** The play has changed, or its place has leapt. `by` is the author of the change, if any. */
	playback: [state: PlaybackState, by: string | undefined];
	/** Coded pictures of the input, while `wantPackets` asks for them. */
	packets: [batch: SourcePacketBatch];
	/** The source states capture times from now on; they are used, or late, now or no more. */
	capture: [statement: CaptureStatement];
	/** A line for the log. */
	notice: [message: string];
}

/**
 * A source runs on this long after its last user: a page that is loaded anew finds
 * it running.
 */
const LINGER_SEC = 2;
/**
 * Time in which a source that waits for a sender or a writer may fail at once, as
 * others do.
 */
const PATIENCE_MS = 3000;
/**
 * Delays before a source that could not be opened, or failed, is started again. An
 * open input that is lost is retried by the source itself (`source/input-retry.ts`)
 * and does not fail.
 */
const RESTART_DELAYS_SEC = [1, 2, 5, 10];

/**
 * Runs one source while it is needed: starts it for the first user and stops it a
 * moment after the last. Gives its pictures to the render pool, one decode for all
 * viewers. Starts and stops never overlap, except for the stop that ends a start
 * when the runner is closed.
 */
export class SourceRunner implements AsyncDisposable {
	readonly source: VideoSource;
	readonly events = new EventListeners<SourceRunnerEvents>();
	readonly #heap: SharedHeap;
	readonly #pool: RenderPool;
	readonly #keepRunning: boolean;
	readonly #watch: SourceWatch;
	/** Remove this runner's listeners: the source may outlive it. */
	readonly #stopListening: readonly (() => void)[];
	/** Removes the listener for notices last: the source's stop may bring one. */
	readonly #stopNotices: () => void;
	#users = 0;
	#packetsWanted = 0;
	#keepsPacketGroup = false;
	#store: PanoramaStore | undefined;
	/** Readers of stores outside of the pool, which end soon. */
	readonly #loans = new Map<PanoramaStore, Set<Promise<void>>>();
	/** The format of the store as the source stated it. */
	#format: PanoramaFormat | undefined;
	#info: SourceInfo | undefined;
	#running = false;
	/** The source is being opened, which may take as long as a network is silent. */
	#starting = false;
	#closed = false;
	#lingering: NodeJS.Timeout | undefined;
	#retrying: NodeJS.Timeout | undefined;
	readonly #backOff = new BackOff({ delaysSec: RESTART_DELAYS_SEC });
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
				// The source also ends when this runner stops it.
				if (!this.#running) return;
				this.#running = false;
				this.#watch.ended();
				this.events.emit("ended");
				this.events.emit("playback", this.playback, undefined);
			}),
			source.on("error", (error) => {
				this.#running = false;
				this.#failed(error);
			}),
			source.on("playback", (state, by) => this.events.emit("playback", state, by)),
			source.on("packets", (batch) => this.events.emit("packets", batch)),
			source.on("capture", (statement) => this.events.emit("capture", statement)),
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

	/** The play as it was stated last; that of a source that obeys no changes has no place. */
	get playback(): PlaybackState {
		const { playback } = this.source;
		if (playback === undefined)
			return fixedPlayback(this.#info?.live ?? false, this.#info?.durationSec ?? Number.NaN);
		if (this.state.name !== "ended") return playback;
		return { ...playback, paused: true, positionSec: playback.durationSec };
	}

	/** Time at which the newest picture was noticed, seconds on the server's clock; NaN: never. */
	get lastPictureSec(): number {
		return this.#watch.lastPictureSec;
	}

	/** True while the source has users, is to be kept running, or would be lost by stopping. */
	get needed(): boolean {
		return (this.#users > 0 || this.#keepRunning || this.source.lostByStopping !== undefined) && !this.#closed;
	}

	/** Number of pictures published since the store was made; restarts don't reset it. */
	get panoramas(): number {
		return this.#store?.sequence ?? 0;
	}

	/**
	 * Opens the source to see whether it works; it stops again soon unless it is
	 * needed. A source that waits for a sender or a writer goes on opening after
	 * this resolves.
	 * @throws {SourceError} if the source can't be opened.
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
	 * Adds a user: the source is started, and again after each failure, which is an
	 * `error` event. A source that has ended starts again only for the first user:
	 * for a further one it would take the last picture away from the others.
	 *
	 * @returns a function that removes the user, once.
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

	/** Plays a source that has ended from its beginning. @returns false if it had not ended. */
	playAgain(): boolean {
		if (this.state.name !== "ended" || this.#closed || this.#isOver) return false;
		this.#startOrRetry();
		// Without a user it plays for a moment only.
		this.#stopSoon();
		return true;
	}

	/**
	 * Changes the play, for all viewers. A source that has ended plays on from the place that is
	 * asked for, or from its beginning.
	 *
	 * @param by author of the change, for the event `playback`.
	 * @returns why it is not obeyed, in a sentence for people.
	 */
	change(change: PlaybackChange, by: string): string | undefined {
		if (this.#info === undefined) return "The source has not been opened yet.";
		const refusal = refusalOfChange(change, this.playback);
		if (refusal !== undefined) return refusal;
		const goesOn = change.positionSec !== undefined || change.paused === false;
		// What has ended stands still: a pause alone asks for nothing.
		const { paused, ...others } = change;
		const isOver = this.state.name === "ended" && change.positionSec === undefined;
		this.source.control?.(isOver ? others : change, by);
		if (goesOn) this.playAgain();
		return undefined;
	}

	/**
	 * Asks for the event `packets`, from the present group on if it is kept, or the next key frame.
	 * @returns a function that ends the wish; `undefined`: the source has no packets.
	 */
	wantPackets(): (() => void) | undefined {
		if (this.source.wantPackets === undefined) return undefined;
		this.#packetsWanted++;
		this.source.wantPackets("all");
		let isWanted = true;
		return () => {
			if (!isWanted) return;
			isWanted = false;
			if (--this.#packetsWanted === 0) this.source.wantPackets?.(this.#keepsPacketGroup ? "group" : "none");
		};
	}

	/** Keeps the present group of packets, with which those that are wanted later begin. */
	keepPacketGroup(): void {
		this.#keepsPacketGroup = true;
		if (this.#packetsWanted === 0) this.source.wantPackets?.("group");
	}

	/**
	 * Lends the present store to a reader; it is freed after the promise that `use` returns.
	 * @returns false, without a call, while there is no store.
	 */
	async lendStore(use: (store: PanoramaStore) => Promise<void>): Promise<boolean> {
		const store = this.#store;
		if (store === undefined) return false;
		const loan = use(store);
		const loans = this.#loans.get(store) ?? new Set();
		this.#loans.set(store, loans.add(loan));
		try {
			await loan;
			return true;
		} finally {
			loans.delete(loan);
			if (loans.size === 0) this.#loans.delete(store);
		}
	}

	/**
	 * Stops the source, also while it is being opened, and frees its pictures.
	 * @throws {Error} the source's own, if it fails to stop; the pictures are freed
	 * all the same.
	 */
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
			await this.#free(this.#store);
			this.#store = undefined;
		}
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/**
	 * `panoramas`, the pictures that found no free slot, and those that were passed on undecoded:
	 * they too show that the source works.
	 */
	get #picturesTried(): number {
		const passed = this.source.stats().picturesPassed ?? 0;
		return this.#store === undefined ? 0 : this.#store.sequence + this.#store.notWritten + passed;
	}

	/** True if the source can't be started again: its bytes have been read. */
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

	/** @returns the number of the attempt that follows; `undefined` if none is needed. */
	#retrySoon(): number | undefined {
		if (!this.needed || this.#isOver) return undefined;
		clearTimeout(this.#retrying);
		this.#retrying = setTimeout(() => {
			if (this.needed) this.#startOrRetry();
		}, this.#backOff.nextSec() * 1000);
		return this.#backOff.attempts;
	}

	#stopSoon(): void {
		if (this.needed || this.#closed) return;
		clearTimeout(this.#retrying);
		clearTimeout(this.#lingering);
		this.#lingering = setTimeout(() => {
			const stopping = this.#enqueue(async () => {
				if (this.#users > 0) return;
				await this.#stop();
				// There will be no further attempt.
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
			// A source that ended by itself is stopped here before it is started
			// again.
			await this.source.stop();
			if (this.#closed) return;
			// Nothing writes now: a slot that is held for writing was left by a
			// thread that crashed.
			former?.takeBackDrafts();
			this.#info = await this.source.start((info) => {
				// Long after the start: the source's file was replaced by one of
				// another format.
				if (this.#running) return this.#exchangeStore(info);
				if (this.#store === undefined || !this.#fits(info)) this.#store = this.#createStore(info);
				storeInUse = this.#pool.setStore(this.#store);
				picturesBefore = this.#picturesTried;
				return this.#store;
			});
			this.#running = true;
			this.#backOff.succeeded();
			this.#watch.opened(this.#info, picturesBefore);
			this.events.emit("started", this.#info);
		} finally {
			this.#starting = false;
			// Also after a start that failed when it had its store already.
			await storeInUse;
			if (former !== undefined && former !== this.#store) await this.#free(former);
		}
	}

	#fits({ format }: SourceInfo): boolean {
		return this.#format !== undefined && sameFormat(this.#format, format);
	}

	#createStore({ format }: SourceInfo): PanoramaStore {
		const store = PanoramaStore.create(this.#heap, storedFormat(format));
		this.#format = format;
		return store;
	}

	#exchangeStore(info: SourceInfo): PanoramaStore {
		const former = this.#store;
		const store = this.#createStore(info);
		this.#store = store;
		const inUse = this.#pool.setStore(store).then(() => this.#free(former));
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

	/** Frees a store that the pool reads no more, when its other readers are done. */
	async #free(store: PanoramaStore | undefined): Promise<void> {
		if (store === undefined) return;
		await Promise.allSettled(this.#loans.get(store) ?? []);
		store.free(this.#heap);
	}

	#enqueue(transition: () => Promise<void>): Promise<void> {
		const result = this.#queue.then(transition);
		this.#queue = result.catch(() => {});
		return result;
	}
}

/** Resolves with true as soon as `promise` is settled, or with false after `ms`. */
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
