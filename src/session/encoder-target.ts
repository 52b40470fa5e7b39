import type { BitrateLimits } from "./congestion/congestion-controller.ts";
import type { SendPath } from "./send-path.ts";

/**
 * Share of the estimate that the encoder is asked for: RTP headers with extensions take
 * 2 to 3 % of packets of 1,120 bytes, and an encoder misses its target by as much. Held
 * by congestion/narrow-link.test.ts: at this share no packet overflows a link that is
 * known.
 */
export const ENCODER_SHARE = 0.95;
/**
 * The estimate may be above the encoder's highest rate by this factor: then repairs take
 * nothing from it. Retransmissions take up to 0.4 of the rate (rtx.ts), FEC a quarter.
 */
const REPAIR_ROOM = 1.5;
/** Least time between two notices, seconds: at most 20 a second reach the encoder. */
const NOTICE_INTERVAL_SEC = 0.05;
/**
 * Changes below this share get no notice: they are less than the encoder's own error.
 * Measured: x264 makes 91 to 99 % of its target, with three to ten frames of buffer at
 * 2 and at 10 Mbit/s.
 */
const NOTICE_STEP = 0.03;

/**
 * The rate that the encoder is asked for, and when a change of it is worth a notice.
 */
export class EncoderTarget {
	readonly #limits: BitrateLimits;
	readonly #path: SendPath;
	#noticedBps = 0;
	#noticedSec = Number.NEGATIVE_INFINITY;

	/** @param limits bounds of the encoder's rate. */
	constructor(limits: BitrateLimits, path: SendPath) {
		this.#limits = limits;
		this.#path = path;
	}

	/**
	 * The rate that congestion control, repair, sound and cameras leave for new pictures, within
	 * the limits.
	 */
	get bitrateBps(): number {
		const { minBps, maxBps } = this.#limits;
		const { controller, repairBps, soundBps, cameraBps } = this.#path;
		const leftBps = controller.estimateBps * ENCODER_SHARE - repairBps - soundBps - cameraBps;
		return Math.round(Math.min(maxBps, Math.max(minBps, leftBps)));
	}

	/**
	 * @returns the rate if it has changed enough for a notice, which it then counts as.
	 */
	takeChange(nowSec: number): number | undefined {
		if (nowSec - this.#noticedSec < NOTICE_INTERVAL_SEC) return undefined;
		const bitrateBps = this.bitrateBps;
		const change = Math.abs(bitrateBps - this.#noticedBps);
		const atBound = bitrateBps === this.#limits.maxBps || bitrateBps === this.#limits.minBps;
		if (change === 0 || (change < NOTICE_STEP * this.#noticedBps && !atBound)) return undefined;
		this.#noticedBps = bitrateBps;
		this.#noticedSec = nowSec;
		return bitrateBps;
	}
}

/**
 * Bounds of the estimate: a controller counts all of RTP, the limits only the encoder's
 * share.
 * @param camerasBps the most that cameras beside the view may use.
 */
export function pathLimits({ minBps, startBps, maxBps }: BitrateLimits, camerasBps = 0): BitrateLimits {
	const mostBps = maxBps * REPAIR_ROOM + camerasBps;
	return { minBps, startBps: startBps / ENCODER_SHARE, maxBps: mostBps / ENCODER_SHARE };
}
