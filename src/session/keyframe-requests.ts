import { DEFAULT_ROUND_TRIP_SEC } from "./rtcp.ts";

/** The reason for which a key frame is wanted. */
export type KeyframeReason = "connected" | "pli" | "fir" | "loss";

/**
 * Requests this close together are answered by one key frame, seconds: libwebrtc's
 * `kMinKeyframeSendIntervalMs` (video/encoder_rtcp_feedback.cc).
 */
const COALESCE_SEC = 0.3;
/**
 * Time that a viewer needs to decode a key frame, seconds. Held by
 * keyframe-requests.test.ts; three frames of a view of 60 a second.
 */
const DECODE_SEC = 0.05;

/**
 * Turns many requests into few key frames. The first is passed on at once, all within
 * 300 ms after it become one, and requests that the key frame under way answers are
 * dropped. No clock, no timer: a request that has to wait is returned by a later `due`.
 */
export class KeyframeRequests {
	/** Time at which the last request was passed on. */
	#askedSec = Number.NEGATIVE_INFINITY;
	/** Time at which the last key frame had left completely. */
	#deliveredSec = Number.NEGATIVE_INFINITY;
	/** Time at which it began to leave. */
	#begunSec = Number.NEGATIVE_INFINITY;
	#waiting: KeyframeReason | undefined;

	/**
	 * @param roundTripSec NaN when unknown.
	 * @returns true when the encoder is to be asked now.
	 */
	request(reason: KeyframeReason, nowSec: number, roundTripSec: number): boolean {
		const delivering = this.#deliveredSec < this.#askedSec;
		if (delivering && nowSec - this.#askedSec < COALESCE_SEC) return false;
		const tripSec = Number.isFinite(roundTripSec) ? roundTripSec : DEFAULT_ROUND_TRIP_SEC;
		const sawKeyframe = nowSec - this.#deliveredSec > Math.min(tripSec, COALESCE_SEC) + DECODE_SEC;
		// A new connection can't have seen the frame. Other viewers ask again if the
		// answer to their first request was lost.
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

	/**
	 * True while a key frame is expected that will mend any picture before it: it was
	 * asked for a moment ago and has not begun to leave.
	 */
	isDue(nowSec: number): boolean {
		return this.#begunSec < this.#askedSec && nowSec - this.#askedSec < COALESCE_SEC;
	}

	/**
	 * The first packet of a key frame leaves.
	 * @returns true if the key frame answers a request.
	 */
	keyframeBegun(nowSec: number): boolean {
		const answers = this.#begunSec < this.#askedSec;
		this.#begunSec = nowSec;
		return answers;
	}

	/** The last packet of a key frame has left. */
	keyframeSent(nowSec: number): void {
		this.#deliveredSec = nowSec;
		this.#waiting = undefined;
	}
}
