import type { WasmMemory, WasmModule } from "../media/wasm-types.ts";
import type { Projector } from "./projector.ts";
import { compileKernel, WasmProjector } from "./wasm-projector.ts";

/** A kind of projector, ready to be opened in any thread. Structured-cloneable. */
export interface ProjectorChoice {
	readonly kind: "wasm";
	readonly module: WasmModule;
}

/** The memory that a projector works in, and the largest view that it draws. */
export interface ProjectorSpace {
	/** Shared memory of panoramas and views. Borrowed. */
	readonly memory: WasmMemory;
	/** First of `projectorBytes` bytes that belong to the projector alone; a multiple of 16. */
	readonly scratchAddress: number;
	/** Largest view of one eye, pixels. */
	readonly maxWidth: number;
	readonly maxHeight: number;
}

/**
 * Chooses the fastest projector that this machine has.
 *
 * @throws {WebAssembly.CompileError} when the engine lacks SIMD or shared memory.
 */
export async function chooseProjector(): Promise<ProjectorChoice> {
	return { kind: "wasm", module: await compileKernel() };
}

/**
 * Bytes that a projector of `choice` needs for itself.
 *
 * @param maxWidth pixels of the largest view of one eye, as `maxHeight`.
 * @throws {RangeError} when they are not positive whole numbers.
 */
export function projectorBytes(_choice: ProjectorChoice, maxWidth: number, maxHeight: number): number {
	return WasmProjector.scratchBytes(maxWidth, maxHeight);
}

/**
 * Opens a projector of `choice` in the calling thread.
 *
 * @throws {RangeError} when the scratch memory is misaligned or does not lie in the memory.
 */
export function openProjector({ module }: ProjectorChoice, space: ProjectorSpace): Projector {
	return new WasmProjector({ module, ...space });
}
