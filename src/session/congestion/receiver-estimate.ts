/**
 * Round trips longer than the shortest by this much are a queue, seconds; so long that reports of a
 * busy receiver seldom are.
 */
const QUEUE_SEC = 0.15;
/**
 * An estimate of the receiver's that nothing confirms lowers the rate to this share at most, and
 * only until the next report.
 */
const UNCONFIRMED_SHARE = 0.75;
/**
 * An estimate may not grow beyond this multiple of the rate that was sent or received meanwhile.
 * libwebrtc has 1.5 (AimdRateControl), for encoders that reach the rate that is requested. With a
 * source of half the view's frame rate, or a picture that needs few bits, 1.5 would stop all
 * growth.
 */
export const UNUSED_FACTOR = 3;

/** A receiver report's figures about the path. */
export type PathSign = "clean" | "doubtful" | "trouble";

/**
 * Without transport-cc: what the receiver thinks that the path carries (REMB), and whether its
 * reports bear that out. A receiver whose processor is busy reads packets late and in heaps, takes
 * that for a queue and asks for a fraction of the rate (aiortc 1.16 beside two busy loops: 6.7 to
 * 4.7 to 2.0 Mbit/s, the round trip at 160 ms once and at 2 ms before and after, nothing lost). A
 * queue or loss on the path shows in more than one report. No clock.
 */
export class ReceiverEstimate {
	#rembBps = Number.POSITIVE_INFINITY;
	/**
	 * Rate that was allowed and used at the last report without trouble; 0 when there has been no
	 * such report since the last trouble.
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

	/** How much longer than the shortest a round trip is, seconds. */
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

	/** Transport-cc says more: the receiver's own estimate counts no longer. */
	forgetRemb(): void {
		this.#rembBps = Number.POSITIVE_INFINITY;
	}

	/** There is loss: the receiver's estimate is right to be low. */
	confirmTrouble(): void {
		this.#provenBps = 0;
		this.#contradicted = false;
	}

	/**
	 * Judges a receiver report.
	 *
	 * @param queueSec from `queueSec` @param lossy more was lost than a radio link loses
	 * @param estimateBps the rate that was allowed
	 * @returns the report's verdict, and after a clean report the rate that an unconfirmed estimate
	 * had lowered, to be allowed again
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
		const queued = queueSec > QUEUE_SEC;
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
