import { SOUND_HZ } from "../media/sound-ring.ts";

/** Samples of a block in each of its two channels: 10 ms. */
export const BLOCK_SAMPLES = SOUND_HZ / 100;
/** Blocks that a voice has before it is heard: they cover uneven arrivals. */
const FIRST_BLOCKS = 4;
/** Blocks past which silence is left out, and past which anything is. */
const CALM_BLOCKS = 6;
const MOST_BLOCKS = 10;
/** Loudest sample of silence: -54 dB of the full scale. */
const SILENCE = 64;
/** Loudest sample of what may be left out without a click that is heard: -24 dB. */
const QUIET = 2048;
/** Blocks of silence after which nothing is played, so that the player runs empty. */
const REST_BLOCKS = 30;
/**
 * Sound without a rest leaves a quiet block out after so many, and any block after the second
 * number: 333 millionths, more than the clock of a player lags behind.
 */
const QUIET_OMISSION_BLOCKS = 2000;
const OMISSION_BLOCKS = 3000;

/** Numbers that a voice can hold, a power of two: 340 ms of two channels. */
const RING_NUMBERS = 1 << 15;

/** One viewer's sound on its way to the loudspeaker. */
class Voice {
	readonly #ring = new Int16Array(RING_NUMBERS);
	#read = 0;
	/** Numbers in the ring. */
	#length = 0;
	#isHeard = false;

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
	}

	/** Adds the next block to a sum; one that lacks samples waits until it has enough again. */
	mixInto(sum: Int32Array): void {
		this.#isHeard = this.#isHeard ? this.#blocks >= 1 : this.#blocks >= FIRST_BLOCKS;
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

/**
 * Mixes the sound of several viewers in blocks of 10 ms. Each waits at most 100 ms, whatever the
 * difference of the clocks. No clock of its own.
 */
export class SpeakerMix {
	readonly #voices = new Map<string, Voice>();
	readonly #sum = new Int32Array(2 * BLOCK_SAMPLES);
	#silentBlocks = REST_BLOCKS;
	#playedBlocks = 0;

	/** True while nobody is to be heard. */
	get isEmpty(): boolean {
		return this.#voices.size === 0;
	}

	/** Adds a viewer's samples: 48 kHz, 16 bits, left and right in turn. */
	add(viewer: string, samples: Int16Array): void {
		const voice = this.#voices.get(viewer) ?? new Voice();
		this.#voices.set(viewer, voice);
		voice.add(samples);
	}

	/** A viewer has left. */
	remove(viewer: string): void {
		this.#voices.delete(viewer);
	}

	/**
	 * The block of the next 10 ms.
	 *
	 * @returns 480 samples of 2 channels, in turn, the caller's own; `undefined`: none is to be
	 * played, and the player may run empty.
	 */
	next(): Int16Array<ArrayBuffer> | undefined {
		const sum = this.#sum.fill(0);
		for (const voice of this.#voices.values()) voice.mixInto(sum);
		const block = new Int16Array(sum.length);
		let peak = 0;
		for (let n = 0; n < sum.length; n++) {
			const number = Math.max(-32_768, Math.min(32_767, sum[n]!));
			block[n] = number;
			peak = Math.max(peak, Math.abs(number));
		}
		this.#silentBlocks = peak <= SILENCE ? this.#silentBlocks + 1 : 0;
		const isQuiet = peak <= QUIET && this.#playedBlocks >= QUIET_OMISSION_BLOCKS;
		if (this.#silentBlocks > REST_BLOCKS || isQuiet || this.#playedBlocks >= OMISSION_BLOCKS) {
			this.#playedBlocks = 0;
			return undefined;
		}
		this.#playedBlocks++;
		return block;
	}
}
