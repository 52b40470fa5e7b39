/** Lets through `ratePerSec` things a second on average, and up to `burst` at once. No clock: times are handed in. */
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

	/** @returns false when there is nothing left to take. */
	take(nowSec: number): boolean {
		if (nowSec > this.#atSec) this.#tokens = Math.min(this.#burst, this.#tokens + (nowSec - this.#atSec) * this.#ratePerSec);
		this.#atSec = nowSec;
		if (this.#tokens < 1) return false;
		this.#tokens--;
		return true;
	}
}
