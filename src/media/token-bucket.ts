/**
 * Lets through `ratePerSec` items a second on average, and up to `burst` at once. Reads no clock:
 * times are arguments.
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

	/**
	 * Takes `count` tokens.
	 * @returns false, and takes none, when fewer are left.
	 */
	take(nowSec: number, count = 1): boolean {
		if (nowSec > this.#atSec)
			this.#tokens = Math.min(this.#burst, this.#tokens + (nowSec - this.#atSec) * this.#ratePerSec);
		this.#atSec = nowSec;
		if (this.#tokens < count) return false;
		this.#tokens -= count;
		return true;
	}
}
