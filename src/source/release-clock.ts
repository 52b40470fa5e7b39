/** A picture this late is no longer worth showing when newer ones are on their way. */
export const LATE_SEC = 0.1;
/**
 * While late pictures are left out, one is still shown this often, so that the view never freezes.
 */
export const MAX_HOLD_SEC = 0.1;
/** So far behind, the clock gives up catching up and goes on from here. */
export const RESYNC_SEC = 1;

/** What to do with a picture at its turn. */
export type Release = "show" | "skip";

/**
 * Decides when pictures of a file are shown: media time follows the monotonic clock from the first
 * picture on, whatever the decoder's pace. Takes the time as an argument and reads no clock.
 */
export class ReleaseClock {
	#offsetSec = Number.NaN;
	#lastShownSec = Number.NEGATIVE_INFINITY;
	#resyncs = 0;

	/** How often the clock had to be set back because decoding could not follow. */
	get resyncs(): number {
		return this.#resyncs;
	}

	/**
	 * When the picture of `mediaSec` is due, on the monotonic clock. The first one is due `nowSec`.
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
	 * At a picture's turn: shows it, unless it is late and either its successor is due too or it is
	 * far behind.
	 * @param nextMediaSec of the picture behind it, if that is decoded already
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
