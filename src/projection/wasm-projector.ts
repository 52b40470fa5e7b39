import type { EyeCount, PlaneLayout } from "../media/panorama.ts";
import { matrixFromQuaternion, normalizeQuaternion } from "../media/rotation.ts";
import type { View } from "../media/view.ts";
import type { WasmMemory, WasmModule } from "../media/wasm-types.ts";
import { Perspective } from "./perspective.ts";
import { type PlaneGroup, planeGroups, requireDrawableView } from "./picture-planes.ts";
import type { PlaneSampling } from "./plane-sampling.ts";
import type { PanoramaPicture, Projector } from "./projector.ts";
import type { Warp } from "./warp.ts";
import {
	evaluateStrip,
	GRID_ERROR_SAFETY,
	MAX_GRID_ERROR,
	type PlaneWarp,
	periodOf,
	type WarpStrip,
} from "./warp-grid.ts";
import { KERNEL_BASE64, RELAXED_KERNEL_BASE64 } from "./wasm/kernel.generated.ts";
import * as layout from "./wasm/layout.ts";

/** Widest and highest panorama that coordinates have bits for. */
const MAX_PANORAMA_SIZE = 16_384;
/** Rows below a panorama's last one that may be read: PAD_ROWS of its layout. */
const ROWS_BELOW = 2;

interface Kernel {
	initialize(scratch: number): void;
	drawStrip(scratch: number, y: number): void;
	drawEquirectangularFromPerspective(scratch: number): void;
	evaluateEquirectangularFromPerspective(scratch: number, y: number): void;
}

/** How to compile the kernel. */
export interface KernelOptions {
	/**
	 * Use relaxed SIMD instructions; the pictures are the same.
	 * @default if the engine has them (Node 22 and newer, Chromium, Firefox)
	 */
	relaxedSimd?: boolean | undefined;
}

/**
 * Compiles the kernel once; the module may be sent to any number of workers.
 * @throws {WebAssembly.CompileError} if the engine lacks SIMD or shared memory.
 */
export async function compileKernel(options: KernelOptions = {}): Promise<WasmModule> {
	const relaxed = bytesFromBase64(RELAXED_KERNEL_BASE64);
	const { relaxedSimd = WebAssembly.validate(relaxed) } = options;
	return await WebAssembly.compile(relaxedSimd ? relaxed : bytesFromBase64(KERNEL_BASE64));
}

function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export interface WasmProjectorOptions {
	/** From `compileKernel`. */
	module: WasmModule;
	/** Shared memory that holds the panoramas, the views and the scratch memory. Borrowed. */
	memory: WasmMemory;
	/**
	 * `WasmProjector.scratchBytes(maxWidth, maxHeight)` bytes that belong to this projector alone,
	 * a multiple of 16.
	 */
	scratchAddress: number;
	/** Size of the largest view. */
	maxWidth: number;
	maxHeight: number;
}

/**
 * Draws with the WebAssembly kernel, bilinear, on the calling thread. Nothing is kept from one call
 * to the next: size, field of view and orientation may change every time. Any number of projectors,
 * also in different threads, may share a module and a memory, each with its own scratch memory.
 */
export class WasmProjector implements Projector {
	readonly #kernel: Kernel;
	readonly #memory: WasmMemory;
	readonly #scratch: number;
	readonly #maxWidth: number;
	readonly #maxHeight: number;
	readonly #words: Int32Array;
	readonly #floats: Float32Array;
	readonly #doubles: Float64Array;

	/** @throws {RangeError} if the scratch memory is misaligned or does not lie in `memory`. */
	constructor({ module, memory, scratchAddress, maxWidth, maxHeight }: WasmProjectorOptions) {
		const end = scratchAddress + WasmProjector.scratchBytes(maxWidth, maxHeight);
		if (
			!Number.isInteger(scratchAddress) ||
			scratchAddress < 0 ||
			scratchAddress % 16 !== 0 ||
			end > memory.buffer.byteLength
		) {
			throw new RangeError(
				`The scratch memory starts at a multiple of 16 and ends in the memory; got ${scratchAddress} to ${end}.`,
			);
		}
		this.#memory = memory;
		this.#scratch = scratchAddress;
		this.#maxWidth = maxWidth;
		this.#maxHeight = maxHeight;
		this.#kernel = new WebAssembly.Instance(module as WebAssembly.Module, {
			env: { memory: memory as WebAssembly.Memory },
		}).exports as unknown as Kernel;
		this.#words = new Int32Array(memory.buffer, scratchAddress, layout.CONSTANTS / 4);
		this.#floats = new Float32Array(memory.buffer, scratchAddress, layout.CONSTANTS / 4);
		this.#doubles = new Float64Array(memory.buffer, scratchAddress, layout.CONSTANTS / 8);
		this.#words[layout.NODE_CAPACITY] = nodeCapacity(maxWidth);
		this.#kernel.initialize(scratchAddress);
	}

	/**
	 * Bytes of scratch memory for views of up to `maxWidth` x `maxHeight` pixels.
	 * @throws {RangeError} if they are not positive whole numbers.
	 */
	static scratchBytes(maxWidth: number, maxHeight: number): number {
		for (const size of [maxWidth, maxHeight]) {
			if (!Number.isInteger(size) || size < 1)
				throw new RangeError(`The largest view has a whole width and height; got ${maxWidth}x${maxHeight}.`);
		}
		// The grid is evaluated strip by strip, so the height takes no memory.
		return layout.STRIP + nodeCapacity(maxWidth) * (layout.STRIP_ROWS * 4 + layout.EXACT_BYTES);
	}

	project(panorama: PanoramaPicture, view: View, intoAddress: number, eyes: EyeCount = 1): void {
		for (const group of this.#begin(panorama, view, intoAddress, eyes)) {
			this.#setPlanes(group, panorama.address, intoAddress, group.sources[0]!.width);
			this.#setView(group.sampling, panorama, view);
			this.#kernel.drawEquirectangularFromPerspective(this.#scratch);
		}
	}

	/**
	 * Draws any warp whose input is the panorama's projection: for pairs of projections that the
	 * kernel does not evaluate itself, some ten times slower.
	 *
	 * @param intoAddress as in `project`, and `eyes` too, for views of the output projection's
	 * size.
	 * @throws {RangeError} if a size is odd or too large.
	 */
	projectWarp(panorama: PanoramaPicture, warp: Warp, intoAddress: number, eyes: EyeCount = 1): void {
		const { width, height } = warp.output;
		for (const group of this.#planeGroups(panorama, width, height, intoAddress, eyes)) {
			const plane: PlaneWarp = {
				warp,
				targetSampling: group.sampling,
				sourceSampling: group.sampling,
				source: group.sources[0]!,
			};
			const target = group.targets[0]!;
			this.#setPlanes(group, panorama.address, intoAddress, periodOf(plane));
			for (let y = 0; y < target.height; y += layout.CELL_SIZE) {
				evaluateStrip(this.#strip(), plane, target.width, y);
				this.#kernel.drawStrip(this.#scratch, y);
			}
		}
	}

	/**
	 * The grid that `project` draws through, strip by strip, for tests and tools: `visit` gets each
	 * strip with the planes it is for and its first row, and may look at it until it returns.
	 */
	visitGrid(
		panorama: PanoramaPicture,
		view: View,
		visit: (strip: WarpStrip, group: PlaneGroup, y: number) => void,
	): void {
		for (const group of this.#begin(panorama, view, 0, 1)) {
			this.#setPlanes(group, panorama.address, 0, group.sources[0]!.width);
			this.#setView(group.sampling, panorama, view);
			for (let y = 0; y < group.targets[0]!.height; y += layout.CELL_SIZE) {
				this.#kernel.evaluateEquirectangularFromPerspective(this.#scratch, y);
				visit(this.#strip(), group, y);
			}
		}
	}

	/** Nothing to free: the scratch memory is the caller's. */
	[Symbol.dispose](): void {}

	#begin(panorama: PanoramaPicture, view: View, intoAddress: number, eyes: EyeCount): readonly PlaneGroup[] {
		requireDrawableView(view);
		return this.#planeGroups(panorama, view.width, view.height, intoAddress, eyes);
	}

	/**
	 * @throws {RangeError} if a size is odd or too large, eyes are missing, or the pictures do not
	 * lie in the memory.
	 */
	#planeGroups(
		panorama: PanoramaPicture,
		width: number,
		height: number,
		intoAddress: number,
		eyes: EyeCount,
	): readonly PlaneGroup[] {
		const { format, layout: panoramaLayout, address } = panorama;
		const groups = planeGroups(panorama, width, height, eyes);
		if (width > this.#maxWidth || height > this.#maxHeight) {
			throw new RangeError(
				`This projector draws views of up to ${this.#maxWidth}x${this.#maxHeight} pixels; got ${width}x${height}.`,
			);
		}
		if (format.width > MAX_PANORAMA_SIZE || format.height > MAX_PANORAMA_SIZE) {
			throw new RangeError(
				`A panorama has at most ${MAX_PANORAMA_SIZE} pixels a side; got ${format.width}x${format.height}.`,
			);
		}
		const size = this.#memory.buffer.byteLength;
		const inMemory = (start: number, byteLength: number) =>
			Number.isInteger(start) && start >= 0 && start + byteLength <= size;
		if (
			!inMemory(address, eyes * panoramaLayout.byteLength) ||
			!inMemory(intoAddress, (eyes * width * height * 3) / 2)
		) {
			throw new RangeError(
				`Panorama and view lie in the projector's memory of ${size} bytes; got addresses ${address} and ${intoAddress}.`,
			);
		}
		return groups;
	}

	/** @param period of the source planes in samples. */
	#setPlanes({ sources, targets }: PlaneGroup, sourceAddress: number, targetAddress: number, period: number): void {
		const words = this.#words;
		const source: PlaneLayout = sources[0]!;
		const target: PlaneLayout = targets[0]!;
		words[layout.TARGET_0] = targetAddress + target.offset;
		words[layout.TARGET_1] = targetAddress + (targets[1]?.offset ?? 0);
		words[layout.TARGET_STRIDE] = target.stride;
		words[layout.WIDTH] = target.width;
		words[layout.HEIGHT] = target.height;
		words[layout.SOURCE_0] = sourceAddress + source.offset;
		words[layout.SOURCE_1] = sourceAddress + (sources[1]?.offset ?? 0);
		words[layout.SOURCE_STRIDE] = source.stride;
		words[layout.SOURCE_PERIOD] = period * 2 ** layout.COORDINATE_BITS;
		words[layout.SOURCE_LAST_ROW] = source.height - 1 + ROWS_BELOW;
		words[layout.PLANES] = targets.length;
	}

	/**
	 * The view's rays, and the panorama's scale, in samples of planes that are sampled as
	 * `sampling`.
	 */
	#setView({ step, x, y }: PlaneSampling, { format }: PanoramaPicture, view: View): void {
		const floats = this.#floats;
		const doubles = this.#doubles;
		const m = matrixFromQuaternion(normalizeQuaternion(view.worldFromView));
		const first = new Perspective(view.width, view.height, view.fovRad).unproject(x, y);
		for (let axis = 0; axis < 3; axis++) {
			const [right, up, back] = [m[3 * axis]!, m[3 * axis + 1]!, m[3 * axis + 2]!];
			const ray = right * first[0] + up * first[1] + back * first[2];
			floats[layout.RAY + axis] = doubles[layout.EXACT_RAY / 2 + axis] = ray;
			floats[layout.RAY_PER_COLUMN + axis] = doubles[layout.EXACT_RAY_PER_COLUMN / 2 + axis] = right * step;
			floats[layout.RAY_PER_ROW + axis] = doubles[layout.EXACT_RAY_PER_ROW / 2 + axis] = -up * step;
		}
		floats[layout.SCALE_X] = format.width / (2 * Math.PI * step);
		floats[layout.CENTER_X] = (format.width / 2 - x) / step;
		floats[layout.SCALE_Y] = -format.height / (Math.PI * step);
		floats[layout.CENTER_Y] = (format.height / 2 - y) / step;
		floats[layout.ERROR_SQUARED] = (MAX_GRID_ERROR * GRID_ERROR_SAFETY) ** 2;
	}

	#strip(): WarpStrip {
		const capacity = this.#words[layout.NODE_CAPACITY]!;
		const start = this.#scratch + layout.STRIP;
		const row = (index: number) => new Int32Array(this.#memory.buffer, start + index * capacity * 4, capacity);
		return {
			topX: row(layout.ROW_TOP + layout.NODE_X),
			topY: row(layout.ROW_TOP + layout.NODE_Y),
			bottomX: row(layout.ROW_BOTTOM + layout.NODE_X),
			bottomY: row(layout.ROW_BOTTOM + layout.NODE_Y),
			xAcross: row(layout.ROW_X_ACROSS),
			xDown: row(layout.ROW_X_DOWN),
			yAcross: row(layout.ROW_Y_ACROSS),
			yDown: row(layout.ROW_Y_DOWN),
			classes: row(layout.ROW_CLASS),
			exact: new Int32Array(
				this.#memory.buffer,
				start + layout.STRIP_ROWS * capacity * 4,
				(capacity * layout.EXACT_BYTES) / 4,
			),
		};
	}
}

/** Nodes in a row of the widest view, in whole vectors of four. */
function nodeCapacity(maxWidth: number): number {
	return Math.ceil((Math.ceil(maxWidth / layout.CELL_SIZE) + 1) / 4) * 4;
}
