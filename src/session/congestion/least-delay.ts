/**
 * The lowest delay is that of the last ten seconds or so, because routes and clocks
 * change: seconds and number of the parts. BBR's lowest round trip has the same window
 * (draft-cardwell-iccrg-bbr-congestion-control-02, `MinRTTFilterLen`).
 */
const BUCKET_SEC = 2.5;
const BUCKETS = 4;

/**
 * The lowest one-way delay of a path lately, from which on a delay is a queue. The offset of
 * the two clocks is part of it. No clock.
 */
export class LeastDelay {
	/** Lowest delays of the last stretches of time, newest last. */
	readonly #buckets: number[] = [];
	#endSec = Number.NaN;
	#sec = Number.NaN;

	/** Seconds; NaN before the first delay. */
	get sec(): number {
		return this.#sec;
	}

	/** Takes in a delay. @returns the lowest one lately, this one included */
	observe(delaySec: number, nowSec: number): number {
		if (!(nowSec < this.#endSec)) {
			this.#buckets.push(delaySec);
			if (this.#buckets.length > BUCKETS) this.#buckets.shift();
			this.#endSec = nowSec + BUCKET_SEC;
			this.#sec = Math.min(...this.#buckets);
		}
		const newest = this.#buckets.length - 1;
		this.#buckets[newest] = Math.min(this.#buckets[newest] ?? delaySec, delaySec);
		this.#sec = Math.min(this.#sec, delaySec);
		return this.#sec;
	}
}
