/**
 * The parts of `WebAssembly.Memory` and `WebAssembly.Module` that are used here: programs for Node
 * are compiled without the DOM's types, which alone have a name for the whole.
 */
export interface WasmMemory {
	readonly buffer: ArrayBufferLike;
	/** @returns the pages that it had. */
	grow(pages: number): number;
}

/** A compiled module. It may be sent to other threads. */
export type WasmModule = object;
