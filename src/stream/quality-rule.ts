/** A reduction of a view: fewer pixels, then fewer pictures. */
export interface QualityLevel {
	/** Factor of width and height. */
	readonly scale: number;
	/** One picture is made of this many that there is reason for. */
	readonly divisor: number;
}

/**
 * Reductions, from none to a quarter of the pixels at half the rate. Measured on turning
 * 1280x720 views (`npm run bench -- low-rates`): where the quantizer is above 40 each step
 * is worth 1 to 3 dB.
 */
const LEVELS: readonly [QualityLevel, ...QualityLevel[]] = [
	{ scale: 1, divisor: 1 },
	{ scale: 0.75, divisor: 1 },
	{ scale: 0.5, divisor: 1 },
	{ scale: 0.5, divisor: 2 },
];
/** A coarser quantizer, on H.264's scale, wants a stronger reduction ... */
const COARSE = 40;
/** ... and one next to the coarsest that is used wants two steps at once. */
const COARSEST = 43;
/** A finer quantizer has room for a weaker reduction: a step is worth 3 to 6. */
const FINE = 26;
/** The quantizer must be too coarse for this long. */
const COARSE_SEC = 1;
/** The quantizer must be fine for this long. */
const FINE_SEC = 5;
/** Weight of the newest picture in the smoothed quantizer. */
const WEIGHT = 1 / 8;

/**
 * Decides by the pictures' quantizer how far a view is reduced: above 40 for a second
 * more, under 26 for five seconds less. Reads no clock: times are arguments, seconds on one
 * monotonic clock.
 */
export class QualityRule {
	#level = 0;
	#quantizer = Number.NaN;
	#coarseSinceSec = Number.NaN;
	#fineSinceSec = Number.NaN;

	/** The present reduction. */
	get level(): QualityLevel {
		return LEVELS[this.#level] ?? LEVELS[0];
	}

	/**
	 * Notes a picture that is no key frame.
	 * @param quantizer on H.264's scale, 0 to 51; NaN where the encoder does not say.
	 * @param isReducedMore the picture is smaller than the level says, for another reason: it
	 * is no reason for a weaker reduction.
	 */
	note(quantizer: number, nowSec: number, isReducedMore = false): void {
		if (Number.isNaN(quantizer)) return;
		if (Number.isNaN(this.#quantizer)) this.#quantizer = quantizer;
		this.#quantizer += (quantizer - this.#quantizer) * WEIGHT;
		this.#coarseSinceSec = since(this.#quantizer > COARSE, this.#coarseSinceSec, nowSec);
		this.#fineSinceSec = since(this.#quantizer < FINE && !isReducedMore, this.#fineSinceSec, nowSec);
		if (nowSec - this.#coarseSinceSec >= COARSE_SEC) this.#change(this.#quantizer > COARSEST ? 2 : 1);
		else if (nowSec - this.#fineSinceSec >= FINE_SEC) this.#change(-1);
	}

	#change(steps: number): void {
		this.#level = Math.max(0, Math.min(LEVELS.length - 1, this.#level + steps));
		this.#quantizer = this.#coarseSinceSec = this.#fineSinceSec = Number.NaN;
	}
}

/** Time since when `condition` has held without a break; NaN while it does not. */
export function since(condition: boolean, formerSec: number, nowSec: number): number {
	if (!condition) return Number.NaN;
	return Number.isNaN(formerSec) ? nowSec : formerSec;
}
