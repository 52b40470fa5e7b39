/** A place in a file whose capture time is stated. */
export interface TimeAnchor {
	/** Time stamp, seconds. */
	readonly stampSec: number;
	/** Microseconds since 1970. */
	readonly timeUs: number;
}

/** Anchors that lie nearer to the one before are left out, seconds. */
const LEAST_STEP_SEC = 0.5;
/** A stated clock that leaves the time stamps by more was set meanwhile, seconds. */
const LEAP_SEC = 0.25;

/**
 * The capture times of a file's pictures: interpolated between stated ones, and by the time stamps
 * before the first, after the last, and where the stated clock leaps.
 */
export class TimeAnchors {
	readonly #anchors: TimeAnchor[] = [];

	/** @param anchors in any order. */
	constructor(anchors: readonly TimeAnchor[]) {
		for (const anchor of anchors.toSorted((a, b) => a.stampSec - b.stampSec)) {
			const last = this.#anchors.at(-1);
			if (last === undefined || anchor.stampSec - last.stampSec >= LEAST_STEP_SEC) this.#anchors.push(anchor);
		}
	}

	get isEmpty(): boolean {
		return this.#anchors.length === 0;
	}

	/** Capture of the picture with a time stamp, whole microseconds since 1970; NaN: not known. */
	timeUs(stampSec: number): number {
		const [first] = this.#anchors;
		if (first === undefined || Number.isNaN(stampSec)) return Number.NaN;
		let [low, high] = [0, this.#anchors.length];
		while (high - low > 1) {
			const middle = (low + high) >> 1;
			if (this.#anchors[middle]!.stampSec <= stampSec) low = middle;
			else high = middle;
		}
		const [before = first, after] = [this.#anchors[low], this.#anchors[low + 1]];
		const sinceUs = (stampSec - before.stampSec) * 1e6;
		if (after === undefined || sinceUs < 0) return Math.round(before.timeUs + sinceUs);
		const stepUs = (after.stampSec - before.stampSec) * 1e6;
		const stated = after.timeUs - before.timeUs;
		const rate = Math.abs(stated - stepUs) > LEAP_SEC * 1e6 ? 1 : stated / stepUs;
		return Math.round(before.timeUs + sinceUs * rate);
	}
}
