import type { BitrateLimits } from "./congestion-controller.ts";
import { LinkCapacity } from "./link-capacity.ts";
import type { PathUse } from "./trendline.ts";

/**
 * A cut leaves this share of the rate that arrived: beta of draft-ietf-rmcat-gcc-02,
 * 5.5; `kDefaultBackoffFactor` of libwebrtc
 * (remote_bitrate_estimator/aimd_rate_control.cc).
 */
const CUT = 0.85;
/**
 * Share of the measured capacity that is used once its queue is empty. Held by
 * link-table.test.ts: above 90 % of a link is used, and nothing waits.
 */
const CRUISE = 0.975;
/**
 * A queue after a deep step down is emptied in about this time, seconds, with at least
 * this share of the capacity. Held by link-table.test.ts, "steps".
 */
const DRAIN_SEC = 0.15;
const MIN_DRAIN_SHARE = 0.4;
/** A rate that arrives below this share of the estimate is a deep step down. */
const DEEP_SHARE = 0.75;
/** Trains that show more than this share of the estimate are believed without a queue. */
const NEAR_SHARE = 0.9;
/**
 * The queue is empty below this, seconds, or below the time that a packet takes on a slower link:
 * packets of one frame wait for each other.
 */
const EMPTY_QUEUE_SEC = 0.01;
/**
 * A growing queue of fewer packets than this is the jitter of single pictures, up to a length,
 * seconds: on a link of 2 Mbit/s each packet takes 5 ms.
 */
const GROWING_PACKETS = 4;
const MAX_GROWING_SEC = 0.03;
/**
 * A queue that has not emptied by then, after a cut or a deep one, may be somebody else's,
 * seconds.
 */
const MAX_DRAIN_SEC = 0.4;
const MAX_DEEP_DRAIN_SEC = 1;
/**
 * It is somebody else's where trains get more of the path than this multiple of the rate
 * that arrives: alone in a queue they get the same. Held by link-table.test.ts, "TCP".
 */
const CONTESTED_FACTOR = 1.1;
/** A queue longer than this is too long, whosever it is, seconds. */
const MAX_CONTESTED_QUEUE_SEC = 0.4;
/**
 * Least time between two cuts, seconds: a round trip, within these bounds
 * (aimd_rate_control.cc, `TimeToReduceFurther`).
 */
const MIN_CUT_INTERVAL_SEC = 0.01;
const MAX_CUT_INTERVAL_SEC = 0.2;
/** Growth a second: eta of draft-ietf-rmcat-gcc-02, 5.5, and `MultiplicativeRateIncrease`. */
const GROWTH_PER_SEC = 0.08;
/**
 * Growth where the path has never been full, and up to a measured capacity, a second.
 * GCC has its probes for that, which need packets that arrive evenly. Held by
 * gcc-controller.test.ts: from 0.3 to 9 Mbit/s within 20 s where packets overtake each
 * other.
 */
const FAST_GROWTH_PER_SEC = 0.4;
/** Longest time that one step of growth counts, seconds: the draft, 5.5. */
const MAX_STEP_SEC = 1;
/**
 * Bytes of the packet by which the rate grows in a response time near the capacity, and that
 * time beyond the round trip, seconds: `GetNearMaxIncreaseRateBpsPerSecond`.
 */
const PACKET_BYTES = 1200;
const RESPONSE_SEC = 0.1;
/** The rate may not grow beyond this multiple of the rate that arrives: the draft, 5.5. */
const UNUSED_FACTOR = 1.5;
/** Share of a rate at which trains have crossed the path that is used at once. */
const PROVEN_SHARE = 0.85;
/**
 * A jump goes to this multiple of the rate at most: as far as a first probe ("p1",
 * goog_cc/probe_controller.cc).
 */
const MAX_JUMP = 3;
/**
 * A probe that filled the path sets this share of what arrived: `kTargetUtilizationFraction`
 * (goog_cc/probe_bitrate_estimator.cc).
 */
const PROBE_SHARE = 0.95;
/** A jump that a cut follows so soon was wrong, seconds. */
const JUMP_TRIAL_SEC = 2;
/**
 * Trains don't raise the rate for this long after a wrong jump, seconds; twice as long after
 * each next one.
 */
const DISTRUST_SEC = 5;
const MAX_DISTRUST_SEC = 60;

/** The state of the path, as it is known when the rate is decided. */
export interface PathState {
	readonly use: PathUse;
	/** Packets are lost in front of a full queue. */
	readonly overflows: boolean;
	/** Lowest queue of the last packets, seconds. */
	readonly queueSec: number;
	/** Rate that arrives; NaN while unknown. */
	readonly acknowledgedBps: number;
	/** Rate that arrives out of a queue, all that the path carries; NaN when nothing has waited. */
	readonly arrivingBps: number;
	/** Rate that trains have filled the path with; infinite when they have not. */
	readonly limitBps: number;
	/** Rate with which trains have crossed the path; 0 without trains. */
	readonly provenBps: number;
	readonly roundTripSec: number;
}

/**
 * The rate that the delay allows: additive increase near the capacity, multiplicative
 * increase elsewhere, and multiplicative decrease (GCC's AIMD,
 * draft-ietf-rmcat-gcc-02, 5.5), with two shortcuts: it goes to a measured capacity at
 * once, down and up, and back to it when the queue is empty after a cut. No clock.
 */
export class DelayBasedRate {
	readonly #limits: BitrateLimits;
	readonly #capacity = new LinkCapacity();
	#bps: number;
	#wasFull = false;
	#lastCutSec = Number.NEGATIVE_INFINITY;
	#lastGrowthSec = Number.NaN;
	#drainingSinceSec = Number.NaN;
	#isDeepDrain = false;
	/** Another sender keeps the queue full: it does not empty when the rate is lowered. */
	#isContested = false;
	#jumpedSec = Number.NEGATIVE_INFINITY;
	#distrustSec = DISTRUST_SEC;
	#trustFromSec = Number.NEGATIVE_INFINITY;

	constructor(limits: BitrateLimits) {
		this.#limits = limits;
		this.#bps = Math.min(Math.max(limits.startBps, limits.minBps), limits.maxBps);
	}

	get bps(): number {
		return this.#bps;
	}

	get isDraining(): boolean {
		return !Number.isNaN(this.#drainingSinceSec);
	}

	/** True while a queue empties that a deep step down has left. */
	get isDeepDrain(): boolean {
		return this.isDraining && this.#isDeepDrain;
	}

	secondsSinceCut(nowSec: number): number {
		return nowSec - this.#lastCutSec;
	}

	/** Sets the rate, within its limits: another estimate is better founded. */
	set(bps: number): void {
		this.#bps = Math.max(this.#limits.minBps, Math.min(bps, this.#limits.maxBps));
	}

	/** Decides the rate anew. */
	update(path: PathState, nowSec: number): void {
		if (path.queueSec <= this.#emptySec || path.queueSec > MAX_CONTESTED_QUEUE_SEC) this.#isContested = false;
		const isGrowing = path.use === "over" && path.queueSec > this.#growingSec && !this.#isContested;
		const isOver = path.overflows || isGrowing;
		if (isOver && this.#mayCut(path, nowSec)) this.#cut(path, nowSec);
		else if (this.#isNarrower(path)) this.#narrow(path, nowSec);
		else if (this.isDraining) this.#drain(path, nowSec);
		else if (path.use === "normal" || this.#isContested) this.#grow(path, nowSec);
		else this.#lastGrowthSec = nowSec;
	}

	/**
	 * A probe has crossed the path.
	 *
	 * @param isLimited whether the application limits the rate: then a probe is the only
	 * measurement there is, also of less.
	 */
	probed(receiveBps: number, saturated: boolean, isLimited: boolean, nowSec: number): void {
		const bps = saturated ? receiveBps * PROBE_SHARE : receiveBps;
		if (bps > this.#bps) {
			if (nowSec < this.#trustFromSec || this.isDraining) return;
			this.#jump(bps, nowSec);
		} else if (saturated && isLimited) this.set(bps);
	}

	/**
	 * A queue stands, and much less arrives than is allowed.
	 * @returns whether that is a step down of the path.
	 */
	stepDown(arrivingBps: number, queueSec: number, nowSec: number): boolean {
		if (this.isDeepDrain || this.#isContested) return false;
		this.#lower(arrivingBps, arrivingBps * CUT, queueSec, nowSec);
		return true;
	}

	/** Forgets the capacity that delays have shown: it was wrong. */
	forget(): void {
		this.#capacity.reset();
		this.#wasFull = false;
		this.#drainingSinceSec = Number.NaN;
		this.#isContested = false;
	}

	/** Halves the rate because nothing gets through; that says nothing of the capacity. */
	halve(nowSec: number): void {
		this.set(this.#bps / 2);
		this.#lastCutSec = nowSec;
		this.#lastGrowthSec = nowSec;
		this.#wasFull = false;
	}

	/** A queue that is longer may be too long, seconds. */
	get #growingSec(): number {
		return Math.min(MAX_GROWING_SEC, (GROWING_PACKETS * PACKET_BYTES * 8) / this.#bps);
	}

	/** A queue that is no longer is none, seconds. */
	get #emptySec(): number {
		return Math.max(EMPTY_QUEUE_SEC, (PACKET_BYTES * 8) / Math.max(this.#bps, this.#capacity.bps || 0));
	}

	#mayCut({ acknowledgedBps, roundTripSec }: PathState, nowSec: number): boolean {
		const intervalSec = Math.min(MAX_CUT_INTERVAL_SEC, Math.max(MIN_CUT_INTERVAL_SEC, roundTripSec));
		if (Number.isNaN(acknowledgedBps)) return this.secondsSinceCut(nowSec) >= MAX_CUT_INTERVAL_SEC;
		return this.secondsSinceCut(nowSec) >= intervalSec || acknowledgedBps < this.#bps / 2;
	}

	#cut(path: PathState, nowSec: number): void {
		const { arrivingBps, queueSec } = path;
		if (!Number.isNaN(arrivingBps)) {
			const carriedBps = Math.min(arrivingBps, this.#limits.maxBps);
			this.#lower(carriedBps, carriedBps * CUT, queueSec, nowSec);
		} else if (this.isDraining) this.#drain(path, nowSec);
		else {
			// No packet waited for another: nothing says what the path carries.
			this.set(this.#bps * CUT);
			this.#lastCutSec = nowSec;
			this.#lastGrowthSec = nowSec;
		}
	}

	/**
	 * True where trains show that the path carries less than the estimate. Much less would
	 * make a queue stand: without one only the receiver was late.
	 */
	#isNarrower({ limitBps, queueSec }: PathState): boolean {
		if (limitBps * CRUISE >= this.#bps || limitBps >= this.#limits.maxBps) return false;
		return queueSec > this.#emptySec || limitBps >= NEAR_SHARE * this.#bps;
	}

	#narrow(path: PathState, nowSec: number): void {
		const share = path.queueSec > this.#emptySec ? CUT : CRUISE;
		this.#lower(path.limitBps, path.limitBps * share, path.queueSec, nowSec);
	}

	#lower(capacityBps: number, toBps: number, queueSec: number, nowSec: number): void {
		if (nowSec - this.#jumpedSec < JUMP_TRIAL_SEC && capacityBps < DEEP_SHARE * this.#bps) {
			this.#trustFromSec = nowSec + this.#distrustSec;
			this.#distrustSec = Math.min(MAX_DISTRUST_SEC, 2 * this.#distrustSec);
		}
		this.#jumpedSec = Number.NEGATIVE_INFINITY;
		this.#isDeepDrain = capacityBps < DEEP_SHARE * this.#bps || this.isDeepDrain;
		this.#capacity.observe(capacityBps);
		this.#wasFull ||= this.#bps > this.#limits.minBps;
		this.#lastCutSec = nowSec;
		this.#lastGrowthSec = nowSec;
		if (queueSec > this.#emptySec && !this.isDraining) this.#drainingSinceSec = nowSec;
		const drainBps = queueSec > this.#emptySec ? capacityBps * drainShare(queueSec) : toBps;
		this.set(Math.min(this.#bps, toBps, drainBps));
	}

	/** Waits until the queue is empty, then goes back to what the path carries. */
	#drain(path: PathState, nowSec: number): void {
		this.#lastGrowthSec = nowSec;
		const isEmpty = path.queueSec <= this.#emptySec;
		const maxSec = this.#isDeepDrain ? MAX_DEEP_DRAIN_SEC : MAX_DRAIN_SEC;
		if (!isEmpty && nowSec - this.#drainingSinceSec < maxSec) {
			this.set(this.#capacity.bps * drainShare(path.queueSec));
			return;
		}
		this.#drainingSinceSec = Number.NaN;
		this.#isDeepDrain = false;
		const trainsBps = Number.isFinite(path.limitBps) ? path.limitBps : path.provenBps;
		this.#isContested = !isEmpty && trainsBps > CONTESTED_FACTOR * path.acknowledgedBps;
		const capacityBps = Math.min(this.#capacity.bps, path.limitBps);
		if (isEmpty) this.set(Math.max(this.#bps, capacityBps * CRUISE));
	}

	#grow(path: PathState, nowSec: number): void {
		const elapsedSec = Math.min(nowSec - this.#lastGrowthSec, MAX_STEP_SEC);
		this.#lastGrowthSec = nowSec;
		if (!(elapsedSec > 0)) return;
		const trusted = nowSec >= this.#trustFromSec;
		const provenBps = trusted ? Math.min(path.provenBps * PROVEN_SHARE, MAX_JUMP * this.#bps) : 0;
		if (provenBps > this.#bps && path.queueSec <= this.#emptySec) {
			this.#jump(provenBps, nowSec);
			return;
		}
		const usedBps = Math.max(UNUSED_FACTOR * (path.acknowledgedBps || 0), provenBps);
		const highestBps = Math.min(usedBps, knownBps(path) * CRUISE);
		if (highestBps > this.#bps)
			this.set(Math.min(highestBps, this.#bps + this.#growthBps(path, trusted) * elapsedSec));
	}

	/** Growth a second. */
	#growthBps(path: PathState, trusted: boolean): number {
		if (this.#isContested) return GROWTH_PER_SEC * this.#bps;
		const isKnown = trusted && knownBps(path) < Number.POSITIVE_INFINITY;
		if (!this.#wasFull || isKnown) return FAST_GROWTH_PER_SEC * this.#bps;
		if (this.#bps < CRUISE * this.#capacity.bps) return FAST_GROWTH_PER_SEC * this.#bps;
		if (this.#bps > this.#capacity.upperBps) this.#capacity.reset();
		const isNear = this.#bps >= this.#capacity.lowerBps && this.#bps <= this.#capacity.upperBps;
		if (!isNear || Number.isNaN(this.#capacity.bps)) return GROWTH_PER_SEC * this.#bps;
		return (PACKET_BYTES * 8) / (path.roundTripSec + RESPONSE_SEC);
	}

	#jump(bps: number, nowSec: number): void {
		if (bps > this.#capacity.upperBps) this.#capacity.reset();
		this.#jumpedSec = nowSec;
		this.#lastGrowthSec = nowSec;
		this.set(bps);
	}
}

/**
 * The rate that the path carries, as trains have filled it, or else packets that waited for
 * others of their picture; infinite when neither is known.
 */
function knownBps({ limitBps, arrivingBps, queueSec }: PathState): number {
	const isTold = limitBps === Number.POSITIVE_INFINITY && queueSec <= EMPTY_QUEUE_SEC && arrivingBps > 0;
	return isTold ? arrivingBps : limitBps;
}

/** Share of the capacity that leaves room for a queue to empty. */
function drainShare(queueSec: number): number {
	return Math.min(CUT, Math.max(MIN_DRAIN_SHARE, 1 - queueSec / DRAIN_SEC));
}
