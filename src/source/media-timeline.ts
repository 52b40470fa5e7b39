/**
 * A longer step between the stamps of live pictures is a gap or a reset of the sender's clock; in a
 * file of a format whose stamps may leap, it is a new beginning. FFmpeg's `dts_delta_threshold`.
 */
export const LONGEST_STEP_SEC = 10;

/**
 * Turns the time stamps of an input into media time: one line that never runs back and has no jump
 * where a file begins again, a connection is made anew, or a stream's stamps wrap around or are
 * reset. Pure: stamps in, seconds out.
 */
export class MediaTimeline {
	readonly #longestStepSec: number;
	#offsetSec = 0;
	#lastSec = Number.NaN;
	/** The time for which a picture is shown when nothing else states it. */
	#durationSec: number;
	#joining = false;

	/**
	 * @param nominalDurationSec time between pictures until two stamps have shown it.
	 * @param longestStepSec a longer step between stamps is a reset and no long picture: some
	 * seconds for live sources.
	 * @default Infinity
	 */
	constructor(nominalDurationSec: number, longestStepSec = Number.POSITIVE_INFINITY) {
		this.#durationSec = nominalDurationSec > 0 && Number.isFinite(nominalDurationSec) ? nominalDurationSec : 1 / 30;
		this.#longestStepSec = longestStepSec;
	}

	/**
	 * The next picture follows the last one seamlessly, whatever its stamp says: called where a
	 * loop or a new connection begins.
	 */
	join(): void {
		this.#joining = true;
	}

	/**
	 * Media time of the picture stamped `stampSec`; NaN means it has no stamp and follows the one
	 * before. `durationSec` is what the container states, NaN if nothing.
	 */
	next(stampSec: number, durationSec = Number.NaN): number {
		const expectedSec = this.#lastSec + this.#durationSec;
		let mediaSec = stampSec + this.#offsetSec;
		if (Number.isNaN(this.#lastSec)) {
			mediaSec = Number.isNaN(stampSec) ? 0 : stampSec;
		} else if (Number.isNaN(stampSec)) {
			mediaSec = expectedSec;
		} else if (this.#joining || mediaSec <= this.#lastSec || mediaSec - this.#lastSec > this.#longestStepSec) {
			mediaSec = expectedSec;
			this.#offsetSec = mediaSec - stampSec;
		} else {
			this.#durationSec = mediaSec - this.#lastSec;
		}
		if (durationSec > 0) this.#durationSec = durationSec;
		this.#joining = false;
		this.#lastSec = mediaSec;
		return mediaSec;
	}
}
