import { BLOCK_SAMPLES, REST_BLOCKS, SILENCE, Voice } from "./voice.ts";

/** Loudest sample of what may be left out without a click that is heard: -24 dB. */
const QUIET = 2048;
/**
 * Sound without a rest leaves a quiet block out after so many, and any block after the second
 * number: 333 millionths, more than the clock of a player lags behind.
 */
const QUIET_OMISSION_BLOCKS = 2000;
const OMISSION_BLOCKS = 3000;

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
