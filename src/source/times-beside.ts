import type { PassingReferenceTimes } from "../metadata/passing-reference-times.ts";
import type { CaptureOrigin } from "./video-source.ts";

/** Capture times that a live input states, but not in its packets. */
export interface TimesBeside {
	readonly origin: CaptureOrigin;
	/** Capture of the picture with a time stamp, microseconds since 1970; NaN: not stated. */
	timeUs(stampSec: number): number;
	/** True while nothing is stated, and may still be. */
	readonly isLooking: boolean;
	/** Ends the looking for further ones. A second call does nothing. */
	close(): void;
}

/** The capture times of the `prft` boxes among the bytes of an input. */
export class TimesInBytes implements TimesBeside {
	readonly origin = "prft";
	readonly #times: PassingReferenceTimes;
	readonly #trackId: number;
	readonly #tickSec: number;

	/** @param tickSec length of a tick of the track, seconds. */
	constructor(times: PassingReferenceTimes, trackId: number, tickSec: number) {
		this.#times = times;
		this.#trackId = trackId;
		this.#tickSec = tickSec;
	}

	timeUs(stampSec: number): number {
		const ticks = Math.round(stampSec / this.#tickSec);
		const time = this.#times.near(this.#trackId, ticks);
		return time === undefined
			? Number.NaN
			: Math.round(time.timeUs + (ticks - time.mediaTicks) * this.#tickSec * 1e6);
	}

	/** Boxes go before their pictures. */
	get isLooking(): boolean {
		return false;
	}

	close(): void {}
}
