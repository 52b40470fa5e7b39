import { IDENTITY, type Quaternion } from "../media/rotation.ts";

const VERSION_BYTES = 8;
const NUMBERS = 7;

/** Bits per second of a listener's sound, and of one whose path is narrow. */
export const SOUND_BPS = { usual: 96_000, narrow: 32_000 } as const;

/** A listener's wishes at one moment. */
export interface Hearing {
	/** Rotation from the head's axes to those of the world. */
	readonly worldFromHead: Quaternion;
	/** 1 leaves the sound as loud as it is. */
	readonly volume: number;
	/** Bits per second of the encoded sound. */
	readonly bitrateBps: number;
	/** The voices of other viewers are heard. */
	readonly voices: boolean;
}

/**
 * Shared memory that holds the newest direction of one listener's head, and the volume: written by
 * the main thread, read when a block is mixed.
 */
export class ListenerMailbox {
	readonly memory: SharedArrayBuffer;
	readonly #version: Int32Array;
	readonly #numbers: Float64Array;

	/** @param memory of another thread's mailbox. @default a new one: straight ahead, volume 1 */
	constructor(memory?: SharedArrayBuffer) {
		this.memory = memory ?? new SharedArrayBuffer(VERSION_BYTES + NUMBERS * 8);
		this.#version = new Int32Array(this.memory, 0, 1);
		this.#numbers = new Float64Array(this.memory, VERSION_BYTES, NUMBERS);
		if (memory === undefined)
			this.put({ worldFromHead: IDENTITY, volume: 1, bitrateBps: SOUND_BPS.usual, voices: false });
	}

	put({ worldFromHead, volume, bitrateBps, voices }: Hearing): void {
		Atomics.add(this.#version, 0, 1);
		this.#numbers.set(worldFromHead);
		this.#numbers[4] = volume;
		this.#numbers[5] = bitrateBps;
		this.#numbers[6] = voices ? 1 : 0;
		Atomics.add(this.#version, 0, 1);
	}

	get(): Hearing {
		for (;;) {
			const version = Atomics.load(this.#version, 0);
			const [x = 0, y = 0, z = 0, w = 1, volume = 0, bitrateBps = 0, voices = 0] = this.#numbers;
			if (version % 2 === 0 && Atomics.load(this.#version, 0) === version)
				return { worldFromHead: [x, y, z, w], volume, bitrateBps, voices: voices === 1 };
		}
	}
}
