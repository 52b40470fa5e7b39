/**
 * Seconds of pictures that are remembered: long enough to know a source that rests for seconds
 * between bursts, short enough to follow a new rate.
 */
const WINDOW_SEC = 32;
/**
 * One interval counts as at most this long, so that a single outage never outweighs the rest of the
 * window.
 */
const LONGEST_SEC = WINDOW_SEC / 4;

/**
 * The usual time between two pictures of a source, measured: the median over time, not over
 * pictures. A random moment of the last half minute lay in an interval of this length or more with
 * a chance of one half. So a camera that sends 30 pictures in one second and rests for three has 3
 * s, and one steady camera that failed once for three seconds still has 33 ms.
 */
export class PictureIntervals {
	readonly #intervals: { readonly intervalSec: number; readonly elapsedSec: number }[] = [];
	#totalSec = 0;

	/**
	 * @param pictures that came since the last call, at least one
	 * @param elapsedSec time since the last call in which one came
	 */
	add(pictures: number, elapsedSec: number): void {
		const sec = Math.min(elapsedSec, LONGEST_SEC);
		if (!(sec > 0)) return;
		this.#intervals.push({ intervalSec: sec / pictures, elapsedSec: sec });
		this.#totalSec += sec;
		while (this.#totalSec > WINDOW_SEC) this.#totalSec -= this.#intervals.shift()!.elapsedSec;
	}

	/** Seconds; NaN before the second picture. */
	get usualSec(): number {
		let remainingSec = this.#totalSec / 2;
		for (const { intervalSec, elapsedSec } of this.#intervals.toSorted((a, b) => a.intervalSec - b.intervalSec)) {
			remainingSec -= elapsedSec;
			if (remainingSec <= 0) return intervalSec;
		}
		return Number.NaN;
	}
}
