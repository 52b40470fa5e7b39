import { EventListeners } from "../media/events.ts";
import type { PlaybackChange, PlaybackState } from "../media/playback.ts";
import type { VideoSource } from "../source/video-source.ts";
import { RenderPool, type RenderPoolOptions } from "./render-pool.ts";
import { SourceRunner } from "./source-runner.ts";
import { PUBLIC_REASONS, type SourceState } from "./source-state.ts";

/** Memory and size of views of the past. */
export type PastPoolOptions = Omit<RenderPoolOptions, "workers">;

/** Events of a `PastPlay`. */
export interface PastPlayEvents {
	/** Its first picture is there: a view can be drawn. */
	ready: [pool: RenderPool];
	/** The play is stated anew. */
	playback: [];
	/** The reader is in another state. */
	state: [];
	/** It can't go on, with a reason in a sentence. */
	failed: [message: string];
}

/** The kept past as one viewer plays it: a decoder, a clock and a render worker of its own. */
export class PastPlay {
	readonly events = new EventListeners<PastPlayEvents>();
	/** The ring's note when it began: another one means other pictures. */
	readonly note: string;
	readonly #source: VideoSource;
	readonly #onNotice: (message: string) => void;
	readonly #onEnd: (ending: Promise<void>) => void;
	readonly #opened: Promise<{ readonly runner: SourceRunner; readonly pool: RenderPool }>;
	#runner: SourceRunner | undefined;
	#ended = false;

	/**
	 * @param source owned. @param pool its heap is borrowed.
	 * @param onEnd called once with the end of all threads.
	 */
	constructor(source: VideoSource, pool: PastPoolOptions, note: string, onEnd: (ending: Promise<void>) => void) {
		this.note = note;
		this.#source = source;
		this.#onNotice = pool.onNotice;
		this.#onEnd = onEnd;
		this.#opened = this.#open(pool);
		this.#opened.catch((error: unknown) => this.#fail(String((error as Error)?.message ?? error)));
	}

	/** The play as it was stated last; `undefined` before its first picture. */
	get playback(): PlaybackState | undefined {
		return this.#source.playback;
	}

	/** State of the reader; "opening" before it has begun. */
	get state(): SourceState {
		return this.#runner?.state ?? { name: "opening" };
	}

	/** Time at which its newest picture was noticed, as of a source; NaN before the first. */
	get lastPictureSec(): number {
		return this.#runner?.lastPictureSec ?? Number.NaN;
	}

	/** Plays otherwise. @param by author of the change. */
	change(change: PlaybackChange, by: string | undefined): void {
		this.#source.control?.(change, by);
	}

	/** Ends it and frees all that it has taken. No view is drawn by its pool any more. */
	end(): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#onEnd(this.#close());
	}

	async #open(options: PastPoolOptions): Promise<{ readonly runner: SourceRunner; readonly pool: RenderPool }> {
		const pool = await RenderPool.create({ ...options, workers: 1 });
		const runner = new SourceRunner(this.#source, options.heap, pool, false);
		this.#runner = runner;
		let isReady = false;
		runner.events.on("started", () => {
			if (isReady || this.#ended) return;
			isReady = true;
			this.events.emit("ready", pool);
		});
		runner.events.on("playback", () => !this.#ended && this.events.emit("playback"));
		runner.events.on("state", () => !this.#ended && this.events.emit("state"));
		runner.events.on("notice", options.onNotice);
		runner.events.on("error", (error) => {
			options.onNotice(error.message);
			this.#fail(PUBLIC_REASONS[error.code]);
		});
		if (!this.#ended) runner.use();
		return { runner, pool };
	}

	#fail(message: string): void {
		if (!this.#ended) this.events.emit("failed", message);
	}

	async #close(): Promise<void> {
		try {
			const { runner, pool } = await this.#opened;
			await runner.close().finally(() => pool.close());
		} catch (error) {
			this.#onNotice(`The past of ${this.#source.name} did not end well: ${(error as Error).message}`);
		}
	}
}
