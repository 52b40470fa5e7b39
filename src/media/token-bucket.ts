/**
 * Lets through `ratePerSec` things a second on average, and up to `burst` at once. No clock: times
 * are handed in.
 */
export class TokenBucket {
	readonly #ratePerSec: number;
	readonly #burst: number;
	#tokens: number;
	#atSec = Number.NaN;

	constructor(ratePerSec: number, burst: number) {
		this.#ratePerSec = ratePerSec;
		this.#burst = burst;
		this.#tokens = burst;
	}

	/** @returns false, and takes nothing, when there is not so much left. */
	take(nowSec: number, count = 1): boolean {
		if (nowSec > this.#atSec)
			this.#tokens = Math.min(this.#burst, this.#tokens + (nowSec - this.#atSec) * this.#ratePerSec);
		this.#atSec = nowSec;
		if (this.#tokens < count) return false;
		this.#tokens -= count;
		return true;
	}
}
