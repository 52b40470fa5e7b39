import type { ProbeCluster } from "./congestion-controller.ts";

// Values are those of libwebrtc (goog_cc/probe_controller.cc), by the names given.

/** "p1": first probe, a multiple of the first estimate. */
const FIRST_SCALE = 3;
/** "step_size", "alr_scale": multiple of the estimate that each later one tries. */
const SCALE = 2;
/**
 * "further_probe_threshold": a probe that arrives at this share of its rate is followed by a
 * faster one.
 */
const FURTHER_SHARE = 0.7;
/** "alr_interval": time between two probes while the application limits the rate, seconds. */
const INTERVAL_SEC = 5;
/** "min_probe_duration", "min_probe_packets_sent". */
const DURATION_SEC = 0.015;
const MIN_PACKETS = 5;
/** `kMaxWaitingTimeForProbingResult`, seconds. */
const MAX_WAIT_SEC = 1;
/**
 * `kBitrateDropThreshold`, `kBitrateDropTimeout`, `kProbeFractionAfterDrop`: after a drop
 * the rate before it is tried once more.
 */
const DROP_SHARE = 0.66;
const DROP_TIMEOUT_SEC = 5;
const AFTER_DROP_SHARE = 0.85;
/** Time from the drop to that probe, seconds: the queue has emptied by then. */
const AFTER_DROP_SEC = 1.5;
/**
 * Time between two probes where frames show nothing, seconds, and the share of the rate
 * that they may take: five packets are a tenth of a second of 0.5 Mbit/s.
 */
const UNMEASURED_SEC = 2;
const MAX_SHARE = 0.02;
const PACKET_BYTES = 1200;

/** The state that decides whether a probe is due. */
export interface ProbeNeed {
	readonly estimateBps: number;
	/** Time since when the application limits the rate; NaN when it does not. */
	readonly limitedSinceSec: number;
	/** Time of the last train that showed what the path carries. */
	readonly measuredSec: number;
	/** True while the path is full, or lossy: a probe would only harm. */
	readonly isTroubled: boolean;
}

/** Decides when the path is probed, and at which rate. No clock. */
export class ProbeController {
	readonly #maxBps: number;
	#nextId = 1;
	#begun = false;
	#probedSec = Number.NEGATIVE_INFINITY;
	/** Rate of the probe whose result is awaited; NaN when none is. */
	#awaitedBps = Number.NaN;
	#furtherBps = Number.NaN;
	#beforeDropBps = 0;
	#droppedSec = Number.NEGATIVE_INFINITY;
	#lastBps = 0;

	/** @param maxBps highest estimate. */
	constructor(maxBps: number) {
		this.#maxBps = maxBps;
	}

	/** Notes the estimate, to remember the rate before a drop. */
	observe(estimateBps: number, nowSec: number): void {
		if (estimateBps < DROP_SHARE * this.#lastBps) {
			this.#beforeDropBps = this.#lastBps;
			this.#droppedSec = nowSec;
		}
		this.#lastBps = estimateBps;
	}

	/** Takes the result of the probe that was sent last. */
	result(receiveBps: number): void {
		if (receiveBps >= FURTHER_SHARE * this.#awaitedBps) this.#furtherBps = SCALE * receiveBps;
		this.#awaitedBps = Number.NaN;
	}

	/** @returns the probe that is due, which then counts as sent. */
	take(need: ProbeNeed, nowSec: number): ProbeCluster | undefined {
		if (nowSec - this.#probedSec > MAX_WAIT_SEC) this.#awaitedBps = Number.NaN;
		if (!Number.isNaN(this.#awaitedBps) || need.isTroubled || need.estimateBps >= this.#maxBps) return undefined;
		const wishedBps = this.#wish(need, nowSec);
		if (!(wishedBps > need.estimateBps)) return undefined;
		const rateBps = Math.min(wishedBps, this.#maxBps);
		this.#begun = true;
		this.#probedSec = nowSec;
		this.#furtherBps = Number.NaN;
		this.#awaitedBps = rateBps < this.#maxBps ? rateBps : Number.NaN;
		return { id: this.#nextId++, rateBps, minBytes: (rateBps * DURATION_SEC) / 8, minPackets: MIN_PACKETS };
	}

	#wish({ estimateBps, limitedSinceSec, measuredSec }: ProbeNeed, nowSec: number): number {
		if (!this.#begun) return FIRST_SCALE * estimateBps;
		if (!Number.isNaN(this.#furtherBps)) return this.#furtherBps;
		const sinceDropSec = nowSec - this.#droppedSec;
		if (sinceDropSec >= AFTER_DROP_SEC) {
			this.#droppedSec = Number.NEGATIVE_INFINITY;
			if (sinceDropSec < DROP_TIMEOUT_SEC) return AFTER_DROP_SHARE * this.#beforeDropBps;
		}
		// Frames show the path as well, where they are large enough.
		const isLimited = !Number.isNaN(limitedSinceSec);
		const knownSec = Math.max(this.#probedSec, isLimited ? limitedSinceSec : measuredSec);
		const paidSec = (MIN_PACKETS * PACKET_BYTES * 8) / (MAX_SHARE * estimateBps);
		const intervalSec = isLimited ? INTERVAL_SEC : Math.max(UNMEASURED_SEC, Math.min(INTERVAL_SEC, paidSec));
		return nowSec - knownSec >= intervalSec ? SCALE * estimateBps : Number.NaN;
	}
}
