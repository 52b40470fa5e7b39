import { assert } from "./assert.ts";
import type { WasmMemory } from "./wasm-types.ts";

const PAGE = 65_536;
const ALIGNMENT = 4096;
/** Addresses below this are the null page, which is never allocated: address 0 can mean "none". */
const FIRST_ADDRESS = PAGE;

/** An allocated piece of a `SharedHeap`. */
export interface HeapBlock {
	readonly address: number;
	readonly byteLength: number;
}

/**
 * Allocates pieces of one shared `WebAssembly.Memory`, which every worker's kernel can address. The
 * main thread owns it; workers get addresses. First fit, with merging of free neighbours: blocks
 * are few and large (panoramas, views, grids).
 */
export class SharedHeap {
	readonly memory: WasmMemory;
	readonly #maximumBytes: number;
	/** Free pieces by address; neighbours are always merged. */
	#free: { address: number; byteLength: number }[];
	#end: number;

	/**
	 * @param maximumBytes upper bound of all that is ever allocated at once; reserved as address
	 * space, not as memory.
	 * @default 2 GiB
	 */
	constructor(maximumBytes = 2 ** 31) {
		const maximum = Math.ceil(maximumBytes / PAGE);
		this.memory = new WebAssembly.Memory({ initial: 2, maximum, shared: true });
		this.#maximumBytes = maximum * PAGE;
		this.#end = this.memory.buffer.byteLength;
		this.#free = [{ address: FIRST_ADDRESS, byteLength: this.#end - FIRST_ADDRESS }];
	}

	/**
	 * A zeroed block of at least `byteLength` bytes.
	 * @throws {RangeError} when the memory's bound is reached; the message names both numbers.
	 */
	allocate(byteLength: number): HeapBlock {
		const size = Math.max(ALIGNMENT, Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT);
		let index = this.#free.findIndex((piece) => piece.byteLength >= size);
		if (index < 0) {
			this.#grow(size);
			index = this.#free.length - 1;
		}
		const piece = this.#free[index];
		assert(piece !== undefined && piece.byteLength >= size, "The last free piece is large enough after growing.");
		const block = { address: piece.address, byteLength: size };
		piece.address += size;
		piece.byteLength -= size;
		if (piece.byteLength === 0) this.#free.splice(index, 1);
		new Uint8Array(this.memory.buffer, block.address, size).fill(0);
		return block;
	}

	/** Frees a block. The caller makes sure that no worker uses it any more. */
	free(block: HeapBlock): void {
		const index = this.#free.findIndex((piece) => piece.address > block.address);
		const at = index < 0 ? this.#free.length : index;
		this.#free.splice(at, 0, { address: block.address, byteLength: block.byteLength });
		this.#mergeAt(at);
		if (at > 0) this.#mergeAt(at - 1);
	}

	/** Bytes that are allocated and not freed. */
	get allocatedBytes(): number {
		return this.#end - FIRST_ADDRESS - this.#free.reduce((sum, piece) => sum + piece.byteLength, 0);
	}

	#grow(size: number): void {
		const last = this.#free.at(-1);
		const tail = last !== undefined && last.address + last.byteLength === this.#end ? last : undefined;
		const pages = Math.ceil((size - (tail?.byteLength ?? 0)) / PAGE);
		if (this.#end + pages * PAGE > this.#maximumBytes) {
			throw new RangeError(
				"The shared picture memory is full: " +
					`${size} bytes more do not fit under its bound of ${this.#maximumBytes}.`,
			);
		}
		this.memory.grow(pages);
		if (tail === undefined) this.#free.push({ address: this.#end, byteLength: pages * PAGE });
		else tail.byteLength += pages * PAGE;
		this.#end += pages * PAGE;
	}

	#mergeAt(index: number): void {
		const piece = this.#free[index];
		const next = this.#free[index + 1];
		if (piece === undefined || next === undefined) return;
		assert(piece.address + piece.byteLength <= next.address, "A block is freed once.");
		if (piece.address + piece.byteLength < next.address) return;
		piece.byteLength += next.byteLength;
		this.#free.splice(index + 1, 1);
	}
}
