/** Shares whose median is the usual one; fewer than half of them tell nothing. */
const SHARES = 9;
/** A path that loses more is not taken for one that always does. */
const MAX_SHARE = 0.08;

/**
 * The share that a path loses at any rate, as a radio does: a full queue loses many packets at
 * a time and none for a while after the rate was cut, so the median of some shares is its. No
 * clock.
 */
export class UsualLoss {
	readonly #shares: number[] = [];

	/** 0 to 1; 0 while too little is known. */
	get share(): number {
		if (this.#shares.length <= SHARES / 2) return 0;
		const sorted = [...this.#shares].sort((a, b) => a - b);
		return Math.min(MAX_SHARE, sorted[Math.floor(sorted.length / 2)] ?? 0);
	}

	/** Takes in the share of a stretch of time. */
	observe(share: number): void {
		this.#shares.push(share);
		if (this.#shares.length > SHARES) this.#shares.shift();
	}
}
