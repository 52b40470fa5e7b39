/** The display that a view is drawn for, in the server's time. */
export interface DisplayPhase {
	/** Time between two refreshes, seconds. */
	readonly refreshSec: number;
	/**
	 * A draw that begins then, or any number of refreshes earlier or later, is ready at the
	 * client just as a refresh begins, unless it is one of the slowest few. Seconds on the
	 * server's monotonic clock; NaN: not known.
	 */
	readonly drawSec: number;
	/** Difference between the middle time that pictures take and that of the slowest few. */
	readonly spreadSec: number;
}

/** A beat that keeps its place among a display's refreshes. */
export interface DisplayBeat {
	readonly intervalSec: number;
	/**
	 * Shifts by this time lead to the same places among the refreshes; NaN: the beat has none,
	 * because its interval is no simple fraction of the refreshes.
	 */
	readonly gridSec: number;
}

/** A view's interval differs by this share at most from its setting, for a display's sake. */
const MAX_CHANGE = 0.005;
/**
 * Most draws after which the places repeat: 60 a second on a display of 72 Hz take five
 * places, which are 2.8 ms apart. More places lie too close together to matter.
 */
const MOST_PLACES = 5;

/**
 * The beat nearest to `intervalSec` that keeps its places among refreshes: 59.94 draws a
 * second become 60 on a display of 60 Hz. A view is never drawn faster than the display
 * refreshes.
 */
export function displayBeat(intervalSec: number, refreshSec: number): DisplayBeat {
	if (intervalSec <= refreshSec) return { intervalSec: refreshSec, gridSec: refreshSec };
	for (let places = 1; places <= MOST_PLACES; places++) {
		const gridSec = refreshSec / places;
		const changed = Math.round(intervalSec / gridSec) * gridSec;
		if (Math.abs(changed / intervalSec - 1) <= MAX_CHANGE) return { intervalSec: changed, gridSec };
	}
	return { intervalSec, gridSec: Number.NaN };
}
