/**
 * A round trip that is longer than the shortest by this much means a queue, seconds.
 * Measured: the reports of aiortc 1.16 beside two busy loops reached 0.16 s once
 * (busy-receiver-traces.cases.ts).
 */
export const BLIND_QUEUE_SEC = 0.15;
/**
 * A receiver's estimate that nothing confirms lowers the rate to this share at most,
 * and only until the next report. Held by gcc-controller.test.ts, "does not fall with
 * the REMB of a receiver whose processor is busy".
 */
const UNCONFIRMED_SHARE = 0.75;

/**
 * A rate counts as proven up to this multiple of what was sent. Measured: an encoder that
 * makes two thirds of its target, or a source of half the view's frame rate, stops all
 * growth at the 1.5 of draft-ietf-rmcat-gcc-02, 5.5.
 */
const UNUSED_FACTOR = 3;

/** The state of the path, as a receiver report shows it. */
export type PathSign = "clean" | "doubtful" | "trouble";

/**
 * The receiver's own estimate of the path (REMB, draft-alvestrand-rmcat-remb-03), which
 * counts without transport-cc, and whether its reports confirm it. A receiver whose
 * processor is busy reads packets late and in bursts, takes that for a queue and asks
 * for a fraction of the rate. Measured: aiortc 1.16 beside two busy loops asked for
 * 6.7, 4.7 and 2.0 Mbit/s, with a round trip of 160 ms once and of 2 ms before and
 * after, and nothing lost. A queue or loss on the path shows in more than one report.
 * No clock.
 */
export class ReceiverEstimate {
	#rembBps = Number.POSITIVE_INFINITY;
	/**
	 * Rate that was allowed and used at the last report without trouble; 0 when there
	 * has been no such report since the last trouble.
	 */
	#provenBps = 0;
	/** A clean report has shown that the path carries more. */
	#contradicted = false;
	#lowestRoundTripSec = Number.POSITIVE_INFINITY;
	#lastSign: PathSign = "clean";
	#sentBytes = 0;
	#reportedSec = Number.NaN;

	/** Bound of the rate, bits per second; infinite when there is none. */
	get boundBps(): number {
		return this.#contradicted
			? Number.POSITIVE_INFINITY
			: Math.max(this.#rembBps, UNCONFIRMED_SHARE * this.#provenBps);
	}

	/** The part of a round trip beyond the shortest one, seconds. */
	queueSec(roundTripSec: number): number {
		if (!Number.isFinite(roundTripSec)) return 0;
		this.#lowestRoundTripSec = Math.min(this.#lowestRoundTripSec, roundTripSec);
		return roundTripSec - this.#lowestRoundTripSec;
	}

	sent(byteLength: number): void {
		this.#sentBytes += byteLength;
	}

	remb(bitrateBps: number): void {
		this.#rembBps = bitrateBps;
	}

	/** Loss confirms that the receiver's estimate is low for a reason. */
	confirmTrouble(): void {
		this.#provenBps = 0;
		this.#contradicted = false;
	}

	/**
	 * Judges a receiver report.
	 *
	 * @param queueSec from `queueSec`.
	 * @param lossy whether more was lost than a radio link loses.
	 * @param estimateBps the rate that was allowed.
	 * @returns the report's sign, and after a clean report the rate that an unconfirmed
	 * estimate had lowered, to be allowed again.
	 */
	report(
		queueSec: number,
		lossy: boolean,
		estimateBps: number,
		nowSec: number,
	): { readonly sign: PathSign; readonly restoredBps: number } {
		const sentBps = (this.#sentBytes * 8) / (nowSec - this.#reportedSec);
		this.#sentBytes = 0;
		this.#reportedSec = nowSec;
		const queued = queueSec > BLIND_QUEUE_SEC;
		const sign = lossy || (queued && this.#lastSign !== "clean") ? "trouble" : queued ? "doubtful" : "clean";
		this.#lastSign = sign;
		if (sign === "trouble") this.confirmTrouble();
		if (sign !== "clean") return { sign, restoredBps: 0 };
		const restoredBps = this.#provenBps;
		if (this.#rembBps < this.#provenBps) this.#contradicted = true;
		else if (this.#rembBps >= estimateBps) this.#contradicted = false;
		const usedBps = Number.isFinite(sentBps) ? UNUSED_FACTOR * sentBps : 0;
		this.#provenBps = Math.min(Math.max(estimateBps, restoredBps), usedBps);
		return { sign, restoredBps };
	}
}
