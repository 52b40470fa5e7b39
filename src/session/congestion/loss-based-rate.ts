import type { BitrateLimits } from "./congestion-controller.ts";
import { LossObservations } from "./loss-observations.ts";

// All values are those of `LossBasedBweV2::CreateConfig` in libwebrtc
// (goog_cc/loss_based_bwe_v2.cc), by the names given.

/** "CandidateFactors": rates that are compared with the present one. */
const CANDIDATE_FACTORS = [1.02, 1, 0.95];
/**
 * "HigherBwBiasFactor", "HigherLogBwBiasFactor": a preference for rates, per kbit/s and its
 * logarithm.
 */
const BIAS = 0.0002;
const LOG_BIAS = 0.02;
/**
 * "LossThresholdOfHighBandwidthPreference", "BandwidthPreferenceSmoothingFactor": the loss at
 * which it ends.
 */
const BIAS_LOSS = 0.2;
const BIAS_SMOOTHING = 0.002;
/**
 * "InitialInherentLossEstimate", "InherentLossLowerBound", and the upper bound, which is
 * "InherentLossUpperBoundOffset" and "InherentLossUpperBoundBwBalance" over the rate.
 */
const FIRST_INHERENT_LOSS = 0.01;
const MIN_INHERENT_LOSS = 0.001;
const MAX_INHERENT_LOSS = 0.05;
const INHERENT_LOSS_BPS = 100_000;
/**
 * "InstantUpperBoundLossOffset", "InstantUpperBoundBwBalance": above that loss the rate is
 * bounded by it.
 */
const BOUND_LOSS = 0.05;
const BOUND_BPS = 100_000;
/**
 * Or above this multiple of the path's own losses. libwebrtc has none: with 6 % of them single
 * bursts of 9 % took the rate to 2.5 Mbit/s for seconds. Held by link-table.test.ts, "far path".
 */
const BOUND_LOSS_FACTOR = 1.5;
/** "NewtonStepSize". */
const NEWTON_STEP = 0.75;
/** "BwRampupUpperBoundFactor": growth over the acknowledged rate while losses limit. */
const RAMP_UP = 1.5;
/** "MaxIncreaseFactor", "DelayedIncreaseWindow": growth in so many seconds while losses limit. */
const MAX_INCREASE = 1.3;
const INCREASE_WINDOW_SEC = 0.3;
/**
 * `kInitHoldDuration`, "HoldDurationFactor": the rate rests after it was lowered, longer
 * each time. libwebrtc rests up to 60 s (`kMaxHoldDuration`), which a live view that is
 * back on a good path would see.
 */
const FIRST_HOLD_SEC = 0.3;
const HOLD_FACTOR = 2;
const MAX_HOLD_SEC = 2;
/**
 * Losses without a queue lower no rate below this, bits per second: it helps neither the path nor
 * the picture, and the way back is long.
 */
const LEAST_BPS = 300_000;

/** A path, as it would explain the losses. */
interface Path {
	readonly bps: number;
	/** Share that it loses whatever is sent. */
	readonly inherentLoss: number;
}

/**
 * The rate that losses allow: the path that explains the observed losses best, some of
 * them its own at any rate, the others those of packets beyond what it carries
 * (libwebrtc's `LossBasedBweV2`). No clock.
 */
export class LossBasedRate {
	readonly #leastBps: number;
	readonly #maxBps: number;
	readonly #observations = new LossObservations();
	#path: Path = { bps: Number.POSITIVE_INFINITY, inherentLoss: FIRST_INHERENT_LOSS };
	#boundBps = Number.POSITIVE_INFINITY;
	#isLimiting = false;
	#windowLimitBps = Number.POSITIVE_INFINITY;
	#windowEndSec = Number.NEGATIVE_INFINITY;
	#holdUntilSec = Number.NEGATIVE_INFINITY;
	#holdSec = FIRST_HOLD_SEC;
	#holdBps = Number.POSITIVE_INFINITY;

	constructor({ minBps, maxBps }: BitrateLimits) {
		this.#leastBps = Math.min(maxBps, Math.max(minBps, LEAST_BPS));
		this.#maxBps = maxBps;
	}

	/** Bound of the rate, bits per second; infinite while losses don't limit it. */
	get boundBps(): number {
		return this.#boundBps;
	}

	/** True while losses limit the rate. */
	get isLimiting(): boolean {
		return this.#isLimiting;
	}

	/** Share of packets that the path loses at any rate, as learnt so far. */
	get inherentLoss(): number {
		return this.#path.inherentLoss;
	}

	/** Share that was lost lately. */
	get meanLoss(): number {
		return this.#observations.meanLoss;
	}

	/** A packet that was counted as lost by the report of `countedSec` has arrived. */
	takeBack(byteLength: number, countedSec: number): void {
		this.#observations.takeBack(byteLength, countedSec);
	}

	/** Leaves out what was sent during a time that says nothing of the path. */
	skip(): void {
		this.#observations.skip();
	}

	/**
	 * Takes in a report, and finds the rate anew once enough is known.
	 *
	 * @param bytes of packets received or lost.
	 * @param lastSentSec when the last of them had left.
	 * @param delayBasedBps rate that the delay allows.
	 * @param acknowledgedBps NaN when unknown, or when the application limits the rate.
	 */
	observe(
		report: { readonly bytes: number; readonly lostBytes: number; readonly lastSentSec: number },
		delayBasedBps: number,
		acknowledgedBps: number,
		nowSec: number,
	): void {
		if (!this.#observations.add(report.bytes, report.lostBytes, report.lastSentSec, nowSec)) return;
		if (this.#path.bps === Number.POSITIVE_INFINITY) this.#path = { ...this.#path, bps: delayBasedBps };
		const meanLoss = this.#observations.meanLoss;
		let best = this.#best(delayBasedBps, acknowledgedBps, meanLoss);
		// No growth while more is lost than the path's own losses.
		if (meanLoss > best.inherentLoss && best.bps > this.#path.bps) best = { ...best, bps: this.#path.bps };
		if (this.#isLimiting) best = this.#slowed(best, acknowledgedBps, nowSec);
		const lowestBps = Math.max(this.#leastBps, acknowledgedBps || 0);
		const boundLoss = Math.max(BOUND_LOSS, BOUND_LOSS_FACTOR * best.inherentLoss);
		const instantBps = meanLoss > boundLoss ? BOUND_BPS / (meanLoss - boundLoss) : Number.POSITIVE_INFINITY;
		const boundedBps = Math.max(lowestBps, Math.min(best.bps, instantBps, delayBasedBps));
		this.#path =
			boundedBps < best.bps
				? { bps: boundedBps, inherentLoss: Math.min(best.inherentLoss, this.#maxInherentLoss(boundedBps)) }
				: { ...best, bps: Math.max(best.bps, lowestBps) };
		if (this.#observations.isReady) this.#conclude(boundedBps, delayBasedBps, nowSec);
	}

	/** Decides whether losses limit the rate, and holds it for a while once they do. */
	#conclude(boundedBps: number, delayBasedBps: number, nowSec: number): void {
		if (boundedBps >= Math.min(delayBasedBps, this.#maxBps)) {
			this.#isLimiting = false;
			this.#boundBps = Number.POSITIVE_INFINITY;
			this.#holdSec = FIRST_HOLD_SEC;
			this.#holdUntilSec = Number.NEGATIVE_INFINITY;
			return;
		}
		if (!this.#isLimiting || boundedBps < this.#boundBps) {
			if (nowSec >= this.#holdUntilSec) {
				this.#holdBps = boundedBps;
				this.#holdUntilSec = nowSec + this.#holdSec;
				this.#holdSec = Math.min(MAX_HOLD_SEC, this.#holdSec * HOLD_FACTOR);
			}
			this.#isLimiting = true;
		}
		this.#boundBps = nowSec < this.#holdUntilSec ? Math.min(boundedBps, this.#holdBps) : boundedBps;
		if (nowSec < this.#windowEndSec) return;
		this.#windowLimitBps = this.#path.bps * MAX_INCREASE;
		this.#windowEndSec = nowSec + INCREASE_WINDOW_SEC;
	}

	#slowed(best: Path, acknowledgedBps: number, nowSec: number): Path {
		let { bps } = best;
		if (nowSec < this.#windowEndSec) bps = Math.min(bps, this.#windowLimitBps);
		if (bps > this.#path.bps && acknowledgedBps > 0)
			bps = Math.max(this.#path.bps, Math.min(bps, RAMP_UP * acknowledgedBps));
		return { ...best, bps };
	}

	#best(delayBasedBps: number, acknowledgedBps: number, meanLoss: number): Path {
		const rates = CANDIDATE_FACTORS.map((factor) => factor * this.#path.bps);
		if (acknowledgedBps > 0) rates.push(acknowledgedBps);
		if (delayBasedBps > this.#path.bps) rates.push(delayBasedBps);
		let best = this.#path;
		let bestScore = Number.NEGATIVE_INFINITY;
		for (const rate of rates) {
			const bps = Math.min(rate, Math.max(this.#path.bps, this.#maxBps));
			const candidate = { bps, inherentLoss: this.#learn(bps) };
			const score = this.#score(candidate, meanLoss);
			if (score <= bestScore) continue;
			best = candidate;
			bestScore = score;
		}
		return best;
	}

	/** A step of Newton's method to the most likely inherent loss of a path of this rate. */
	#learn(bps: number): number {
		const inherentLoss = this.#feasible(this.#path.inherentLoss, bps);
		let first = 0;
		let second = 0;
		for (const [{ sendingBps, kilobytes, lostKilobytes }, weight] of this.#observations.weighted()) {
			const loss = lossOf({ bps, inherentLoss }, sendingBps);
			const received = kilobytes - lostKilobytes;
			first += weight * (lostKilobytes / loss - received / (1 - loss));
			second -= weight * (lostKilobytes / loss ** 2 + received / (1 - loss) ** 2);
		}
		return second < 0 ? this.#feasible(inherentLoss - (NEWTON_STEP * first) / second, bps) : inherentLoss;
	}

	/** Likelihood of the observed losses, with a preference for higher rates. */
	#score(path: Path, meanLoss: number): number {
		const difference = BIAS_LOSS - meanLoss;
		const preference = difference / (BIAS_SMOOTHING + Math.abs(difference));
		const kbps = path.bps / 1000;
		const bias = preference * (BIAS * kbps + LOG_BIAS * Math.log(1 + kbps));
		let score = 0;
		for (const [{ sendingBps, kilobytes, lostKilobytes }, weight] of this.#observations.weighted()) {
			const loss = lossOf(path, sendingBps);
			const received = kilobytes - lostKilobytes;
			score += weight * (lostKilobytes * Math.log(loss) + received * Math.log(1 - loss) + bias * kilobytes);
		}
		return score;
	}

	#feasible(inherentLoss: number, bps: number): number {
		return Math.min(Math.max(inherentLoss, MIN_INHERENT_LOSS), this.#maxInherentLoss(bps));
	}

	#maxInherentLoss(bps: number): number {
		return Math.min(1, MAX_INHERENT_LOSS + INHERENT_LOSS_BPS / bps);
	}
}

/** Share of packets that a path loses at a sending rate; never quite 0 or 1. */
function lossOf({ bps, inherentLoss }: Path, sendingBps: number): number {
	const excess = sendingBps > bps ? ((1 - inherentLoss) * (sendingBps - bps)) / sendingBps : 0;
	return Math.min(Math.max(inherentLoss + excess, 1e-6), 1 - 1e-6);
}
