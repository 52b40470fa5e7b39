/** A new value is measured after this time, seconds; sooner calls get the former value. */
const MEASURED_SEC = 0.9;

/** Rate at which a counter rises, measured over about a second however often it is read. */
export class RateMeter {
	#count = 0;
	#atSec = Number.NEGATIVE_INFINITY;
	#perSecond = 0;

	/**
	 * The rate, a second; 0 before the second measurement, and while the counter
	 * falls.
	 *
	 * @param count the counter's present value.
	 * @param nowSec seconds on one monotonic clock.
	 */
	perSecond(count: number, nowSec: number): number {
		const elapsedSec = nowSec - this.#atSec;
		if (elapsedSec < MEASURED_SEC) return this.#perSecond;
		this.#perSecond = Number.isFinite(elapsedSec) ? Math.max(0, count - this.#count) / elapsedSec : 0;
		this.#count = count;
		this.#atSec = nowSec;
		return this.#perSecond;
	}
}
