import { QualityRule, since } from "./quality-rule.ts";
import { LEAST_SIDE, sameViewSize, type ViewSize } from "./view-size.ts";

/**
 * A turning view with fewer pictures a second is drawn smaller. libwebrtc's
 * "balanced" degradation (balanced_degradation_settings.cc) has 7 to 15, for
 * smaller pictures.
 */
const MIN_FRAME_RATE = 5;
/**
 * Pictures a second that a larger size must promise before the view grows again:
 * more than the fewest, or a rate near that bound would change the size, with a key
 * frame, all the time.
 */
const REGAINED_FRAME_RATE = 7.5;
/** The rate must be too low for this long before the view shrinks. */
const SHRINK_AFTER_SEC = 0.5;
/** The rate must be high enough for this long before the view grows. */
const GROW_AFTER_SEC = 3;
/**
 * Factors of width and height, those of libwebrtc's VideoAdapter
 * (media/base/video_adapter.cc).
 */
const SCALES = [1, 0.75, 0.5, 0.375] as const;
const SMALLEST_SCALE = 0.25;
/**
 * A view grows this often in a minute at most, so that changes cost six key frames a
 * minute in the long run: each growth, and the shrinking that it may cause.
 */
const GROWTHS_A_MINUTE = 3;

/**
 * Bits of a picture of a turning view at the coarsest quantizer: FACTOR * pixels **
 * EXPONENT. Larger pictures of the same view have less detail in each block.
 * Measured by `npm run bench -- low-rates`, rows "coarsest": about 1.7 kB at
 * 640x480, 3.9 kB at 1280x720, 6.5 kB at 1920x1080, turning 180 degrees a second.
 */
const COST_FACTOR = 2.1;
const COST_EXPONENT = 0.7;
/** Weight of the newest picture in the smoothed cost. */
const COST_WEIGHT = 1 / 8;

/**
 * Finds the size at which a bit rate can show a turning view: the wished one, or a
 * smaller one where a `QualityRule` says so, or where the rate would not pay for a few
 * pictures a second. Learns how much more than the built-in scene this source's pictures
 * cost. Reads no clock: times are arguments, seconds on one monotonic clock.
 */
export class ViewFit {
	readonly #quality = new QualityRule();
	/** Scale that pays for a few pictures a second. */
	#affordable: number | undefined;
	#scale: number | undefined;
	#growthsSec: number[] = [];
	#wished: ViewSize = { width: 0, height: 0, eyes: 1 };
	#costFactor = COST_FACTOR;
	#tooLargeSinceSec = Number.NaN;
	#tooSmallSinceSec = Number.NaN;

	/**
	 * Factor from the wished width and height to the drawn ones; 1 before the first
	 * picture.
	 */
	get scale(): number {
		return this.#scale ?? 1;
	}

	/** One picture is made of this many that there is reason for. */
	get divisor(): number {
		return this.#quality.level.divisor;
	}

	/** Learns from the quantizer of a picture that is no key frame; NaN: not known. */
	noteQuantizer(quantizer: number, nowSec: number): void {
		this.#quality.note(quantizer, nowSec, this.scale < this.#quality.level.scale);
	}

	/** Learns from the length of a picture that was coded at the coarsest quantizer. */
	noteCoarsest(byteLength: number, { width, height, eyes }: ViewSize): void {
		const factor = (byteLength * 8) / (width * height * eyes) ** COST_EXPONENT;
		this.#costFactor += (Math.max(COST_FACTOR, factor) - this.#costFactor) * COST_WEIGHT;
	}

	/** Returns the size to draw for `wished`. */
	fit(wished: ViewSize, bitrateBps: number, nowSec: number): ViewSize {
		const affordable = (frameRate: number) =>
			SCALES.find((scale) => this.#frameRateAt(scaled(wished, scale), bitrateBps) >= frameRate) ?? SMALLEST_SCALE;
		const most = affordable(MIN_FRAME_RATE);
		// Another wish costs a key frame anyway, so there is no reason to wait.
		const isNewWish = this.#scale === undefined || !sameViewSize(wished, this.#wished);
		if (this.#affordable === undefined || isNewWish) this.#affordable = most;
		this.#wished = wished;
		this.#tooLargeSinceSec = since(most < this.#affordable, this.#tooLargeSinceSec, nowSec);
		const regained = affordable(REGAINED_FRAME_RATE);
		this.#tooSmallSinceSec = since(regained > this.#affordable, this.#tooSmallSinceSec, nowSec);
		if (nowSec - this.#tooLargeSinceSec >= SHRINK_AFTER_SEC) this.#affordable = most;
		else if (nowSec - this.#tooSmallSinceSec >= GROW_AFTER_SEC) this.#affordable = regained;
		const scale = Math.min(this.#affordable, this.#quality.level.scale);
		if (isNewWish || scale < this.scale || (scale > this.scale && this.#mayGrow(nowSec))) this.#scale = scale;
		return scaled(wished, this.scale);
	}

	/** Counts a growth if it is allowed. */
	#mayGrow(nowSec: number): boolean {
		this.#growthsSec = this.#growthsSec.filter((sec) => nowSec - sec < 60);
		if (this.#growthsSec.length >= GROWTHS_A_MINUTE) return false;
		this.#growthsSec.push(nowSec);
		return true;
	}

	#frameRateAt({ width, height, eyes }: ViewSize, bitrateBps: number): number {
		return bitrateBps / (this.#costFactor * (width * height * eyes) ** COST_EXPONENT);
	}
}

function scaled({ width, height, eyes }: ViewSize, scale: number): ViewSize {
	if (scale === 1) return { width, height, eyes };
	const side = (length: number) => Math.min(length, Math.max(LEAST_SIDE, 2 * Math.round((length * scale) / 2)));
	return { width: side(width), height: side(height), eyes };
}
