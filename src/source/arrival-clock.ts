/** Time over which the latest sound is sought, seconds. */
const WINDOW_SEC = 10;
/** Spare time that sound waits beyond the latest one, seconds. */
const SPARE_SEC = 0.01;
/** Sound is played sooner again when it waits for longer than this without need, seconds. */
const SHORTEN_SEC = 0.03;

/**
 * Finds the time at which live sound is played: late enough that the latest of the last seconds
 * comes in time, and no later. Takes times as arguments and reads no clock.
 */
export class ArrivalClock {
	#offsetSec = Number.NaN;
	#windowBeginSec = Number.NaN;
	/** Greatest offset that a piece of this window needed. */
	#neededSec = Number.NEGATIVE_INFINITY;

	/** Seconds from media time to the monotonic clock; NaN before the first piece. */
	get offsetSec(): number {
		return this.#offsetSec;
	}

	/** Takes the arrival of sound in. @param mediaSec time of its beginning */
	arrived(mediaSec: number, nowSec: number): void {
		const neededSec = nowSec - mediaSec + SPARE_SEC;
		if (Number.isNaN(this.#offsetSec)) {
			this.#offsetSec = neededSec;
			this.#windowBeginSec = nowSec;
		}
		this.#neededSec = Math.max(this.#neededSec, neededSec);
		this.#offsetSec = Math.max(this.#offsetSec, neededSec);
		if (nowSec - this.#windowBeginSec < WINDOW_SEC) return;
		if (this.#offsetSec - this.#neededSec > SHORTEN_SEC) this.#offsetSec = this.#neededSec;
		this.#windowBeginSec = nowSec;
		this.#neededSec = Number.NEGATIVE_INFINITY;
	}

	/** Begins anew: the sender has another clock. */
	restart(): void {
		this.#offsetSec = Number.NaN;
		this.#neededSec = Number.NEGATIVE_INFINITY;
	}
}
