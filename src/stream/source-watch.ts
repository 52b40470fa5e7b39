import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import type { SourceErrorCode, SourceInfo, VideoSource } from "../source/video-source.ts";
import { type SourceState, SourceStateMachine } from "./source-state.ts";

interface SourceWatchEvents {
	change: [state: SourceState];
}

/**
 * How often the source's pictures are counted. A picture that is missed is so noticed at most this
 * much later.
 */
const LOOK_MS = 100;

/**
 * Watches whether a source's pictures come, from its start to its end, and reports each change of
 * its state.
 */
export class SourceWatch {
	readonly events = new EventListeners<SourceWatchEvents>();
	readonly #source: VideoSource;
	readonly #pictures: () => number;
	readonly #machine = new SourceStateMachine();
	#timer: NodeJS.Timeout | undefined;

	/** @param pictures that the source has published so far */
	constructor(source: VideoSource, pictures: () => number) {
		this.#source = source;
		this.#pictures = pictures;
	}

	get state(): SourceState {
		return this.#machine.state;
	}

	opening(): void {
		this.#update(() => this.#machine.opening());
	}

	opened(info: SourceInfo, picturesBefore: number): void {
		this.#update(() => this.#machine.opened(info, picturesBefore, monotonicSec()));
		this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
		this.#look();
	}

	reconnecting(attempt: number, code: SourceErrorCode): void {
		this.#update(() => this.#machine.reconnecting(attempt, code));
	}

	reconnected(): void {
		this.#update(() => this.#machine.reconnected(this.#pictures(), monotonicSec()));
	}

	failed(code: SourceErrorCode, nextAttempt: number | undefined): void {
		this.#rest(() => this.#machine.failed(code, nextAttempt));
	}

	ended(): void {
		this.#rest(() => this.#machine.ended());
	}

	stopped(): void {
		this.#rest(() => this.#machine.stopped());
	}

	close(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	#look(): void {
		const nextPictureSec = this.#source.stats().nextPictureSec ?? Number.NaN;
		this.#update(() => this.#machine.look(this.#pictures(), nextPictureSec, monotonicSec()));
	}

	/** Nothing is written any more, so there is nothing to look at. */
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
