/** Times of a sender report (RFC 3550, 6.4.1). */
export interface ReportedTime {
	/** The client's wall clock, seconds since 1970. */
	readonly wallClockSec: number;
	/** The stream's RTP time of the same moment. */
	readonly rtpTicks: number;
}

/** Reports whose clocks are compared: those of about a minute. */
const REPORTS_KEPT = 16;
/** A client's clock was set when its two clocks disagree by more than this, seconds. */
const MAX_DISAGREEMENT_SEC = 0.1;
/** A stream whose RTP time runs so much otherwise than our clock is stated wrongly, seconds. */
const MAX_STEP_SEC = 1;
/** A capture that seems later than its arrival by more than this shows a wrong clock, seconds. */
const MAX_AHEAD_SEC = 1;
/** And one that seems older than this, seconds. */
const MAX_AGE_SEC = 60;

/** Maps RTP times of a client's stream to the server's clock. No clock of its own. */
export class SenderClock {
	readonly #clockHz: number;
	#newest: ReportedTime | undefined;
	/** Arrival of the newest report, and whether its RTP time fits that of the one before. */
	#newestSec = Number.NaN;
	#fits = true;
	/** Server clock at arrival less the client's wall clock, of the last reports, seconds. */
	readonly #offsetsSec: number[] = [];
	/** Round trips when they arrived, seconds; NaN: not known. */
	readonly #roundTripsSec: number[] = [];

	constructor(clockHz: number) {
		this.#clockHz = clockHz;
	}

	/**
	 * Takes a sender report that arrived now.
	 * @param roundTripSec newest one; NaN: not known.
	 */
	reported(time: ReportedTime, nowSec: number, roundTripSec: number): void {
		if (this.#wasSet(time)) this.#offsetsSec.length = 0;
		const stepSec = this.#streamSecTo(time) - (nowSec - this.#newestSec);
		this.#fits = !(Math.abs(stepSec) > MAX_STEP_SEC);
		this.#newestSec = nowSec;
		this.#newest = time;
		this.#offsetsSec.push(nowSec - time.wallClockSec);
		this.#roundTripsSec.push(roundTripSec);
		if (this.#offsetsSec.length > REPORTS_KEPT) this.#offsetsSec.shift();
		if (this.#roundTripsSec.length > REPORTS_KEPT) this.#roundTripsSec.shift();
	}

	/** The client's wall clock was set since the report before: offsets until then are wrong. */
	#wasSet(time: ReportedTime): boolean {
		if (this.#newest === undefined) return false;
		const wallSec = time.wallClockSec - this.#newest.wallClockSec;
		return Math.abs(wallSec - this.#streamSecTo(time)) > MAX_DISAGREEMENT_SEC;
	}

	/** RTP time since the newest report, seconds; NaN before the first. */
	#streamSecTo({ rtpTicks }: Pick<ReportedTime, "rtpTicks">): number {
		return this.#newest === undefined ? Number.NaN : ((rtpTicks - this.#newest.rtpTicks) | 0) / this.#clockHz;
	}

	/**
	 * Time at which a frame was captured, seconds on the server's clock. The fastest report counts,
	 * less half of the shortest round trip: a busy client answers late.
	 *
	 * @param roundTripSec newest one; NaN: not known. Without any, half of it is not taken off.
	 * @returns NaN before the first report, and where the client's clocks make no sense.
	 */
	capturedSec(rtpTicks: number, receivedSec: number, roundTripSec: number): number {
		if (this.#newest === undefined || !this.#fits) return Number.NaN;
		const sinceReportSec = this.#streamSecTo({ rtpTicks });
		const shortestSec = Math.min(...[...this.#roundTripsSec, roundTripSec].filter(Number.isFinite));
		const wayUpSec = Number.isFinite(shortestSec) ? shortestSec / 2 : 0;
		const capturedSec = this.#newest.wallClockSec + sinceReportSec + Math.min(...this.#offsetsSec) - wayUpSec;
		const ageSec = receivedSec - capturedSec;
		return ageSec >= -MAX_AHEAD_SEC && ageSec <= MAX_AGE_SEC ? Math.min(capturedSec, receivedSec) : Number.NaN;
	}
}
