/** What is sent of pictures that can't be made smaller: all, key frames alone, or nothing. */
export type CopyLimit = "none" | "keyframes" | "paused";

/** A limit is lifted when the rate has been this much above the need... */
const ROOM = 1.25;
/** ...for this long, seconds: a key frame alone would be lost work. */
const LIFT_AFTER_SEC = 2;

/** Rates of a camera's pictures, bits per second. */
export interface CopiedRates {
	readonly allBps: number;
	readonly keyframesBps: number;
}

/**
 * Decides what of a camera's own pictures fits into its rate. A narrower rate counts at once, a
 * wider one after a while. Reads no clock.
 */
export class CopyLimiter {
	#limit: CopyLimit = "none";
	#roomSinceSec = Number.NaN;

	get limit(): CopyLimit {
		return this.#limit;
	}

	/** @param rateBps that the camera may have. @returns whether the limit has changed. */
	update({ allBps, keyframesBps }: CopiedRates, rateBps: number, nowSec: number): boolean {
		const fitting = (room: number): CopyLimit =>
			allBps * room <= rateBps ? "none" : keyframesBps * room <= rateBps ? "keyframes" : "paused";
		const former = this.#limit;
		const now = fitting(1);
		if (STRICTNESS[now] > STRICTNESS[former]) {
			this.#limit = now;
			this.#roomSinceSec = Number.NaN;
		} else if (STRICTNESS[fitting(ROOM)] < STRICTNESS[former]) {
			if (Number.isNaN(this.#roomSinceSec)) this.#roomSinceSec = nowSec;
			if (nowSec - this.#roomSinceSec >= LIFT_AFTER_SEC) {
				this.#limit = fitting(ROOM);
				this.#roomSinceSec = Number.NaN;
			}
		} else this.#roomSinceSec = Number.NaN;
		return this.#limit !== former;
	}
}

const STRICTNESS: Readonly<Record<CopyLimit, number>> = { none: 0, keyframes: 1, paused: 2 };
