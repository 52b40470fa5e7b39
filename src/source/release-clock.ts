/** A picture this late is no longer worth showing when newer ones are on their way. */
export const LATE_SEC = 0.1;
/**
 * While late pictures are left out, one is still shown this often, so that the view never freezes.
 */
export const MAX_HOLD_SEC = 0.1;
/**
 * When it is this far behind, the clock stops catching up and goes on from the present picture.
 */
export const RESYNC_SEC = 1;

/** The decision about a picture at its turn. */
export type Release = "show" | "skip";

/**
 * Decides when pictures of a file are shown: media time follows the monotonic clock from the first
 * picture on, whatever the decoder's pace. Takes the time as an argument and reads no clock.
 */
export class ReleaseClock {
	#offsetSec = Number.NaN;
	#lastShownSec = Number.NEGATIVE_INFINITY;
	#resyncs = 0;

	/** Number of times that the clock was set back because decoding could not keep up. */
	get resyncs(): number {
		return this.#resyncs;
	}

	/**
	 * The time at which the picture of `mediaSec` is due, on the monotonic clock. The first
	 * picture is due at `nowSec`.
	 */
	dueSec(mediaSec: number, nowSec: number): number {
		if (Number.isNaN(this.#offsetSec)) this.#offsetSec = nowSec - mediaSec;
		if (nowSec - (mediaSec + this.#offsetSec) > RESYNC_SEC) {
			this.#offsetSec = nowSec - mediaSec;
			this.#resyncs++;
		}
		return mediaSec + this.#offsetSec;
	}

	/**
	 * At a picture's turn: shows it, unless it is late and either its successor is due too or
	 * it is far behind.
	 * @param nextMediaSec time of the next picture, if it is decoded already
	 */
	decide(mediaSec: number, nowSec: number, nextMediaSec?: number): Release {
		const lateSec = nowSec - (mediaSec + this.#offsetSec);
		const overtaken = nextMediaSec !== undefined && nextMediaSec + this.#offsetSec <= nowSec;
		const held = nowSec - this.#lastShownSec >= MAX_HOLD_SEC;
		if ((overtaken || lateSec > LATE_SEC) && !held) return "skip";
		this.#lastShownSec = nowSec;
		return "show";
	}
}
