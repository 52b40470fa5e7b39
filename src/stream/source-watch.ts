import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import type { SourceErrorCode, SourceInfo, VideoSource } from "../source/video-source.ts";
import { type SourceState, SourceStateMachine } from "./source-state.ts";

interface SourceWatchEvents {
	change: [state: SourceState];
}

/**
 * Interval between two counts of the source's pictures: a late picture is noticed
 * this much later.
 */
const LOOK_MS = 100;

/**
 * Watches whether a source's pictures come, from its start to its end, and reports
 * each change of its state.
 */
export class SourceWatch {
	readonly events = new EventListeners<SourceWatchEvents>();
	readonly #source: VideoSource;
	readonly #pictures: () => number;
	readonly #machine = new SourceStateMachine();
	#timer: NodeJS.Timeout | undefined;

	/** @param pictures returns the number of pictures that the source has published. */
	constructor(source: VideoSource, pictures: () => number) {
		this.#source = source;
		this.#pictures = pictures;
	}

	get state(): SourceState {
		return this.#machine.state;
	}

	/** Time at which the newest picture was noticed, seconds on the server's clock; NaN: never. */
	get lastPictureSec(): number {
		return this.#machine.lastPictureSec;
	}

	/** A start begins. */
	opening(): void {
		this.#update(() => this.#machine.opening());
	}

	/**
	 * The start succeeded. @param picturesBefore number of pictures that were
	 * published before.
	 */
	opened(info: SourceInfo, picturesBefore: number): void {
		this.#update(() => this.#machine.opened(info, picturesBefore, monotonicSec()));
		this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
		this.#look();
	}

	/** The source tries to get its input back. @param attempt 1 is the first. */
	reconnecting(attempt: number, code: SourceErrorCode): void {
		this.#update(() => this.#machine.reconnecting(attempt, code));
	}

	/** The input is back. */
	reconnected(): void {
		this.#update(() => this.#machine.reconnected(this.#pictures(), monotonicSec()));
	}

	/** The source failed. @param nextAttempt number of the attempt that follows, if any. */
	failed(code: SourceErrorCode, nextAttempt: number | undefined): void {
		this.#rest(() => this.#machine.failed(code, nextAttempt));
	}

	/** The source is at its end. */
	ended(): void {
		this.#rest(() => this.#machine.ended());
	}

	/** The source was stopped because it is not needed. */
	stopped(): void {
		this.#rest(() => this.#machine.stopped());
	}

	/** Stops watching. */
	close(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	#look(): void {
		const nextPictureSec = this.#source.stats().nextPictureSec ?? Number.NaN;
		this.#update(() => this.#machine.look(this.#pictures(), nextPictureSec, monotonicSec()));
	}

	/** Changes to a state in which no pictures are written, so there is nothing to look at. */
	#rest(change: () => void): void {
		this.close();
		this.#update(change);
	}

	#update(change: () => void): void {
		const former = this.#machine.state;
		change();
		if (this.#machine.state !== former) this.events.emit("change", this.#machine.state);
	}
}
