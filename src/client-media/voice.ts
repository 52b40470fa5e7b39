import { SOUND_HZ } from "../media/sound-ring.ts";

/** Samples of a block in each of its two channels: 10 ms. */
export const BLOCK_SAMPLES = SOUND_HZ / 100;
/** A voice counts as heard on for so many silent blocks: 300 ms. */
export const REST_BLOCKS = 30;
/** Blocks that a voice has before it is heard: they cover uneven arrivals. */
const FIRST_BLOCKS = 4;
/** Blocks past which silence is left out, and past which anything is. */
const CALM_BLOCKS = 6;
const MOST_BLOCKS = 10;
/** Loudest sample of silence: -54 dB of the full scale. */
export const SILENCE = 64;
/** Numbers that a voice can hold, a power of two: 340 ms of two channels. */
const RING_NUMBERS = 1 << 15;

/**
 * The sound of one viewer on its way to ears: it waits 40 to 100 ms for uneven arrivals, whatever
 * the difference of the clocks.
 */
export class Voice {
	readonly #ring = new Int16Array(RING_NUMBERS);
	#read = 0;
	/** Numbers in the ring. */
	#length = 0;
	#isHeard = false;
	/** Blocks since samples were added last. */
	#waitedBlocks = 0;

	get #blocks(): number {
		return this.#length / (2 * BLOCK_SAMPLES);
	}

	/** Adds samples, left and right in turn. */
	add(samples: Int16Array): void {
		const taken = samples.subarray(Math.max(0, samples.length - RING_NUMBERS));
		const surplus = this.#length + taken.length - RING_NUMBERS;
		if (surplus > 0) this.#skip(surplus);
		const end = this.#read + this.#length;
		for (let n = 0; n < taken.length; n++) this.#ring[(end + n) % RING_NUMBERS] = taken[n]!;
		this.#length += taken.length;
		this.#waitedBlocks = 0;
	}

	/**
	 * Adds the next block to a sum; one that lacks samples waits until it has enough again. Those
	 * of a sender that rests, as between the few packets of its silence (DTX), are forgotten.
	 */
	mixInto(sum: Int32Array): void {
		this.#isHeard = this.#isHeard ? this.#blocks >= 1 : this.#blocks >= FIRST_BLOCKS;
		if (++this.#waitedBlocks > REST_BLOCKS && !this.#isHeard) this.#skip(this.#length);
		if (!this.#isHeard) return;
		while (this.#blocks > CALM_BLOCKS && (this.#blocks > MOST_BLOCKS || this.#peak() <= SILENCE))
			this.#skip(sum.length);
		for (let n = 0; n < sum.length; n++) sum[n]! += this.#ring[(this.#read + n) % RING_NUMBERS]!;
		this.#skip(sum.length);
	}

	/** Loudest sample of the next block. */
	#peak(): number {
		let peak = 0;
		for (let n = 0; n < 2 * BLOCK_SAMPLES; n++)
			peak = Math.max(peak, Math.abs(this.#ring[(this.#read + n) % RING_NUMBERS]!));
		return peak;
	}

	#skip(numbers: number): void {
		this.#read = (this.#read + numbers) % RING_NUMBERS;
		this.#length -= numbers;
	}
}
