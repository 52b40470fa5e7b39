/**
 * Debt that one picture after another may add up to, in frame intervals: a little more than the
 * encoder's own buffer lets it spend at once.
 */
const BUFFER_INTERVALS = 3;
/** Debt before the next picture, in frame intervals, where pictures cost more than there is. */
const SHORT_INTERVALS = 1;

/**
 * Factor above the bit rate at which debt is paid while pictures cost about as much as the rate
 * has. An encoder whose mean is the target makes every other picture larger. If debt were paid at
 * exactly the rate, such differences would add up (a queue with a load of 1), and pictures would be
 * left out of a stream that keeps to its rate.
 */
const SLACK = 1.15;

/** Weight of the newest interval between two chances to make a picture. */
const INTERVAL_WEIGHT = 1 / 4;
/** A longer interval is a view in which nothing changes, and no rhythm. */
const PAUSE_SEC = 0.25;

/**
 * When the next picture can be paid for, and what it may take. An encoder at its coarsest can't
 * make a turning view smaller than some bytes; where the bit rate has less for each frame interval,
 * pictures are left out until the last one is paid. No clock: times are arguments, seconds on one
 * monotonic clock.
 */
export class PictureBudget {
	readonly #frameIntervalSec: number;
	#intervalSec: number;
	#bitrateBps: number;
	/**
	 * Debt in seconds, not bits: when the rate falls, earlier pictures have been paid at the rate
	 * of their time.
	 */
	#debtSec = 0;
	#atSec = Number.NEGATIVE_INFINITY;
	#isShort = false;

	/** @param frameRate most pictures a second */
	constructor(frameRate: number, bitrateBps: number) {
		this.#frameIntervalSec = 1 / frameRate;
		this.#intervalSec = this.#frameIntervalSec;
		this.#bitrateBps = bitrateBps;
	}

	/**
	 * Rate to request from an encoder that was opened for the frame rate and counts pictures rather
	 * than time: where the source gives reason for fewer pictures, each of them may take more.
	 */
	get encoderBps(): number {
		return (this.#bitrateBps * this.#intervalSec) / this.#frameIntervalSec;
	}

	set bitrateBps(bitrateBps: number) {
		this.#bitrateBps = bitrateBps;
	}

	/**
	 * Notes that there is reason for a picture at `nowSec`.
	 * @returns whether it is paid for, and may be made.
	 */
	offer(nowSec: number): boolean {
		const elapsedSec = nowSec - this.#atSec;
		if (elapsedSec < PAUSE_SEC) {
			const smoothed = this.#intervalSec + (elapsedSec - this.#intervalSec) * INTERVAL_WEIGHT;
			this.#intervalSec = Math.max(smoothed, this.#frameIntervalSec);
		}
		this.#debtSec = Math.max(0, this.#debtSec - elapsedSec * (this.#isShort ? 1 : SLACK));
		this.#atSec = nowSec;
		return this.#debtSec <= (this.#isShort ? SHORT_INTERVALS : BUFFER_INTERVALS) * this.#intervalSec;
	}

	/** Notes that the picture was made. */
	spend(byteLength: number): void {
		const costSec = (byteLength * 8) / this.#bitrateBps;
		this.#debtSec += costSec;
		if (this.#debtSec > BUFFER_INTERVALS * this.#intervalSec) this.#isShort = true;
		else if (costSec <= this.#intervalSec) this.#isShort = false;
	}
}
