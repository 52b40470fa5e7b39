import { LeastDelay } from "./least-delay.ts";

/**
 * Delay above the lowest one seen that means a queue is growing, seconds. Lower reacts
 * to jitter, higher lets old pictures stand in the queue. Held by narrow-link.test.ts:
 * packets wait less than 35 ms on average once the link is known.
 */
const QUEUE_SEC = 0.05;
/**
 * A queue must last this long before the rate is cut, seconds: a receiver or a radio
 * that stalls for a moment delays packets too. Measured beside two busy loops: single
 * reports showed 50 ms.
 */
const QUEUE_LASTS_SEC = 0.1;
/**
 * A queue this long is emptied with a deeper cut. Held by narrow-link.test.ts, "a link
 * that changes".
 */
const DEEP_QUEUE_SEC = 0.15;
/**
 * A queue that is this much shorter than at the last report drains, seconds: 16 steps
 * of 0.25 ms.
 */
const DRAINING_SEC = 0.004;
/**
 * Largest error of a receiver's clock that is believed, seconds: one step of a report's
 * reference time (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1). Measured:
 * werift 0.25 rounds it so that each report is wrong as a whole.
 */
const MAX_CLOCK_ERROR_SEC = 0.064;
/**
 * A smaller step back is no error, seconds: four steps of 0.25 ms, in which arrivals
 * are reported (the same draft, 3.1.5).
 */
const CLOCK_STEP_SEC = 0.001;
/**
 * A clock that has shown no error for this long is trusted again, seconds. Held by
 * gcc-controller.test.ts: a rough clock shows its error more often.
 */
const TRUST_AFTER_SEC = 60;

/** Arrivals in one report that no earlier report had, on the receiver's clock. */
export interface ArrivalBatch {
	/** Number of the report, 8 bits. */
	readonly feedbackNumber: number;
	readonly firstArrivalSec: number;
	/** Delays on the way here include the offset of the two clocks. */
	readonly firstDelaySec: number;
	readonly lastArrivalSec: number;
	readonly lastDelaySec: number;
	readonly lowestDelaySec: number;
}

/**
 * The state of the queue along the path: `passing` may be a stall, or is draining by
 * itself; `standing` and `deep` need a lower rate.
 */
export type QueueState = "none" | "passing" | "standing" | "deep";

/** Finds a queue along the path from one-way delays. No clock. */
export class QueueDetector {
	readonly #leastDelay = new LeastDelay();
	#last: ArrivalBatch | undefined;
	/** Error that the receiver's clock has shown from report to report. */
	#clockErrorSec = 0;
	#clockErrorAtSec = Number.NEGATIVE_INFINITY;
	#queueSec = 0;
	#draining = false;
	/** Time since when the queue has been above its limit; infinite when it is not. */
	#sinceSec = Number.POSITIVE_INFINITY;

	/** The queue as last measured, seconds. */
	get queueSec(): number {
		return this.#queueSec;
	}

	/** Lowest one-way delay lately, offset of the two clocks included; NaN before a report. */
	get leastDelaySec(): number {
		return this.#leastDelay.sec;
	}

	/**
	 * Error that the receiver's clock has shown from report to report lately, seconds;
	 * 0 for a sound clock.
	 */
	get clockErrorSec(): number {
		return this.#clockErrorSec;
	}

	/** Compares a report's delays with the lowest ones. */
	observe(batch: ArrivalBatch, nowSec: number): void {
		this.#observeClock(batch, nowSec);
		this.#last = batch;
		// The lowest delay of a report: a frame's own spread and jitter are no queue.
		const queueSec = batch.lowestDelaySec - this.#leastDelay.observe(batch.lowestDelaySec, nowSec);
		this.#draining = queueSec < this.#queueSec - DRAINING_SEC;
		this.#queueSec = queueSec;
		this.#sinceSec = this.#excessSec > QUEUE_SEC ? Math.min(this.#sinceSec, nowSec) : Number.POSITIVE_INFINITY;
	}

	state(nowSec: number): QueueState {
		if (this.#excessSec <= QUEUE_SEC) return "none";
		if (this.#draining || nowSec - this.#sinceSec < QUEUE_LASTS_SEC) return "passing";
		return this.#excessSec > DEEP_QUEUE_SEC ? "deep" : "standing";
	}

	/** The part of the queue that a wrong clock does not explain. */
	get #excessSec(): number {
		return this.#queueSec - this.#clockErrorSec;
	}

	/**
	 * A report that was sent later must describe later arrivals. If it does not, the
	 * receiver's clock is off by the difference of the delays.
	 */
	#observeClock({ feedbackNumber, firstArrivalSec, firstDelaySec }: ArrivalBatch, nowSec: number): void {
		const last = this.#last;
		if (nowSec - this.#clockErrorAtSec > TRUST_AFTER_SEC) this.#clockErrorSec = 0;
		if (last === undefined || firstArrivalSec > last.lastArrivalSec - CLOCK_STEP_SEC) return;
		// Reports can overtake each other; their numbers, 8 bits, show which was sent
		// first.
		const ahead = (feedbackNumber - last.feedbackNumber) & 0xff;
		if (ahead === 0 || ahead > 0x7f) return;
		const errorSec = Math.min(last.lastDelaySec - firstDelaySec, MAX_CLOCK_ERROR_SEC);
		this.#clockErrorSec = Math.max(this.#clockErrorSec, errorSec);
		this.#clockErrorAtSec = nowSec;
	}
}
