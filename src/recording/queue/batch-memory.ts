/** Smallest buffer: a memory page of the largest kind in use. */
const LEAST_BYTES = 1 << 16;
/** Bytes that are kept for later batches; more than these, as after a slow disk, are freed. */
const MOST_FREE_BYTES = 8 << 20;

/**
 * The buffers of a queue's batches. Its thread hands each back when it has written it, so that
 * hours of recording use the same few: fresh ones would be garbage of both threads, and leave holes
 * in the process's memory.
 */
export class BatchMemory {
	#free: ArrayBuffer[] = [];

	/** A buffer with room for so many bytes, and any content. */
	take(bytes: number): ArrayBuffer {
		const at = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
		const [found] = at < 0 ? [] : this.#free.splice(at, 1);
		return found ?? newBuffer(Math.max(LEAST_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
	}

	/** Takes buffers back. */
	giveBack(buffers: readonly ArrayBuffer[]): void {
		this.#free.push(...buffers);
		// The smallest that fits is taken, and the largest are let go.
		this.#free.sort((a, b) => a.byteLength - b.byteLength);
		let bytes = 0;
		this.#free = this.#free.filter(({ byteLength }) => {
			bytes += byteLength;
			return bytes <= MOST_FREE_BYTES;
		});
	}
}

/** The engine maps a buffer that may change its size, so that its pages go back to the system. */
function newBuffer(byteLength: number): ArrayBuffer {
	return new ArrayBuffer(byteLength, { maxByteLength: byteLength });
}

/** Bytes that come one behind the other, in a buffer that grows. */
export class GrowingBytes {
	readonly #memory: BatchMemory;
	#buffer: ArrayBuffer;
	#length = 0;
	/** Numbers at their places, and bytes. */
	float64: Float64Array;
	float32: Float32Array;
	int32: Int32Array;
	uint8: Uint8Array;

	/** @param bytes about as many as there will be. */
	constructor(memory: BatchMemory, bytes: number) {
		this.#memory = memory;
		this.#buffer = memory.take(bytes);
		this.float64 = new Float64Array(this.#buffer);
		this.float32 = new Float32Array(this.#buffer);
		this.int32 = new Int32Array(this.#buffer);
		this.uint8 = new Uint8Array(this.#buffer);
	}

	get buffer(): ArrayBuffer {
		return this.#buffer;
	}

	get length(): number {
		return this.#length;
	}

	/** Makes room for so many more bytes. @returns the place of the first. */
	extend(bytes: number): number {
		const start = this.#length;
		this.#length += bytes;
		if (this.#length > this.#buffer.byteLength) this.#grow();
		return start;
	}

	#grow(): void {
		const before = this.uint8;
		const smaller = this.#buffer;
		this.#buffer = this.#memory.take(this.#length);
		this.float64 = new Float64Array(this.#buffer);
		this.float32 = new Float32Array(this.#buffer);
		this.int32 = new Int32Array(this.#buffer);
		this.uint8 = new Uint8Array(this.#buffer);
		this.uint8.set(before);
		this.#memory.giveBack([smaller]);
	}
}
