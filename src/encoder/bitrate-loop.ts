/**
 * Pictures whose mean is brought to the target: two thirds of a second at 30 a second, where
 * libwebrtc's EncoderBitrateAdjuster takes one.
 */
const WINDOW = 20;
/** Fewer say nothing about a mean. */
const LEAST = 6;
/** How much of the difference is made up for with each picture. */
const STEP = 0.06;
/**
 * Most that is asked for, as a multiple of the target: x264 with a buffer of two pictures makes 80
 * to 90 % (`npm run bench -- low-rates`).
 */
const MAX_GAIN = 1.25;
/**
 * An encoder that makes less than this share of what it is asked for has a picture that needs no
 * more bits: asking for more would be answered by a burst later.
 */
const USED_SHARE = 0.6;

/**
 * Brings an encoder's mean to its target: rate control with a small buffer makes less than it may.
 * The loop asks for more by as much as is missing. It counts encoded pictures, so that pictures
 * that are left out change nothing.
 */
export class BitrateLoop {
	readonly #frameRate: number;
	readonly #bits: number[] = [];
	#targetBps: number;
	#gain = 1;

	constructor(frameRate: number, targetBps: number) {
		this.#frameRate = frameRate;
		this.#targetBps = targetBps;
	}

	/** Rate to request from the encoder, bits per second. */
	get encoderBps(): number {
		return this.#targetBps * this.#gain;
	}

	set targetBps(bitrateBps: number) {
		// The sizes of earlier pictures are kept as shares of the target.
		for (let i = 0; i < this.#bits.length; i++) this.#bits[i]! *= bitrateBps / this.#targetBps;
		this.#targetBps = bitrateBps;
	}

	/** Notes a picture's size. */
	encoded(byteLength: number): void {
		this.#bits.push(byteLength * 8);
		if (this.#bits.length > WINDOW) this.#bits.shift();
		if (this.#bits.length < LEAST) return;
		const share =
			(this.#bits.reduce((sum, bits) => sum + bits, 0) / this.#bits.length) * (this.#frameRate / this.#targetBps);
		if (share < USED_SHARE) return;
		this.#gain = Math.min(MAX_GAIN, Math.max(1, this.#gain * (1 + STEP * Math.max(1 - share, -1))));
	}
}
