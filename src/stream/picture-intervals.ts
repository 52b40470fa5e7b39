/**
 * Length of the window that is remembered: long enough for a source that rests for
 * seconds between bursts, short enough to follow a new rate.
 */
const WINDOW_SEC = 32;
/** A longer interval counts as this long: one outage never outweighs the rest of the window. */
const LONGEST_SEC = WINDOW_SEC / 4;

/**
 * Measures the usual time between two pictures of a source: the median over time,
 * not over pictures. A random moment of the last half minute lies in an interval of
 * at least this length with a chance of one half. So a camera that sends 30
 * pictures in one second and rests for three has 3 s, and a steady camera that
 * failed once for three seconds still has 33 ms.
 */
export class PictureIntervals {
	readonly #intervals: { readonly intervalSec: number; readonly elapsedSec: number }[] = [];
	#totalSec = 0;

	/**
	 * Adds pictures that have come.
	 *
	 * @param pictures number of pictures since the last call, at least 1.
	 * @param elapsedSec time since the last call.
	 */
	add(pictures: number, elapsedSec: number): void {
		const sec = Math.min(elapsedSec, LONGEST_SEC);
		if (!(sec > 0)) return;
		this.#intervals.push({ intervalSec: sec / pictures, elapsedSec: sec });
		this.#totalSec += sec;
		while (this.#totalSec > WINDOW_SEC) this.#totalSec -= this.#intervals.shift()?.elapsedSec ?? 0;
	}

	/** The usual interval, seconds; NaN before the second picture. */
	get usualSec(): number {
		let remainingSec = this.#totalSec / 2;
		for (const { intervalSec, elapsedSec } of this.#intervals.toSorted((a, b) => a.intervalSec - b.intervalSec)) {
			remainingSec -= elapsedSec;
			if (remainingSec <= 0) return intervalSec;
		}
		return Number.NaN;
	}
}
