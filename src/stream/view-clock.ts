/** What the clock needs to know to decide, all times in seconds on one monotonic clock. */
export interface ViewMoment {
	readonly nowSec: number;
	/** There is a panorama newer than the one last drawn. */
	readonly panoramaIsNew: boolean;
	/** There is a head pose newer than the one last drawn, or a key frame is wanted. */
	readonly poseIsNew: boolean;
	/** When the next panorama should be there, from those before it; Infinity when nobody knows. */
	readonly nextPanoramaSec: number;
	/** Time between panoramas, smoothed; NaN when unknown. */
	readonly panoramaPeriodSec: number;
	/**
	 * When the next head pose should be there, from those before it; Infinity when nobody knows, or
	 * when the view should not wait for one.
	 */
	readonly nextPoseSec: number;
	/**
	 * What drawing and encoding a picture takes, smoothed: no wait may make the next panorama wait.
	 */
	readonly workSec: number;
}

/**
 * How far from its due time a draw may move to meet a panorama, in frame intervals. Under a half,
 * or a source at the view's own rate could be halved.
 */
const SLACK = 0.4;
/**
 * Longest wait for a head pose that is about to come, in frame intervals: half of them, or waiting
 * would cost more than the older pose.
 */
const POSE_WAIT = 0.5;
/**
 * The time that a picture's work may take, against its mean, before a wait has used up the
 * interval.
 */
const WORK_MARGIN = 1.5;
/**
 * A pose may be this much later than expected, seconds: what a local network and an event loop
 * scatter.
 */
const POSE_SCATTER_SEC = 0.001;
/**
 * How much one early panorama moves the beat, in frame intervals: the view's rate may exceed its
 * setting by no more than this share.
 */
const MAX_PULL = 0.01;
/**
 * A source whose panoramas come no faster than this share of a frame interval sets the pace: its
 * panoramas need no limit.
 */
const PACED_BY_SOURCE = 0.95;
/**
 * After the last change the view is sent on at full rate for a while: the encoder makes use of it
 * to sharpen the picture.
 */
const REFINE_SEC = 0.4;
/**
 * A view in which nothing changes is still sent this often, so that the viewer sees that the
 * connection lives.
 */
const IDLE_INTERVAL_SEC = 0.5;

/**
 * Decides when a view is drawn. A new panorama is drawn at once if the view's rate allows it;
 * between panoramas the newest one is drawn again at the newest pose, in step with the source, so
 * that neither the picture nor the head waits longer than it must. No I/O, no clock of its own.
 */
export class ViewClock {
	readonly #intervalSec: number;
	#dueSec = Number.NEGATIVE_INFINITY;
	#lastDrawnSec = Number.NEGATIVE_INFINITY;
	#lastChangeSec = Number.NEGATIVE_INFINITY;
	#pacedBySource = false;
	/** NaN before the next draw could first have been. */
	#poseWaitEndSec = Number.NaN;

	/** @param frameRate most draws a second, on average */
	constructor(frameRate: number) {
		this.#intervalSec = 1 / frameRate;
	}

	/**
	 * Whether to draw now; if not, the time at which to ask again unless a panorama comes first.
	 */
	decide({
		nowSec,
		panoramaIsNew,
		poseIsNew,
		nextPanoramaSec,
		panoramaPeriodSec,
		nextPoseSec,
		workSec,
	}: ViewMoment): {
		readonly draw: boolean;
		readonly againAtSec: number;
	} {
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
		// A panorama that is about to come is worth a short wait: drawing just before it would
		// leave it undrawn for a whole interval.
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
		// Keeping the beat bounds the average rate; a draw that is later than the slack (or the
		// first) starts a new one. The beat gives way to early panoramas a little each time, so
		// that it settles on theirs: draws between panoramas then fall midway.
		if (earlySec < -SLACK * this.#intervalSec) this.#dueSec = nowSec;
		else if (earlySec > 0) this.#dueSec -= Math.min(earlySec, MAX_PULL * this.#intervalSec);
		this.#dueSec += this.#intervalSec;
	}

	/**
	 * A draw that could be now, or after a pose that is about to come. Decided once for each draw:
	 * after that pose there is always another to come.
	 */
	#unlessPoseComes(
		nowSec: number,
		nextPoseSec: number,
		workSec: number,
	): { readonly draw: boolean; readonly againAtSec: number } {
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

/** Smoothed time between panoramas, and from it when the next should come. */
export class ArrivalEstimate {
	#periodSec = Number.NaN;
	#lastSec = Number.NaN;
	#lastSequence = 0;

	/**
	 * @param readySec when picture `sequence` was ready; pictures in between may have been missed
	 */
	note(sequence: number, readySec: number): void {
		const pictures = sequence - this.#lastSequence;
		if (pictures <= 0) return;
		const period = (readySec - this.#lastSec) / pictures;
		// A pause or a restart says nothing about the rhythm.
		if (period > 0 && period < 1)
			this.#periodSec = Number.isNaN(this.#periodSec) ? period : this.#periodSec + (period - this.#periodSec) / 8;
		this.#lastSec = readySec;
		this.#lastSequence = sequence;
	}

	/** Smoothed, seconds; NaN before the second. */
	get periodSec(): number {
		return this.#periodSec;
	}

	get nextSec(): number {
		const next = this.#lastSec + this.#periodSec;
		return Number.isNaN(next) ? Number.POSITIVE_INFINITY : next;
	}
}
