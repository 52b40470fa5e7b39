/**
 * Number of pictures whose mean is brought to the target: two thirds of a second at
 * 30 a second. libwebrtc's video/encoder_bitrate_adjuster.h has 3 s (kWindowSizeMs).
 */
const WINDOW = 20;
/** Fewer pictures have no meaningful mean. */
const LEAST = 6;
/** Share of the difference that each picture corrects. */
const STEP = 0.06;
/**
 * Largest request, as a multiple of the target: x264 with a buffer of two pictures
 * makes 80 to 90 % of its rate. Measured by `npm run bench -- low-rates`, row
 * "use".
 */
const MAX_GAIN = 1.25;
/**
 * An encoder that makes less than this share of the target has pictures that need
 * no more bits: a higher request would only cause a burst later.
 */
const USED_SHARE = 0.6;

/**
 * Brings an encoder's mean rate to its target: rate control with a small buffer
 * stays below it, so the loop requests more. It counts encoded pictures: pictures
 * that are left out change nothing.
 */
export class BitrateLoop {
	readonly #frameRate: number;
	/** Bits of the newest pictures. */
	#bits: number[] = [];
	#targetBps: number;
	#gain = 1;

	/** @param frameRate pictures a second that the encoder counts with. */
	constructor(frameRate: number, targetBps: number) {
		this.#frameRate = frameRate;
		this.#targetBps = targetBps;
	}

	/** Rate to request from the encoder, bits per second. */
	get encoderBps(): number {
		return this.#targetBps * this.#gain;
	}

	/** Bits per second of the mean. */
	set targetBps(bitrateBps: number) {
		// The sizes of earlier pictures are kept as shares of the target.
		this.#bits = this.#bits.map((bits) => (bits * bitrateBps) / this.#targetBps);
		this.#targetBps = bitrateBps;
	}

	/** Notes the size of an encoded picture. */
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
