import type { CaptureOrigin, CaptureStatement } from "./video-source.ts";

/** A capture stated for so much later than the arrival is a small error of clocks. */
const EARLY_SEC = 0.01;
/** The same bound for a clock that has been right so far, so that it does not flicker. */
const EARLY_KEEP_SEC = 0.05;
/** Longest way from a live capture to this machine that is believed, unless one is stated. */
const OLDEST_SEC = 10;
/** A change of judgement needs statements that agree for this long. */
const SETTLE_SEC = 5;
/** A longer leap of the stated clock against the time stamps means that it was set. */
const LEAP_SEC = 1;
/** Pictures that are older for long show a clock that is behind, or a slow network. */
const LATE_SEC = 1;

/** One stated capture of a live source. */
export interface LiveStatement {
	/** Microseconds since 1970 on the camera's clock. */
	readonly cameraUs: number;
	/** Time stamp of the picture, seconds. */
	readonly stampSec: number;
	/** Arrival of its packet, seconds on the monotonic clock. */
	readonly receivedSec: number;
	/** The server's wall clock minus its monotonic clock, seconds. */
	readonly wallOffsetSec: number;
}

/**
 * Decides whether the clock of a live camera is set, by the ages that its statements give to the
 * pictures. A clock that is trusted stays so however old they become, as over a slow network: only
 * statements that lie after the arrival, or a leap against the time stamps, withdraw the trust.
 * Pictures that were old then stay old by their time stamps until they are not. Reads no clock.
 */
export class CaptureClock {
	#isSet: boolean | undefined;
	#oldestSec = OLDEST_SEC;
	#ageSec = Number.NaN;
	/** Seconds from the time stamps to the stated clock. */
	#leadSec = Number.NaN;
	#stampSec = Number.NaN;
	/** Time since which the statements contradict the present judgement; NaN: they don't. */
	#contradictedSec = Number.NaN;
	/**
	 * Seconds from the time stamps to the captures on the monotonic clock, by the last statement
	 * that was believed; NaN: it counts no more.
	 */
	#believedSec = Number.NaN;
	#isLate = false;
	/** Time since which the ages contradict `#isLate`; NaN: they don't. */
	#lateChangedSec = Number.NaN;

	/** The judgement; `undefined` before the first statement. */
	get isSet(): boolean | undefined {
		return this.#isSet;
	}

	/** The judgement, with the age of the newest picture by it. */
	statement(origin: CaptureOrigin): CaptureStatement {
		const used = this.#isSet === true;
		return { origin, used, ageSec: this.#ageSec, ...(used && this.#isLate && { isLate: true }) };
	}

	/** Takes a statement in. @returns the capture on the monotonic clock; NaN: not known. */
	judge({ cameraUs, stampSec, receivedSec, wallOffsetSec }: LiveStatement): number {
		const capturedSec = cameraUs / 1e6 - wallOffsetSec;
		const ageSec = receivedSec - capturedSec;
		const leadSec = cameraUs / 1e6 - stampSec;
		const hasLeapt = Math.abs(leadSec - this.#leadSec) > LEAP_SEC;
		// Where the ages go on as before, it was the time stamps that leapt.
		const isSetAnew = hasLeapt && Math.abs(ageSec - this.#ageSec) > LEAP_SEC;
		if (stampSec < this.#stampSec - LEAP_SEC) this.#believedSec = Number.NaN;
		this.#leadSec = leadSec;
		this.#stampSec = stampSec;
		this.#ageSec = ageSec;
		this.#follow(isSetAnew, receivedSec);
		this.#watchAge(receivedSec);
		if (this.#isSet === true && ageSec >= -EARLY_KEEP_SEC) {
			this.#believedSec = capturedSec - stampSec;
			return Math.min(capturedSec, receivedSec);
		}
		const goneOnSec = this.#goneOnSec(stampSec, receivedSec);
		return this.#isSet === true && Number.isNaN(goneOnSec) ? receivedSec : goneOnSec;
	}

	/**
	 * The input was opened anew: the next statement is judged by itself.
	 * @param oldestSec longest way from a capture to this machine that is believed.
	 */
	restart(oldestSec = OLDEST_SEC): void {
		this.#oldestSec = oldestSec;
		this.#isSet = undefined;
		this.#leadSec = this.#stampSec = this.#ageSec = this.#contradictedSec = Number.NaN;
		this.#believedSec = this.#lateChangedSec = Number.NaN;
		this.#isLate = false;
	}

	#follow(isSetAnew: boolean, receivedSec: number): void {
		const ageSec = this.#ageSec;
		const isPlausible =
			ageSec >= (this.#isSet === true ? -EARLY_KEEP_SEC : -EARLY_SEC) && ageSec <= this.#oldestSec;
		const isBelievable = isPlausible || (this.#isSet === true && !isSetAnew && ageSec > this.#oldestSec);
		if (this.#isSet === undefined || (this.#isSet && isSetAnew)) this.#decide(isBelievable);
		else if (isBelievable === this.#isSet) this.#contradictedSec = Number.NaN;
		else if (Number.isNaN(this.#contradictedSec)) this.#contradictedSec = receivedSec;
		else if (receivedSec - this.#contradictedSec >= SETTLE_SEC) this.#decide(isBelievable);
	}

	#decide(isSet: boolean): void {
		this.#isSet = isSet;
		this.#contradictedSec = Number.NaN;
		// Ages by the clock as it was say nothing about it.
		this.#isLate = false;
		this.#lateChangedSec = Number.NaN;
	}

	/** The capture by the time stamps alone, of pictures that were old at the last belief. */
	#goneOnSec(stampSec: number, receivedSec: number): number {
		const capturedSec = stampSec + this.#believedSec;
		if (!(receivedSec - capturedSec > LATE_SEC)) this.#believedSec = Number.NaN;
		return stampSec + this.#believedSec;
	}

	#watchAge(receivedSec: number): void {
		// The first pictures have waited here, while FFmpeg looked at the input.
		const isLate = this.#ageSec > LATE_SEC * (this.#isLate ? 0.5 : 1);
		if (isLate === this.#isLate) this.#lateChangedSec = Number.NaN;
		else if (Number.isNaN(this.#lateChangedSec)) this.#lateChangedSec = receivedSec;
		else if (receivedSec - this.#lateChangedSec >= SETTLE_SEC) {
			this.#isLate = isLate;
			this.#lateChangedSec = Number.NaN;
		}
	}
}

/**
 * Follows the wall clock on the monotonic one: more finely than the whole milliseconds of
 * `Date.now()`, and over its corrections.
 */
export class WallClock {
	#offsetSec: number;

	/** @param offsetSec first estimate: wall clock minus monotonic clock, seconds. */
	constructor(offsetSec: number) {
		this.#offsetSec = offsetSec;
	}

	/**
	 * The wall clock minus the monotonic one, seconds.
	 * @param wallMs `Date.now()`, which is rounded down. @param nowSec the monotonic clock
	 */
	offsetSec(wallMs: number, nowSec: number): number {
		const least = wallMs / 1000 - nowSec;
		this.#offsetSec = Math.min(Math.max(this.#offsetSec, least), least + 1e-3);
		return this.#offsetSec;
	}
}
