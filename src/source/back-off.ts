/**
 * Waits between attempts to open an input again: each twice as long as the one before, up to a
 * bound.
 */
export class BackOff {
	readonly #firstSec: number;
	readonly #longestSec: number;
	#attempts = 0;

	/**
	 * @param longestSec reached after a few attempts; higher spares the network, lower shows the
	 * picture sooner after a long outage.
	 */
	constructor(firstSec = 0.25, longestSec = 10) {
		this.#firstSec = firstSec;
		this.#longestSec = longestSec;
	}

	/** Attempts since the last success. */
	get attempts(): number {
		return this.#attempts;
	}

	/** Seconds to wait before the next attempt. */
	nextSec(): number {
		const waitSec = Math.min(this.#longestSec, this.#firstSec * 2 ** this.#attempts);
		this.#attempts++;
		return waitSec;
	}

	/** Pictures came: the next failure begins anew. */
	succeeded(): void {
		this.#attempts = 0;
	}
}
