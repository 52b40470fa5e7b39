/** The circumstances of a decision. All times are seconds on one monotonic clock. */
export interface ViewMoment {
	readonly nowSec: number;
	/** There is a panorama newer than the one last drawn. */
	readonly panoramaIsNew: boolean;
	/** There is a head pose newer than the one last drawn, or a key frame is wanted. */
	readonly poseIsNew: boolean;
	/** Expected time of the next panorama; Infinity if unknown. */
	readonly nextPanoramaSec: number;
	/** Smoothed time between panoramas; NaN if unknown. */
	readonly panoramaPeriodSec: number;
	/**
	 * Expected time of the next head pose; Infinity if unknown, or if the view must
	 * not wait.
	 */
	readonly nextPoseSec: number;
	/**
	 * Smoothed time that drawing and encoding take: no wait may make the next
	 * panorama wait.
	 */
	readonly workSec: number;
}

/** The clock's answer to one moment. */
export interface ViewDecision {
	/** Draw now. */
	readonly draw: boolean;
	/** Time of the next decision if nothing is drawn now, unless a panorama comes first. */
	readonly againAtSec: number;
}

/**
 * A draw may be this far from its due time to meet a panorama, in frame intervals.
 * It is under a half, or a source at the view's own rate could be halved.
 */
const SLACK = 0.4;
/**
 * Longest wait for a head pose that is about to come, in frame intervals. A longer
 * wait would cost more than the older pose.
 */
const POSE_WAIT = 0.5;
/** A wait leaves this multiple of the mean work time in the frame interval. */
const WORK_MARGIN = 1.5;
/**
 * A pose may come this much later than expected: scatter of a local network and an
 * event loop.
 */
const POSE_SCATTER_SEC = 0.001;
/**
 * An early panorama moves the beat by this much at most, in frame intervals. So the
 * view's rate exceeds its setting by no more than this share.
 */
const MAX_PULL = 0.01;
/**
 * A source whose panoramas come no faster than this share of a frame interval sets
 * the pace: its panoramas need no limit.
 */
const PACED_BY_SOURCE = 0.95;
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
/** A longer time between two arrivals is a pause, and no rhythm. */
const PAUSE_SEC = 1;
/** Weight of the newest arrival in the smoothed period. */
const PERIOD_WEIGHT = 1 / 8;

/**
 * Decides when a view is drawn. A new panorama is drawn at once if the view's rate
 * allows it. Between panoramas the newest one is drawn again at the newest pose, in
 * step with the source, so that neither the picture nor the head waits longer than
 * it must. Reads no clock.
 */
export class ViewClock {
	readonly #intervalSec: number;
	#dueSec = Number.NEGATIVE_INFINITY;
	#lastDrawnSec = Number.NEGATIVE_INFINITY;
	#lastChangeSec = Number.NEGATIVE_INFINITY;
	#pacedBySource = false;
	/** End of the wait for a pose; NaN until the next draw is possible. */
	#poseWaitEndSec = Number.NaN;

	/** @param frameRate most draws a second, on average. */
	constructor(frameRate: number) {
		this.#intervalSec = 1 / frameRate;
	}

	/** Decides whether to draw now. A draw that follows is reported by `drawn`. */
	decide(moment: ViewMoment): ViewDecision {
		const { nowSec, panoramaIsNew, poseIsNew, nextPanoramaSec, panoramaPeriodSec, nextPoseSec, workSec } = moment;
		const slackSec = SLACK * this.#intervalSec;
		if (panoramaIsNew || poseIsNew) this.#lastChangeSec = nowSec;
		this.#pacedBySource = panoramaIsNew && panoramaPeriodSec >= PACED_BY_SOURCE * this.#intervalSec;
		if (this.#pacedBySource) return this.#unlessPoseComes(nowSec, nextPoseSec, workSec);
		if (panoramaIsNew) {
			const earliest = this.#dueSec - slackSec;
			return { draw: nowSec >= earliest, againAtSec: earliest };
		}
		if (nowSec < this.#dueSec) return { draw: false, againAtSec: this.#dueSec };
		if (!poseIsNew && !this.#isRefining(nowSec)) {
			const idleDue = this.#lastDrawnSec + IDLE_INTERVAL_SEC;
			return { draw: nowSec >= idleDue, againAtSec: Math.min(idleDue, nowSec + this.#intervalSec) };
		}
		// A panorama that is about to come is worth a short wait: after a draw just
		// before it, it would wait for a whole interval.
		const latest = this.#dueSec + slackSec;
		const panoramaComes = nextPanoramaSec <= latest && nextPanoramaSec > this.#dueSec - slackSec;
		if (panoramaComes && nowSec < latest) return { draw: false, againAtSec: latest };
		return this.#unlessPoseComes(nowSec, nextPoseSec, workSec);
	}

	/** Notes that a draw began at `nowSec`. */
	drawn(nowSec: number): void {
		const earlySec = this.#dueSec - nowSec;
		this.#poseWaitEndSec = Number.NaN;
		this.#lastDrawnSec = nowSec;
		if (this.#pacedBySource) {
			this.#dueSec = nowSec + this.#intervalSec;
			return;
		}
		// The beat bounds the average rate; the first draw, and one that is later
		// than the slack, start a new beat. Early panoramas pull the beat a little
		// each time until it meets theirs: draws between panoramas then fall
		// midway.
		if (earlySec < -SLACK * this.#intervalSec) this.#dueSec = nowSec;
		else if (earlySec > 0) this.#dueSec -= Math.min(earlySec, MAX_PULL * this.#intervalSec);
		this.#dueSec += this.#intervalSec;
	}

	/**
	 * Draws now, or waits for a pose that is about to come. The wait is fixed once
	 * for each draw: after that pose another one is always about to come.
	 */
	#unlessPoseComes(nowSec: number, nextPoseSec: number, workSec: number): ViewDecision {
		if (Number.isNaN(this.#poseWaitEndSec)) {
			const longestWaitSec = Math.min(POSE_WAIT * this.#intervalSec, this.#intervalSec - WORK_MARGIN * workSec);
			const endSec = nextPoseSec + POSE_SCATTER_SEC;
			this.#poseWaitEndSec = endSec > nowSec && nextPoseSec - nowSec <= longestWaitSec ? endSec : nowSec;
		}
		return { draw: nowSec >= this.#poseWaitEndSec, againAtSec: this.#poseWaitEndSec };
	}

	#isRefining(nowSec: number): boolean {
		return nowSec < this.#lastChangeSec + REFINE_SEC;
	}
}

/** Estimates the rhythm of panoramas or poses, and the next arrival from it. */
export class ArrivalEstimate {
	#periodSec = Number.NaN;
	#lastSec = Number.NaN;
	#lastSequence = 0;

	/**
	 * Notes an arrival. An arrival that was noted before changes nothing.
	 *
	 * @param sequence number of the arrival; arrivals in between may have been
	 * missed.
	 * @param arrivedSec its time, seconds on one monotonic clock.
	 */
	note(sequence: number, arrivedSec: number): void {
		const arrivals = sequence - this.#lastSequence;
		if (arrivals <= 0) return;
		const periodSec = (arrivedSec - this.#lastSec) / arrivals;
		// A pause or a restart does not belong to the rhythm.
		if (periodSec > 0 && periodSec < PAUSE_SEC) {
			const formerSec = Number.isNaN(this.#periodSec) ? periodSec : this.#periodSec;
			this.#periodSec = formerSec + (periodSec - formerSec) * PERIOD_WEIGHT;
		}
		this.#lastSec = arrivedSec;
		this.#lastSequence = sequence;
	}

	/** Smoothed time between arrivals, seconds; NaN before the second. */
	get periodSec(): number {
		return this.#periodSec;
	}

	/** Expected time of the next arrival; Infinity before the second. */
	get nextSec(): number {
		const next = this.#lastSec + this.#periodSec;
		return Number.isNaN(next) ? Number.POSITIVE_INFINITY : next;
	}
}
