import { LEAST_SIDE, sameViewSize, type ViewSize } from "./view-size.ts";

/**
 * Fewest pictures a second of a turning view before it is drawn smaller: libwebrtc's "balanced"
 * degradation has 7 to 15, for smaller pictures.
 */
const MIN_FRAME_RATE = 5;
/**
 * A larger size must promise this many before it is taken again, or a rate near the bound would
 * change the size, with a key frame, all the time.
 */
const REGAINED_FRAME_RATE = 7.5;
/** How long the rate must be too low, or high enough, before the size changes. */
const SHRINK_AFTER_SEC = 0.5;
const GROW_AFTER_SEC = 3;
/** Shares of each side, as libwebrtc's VideoAdapter has them. */
const SCALES = [1, 0.75, 0.5, 0.375, 0.25] as const;

/**
 * Bits of a picture of a turning view at the coarsest quantizer that is used: FACTOR * pixels **
 * EXPONENT. Larger pictures of the same view have less in each block. `npm run bench -- low-rates`,
 * rows "coarsest": about 1.7 kB at 640x480, 3.9 kB at 1280x720, 6.5 kB at 1920x1080, turning 180
 * degrees a second.
 */
const COST_FACTOR = 2.1;
const COST_EXPONENT = 0.7;
/** Weight of the newest picture in the smoothed cost. */
const COST_WEIGHT = 1 / 8;

/**
 * The size at which a bit rate can show a turning view: as wished, or smaller where not even a few
 * pictures a second could be paid for. Learns how much more than the built-in scene this source's
 * pictures cost. No clock: times are arguments, seconds on one monotonic clock.
 */
export class ViewFit {
	#scale: number | undefined;
	#wished: ViewSize = { width: 0, height: 0, eyes: 1 };
	#costFactor = COST_FACTOR;
	#tooLargeSinceSec = Number.NaN;
	#tooSmallSinceSec = Number.NaN;

	/** Share of each side that is drawn; 1 before the first picture. */
	get scale(): number {
		return this.#scale ?? 1;
	}

	/** Notes what a picture took that was coded as coarsely as is allowed. */
	noteCoarsest(byteLength: number, { width, height, eyes }: ViewSize): void {
		const factor = (byteLength * 8) / (width * height * eyes) ** COST_EXPONENT;
		this.#costFactor += (Math.max(COST_FACTOR, factor) - this.#costFactor) * COST_WEIGHT;
	}

	/** The size to draw for `wished`. */
	fit(wished: ViewSize, bitrateBps: number, nowSec: number): ViewSize {
		const affordable = (frameRate: number) =>
			SCALES.find((scale) => this.#frameRateAt(scaled(wished, scale), bitrateBps) >= frameRate) ?? SCALES.at(-1)!;
		const most = affordable(MIN_FRAME_RATE);
		// Another wish costs a key frame anyway: there is no reason to wait.
		if (this.#scale === undefined || !sameViewSize(wished, this.#wished)) this.#scale = most;
		this.#wished = wished;
		this.#tooLargeSinceSec = since(most < this.#scale, this.#tooLargeSinceSec, nowSec);
		const regained = affordable(REGAINED_FRAME_RATE);
		this.#tooSmallSinceSec = since(regained > this.#scale, this.#tooSmallSinceSec, nowSec);
		if (nowSec - this.#tooLargeSinceSec >= SHRINK_AFTER_SEC) this.#scale = most;
		else if (nowSec - this.#tooSmallSinceSec >= GROW_AFTER_SEC) this.#scale = regained;
		return scaled(wished, this.#scale);
	}

	#frameRateAt({ width, height, eyes }: ViewSize, bitrateBps: number): number {
		return bitrateBps / (this.#costFactor * (width * height * eyes) ** COST_EXPONENT);
	}
}

/** When `isSo` began to hold without a break; NaN while it does not. */
function since(isSo: boolean, formerSec: number, nowSec: number): number {
	if (!isSo) return Number.NaN;
	return Number.isNaN(formerSec) ? nowSec : formerSec;
}

function scaled({ width, height, eyes }: ViewSize, scale: number): ViewSize {
	if (scale === 1) return { width, height, eyes };
	const side = (length: number) => Math.min(length, Math.max(LEAST_SIDE, 2 * Math.round((length * scale) / 2)));
	return { width: side(width), height: side(height), eyes };
}
