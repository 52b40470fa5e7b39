import { EFFORT_COST, EFFORTS, type Effort } from "../encoder/video-encoder.ts";

/**
 * Share of a thread's time that drawing and encoding may take for a higher effort. More would
 * delay each picture for little: a third more time is worth 1 dB.
 */
const ROOM = 0.5;
/**
 * Share above which encoders that run are replaced by cheaper ones. It is more than `ROOM` by more
 * than the dearest step costs, so that a step up is no reason for the step down.
 */
const CROWDED = 0.75;
/**
 * Time for a pixel at the least effort until a picture was measured, seconds: 1280x720 in 8 ms, on
 * one core of an AMD EPYC of 2024.
 */
const FIRST_SEC_PER_PIXEL = 8.7e-9;
/** Pictures whose times are remembered for each view: two seconds of 30 a second. */
const WINDOW = 64;
/** Fewer pictures have no meaningful percentile. */
const LEAST = 16;
const PERCENTILE = 0.95;
/** Time between two judgements, seconds. */
const JUDGE_SEC = 1;
/** There must have been room for this long before a step up, seconds. */
const CALM_SEC = 3;
/** After a step, pictures of the former effort are still in the windows for this long, seconds. */
const SETTLE_SEC = 3;
/**
 * A step down soon after a step up shows that the room was not lasting: the next step up waits
 * longer, twice as long each time.
 */
const SOON_SEC = 60;
const FIRST_BACK_OFF_SEC = 10;
const MAX_BACK_OFF_SEC = 640;
/**
 * A view that rests takes little time, and will turn again: its longest times fade by this share at
 * each judgement, to a third in a minute.
 */
const FADING = 1 / 60;
/**
 * Shortest time between two encoders that are replaced in a thread, seconds: each costs a key
 * frame, and their times should not add up.
 */
const GRANT_SEC = 0.5;
/**
 * A view's first seconds: the rate is still being found and the picture is not yet sharp, so that a
 * further key frame is hardly seen.
 */
const BEGINNING_SEC = 10;
/**
 * Later an encoder is replaced for a higher effort this seldom, seconds, and while the view turns,
 * which hides that a key frame is less sharp than the pictures before it.
 */
const SELDOM_SEC = 60;

/** A picture that is about to be encoded. */
export interface PictureMoment {
	/** It is a key frame anyway. */
	readonly keyframe: boolean;
	/** The view shows another direction than the picture before it. */
	readonly turned: boolean;
	readonly nowSec: number;
}

interface LadderView {
	readonly frameRate: number;
	readonly addedSec: number;
	/** Time at which its encoder was opened. */
	openedSec: number;
	pixels: number;
	effort: Effort;
	/** False where the encoder has one effort only. */
	hasChoice: boolean;
	/** Times of its newest pictures at the least effort, seconds, oldest first. */
	times: number[];
	/** The longest usual time of the last minute or so. */
	longestSec: number;
}

/**
 * Chooses the effort of the encoders of one render thread, by the time that draws and encodings
 * take: 95 % of the pictures of all views, at their full rate, against the thread's time. A thread
 * with room takes more, so that one viewer on idle cores gets the best pictures; a crowded one
 * takes less, so that no picture is late. An encoder's effort is fixed when it opens, so that a
 * change costs a key frame: one that is due anyway, or one of few. Reads no clock: times are
 * arguments, seconds on one monotonic clock.
 */
export class EffortLadder {
	readonly #views = new Set<LadderView>();
	#step = EFFORTS.length - 1;
	/** Learned from the pictures of all views. */
	#secPerPixel = FIRST_SEC_PER_PIXEL;
	#judgedSec = Number.NEGATIVE_INFINITY;
	#calmSinceSec = Number.NaN;
	#steppedSec = Number.NEGATIVE_INFINITY;
	#raisedSec = Number.NEGATIVE_INFINITY;
	#loweredSec = Number.NEGATIVE_INFINITY;
	#backOffSec = FIRST_BACK_OFF_SEC;
	#grantedSec = Number.NEGATIVE_INFINITY;
	#isCrowded = false;

	/** The effort of encoders that are opened now. */
	get effort(): Effort {
		return EFFORTS[this.#step] ?? "low";
	}

	/**
	 * Adds a view.
	 * @param frameRate most pictures a second.
	 */
	join(frameRate: number, nowSec: number): ViewEffort {
		const view: LadderView = {
			frameRate,
			addedSec: nowSec,
			openedSec: nowSec,
			pixels: 0,
			effort: "low",
			hasChoice: true,
			times: [],
			longestSec: 0,
		};
		this.#views.add(view);
		return {
			opening: (pixels, atSec) => this.#opening(view, pixels, atSec),
			isDue: (moment) => this.#isDue(view, moment),
			worked: (sec, effort, atSec) => this.#worked(view, sec, effort, atSec),
			leave: () => void this.#views.delete(view),
		};
	}

	#opening(view: LadderView, pixels: number, nowSec: number): Effort {
		// Another size has other times.
		if (pixels !== view.pixels) Object.assign(view, { times: [], longestSec: 0 });
		view.pixels = pixels;
		// What a further view will take is known before it is measured.
		while (this.#step > 0 && this.#loadAt(this.effort) > ROOM) {
			this.#step--;
			this.#steppedSec = nowSec;
		}
		view.effort = this.effort;
		view.openedSec = nowSec;
		return view.effort;
	}

	#isDue(view: LadderView, { keyframe, turned, nowSec }: PictureMoment): boolean {
		if (view.effort === this.effort) return false;
		if (keyframe) return true;
		if (nowSec - this.#grantedSec < GRANT_SEC) return false;
		const isDue =
			EFFORTS.indexOf(view.effort) > this.#step
				? this.#isCrowded
				: nowSec - view.addedSec < BEGINNING_SEC || (turned && nowSec - view.openedSec >= SELDOM_SEC);
		if (isDue) this.#grantedSec = nowSec;
		return isDue;
	}

	#worked(view: LadderView, sec: number, effort: Effort | undefined, nowSec: number): void {
		view.hasChoice = effort !== undefined;
		view.times.push(sec / costOf(view, effort));
		if (view.times.length > WINDOW) view.times.shift();
		if (nowSec - this.#judgedSec < JUDGE_SEC) return;
		this.#judgedSec = nowSec;
		for (const each of this.#views)
			if (each.times.length >= LEAST)
				each.longestSec = Math.max(this.#usualSec(each), each.longestSec * (1 - FADING));
		if (view.longestSec > 0) this.#secPerPixel = view.longestSec / view.pixels;
		this.#judge(nowSec);
	}

	#judge(nowSec: number): void {
		const load = this.#sum((view) => this.#usualSec(view) * costOf(view, view.effort));
		this.#isCrowded = load > CROWDED;
		const next = EFFORTS[this.#step + 1];
		const hasRoom = !this.#isCrowded && next !== undefined && this.#loadAt(next) <= ROOM;
		if (!hasRoom) this.#calmSinceSec = Number.NaN;
		else if (Number.isNaN(this.#calmSinceSec)) this.#calmSinceSec = nowSec;
		if (this.#isCrowded && this.#step > 0 && nowSec - this.#steppedSec >= SETTLE_SEC) {
			const isSoon = nowSec - this.#raisedSec < SOON_SEC;
			this.#backOffSec = isSoon ? Math.min(2 * this.#backOffSec, MAX_BACK_OFF_SEC) : FIRST_BACK_OFF_SEC;
			// Far above, there is no time for one step after the other.
			this.#step = load > 1 ? 0 : this.#step - 1;
			this.#steppedSec = nowSec;
			this.#loweredSec = nowSec;
		} else if (nowSec - this.#calmSinceSec >= CALM_SEC && nowSec - this.#loweredSec >= this.#backOffSec) {
			this.#step++;
			this.#raisedSec = nowSec;
			this.#steppedSec = nowSec;
			this.#calmSinceSec = Number.NaN;
		}
	}

	/** Share of the thread's time if all views had one effort and turned. */
	#loadAt(effort: Effort): number {
		return this.#sum((view) => costOf(view, effort) * (view.longestSec || this.#usualSec(view)));
	}

	#sum(pictureSec: (view: LadderView) => number): number {
		let load = 0;
		for (const view of this.#views) load += view.frameRate * pictureSec(view);
		return load;
	}

	/** Time of 95 % of the view's pictures at the least effort; the expected one at first. */
	#usualSec({ times, pixels }: LadderView): number {
		if (times.length < LEAST) return this.#secPerPixel * pixels;
		return percentile(times, PERCENTILE);
	}
}

/** One view's part in an `EffortLadder`. */
export interface ViewEffort {
	/**
	 * Notes that the view's encoder is opened now.
	 * @returns the effort to open it for.
	 */
	opening(pixels: number, nowSec: number): Effort;
	/** @returns true if the encoder is to be opened again, for another effort. */
	isDue(moment: PictureMoment): boolean;
	/**
	 * Notes the time that drawing and encoding a picture took.
	 * @param effort of its encoder; `undefined` for an encoder without a choice.
	 */
	worked(sec: number, effort: Effort | undefined, nowSec: number): void;
	/** Ends the view's part. */
	leave(): void;
}

/** Time of the view's pictures at an effort, over that at the least. */
function costOf({ hasChoice }: LadderView, effort: Effort | undefined): number {
	return hasChoice && effort !== undefined ? EFFORT_COST[effort] : 1;
}

/** The value that a share of all values does not exceed, by nearest rank. */
function percentile(values: readonly number[], share: number): number {
	return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
}
