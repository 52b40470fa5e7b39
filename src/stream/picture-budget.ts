/**
 * Largest debt at which the next picture is still made, in frame intervals: a
 * little more than the encoder's own buffer lets it spend at once.
 */
const BUFFER_INTERVALS = 3;
/** The same where pictures cost more than the rate has for each interval. */
const SHORT_INTERVALS = 1;

/**
 * Debt is paid at this multiple of the bit rate while pictures cost about as much
 * as the rate has. An encoder whose mean is the target makes every other picture
 * larger. If debt were paid at exactly the rate, such differences would add up (a
 * queue with a load of 1), and pictures would be left out of a stream that keeps to
 * its rate.
 */
const SLACK = 1.15;

/** Weight of the newest interval in the smoothed one between two reasons for a picture. */
const INTERVAL_WEIGHT = 1 / 4;
/** A longer interval means that nothing changes in the view, and belongs to no rhythm. */
const PAUSE_SEC = 0.25;

/**
 * Decides whether the bit rate has paid for the next picture, and how large it may
 * be. An encoder at its coarsest can't make pictures of a turning view smaller than
 * some bytes; where the rate has less for each frame interval, pictures are left
 * out until the last one is paid. Reads no clock: times are arguments, seconds on
 * one monotonic clock.
 */
export class PictureBudget {
	readonly #frameIntervalSec: number;
	#intervalSec: number;
	#bitrateBps: number;
	/** Debt in seconds, not bits: earlier pictures are paid at the rate of their time. */
	#debtSec = 0;
	#atSec = Number.NEGATIVE_INFINITY;
	#isShort = false;
	#divisor = 1;
	/** Time of the last picture that was allowed. */
	#madeSec = Number.NEGATIVE_INFINITY;

	/** @param frameRate most pictures a second. */
	constructor(frameRate: number, bitrateBps: number) {
		this.#frameIntervalSec = 1 / frameRate;
		this.#intervalSec = this.#frameIntervalSec;
		this.#bitrateBps = bitrateBps;
	}

	/**
	 * The rate to request from an encoder that was opened for the frame rate and
	 * counts pictures rather than time: where the source gives reason for fewer
	 * pictures, each may be larger.
	 */
	get encoderBps(): number {
		return (this.#bitrateBps * this.#pictureIntervalSec) / this.#frameIntervalSec;
	}

	/** One picture is made of this many that there is reason for. */
	set divisor(divisor: number) {
		this.#divisor = divisor;
	}

	/** Time between two pictures, if each is paid in time. */
	get #pictureIntervalSec(): number {
		return this.#intervalSec * this.#divisor;
	}

	/** Bits per second from now on. */
	set bitrateBps(bitrateBps: number) {
		this.#bitrateBps = bitrateBps;
	}

	/**
	 * Notes that there is reason for a picture at `nowSec`.
	 * @returns true if the picture may be made.
	 */
	offer(nowSec: number): boolean {
		const elapsedSec = nowSec - this.#atSec;
		if (elapsedSec < PAUSE_SEC) {
			const smoothed = this.#intervalSec + (elapsedSec - this.#intervalSec) * INTERVAL_WEIGHT;
			this.#intervalSec = Math.max(smoothed, this.#frameIntervalSec);
		}
		this.#debtSec = Math.max(0, this.#debtSec - elapsedSec * (this.#isShort ? 1 : SLACK));
		this.#atSec = nowSec;
		if (nowSec - this.#madeSec < (this.#divisor - 0.5) * this.#intervalSec) return false;
		if (this.#debtSec > (this.#isShort ? SHORT_INTERVALS : BUFFER_INTERVALS) * this.#pictureIntervalSec)
			return false;
		this.#madeSec = nowSec;
		return true;
	}

	/** Notes that the picture was made. */
	spend(byteLength: number): void {
		const costSec = (byteLength * 8) / this.#bitrateBps;
		this.#debtSec += costSec;
		if (this.#debtSec > BUFFER_INTERVALS * this.#pictureIntervalSec) this.#isShort = true;
		else if (costSec <= this.#pictureIntervalSec) this.#isShort = false;
	}
}
