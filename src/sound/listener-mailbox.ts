import { IDENTITY, type Quaternion } from "../media/rotation.ts";

const VERSION_BYTES = 8;
const NUMBERS = 5;

/** A listener's wishes at one moment. */
export interface Hearing {
	/** Rotation from the head's axes to those of the world. */
	readonly worldFromHead: Quaternion;
	/** 1 leaves the sound as loud as it is. */
	readonly volume: number;
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
		if (memory === undefined) this.put({ worldFromHead: IDENTITY, volume: 1 });
	}

	put({ worldFromHead, volume }: Hearing): void {
		Atomics.add(this.#version, 0, 1);
		this.#numbers.set(worldFromHead);
		this.#numbers[4] = volume;
		Atomics.add(this.#version, 0, 1);
	}

	get(): Hearing {
		for (;;) {
			const version = Atomics.load(this.#version, 0);
			const [x, y, z, w, volume] = this.#numbers as unknown as [number, number, number, number, number];
			if (version % 2 === 0 && Atomics.load(this.#version, 0) === version)
				return { worldFromHead: [x, y, z, w], volume };
		}
	}
}
