import { PacketDecoder } from "../client-media/packet-decoder.ts";
import { BLOCK_SAMPLES, REST_BLOCKS, SILENCE, Voice } from "../client-media/voice.ts";
import type { ClientMediaPacket } from "../media/client-media.ts";

/** Voices that are heard at the same time; one that comes beyond them waits until one rests. */
const MOST_VOICES = 16;
/** Full scale of 16 bits. */
const FULL_SCALE = 32_768;
const NO_SAMPLES = new Int32Array(2 * BLOCK_SAMPLES);

/** What one viewer says, and its present block. */
class SpokenVoice implements Disposable {
	readonly voice = new Voice();
	readonly decoder = new PacketDecoder("opus");
	/** Left and right in turn. */
	readonly block = new Int32Array(2 * BLOCK_SAMPLES);
	/** A new voice keeps its place for as long as one that has fallen silent. */
	silentBlocks = 0;

	get isHeard(): boolean {
		return this.silentBlocks < REST_BLOCKS;
	}

	nextBlock(): void {
		this.voice.mixInto(this.block.fill(0));
		const isSilent = this.block.every((sample) => Math.abs(sample) <= SILENCE);
		this.silentBlocks = isSilent ? this.silentBlocks + 1 : 0;
	}

	[Symbol.dispose](): void {
		this.decoder[Symbol.dispose]();
	}
}

/**
 * Decodes the voices of viewers once, and mixes them for each listener in blocks of 10 ms, without
 * the listener's own. No clock of its own.
 */
export class VoiceMix implements Disposable {
	readonly #voices = new Map<string, SpokenVoice>();
	/** The present block of all that are heard: each listener's is this without its own. */
	readonly #sum = new Int32Array(2 * BLOCK_SAMPLES);

	/**
	 * Takes a packet of Opus; a damaged one is silence.
	 * @throws {Error} where FFmpeg has no decoder of Opus.
	 */
	add(name: string, packet: ClientMediaPacket): void {
		let spoken = this.#voices.get(name);
		if (spoken === undefined) {
			if (!this.#makeRoom()) return;
			spoken = new SpokenVoice();
			this.#voices.set(name, spoken);
		}
		const { decoder, voice } = spoken;
		decoder.decode(packet, (media) => {
			if (media.kind === "sound") voice.add(media.samples);
		});
	}

	/** A viewer says nothing more. An unknown one is passed over. */
	remove(name: string): void {
		this.#voices.get(name)?.[Symbol.dispose]();
		this.#voices.delete(name);
	}

	/** Forgets all voices, and what they were about to say. */
	clear(): void {
		for (const name of [...this.#voices.keys()]) this.remove(name);
	}

	/** Goes on to the next block of every voice. */
	nextBlock(): void {
		this.#sum.fill(0);
		for (const voice of this.#voices.values()) {
			voice.nextBlock();
			if (!voice.isHeard) continue;
			for (let n = 0; n < this.#sum.length; n++) this.#sum[n]! += voice.block[n]!;
		}
	}

	/** Returns whether a voice is or was just now to be heard. @param own is left out */
	isHeardBy(own: string | undefined): boolean {
		for (const [name, voice] of this.#voices) if (name !== own && voice.isHeard) return true;
		return false;
	}

	/** Adds the present block of the voices. @param own is left out */
	mixInto(own: string | undefined, left: Float32Array, right: Float32Array): void {
		const spoken = own === undefined ? undefined : this.#voices.get(own);
		const leftOut = spoken?.isHeard === true ? spoken.block : NO_SAMPLES;
		for (let n = 0; n < BLOCK_SAMPLES; n++) {
			left[n] = left[n]! + (this.#sum[2 * n]! - leftOut[2 * n]!) / FULL_SCALE;
			right[n] = right[n]! + (this.#sum[2 * n + 1]! - leftOut[2 * n + 1]!) / FULL_SCALE;
		}
	}

	/** Gives up a voice that rests where there are too many. */
	#makeRoom(): boolean {
		if (this.#voices.size < MOST_VOICES) return true;
		for (const [name, { isHeard }] of this.#voices) {
			if (isHeard) continue;
			this.remove(name);
			return true;
		}
		return false;
	}

	[Symbol.dispose](): void {
		this.clear();
	}
}
