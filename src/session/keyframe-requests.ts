/** Why a key frame is wanted. */
export type KeyframeReason = "connected" | "pli" | "fir" | "loss";

/** Requests this close together are answered by one key frame, seconds. */
const COALESCE_SEC = 0.3;
/**
 * A request that comes so soon after a key frame left was sent before the viewer had it, beyond the
 * round trip.
 */
const DECODE_SEC = 0.05;

/**
 * Turns many requests into few key frames: the first is passed on at once, those that follow within
 * 300 ms are one, and those that the key frame on its way answers anyway are none. No clock, no
 * timer: a request that has to wait is told by a later `due`.
 */
export class KeyframeRequests {
	/** When the last request was passed on. */
	#askedSec = Number.NEGATIVE_INFINITY;
	/** When the last key frame had left completely. */
	#deliveredSec = Number.NEGATIVE_INFINITY;
	#waiting: KeyframeReason | undefined;

	/** @returns true when the encoder is to be asked now. */
	request(reason: KeyframeReason, nowSec: number, roundTripSec: number): boolean {
		const delivering = this.#deliveredSec < this.#askedSec;
		if (delivering && nowSec - this.#askedSec < COALESCE_SEC) return false;
		const tripSec = Number.isFinite(roundTripSec) ? roundTripSec : 0.1;
		const sawKeyframe = nowSec - this.#deliveredSec > Math.min(tripSec, COALESCE_SEC) + DECODE_SEC;
		// A new connection can't have seen the frame; everyone else asks again if the answer to the
		// first request was lost.
		if (!sawKeyframe && reason !== "connected") return false;
		if (nowSec - this.#askedSec < COALESCE_SEC) {
			this.#waiting ??= reason;
			return false;
		}
		this.#askedSec = nowSec;
		this.#waiting = undefined;
		return true;
	}

	/** @returns the request that had to wait, once its time has come. */
	due(nowSec: number): KeyframeReason | undefined {
		if (this.#waiting === undefined || nowSec - this.#askedSec < COALESCE_SEC) return undefined;
		const reason = this.#waiting;
		this.#waiting = undefined;
		this.#askedSec = nowSec;
		return reason;
	}

	/** The last packet of a key frame has left. */
	keyframeSent(nowSec: number): void {
		this.#deliveredSec = nowSec;
		this.#waiting = undefined;
	}
}
