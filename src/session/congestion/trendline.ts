import type { DelayChange } from "./packet-groups.ts";

/**
 * Groups in the line: `kDefaultTrendlineWindowSize` of libwebrtc
 * (goog_cc/trendline_estimator.h).
 */
const WINDOW = 20;
/**
 * Smoothing of the delay, and gain of the line's slope: `kDefaultTrendlineSmoothingCoeff`
 * and `kDefaultTrendlineThresholdGain` (goog_cc/trendline_estimator.cc).
 */
const SMOOTHING = 0.9;
const GAIN = 4;
/** Groups after which a slope counts in full: `kMinNumDeltas` (the same file). */
const FULL_GROUPS = 60;
/**
 * Threshold of the slope at first, and its bounds, milliseconds: the constructor and
 * `UpdateThreshold` (the same file); draft-ietf-rmcat-gcc-02, 5.4, "del_var_th".
 */
const FIRST_THRESHOLD = 12.5;
const MIN_THRESHOLD = 6;
const MAX_THRESHOLD = 600;
/**
 * Rates at which the threshold follows the slope, per millisecond: `k_up_`, `k_down_` there;
 * K_u, K_d of the draft.
 */
const RISE = 0.0087;
const FALL = 0.039;
/** Slopes beyond the threshold by more than this don't move it: `kMaxAdaptOffsetMs` there. */
const MAX_OFFSET = 15;
const MAX_STEP_MS = 100;
/**
 * Time that overuse lasts before it counts, milliseconds: `kOverUsingTimeThreshold` there; the
 * draft's "overuse_time_th".
 */
const OVERUSE_MS = 10;

/** The use that the path is put to, by the trend of the delay. */
export type PathUse = "normal" | "over" | "under";

/**
 * Finds whether the delay rises, by a line through the delays of the last groups and a
 * threshold that adapts to how much they vary (libwebrtc's `TrendlineEstimator`;
 * draft-ietf-rmcat-gcc-02, 5.4). A queue that another sender holds moves the threshold,
 * so that we are not starved by it. No clock.
 */
export class Trendline {
	readonly #arrivalMs: number[] = [];
	readonly #delayMs: number[] = [];
	#groups = 0;
	#firstArrivalSec = Number.NaN;
	#accumulatedMs = 0;
	#smoothedMs = 0;
	#threshold = FIRST_THRESHOLD;
	#updatedMs = Number.NaN;
	#lastSlope = 0;
	#overuseMs = Number.NaN;
	#overuses = 0;
	#use: PathUse = "normal";

	get use(): PathUse {
		return this.#use;
	}

	/** Takes in a group. */
	add(change: DelayChange): void {
		this.#groups++;
		if (Number.isNaN(this.#firstArrivalSec)) this.#firstArrivalSec = change.arrivalSec;
		this.#accumulatedMs += (change.arrivalDeltaSec - change.sendDeltaSec) * 1000;
		this.#smoothedMs = SMOOTHING * this.#smoothedMs + (1 - SMOOTHING) * this.#accumulatedMs;
		this.#arrivalMs.push((change.arrivalSec - this.#firstArrivalSec) * 1000);
		this.#delayMs.push(this.#smoothedMs);
		if (this.#arrivalMs.length > WINDOW) {
			this.#arrivalMs.shift();
			this.#delayMs.shift();
		}
		const slope = this.#arrivalMs.length === WINDOW ? slopeOf(this.#arrivalMs, this.#delayMs) : this.#lastSlope;
		this.#detect(slope, change.sendDeltaSec * 1000, change.arrivalSec * 1000);
	}

	#detect(slope: number, sendDeltaMs: number, nowMs: number): void {
		if (this.#groups < 2) return;
		const trend = Math.min(this.#groups, FULL_GROUPS) * slope * GAIN;
		if (trend > this.#threshold) {
			// The groups before are taken to have been above it for half of their time.
			this.#overuseMs = Number.isNaN(this.#overuseMs) ? sendDeltaMs / 2 : this.#overuseMs + sendDeltaMs;
			this.#overuses++;
			if (this.#overuseMs > OVERUSE_MS && this.#overuses > 1 && slope >= this.#lastSlope) {
				this.#overuseMs = 0;
				this.#overuses = 0;
				this.#use = "over";
			}
		} else {
			this.#overuseMs = Number.NaN;
			this.#overuses = 0;
			this.#use = trend < -this.#threshold ? "under" : "normal";
		}
		this.#lastSlope = slope;
		this.#adapt(Math.abs(trend), nowMs);
	}

	#adapt(trend: number, nowMs: number): void {
		const elapsedMs = Math.min(Math.max(0, nowMs - this.#updatedMs), MAX_STEP_MS);
		this.#updatedMs = nowMs;
		if (!(elapsedMs > 0) || trend > this.#threshold + MAX_OFFSET) return;
		const share = Math.min(1, (trend < this.#threshold ? FALL : RISE) * elapsedMs);
		const threshold = this.#threshold + share * (trend - this.#threshold);
		this.#threshold = Math.min(MAX_THRESHOLD, Math.max(MIN_THRESHOLD, threshold));
	}
}

/** Slope of the line with the least squares; 0 where all times are the same. */
function slopeOf(x: readonly number[], y: readonly number[]): number {
	const meanX = x.reduce((sum, value) => sum + value, 0) / x.length;
	const meanY = y.reduce((sum, value) => sum + value, 0) / y.length;
	let numerator = 0;
	let denominator = 0;
	for (let i = 0; i < x.length; i++) {
		numerator += (x[i]! - meanX) * (y[i]! - meanY);
		denominator += (x[i]! - meanX) ** 2;
	}
	return denominator === 0 ? 0 : numerator / denominator;
}
