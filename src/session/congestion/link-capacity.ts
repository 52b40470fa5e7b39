/**
 * Weight of a new sample: `LinkCapacityEstimator::OnOveruseDetected` of libwebrtc
 * (goog_cc/link_capacity_estimator.cc).
 */
const WEIGHT = 0.05;
/** Normalized variance at first, and its bounds, kbit/s: the same file, `Update`. */
const FIRST_VARIANCE = 0.4;
const MIN_VARIANCE = 0.4;
const MAX_VARIANCE = 2.5;
/** Deviations around the mean in which a rate is near it: the same file, `UpperBound`. */
const DEVIATIONS = 3;

/**
 * The rate at which the path was full lately: a mean of the rates that arrived then, and
 * how much they vary (libwebrtc's `LinkCapacityEstimator`).
 */
export class LinkCapacity {
	#kbps = Number.NaN;
	#variance = FIRST_VARIANCE;

	/** Bits per second; NaN while nothing is known. */
	get bps(): number {
		return this.#kbps * 1000;
	}

	/** Highest rate that is still near the mean; infinite while nothing is known. */
	get upperBps(): number {
		return Number.isNaN(this.#kbps) ? Number.POSITIVE_INFINITY : (this.#kbps + this.#spread) * 1000;
	}

	/** Lowest rate that is still near the mean; 0 while nothing is known. */
	get lowerBps(): number {
		return Number.isNaN(this.#kbps) ? 0 : Math.max(0, this.#kbps - this.#spread) * 1000;
	}

	/** The path was full at this rate. */
	observe(bps: number): void {
		const kbps = bps / 1000;
		if (!(bps <= this.upperBps && bps >= this.lowerBps)) this.reset();
		this.#kbps = Number.isNaN(this.#kbps) ? kbps : (1 - WEIGHT) * this.#kbps + WEIGHT * kbps;
		const error = (this.#kbps - kbps) ** 2 / Math.max(this.#kbps, 1);
		const variance = (1 - WEIGHT) * this.#variance + WEIGHT * error;
		this.#variance = Math.min(MAX_VARIANCE, Math.max(MIN_VARIANCE, variance));
	}

	/** Forgets it: the path is another one. */
	reset(): void {
		this.#kbps = Number.NaN;
		this.#variance = FIRST_VARIANCE;
	}

	get #spread(): number {
		return DEVIATIONS * Math.sqrt(this.#variance * this.#kbps);
	}
}
