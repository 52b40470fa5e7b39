import { type Beat, bestShiftSec, phaseCostSec, type ShownArrivals } from "./beat-phase.ts";
import { type DisplayBeat, type DisplayPhase, displayBeat } from "./display-beat.ts";

/** The circumstances of a decision. All times are seconds on one monotonic clock. */
export interface ViewMoment extends ShownArrivals {
	readonly nowSec: number;
	/** There is a panorama newer than the one last drawn. */
	readonly panoramaIsNew: boolean;
	/** There is a head pose newer than the one last drawn, or a key frame is wanted. */
	readonly poseIsNew: boolean;
}

/** The clock's answer to one moment. */
export interface ViewDecision {
	/** Draw now. */
	readonly draw: boolean;
	/** Time of the next decision if nothing is drawn now, unless a panorama comes first. */
	readonly againAtSec: number;
}

/**
 * A panorama that comes this soon after a draw was due is waited for: draws stay within
 * 2 ms of even.
 */
const PANORAMA_WAIT_SEC = 0.001;
/** A panorama may come this much later than expected, and is waited for all the same. */
const PANORAMA_SCATTER_SEC = 0.002;
/** The phase is judged anew after this many draws. */
const JUDGE_AFTER = 4;
/**
 * A phase must be better by this much, in frame intervals, before the beat moves to it: it
 * would wander otherwise.
 */
const WORTH_MOVING = 0.02;
/** Most that the beat moves with one draw. */
const MAX_STEP_SEC = 0.0005;
/**
 * Most that the beat moves in the long run, in frame intervals for each draw: the
 * view's rate differs from its setting by no more than this share.
 */
const MAX_DRIFT = 0.002;
/** Most that the beat moves at once beyond that, in frame intervals: twice to any phase. */
const MAX_SHIFT = 1;
/** A phase is judged by a past of at least this length. */
const LEAST_PAST_SEC = 0.5;
/**
 * The view is drawn at full rate for this long after a change: the encoder sharpens
 * the picture.
 */
const REFINE_SEC = 0.4;
/**
 * A view in which nothing changes is drawn this often, which shows that the
 * connection lives.
 */
const IDLE_INTERVAL_SEC = 0.5;

/** A display that has not been reported for this long is no longer there, or shows nothing. */
const DISPLAY_GONE_SEC = 3;
/** The slowest few pictures are ready this long before a refresh, and longer if there is room. */
const READY_EARLY_SEC = 0.001;
/**
 * The middle picture is ready at most this share of a refresh before one, so that the fastest are
 * not there for the refresh before. More than half, as the slow ones are further from the middle.
 */
const EARLIEST = 0.55;
/** Pictures whose spread is more than this share of a refresh have no phase to speak of. */
const MAX_SPREAD = 0.7;
/** The beat stays where it is for smaller differences from the display's phase. */
const IN_PHASE_SEC = 0.0001;
/** Weight of the newest draw in the smoothed delay of draws behind the beat. */
const DELAY_WEIGHT = 1 / 16;

/**
 * Decides when a view is drawn: on a beat of exactly its frame rate. The beat's phase
 * moves slowly: to where pictures are ready just before the viewer's display needs them,
 * or, where the display is not known, to where draws find poses and panoramas that have
 * just arrived. The beat is never restarted while the view is drawn. Reads no clock.
 */
export class ViewClock {
	/** The interval by the view's setting. */
	readonly #setSec: number;
	#beat: DisplayBeat;
	#display: (DisplayPhase & { readonly untilSec: number }) | undefined;
	#dueSec = Number.NEGATIVE_INFINITY;
	/** Mean delay of draws behind the beat: threads wake up late, and draw other views before. */
	#delaySec = 0;
	#lastDrawnSec = Number.NEGATIVE_INFINITY;
	#lastChangeSec = Number.NEGATIVE_INFINITY;
	/** Nothing changes: the next change is drawn at once, and begins a new beat. */
	#isResting = true;
	/** Begin of the present beat. */
	#begunSec = Number.NEGATIVE_INFINITY;
	#shown: ShownArrivals | undefined;
	#drawsUntilJudged = JUDGE_AFTER;
	/** Way to the phase that the beat moves to. */
	#shiftSec = 0;
	/** Moves that are allowed now. */
	#allowedSec: number;

	/** @param frameRate draws a second. */
	constructor(frameRate: number) {
		this.#setSec = 1 / frameRate;
		this.#beat = { intervalSec: this.#setSec, gridSec: Number.NaN };
		this.#allowedSec = MAX_SHIFT * this.#setSec;
	}

	/** Draws in step with a display from now on; it is forgotten after three seconds. */
	followDisplay(display: DisplayPhase, nowSec: number): void {
		this.#display = { ...display, untilSec: nowSec + DISPLAY_GONE_SEC };
		this.#beat = displayBeat(this.#setSec, display.refreshSec);
	}

	/** Decides whether to draw now. A draw that follows is reported by `drawn`. */
	decide(moment: ViewMoment): ViewDecision {
		const { nowSec, panoramaIsNew, poseIsNew, panoramas } = moment;
		this.#shown = moment;
		const isNew = panoramaIsNew || poseIsNew;
		if (isNew) this.#lastChangeSec = nowSec;
		if (this.#isResting && isNew) return { draw: true, againAtSec: nowSec };
		if (nowSec < this.#dueSec) return { draw: false, againAtSec: this.#dueSec };
		if (!isNew && nowSec >= this.#lastChangeSec + REFINE_SEC) {
			this.#isResting = true;
			const idleDue = this.#lastDrawnSec + IDLE_INTERVAL_SEC;
			return { draw: nowSec >= idleDue, againAtSec: Math.min(idleDue, nowSec + this.#setSec) };
		}
		const latest = this.#dueSec + PANORAMA_WAIT_SEC;
		const { nextSec } = panoramas;
		const panoramaComes = !panoramaIsNew && nextSec > this.#lastDrawnSec && nextSec < latest + PANORAMA_SCATTER_SEC;
		return { draw: !panoramaComes || nowSec >= latest, againAtSec: latest };
	}

	/** Notes that a draw began at `nowSec`. */
	drawn(nowSec: number): void {
		this.#lastDrawnSec = nowSec;
		this.#forgetDisplay(nowSec);
		const { intervalSec } = this.#beat;
		if (this.#isResting) {
			this.#isResting = nowSec >= this.#lastChangeSec + REFINE_SEC;
			this.#begunSec = nowSec;
			this.#dueSec = nowSec + intervalSec;
			return;
		}
		const delaySec = nowSec - this.#dueSec;
		this.#delaySec += (Math.min(delaySec, intervalSec) - this.#delaySec) * DELAY_WEIGHT;
		// A draw that is late, as its thread was busy, leaves the beat as it is.
		this.#dueSec += intervalSec * Math.max(1, Math.ceil(delaySec / intervalSec));
		this.#movePhase(nowSec);
	}

	#forgetDisplay(nowSec: number): void {
		if (this.#display === undefined || nowSec < this.#display.untilSec) return;
		this.#display = undefined;
		this.#beat = { intervalSec: this.#setSec, gridSec: Number.NaN };
	}

	#movePhase(nowSec: number): void {
		if (--this.#drawsUntilJudged <= 0) {
			this.#drawsUntilJudged = JUDGE_AFTER;
			this.#shiftSec = this.#displayShiftSec(nowSec) ?? this.#freeShiftSec(nowSec);
		}
		const { intervalSec } = this.#beat;
		this.#allowedSec = Math.min(MAX_SHIFT * intervalSec, this.#allowedSec + MAX_DRIFT * intervalSec);
		const most = Math.min(MAX_STEP_SEC, this.#allowedSec);
		const stepSec = Math.max(-most, Math.min(most, this.#shiftSec));
		this.#allowedSec -= Math.abs(stepSec);
		this.#shiftSec -= stepSec;
		this.#dueSec += stepSec;
	}

	/** Way to the best phase for poses and panoramas. */
	#freeShiftSec(nowSec: number): number {
		const shown = this.#shown;
		if (shown === undefined || nowSec < this.#begunSec + LEAST_PAST_SEC) return 0;
		const beat: Beat = { dueSec: this.#dueSec, intervalSec: this.#beat.intervalSec };
		const best = bestShiftSec(beat, shown, nowSec);
		const gain = phaseCostSec(beat, 0, shown, nowSec) - phaseCostSec(beat, best, shown, nowSec);
		return gain > WORTH_MOVING * beat.intervalSec ? best : 0;
	}

	/**
	 * Way to the display's phase; `undefined`: it has none for this beat. Where a picture
	 * lasts for several refreshes, the one is taken at which poses and panoramas are newest.
	 */
	#displayShiftSec(nowSec: number): number | undefined {
		const display = this.#display;
		const { intervalSec, gridSec } = this.#beat;
		if (display === undefined || !(display.spreadSec < MAX_SPREAD * display.refreshSec)) return undefined;
		const { drawSec, refreshSec, spreadSec } = display;
		const roomSec = EARLIEST * refreshSec - spreadSec - READY_EARLY_SEC;
		const earlySec = READY_EARLY_SEC + Math.max(0, Math.min(spreadSec, roomSec));
		const wishedSec = drawSec - earlySec - this.#delaySec;
		const behindSec = wishedSec - this.#dueSec;
		const nearest = behindSec - Math.round(behindSec / gridSec) * gridSec;
		if (Number.isNaN(nearest) || this.#shown === undefined) return undefined;
		const beat: Beat = { dueSec: this.#dueSec, intervalSec };
		let best = Math.abs(nearest) < IN_PHASE_SEC ? 0 : nearest;
		let least = phaseCostSec(beat, nearest, this.#shown, nowSec) - WORTH_MOVING * intervalSec;
		const steps = Math.floor(intervalSec / 2 / gridSec);
		for (let step = -steps; step <= steps; step++) {
			const cost = phaseCostSec(beat, nearest + step * gridSec, this.#shown, nowSec);
			if (cost >= least) continue;
			least = cost;
			best = nearest + step * gridSec;
		}
		return best;
	}
}
