import type { ArrivalEstimate } from "./arrival-estimate.ts";

/** A beat: draws at `dueSec` and at every multiple of the interval before and after. */
export interface Beat {
	readonly dueSec: number;
	readonly intervalSec: number;
}

/** The arrivals that a view's draws show. */
export interface ShownArrivals {
	readonly panoramas: ArrivalEstimate;
	readonly poses: ArrivalEstimate;
}

/**
 * Phases are chosen so that poses are at least this old at a draw: event loops and clocks
 * scatter, and the poses' rate is never quite the view's. A draw waits for a panorama that
 * is a little late, so panoramas need no such margin.
 */
const POSE_SCATTER_SEC = 0.0005;
/** Length of the past that a phase is judged by. */
const WINDOW_SEC = 1;
/**
 * Cost of a panorama that no draw shows though the view's rate has room for it, in
 * frame intervals of age of one draw: the picture jumps.
 */
const SKIP_COST = 12;
/** A source whose period is at least this share of the interval is no faster than the view. */
const SAME_RATE = 0.995;
/**
 * Cost of a move, as a share of its way: of phases that cost about the same the nearest is
 * taken, and chance moves the beat a little only.
 */
const MOVE_COST = 0.1;
/** Phases that are tried at first, and between the best of these and its neighbours. */
const COARSE_STEPS = 32;
const FINE_STEPS = 8;

/**
 * Cost of a phase, seconds: the mean age of the newest pose and of the newest panorama at
 * the draws of the last second, if the beat had been shifted by `shiftSec` then, and more
 * for panoramas that no draw would have shown. A stream that is silent costs nothing.
 */
export function phaseCostSec(beat: Beat, shiftSec: number, shown: ShownArrivals, nowSec: number): number {
	const shifted = { intervalSec: beat.intervalSec, dueSec: beat.dueSec + shiftSec };
	const poseSec = costOf(shown.poses, shifted, nowSec, { scatterSec: POSE_SCATTER_SEC, skipCost: 0 });
	const panoramaSec = costOf(shown.panoramas, shifted, nowSec, { scatterSec: 0, skipCost: SKIP_COST });
	return poseSec + panoramaSec + MOVE_COST * Math.abs(shiftSec);
}

/** The shift of at most half an interval whose cost is least. */
export function bestShiftSec(beat: Beat, shown: ShownArrivals, nowSec: number): number {
	const step = beat.intervalSec / COARSE_STEPS;
	const coarse = cheapest(beat, shown, nowSec, { fromSec: -beat.intervalSec / 2, step, count: COARSE_STEPS });
	return cheapest(beat, shown, nowSec, {
		fromSec: coarse - step,
		step: step / FINE_STEPS,
		count: 2 * FINE_STEPS,
	});
}

function cheapest(
	beat: Beat,
	shown: ShownArrivals,
	nowSec: number,
	{ fromSec, step, count }: { readonly fromSec: number; readonly step: number; readonly count: number },
): number {
	let best = 0;
	let least = Number.POSITIVE_INFINITY;
	for (let index = 0; index < count; index++) {
		const shiftSec = fromSec + index * step;
		const cost = phaseCostSec(beat, shiftSec, shown, nowSec);
		if (cost >= least) continue;
		least = cost;
		best = shiftSec;
	}
	return best;
}

/** Goes through draws and arrivals backwards in time, once. */
function costOf(
	arrivals: ArrivalEstimate,
	beat: Beat,
	nowSec: number,
	{ scatterSec, skipCost }: { readonly scatterSec: number; readonly skipCost: number },
): number {
	if (!arrivals.isLive(nowSec)) return 0;
	const { timesSec } = arrivals;
	const { intervalSec } = beat;
	const countSkips = arrivals.periodSec >= SAME_RATE * intervalSec;
	let index = timesSec.length - 1;
	let ages = 0;
	let draws = 0;
	let skipped = 0;
	let drawSec = beat.dueSec - Math.max(0, Math.ceil((beat.dueSec - nowSec) / intervalSec)) * intervalSec;
	for (; drawSec > nowSec - WINDOW_SEC; drawSec -= intervalSec) {
		let passed = 0;
		while (index >= 0 && timesSec[index]! > drawSec - scatterSec) {
			index--;
			passed++;
		}
		// The arrivals between two draws: only the newest of them is shown.
		if (draws > 0 && passed > 1) skipped += passed - 1;
		if (index < 0) break;
		ages += drawSec - timesSec[index]!;
		draws++;
	}
	if (draws === 0) return 0;
	return (ages + (countSkips ? skipped * skipCost * intervalSec : 0)) / draws;
}
