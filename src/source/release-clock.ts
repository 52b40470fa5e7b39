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
 * picture on, at the chosen rate, whatever the decoder's pace. Takes the time as an argument and
 * reads no clock.
 */
export class ReleaseClock {
	/** Media time and clock time of one moment; NaN before the first picture. */
	#mediaSec = Number.NaN;
	#atSec = Number.NaN;
	#rate = 1;
	#paused = false;
	#lastShownSec = Number.NEGATIVE_INFINITY;
	#lastShownMediaSec = Number.NEGATIVE_INFINITY;
	#resyncs = 0;

	/**
	 * Seconds from media time to the monotonic clock; NaN before the first picture, while paused
	 * and at other rates than 1.
	 */
	get offsetSec(): number {
		return this.#paused || this.#rate !== 1 ? Number.NaN : this.#atSec - this.#mediaSec;
	}

	/** Number of times that the clock was set back because decoding could not keep up. */
	get resyncs(): number {
		return this.#resyncs;
	}

	/** Media seconds that pass in one second. */
	get rate(): number {
		return this.#rate;
	}

	/** True while media time stands still. */
	get paused(): boolean {
		return this.#paused;
	}

	/** Media time that is due at `nowSec`; NaN before the first picture. */
	mediaSecAt(nowSec: number): number {
		return this.#paused ? this.#mediaSec : this.#mediaSec + (nowSec - this.#atSec) * this.#rate;
	}

	/** Media time passes at another rate from `nowSec` on. */
	setRate(rate: number, nowSec: number): void {
		this.#anchor(this.mediaSecAt(nowSec), nowSec);
		this.#rate = rate;
	}

	/** Media time stands still from `nowSec` on, or passes again. */
	setPaused(paused: boolean, nowSec: number): void {
		this.#anchor(this.mediaSecAt(nowSec), nowSec);
		this.#paused = paused;
	}

	/** The next picture is due at its turn, also while paused. */
	restart(): void {
		this.#anchor(Number.NaN, Number.NaN);
	}

	/**
	 * The time at which the picture of `mediaSec` is due, on the monotonic clock; `Infinity` while
	 * paused. The first picture is due at `nowSec`.
	 */
	dueSec(mediaSec: number, nowSec: number): number {
		if (Number.isNaN(this.#mediaSec)) this.#anchor(mediaSec, nowSec);
		else if (this.#paused && mediaSec > this.#mediaSec) return Number.POSITIVE_INFINITY;
		if (nowSec - this.#due(mediaSec) > RESYNC_SEC) {
			this.#anchor(mediaSec, nowSec);
			this.#resyncs++;
		}
		return this.#due(mediaSec);
	}

	/**
	 * At a picture's turn: shows it, unless it is late and either its successor is due too or
	 * it is far behind. At a rate above 1, no more pictures are shown in a second than at 1.
	 * @param nextMediaSec time of the next picture, if it is decoded already
	 */
	decide(mediaSec: number, nowSec: number, nextMediaSec?: number): Release {
		const lateSec = nowSec - this.#due(mediaSec);
		const overtaken = nextMediaSec !== undefined && this.#due(nextMediaSec) <= nowSec;
		const held = nowSec - this.#lastShownSec >= MAX_HOLD_SEC;
		const spare = this.#rate > 1 && nextMediaSec !== undefined && this.#isSpare(mediaSec, nextMediaSec);
		if ((overtaken || spare || lateSec > LATE_SEC) && !held) return "skip";
		this.#lastShownSec = nowSec;
		this.#lastShownMediaSec = mediaSec;
		return "show";
	}

	/** True if the next picture comes no later after the last shown one than it would at rate 1. */
	#isSpare(mediaSec: number, nextMediaSec: number): boolean {
		const sinceShownSec = (nextMediaSec - this.#lastShownMediaSec) / this.#rate;
		return sinceShownSec <= (nextMediaSec - mediaSec) * (1 + 1e-6);
	}

	#due(mediaSec: number): number {
		return this.#atSec + (mediaSec - this.#mediaSec) / this.#rate;
	}

	#anchor(mediaSec: number, atSec: number): void {
		this.#mediaSec = mediaSec;
		this.#atSec = atSec;
	}
}
