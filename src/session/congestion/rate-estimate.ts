import type { BitrateLimits } from "./congestion-controller.ts";

/**
 * A cut takes this share of the rate that arrived: beta of draft-ietf-rmcat-gcc-02,
 * 5.5; `kDefaultBackoffFactor` of libwebrtc
 * (modules/remote_bitrate_estimator/aimd_rate_control.cc).
 */
const CUT = 0.85;
/**
 * Growth where the path has never been too narrow, or far below the rate where it was,
 * a second. GCC grows by 8 % and finds free capacity with probes, which we don't send.
 * Held by gcc-controller.test.ts: from 5 to 10 Mbit/s within 3 s.
 */
const FAST_GROWTH_PER_SEC = 0.4;
/**
 * Growth near the rate at which the path was too narrow, a second: the 8 % that eta of
 * draft-ietf-rmcat-gcc-02, 5.5, allows.
 */
const SLOW_GROWTH_PER_SEC = 0.08;
/**
 * Below this share of that rate growth is fast. Held by narrow-link.test.ts, "a link
 * that changes".
 */
const KNOWN_SHARE = 0.8;
/**
 * After this time without a cut the path may have widened, seconds: the time over which
 * libwebrtc's `LinkCapacityTracker` forgets
 * (goog_cc/send_side_bandwidth_estimation.cc).
 */
const FORGET_SEC = 10;
/**
 * Growth then, a second: between the two. Held by narrow-link.test.ts, "a link that
 * changes".
 */
const RENEWED_GROWTH_PER_SEC = 0.2;
/**
 * Longest time that one step of growth counts, seconds: draft-ietf-rmcat-gcc-02, 5.5.
 */
const MAX_STEP_SEC = 1;
/**
 * After a cut the estimate rests until the window of loss has none from before it,
 * seconds.
 */
const REST_SEC = 0.4;
/**
 * A cut leaves at least this share: reports of a stalled receiver show next to no rate.
 */
const MAX_CUT = 0.5;
/**
 * The estimated rate, which grows and is cut: fast growth until the path was once too
 * narrow, slow growth near the rate where it was.
 */
export class RateEstimate {
	readonly #limits: BitrateLimits;
	readonly #receiverBoundBps: () => number;
	#bitrateBps: number;
	/** Rate that arrived when the path was last too narrow. */
	#boundBps = Number.POSITIVE_INFINITY;
	#lastCutSec = Number.NEGATIVE_INFINITY;
	#lastGrowthSec = Number.NaN;

	/**
	 * @param receiverBoundBps the rate that the receiver asks for now; infinite when it
	 * does not.
	 */
	constructor(limits: BitrateLimits, receiverBoundBps: () => number) {
		this.#limits = limits;
		this.#receiverBoundBps = receiverBoundBps;
		this.#bitrateBps = Math.min(Math.max(limits.startBps, limits.minBps), limits.maxBps);
	}

	get bitrateBps(): number {
		return this.#bitrateBps;
	}

	secondsSinceCut(nowSec: number): number {
		return nowSec - this.#lastCutSec;
	}

	/** Sets the rate, within its limits and at most to what the receiver asks for. */
	set(bitrateBps: number): void {
		const highestBps = Math.min(this.#limits.maxBps, this.#receiverBoundBps());
		this.#bitrateBps = Math.max(this.#limits.minBps, Math.min(bitrateBps, highestBps));
	}

	/** Lowers the rate to `toBps` if it is above. One cut takes half at most. */
	cut(nowSec: number, toBps: number): void {
		// An encoder above its target can overfill a path that carries more than the
		// estimate: that is no reason to lower it.
		if (toBps < this.#bitrateBps) this.set(Math.max(toBps, this.#bitrateBps * MAX_CUT));
		this.#boundBps = this.#bitrateBps / CUT;
		this.#lastCutSec = nowSec;
		this.#lastGrowthSec = nowSec;
	}

	/** Neither grows nor is cut; the time counts for no later growth. */
	hold(nowSec: number): void {
		this.#lastGrowthSec = nowSec;
	}

	/**
	 * Grows for the time since it last grew, rested or was cut.
	 *
	 * @param caution share of the usual growth, 0 to 1.
	 */
	grow(nowSec: number, caution: number): void {
		const elapsedSec = Math.min(nowSec - this.#lastGrowthSec, MAX_STEP_SEC);
		this.#lastGrowthSec = nowSec;
		if (!(elapsedSec > 0) || this.secondsSinceCut(nowSec) < REST_SEC) return;
		this.set(this.#bitrateBps * (1 + caution * this.#growthPerSec(nowSec) * elapsedSec));
	}

	#growthPerSec(nowSec: number): number {
		if (this.#bitrateBps < this.#boundBps * KNOWN_SHARE) return FAST_GROWTH_PER_SEC;
		return this.secondsSinceCut(nowSec) > FORGET_SEC ? RENEWED_GROWTH_PER_SEC : SLOW_GROWTH_PER_SEC;
	}
}
