/** A longer time between two arrivals is a pause, and no rhythm. */
const PAUSE_SEC = 1;
/** Arrivals are remembered for this long. */
const WINDOW_SEC = 1;
/** The last arrivals of a slow stream are remembered for longer than the window. */
const LEAST_REMEMBERED = 4;
/** Most arrivals that are remembered: those of a window at 250 a second. */
const MOST_REMEMBERED = 256;
/** A stream is silent after this multiple of its period without an arrival. */
const SILENT_PERIODS = 3;

/** Remembers when panoramas or poses arrived, and estimates their rhythm and the next arrival. */
export class ArrivalEstimate {
	/** Times of the last arrivals, oldest first. */
	#timesSec: number[] = [];
	#lastSequence = 0;

	/**
	 * Notes an arrival. An arrival that was noted before changes nothing.
	 *
	 * @param sequence number of the arrival; arrivals in between may have been
	 * missed, and count as evenly spaced.
	 * @param arrivedSec its time, seconds on one monotonic clock.
	 */
	note(sequence: number, arrivedSec: number): void {
		const arrivals = sequence - this.#lastSequence;
		if (arrivals <= 0) return;
		this.#lastSequence = sequence;
		const lastSec = this.#timesSec.at(-1) ?? Number.NaN;
		const gapSec = arrivedSec - lastSec;
		if (!(gapSec > 0 && gapSec / arrivals < PAUSE_SEC)) {
			this.#timesSec = Number.isNaN(arrivedSec) ? [] : [arrivedSec];
			return;
		}
		const added = Math.min(arrivals, MOST_REMEMBERED);
		for (let index = added - 1; index >= 0; index--) this.#timesSec.push(arrivedSec - (index * gapSec) / arrivals);
		this.#forget(arrivedSec - WINDOW_SEC);
	}

	/** Times of the last arrivals, oldest first: those of a second, or the last four. Lent. */
	get timesSec(): readonly number[] {
		return this.#timesSec;
	}

	/** Mean time between the last arrivals, seconds; NaN before the second. */
	get periodSec(): number {
		const [first = Number.NaN] = this.#timesSec;
		const intervals = this.#timesSec.length - 1;
		return intervals > 0 ? (this.#timesSec[intervals]! - first) / intervals : Number.NaN;
	}

	/** Expected time of the next arrival; Infinity before the second. */
	get nextSec(): number {
		const next = (this.#timesSec.at(-1) ?? Number.NaN) + this.periodSec;
		return Number.isNaN(next) ? Number.POSITIVE_INFINITY : next;
	}

	/** True if arrivals have a rhythm, and the next one is not long overdue. */
	isLive(nowSec: number): boolean {
		return nowSec - (this.#timesSec.at(-1) ?? Number.NaN) < SILENT_PERIODS * this.periodSec;
	}

	#forget(beforeSec: number): void {
		let old = 0;
		const removable = this.#timesSec.length - LEAST_REMEMBERED;
		while (old < removable && this.#timesSec[old]! < beforeSec) old++;
		old = Math.max(old, this.#timesSec.length - MOST_REMEMBERED);
		if (old > 0) this.#timesSec.splice(0, old);
	}
}
