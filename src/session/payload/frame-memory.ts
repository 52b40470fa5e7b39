/**
 * Frames after which memory that was given back is used again: FlexFEC refers to the
 * last four frames (`FecProtection`), where pictures are rare for longer than the
 * history keeps them.
 */
const RESTING = 8;
/** Most pieces of memory that rest: a second of frames at 120 a second. */
const MOST_RESTING = 128;
/** Sizes of frames differ: memory with room for a quarter more serves most of them. */
const ROOM = 1.25;
const GRAIN_BYTES = 4096;
/** Memory above this multiple of what is needed is left to the garbage collector. */
const MOST_ROOM = 2;

/**
 * Memory for the packets of one stream's frames, used again and again. Ten viewers of
 * 10 Mbit/s would make 12 MB of garbage a second, outside V8's heap, which costs more
 * to collect than to fill.
 */
export class FrameMemory {
	/** Memory that was given back, the oldest first. */
	readonly #resting: ArrayBufferLike[] = [];

	/**
	 * Lends memory. If it is never given back, as that of a frame that is dropped, it is
	 * garbage once no packet refers to it.
	 *
	 * @returns at least `byteLength` bytes of any content, not shared with others.
	 */
	lend(byteLength: number): Buffer {
		const rested = this.#resting.length > RESTING ? this.#resting.shift() : undefined;
		if (rested !== undefined) {
			const isLarge = rested.byteLength > MOST_ROOM * byteLength + GRAIN_BYTES;
			if (rested.byteLength >= byteLength && !isLarge) return Buffer.from(rested);
		}
		// Not from Node's pool, which would keep other memory alive as long as this.
		return Buffer.allocUnsafeSlow(Math.ceil((byteLength * ROOM) / GRAIN_BYTES) * GRAIN_BYTES);
	}

	/** Takes back the memory of a frame, no packet of which will be sent again. */
	giveBack(memory: ArrayBufferLike): void {
		if (this.#resting.length < MOST_RESTING) this.#resting.push(memory);
	}
}
