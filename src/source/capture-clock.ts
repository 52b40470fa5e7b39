import type { CaptureOrigin, CaptureStatement } from "./video-source.ts";

/** A capture stated for so much later than the arrival is a small error of clocks. */
const EARLY_SEC = 0.01;
/** The same bound for a clock that has been right so far, so that it does not flicker. */
const EARLY_KEEP_SEC = 0.05;
/** Longest way from a live capture to this machine. */
const OLDEST_SEC = 10;
/** A change of judgement needs statements that agree for this long. */
const SETTLE_SEC = 5;
/** A longer leap of the stated clock against the time stamps means that it was set. */
const LEAP_SEC = 1;

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
 * pictures. A clock that is trusted stays so over a stall of the network, in which the ages grow;
 * it is judged anew when it leaps against the time stamps. Reads no clock.
 */
export class CaptureClock {
	#isSet: boolean | undefined;
	#ageSec = Number.NaN;
	/** Seconds from the time stamps to the stated clock. */
	#leadSec = Number.NaN;
	/** Time since which the statements contradict the present judgement; NaN: they don't. */
	#contradictedSec = Number.NaN;

	/** The judgement; `undefined` before the first statement. */
	get isSet(): boolean | undefined {
		return this.#isSet;
	}

	/** The judgement, with the age of the newest picture by it. */
	statement(origin: CaptureOrigin): CaptureStatement {
		return { origin, used: this.#isSet === true, ageSec: this.#ageSec };
	}

	/** Takes a statement in. @returns the capture on the monotonic clock; NaN: not to be used. */
	judge({ cameraUs, stampSec, receivedSec, wallOffsetSec }: LiveStatement): number {
		const capturedSec = cameraUs / 1e6 - wallOffsetSec;
		this.#ageSec = receivedSec - capturedSec;
		const leadSec = cameraUs / 1e6 - stampSec;
		const hasLeapt = Math.abs(leadSec - this.#leadSec) > LEAP_SEC;
		this.#leadSec = leadSec;
		const leastSec = this.#isSet === true ? -EARLY_KEEP_SEC : -EARLY_SEC;
		const isPlausible = this.#ageSec >= leastSec && this.#ageSec <= OLDEST_SEC;
		if (this.#isSet === undefined || (this.#isSet && hasLeapt)) this.#decide(isPlausible);
		else if (isPlausible === this.#isSet) this.#contradictedSec = Number.NaN;
		else if (Number.isNaN(this.#contradictedSec)) this.#contradictedSec = receivedSec;
		else if (receivedSec - this.#contradictedSec >= SETTLE_SEC) this.#decide(isPlausible);
		return this.#isSet === true ? Math.min(capturedSec, receivedSec) : Number.NaN;
	}

	/** The input was opened anew: the next statement is judged by itself. */
	restart(): void {
		this.#isSet = undefined;
		this.#leadSec = this.#ageSec = this.#contradictedSec = Number.NaN;
	}

	#decide(isSet: boolean): void {
		this.#isSet = isSet;
		this.#contradictedSec = Number.NaN;
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
