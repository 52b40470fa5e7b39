import type { I420Picture } from "../media/i420-picture.ts";
import { isWholeSphere, MAX_PANORAMA_SIZE, type PanoramaFormat } from "../media/panorama.ts";
import type { View } from "../media/view.ts";
import type { WasmMemory, WasmModule } from "../media/wasm-types.ts";
import { isSmallView, KernelRays, turnToInput } from "./kernel-rays.ts";
import { layerGains } from "./layer-gains.ts";
import { panoramaInput, panoramaSpec, specKey } from "./panorama-input.ts";
import {
	type DrawnViews,
	type PlaneGroup,
	planeGroups,
	type RowBand,
	requireBand,
	requireDrawableView,
	requireRoom,
} from "./picture-planes.ts";
import { type DrawOptions, type PanoramaPicture, type Projector, SAMPLING_KERNELS } from "./projector.ts";
import { weightTable } from "./sampling-kernels.ts";
import { StillStrips } from "./still-strips.ts";
import { isFitted, type PictureWarp, panoramaFromView, viewWarp } from "./warp.ts";
import { evaluateCell, evaluateStrip, type PlaneWarp, periodOf, type WarpStrip } from "./warp-grid.ts";
import { KERNEL_BASE64, RELAXED_KERNEL_BASE64 } from "./wasm/kernel.generated.ts";
import * as layout from "./wasm/layout.ts";

interface Kernel {
	initialize(scratch: number): void;
	drawStrip(scratch: number, y: number): void;
	evaluateRays(scratch: number, y: number): number;
	drawRays(scratch: number, y: number): void;
	scaleStrip(scratch: number, y: number): void;
	drawEquirectangularFromPerspective(scratch: number): void;
	evaluateEquirectangularFromPerspective(scratch: number, y: number): void;
}

/** Options of `compileKernel`. */
export interface KernelOptions {
	/**
	 * Use relaxed SIMD instructions. The pictures are the same.
	 * @default if the engine has them (Node 22 and newer, Chromium, Firefox)
	 */
	relaxedSimd?: boolean | undefined;
}

/**
 * Compiles the kernel. The module may be sent to any number of workers.
 * @throws {WebAssembly.CompileError} when the engine lacks SIMD or shared memory.
 */
export async function compileKernel(options: KernelOptions = {}): Promise<WasmModule> {
	const relaxed = bytesFromBase64(RELAXED_KERNEL_BASE64);
	const { relaxedSimd = WebAssembly.validate(relaxed) } = options;
	return await WebAssembly.compile(relaxedSimd ? relaxed : bytesFromBase64(KERNEL_BASE64));
}

function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> {
	const characters = atob(text);
	const bytes = new Uint8Array(characters.length);
	// `Uint8Array.from()` would take ten times as long: it makes a string of each character.
	for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
	return bytes;
}

/** Options of a `WasmProjector`. */
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
 * Draws with the WebAssembly kernel on the calling thread. Size, lens and orientation may change
 * every time. From one call to the next it keeps tables of projections, and the cells that the
 * kernel can't evaluate itself as long as the view stands still. Any number of
 * projectors, also in different threads, may share a module and a memory, each with its own scratch
 * memory.
 */
export class WasmProjector implements Projector {
	readonly #kernel: Kernel;
	readonly #memory: WasmMemory;
	/** Objects that are known to be the memory's buffer. */
	readonly #ourBuffers = new WeakSet<ArrayBufferLike>();
	readonly #scratch: number;
	readonly #maxWidth: number;
	readonly #maxHeight: number;
	readonly #words: Int32Array;
	readonly #floats: Float32Array;
	readonly #doubles: Float64Array;
	readonly #rays: KernelRays;
	/** Strips of small views are kept apart: a tile must not take the place of a view's. */
	readonly #stillStrips = { small: new StillStrips(), large: new StillStrips() };

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
				"The scratch memory starts at a multiple of 16 and ends in the memory; " +
					`got ${scratchAddress} to ${end}.`,
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
		for (const [index, kernel] of SAMPLING_KERNELS.entries()) {
			const table = weightTable(kernel);
			new Int16Array(memory.buffer, scratchAddress + layout.WEIGHTS + index * table.byteLength).set(table);
		}
		this.#ourBuffers.add(memory.buffer);
		this.#kernel.initialize(scratchAddress);
		const { words, floats, doubles } = { words: this.#words, floats: this.#floats, doubles: this.#doubles };
		const raysAddress = scratchAddress + stripBytes(maxWidth);
		const scratch = { memory, address: scratchAddress, raysAddress, words, floats, doubles };
		this.#rays = new KernelRays(scratch, maxWidth, maxHeight);
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
		return stripBytes(maxWidth) + KernelRays.byteLength(maxWidth, maxHeight);
	}

	/** @throws {RangeError} as `Projector.project` says. */
	project(panorama: PanoramaPicture, view: View, into: I420Picture, options: DrawOptions = {}): void {
		requireDrawableView(view);
		this.#drawGroups(panorama, view, into, options, (group) => {
			if (isFitted(panorama.format, view, group.eye)) {
				this.#stillOf(view).select(stillKey(panorama.format, view));
				this.#drawWarp(group, viewWarp(panorama, view, group.eye), stripName("", group, 0));
			} else if (this.#setWholeSphere(panorama, view, group)) {
				this.#kernel.drawEquirectangularFromPerspective(this.#scratch);
			} else {
				const gains = layerGains(panorama);
				this.#stillOf(view).select(stillKey(panorama.format, view));
				this.#eachRayStrip(panorama, view, group, (y, layer) => {
					this.#kernel.drawRays(this.#scratch, y);
					this.#scale(gains[layer], y);
				});
			}
		});
	}

	/**
	 * Sets the rays of a flat view of the whole sphere, for which the kernel has formulas.
	 * @returns false for other views, and other panoramas.
	 */
	#setWholeSphere({ format, layout: stored }: PanoramaPicture, view: View, group: PlaneGroup): boolean {
		if (!isWholeSphere(panoramaSpec(format, group.eye))) return false;
		const input = panoramaInput(format, stored, group.eye);
		this.#rays.setInput(input, 0, stored, group.sampling, group.planes[0]);
		return this.#rays.setOutput(view, panoramaFromView(format, view, group.eye), group.sampling, group.planes[0]);
	}

	/** Evaluates the strips of each layer in turn; `visit` draws them. */
	#eachRayStrip(
		panorama: PanoramaPicture,
		view: View,
		group: PlaneGroup,
		visit: (y: number, layer: number) => void,
	): void {
		const { format, layout: stored } = panorama;
		const { sampling, planes, eye } = group;
		const input = panoramaInput(format, stored, eye);
		this.#rays.setOutput(view, turnToInput(input, panoramaFromView(format, view, eye)), sampling, planes[0]);
		for (const layer of input.layers.keys()) {
			this.#rays.setInput(input, layer, stored, sampling, planes[0]);
			for (let y = this.#words[layout.FIRST_ROW]!; y < this.#words[layout.HEIGHT]!; y += layout.CELL_SIZE) {
				const unknown = this.#kernel.evaluateRays(this.#scratch, y);
				if (unknown > 0) this.#evaluateUnknown(panorama, view, group, layer, y);
				visit(y, layer);
			}
		}
	}

	/** Multiplies a strip that has been drawn, layer by layer. @param gain nothing, for 1 */
	#scale(gain: number | undefined, y: number): void {
		if (gain === undefined) return;
		this.#words[layout.GAIN] = Math.round(gain * 2 ** layout.GAIN_BITS);
		this.#kernel.scaleStrip(this.#scratch, y);
	}

	/** Evaluates the cells of a strip that the kernel's tables don't reach, in double precision. */
	#evaluateUnknown(panorama: PanoramaPicture, view: View, group: PlaneGroup, layer: number, y: number): void {
		const { sampling, planes, eye } = group;
		const isOverlay = layer > 0;
		const strip = this.#strip();
		const name = `${stripName(panoramaInput(panorama.format, panorama.layout, eye).key, group, layer)} ${y}`;
		const still = this.#stillOf(view);
		if (still.restore(name, strip)) return;
		const warp = viewWarp(panorama, view, eye).layers[layer]!;
		const { source, target } = planes[0];
		const plane: PlaneWarp = { warp, isOverlay, targetSampling: sampling, sourceSampling: sampling, source };
		const unknown: number[] = [];
		for (let cell = 0; cell * layout.CELL_SIZE < target.width; cell++)
			if (strip.classes[cell] === layout.UNKNOWN) unknown.push(cell);
		for (const cell of unknown)
			strip.classes[cell] = evaluateCell(strip, plane, cell, y, isOverlay ? layout.SKIPPED : layout.BLANK);
		still.keepCells(name, strip, unknown);
	}

	#stillOf(view: { readonly width: number; readonly height: number }): StillStrips {
		return isSmallView(view) ? this.#stillStrips.small : this.#stillStrips.large;
	}

	/**
	 * Draws any warp, evaluated in double precision: some ten times slower.
	 *
	 * @param into as in `project`, and `options` too, for views of the warp's size.
	 * @throws {RangeError} as `project` does.
	 */
	projectWarp(panorama: PanoramaPicture, warp: PictureWarp, into: I420Picture, options: DrawOptions = {}): void {
		this.#drawGroups(panorama, warp, into, options, (group) => this.#drawWarp(group, warp));
	}

	/** Draws each group of planes of a view of the size of `view`, whose planes are set then. */
	#drawGroups(
		panorama: PanoramaPicture,
		{ width, height }: { readonly width: number; readonly height: number },
		into: I420Picture,
		{ rows, kernel = "bilinear", antialias = "off", ...place }: DrawOptions,
		draw: (group: PlaneGroup) => void,
	): void {
		const views = { ...place, width, height, pictureHeight: into.height };
		const groups = this.#planeGroups(panorama, views);
		requireRoom(into, views, panorama.layout.bytesPerSample);
		const band = requireBand(rows, height);
		const sourceAddress = this.#addressOf(panorama.data);
		const targetAddress = this.#addressOf(into.data);
		const words = this.#words;
		words[layout.KERNEL] = SAMPLING_KERNELS.indexOf(kernel);
		words[layout.ANTIALIAS] = antialias === "auto" ? 1 : 0;
		words[layout.SAMPLE_BYTES] = panorama.layout.bytesPerSample;
		for (const group of groups) {
			this.#setPlanes(group, sourceAddress, targetAddress, band);
			draw(group);
		}
	}

	/**
	 * Draws the planes that are set through a warp that is evaluated here.
	 * @param stillName name under which its strips are kept for the next frame. @default they
	 * aren't
	 */
	#drawWarp({ planes, sampling }: PlaneGroup, { width, height, layers }: PictureWarp, stillName?: string): void {
		const still = this.#stillOf({ width, height });
		const words = this.#words;
		const { source, target } = planes[0];
		for (const [index, warp] of layers.entries()) {
			const isOverlay = index > 0;
			const plane: PlaneWarp = { warp, isOverlay, targetSampling: sampling, sourceSampling: sampling, source };
			words[layout.SOURCE_PERIOD] = periodOf(plane) * 2 ** layout.COORDINATE_BITS;
			words[layout.IS_OVERLAY] = isOverlay ? 1 : 0;
			for (let y = words[layout.FIRST_ROW]!; y < words[layout.HEIGHT]!; y += layout.CELL_SIZE) {
				const strip = this.#strip();
				const name = `${stillName} ${index} ${y}`;
				if (stillName === undefined || !still.restore(name, strip)) {
					evaluateStrip(strip, plane, target.width, y);
					if (stillName !== undefined)
						still.keepStrip(name, strip, Math.ceil(target.width / layout.CELL_SIZE));
				}
				this.#kernel.drawStrip(this.#scratch, y);
			}
		}
	}

	/**
	 * Visits the grid that `project` draws through, strip by strip, for tests and tools. `visit`
	 * gets each strip with its planes, its first row and its layer; the strip is valid until it
	 * returns.
	 *
	 * @throws {RangeError} as `project` does.
	 */
	visitGrid(
		panorama: PanoramaPicture,
		view: View,
		visit: (strip: WarpStrip, group: PlaneGroup, y: number, layer: number) => void,
	): void {
		requireDrawableView(view);
		this.#stillOf(view).select(stillKey(panorama.format, view));
		const sourceAddress = this.#addressOf(panorama.data);
		for (const group of this.#planeGroups(panorama, view)) {
			this.#setPlanes(group, sourceAddress, 0, requireBand(undefined, view.height));
			if (this.#setWholeSphere(panorama, view, group)) {
				for (let y = 0; y < group.planes[0].target.height; y += layout.CELL_SIZE) {
					this.#kernel.evaluateEquirectangularFromPerspective(this.#scratch, y);
					visit(this.#strip(), group, y, 0);
				}
			} else {
				this.#eachRayStrip(panorama, view, group, (y, layer) => visit(this.#rayStrip(y), group, y, layer));
			}
		}
	}

	/** Nothing to free: the scratch memory is the caller's. */
	[Symbol.dispose](): void {}

	/** @throws {RangeError} when a size is odd or too large, or eyes or bytes are missing. */
	#planeGroups(panorama: PanoramaPicture, views: DrawnViews): readonly PlaneGroup[] {
		const { format } = panorama;
		const { width, height } = views;
		const groups = planeGroups(panorama, views);
		if (width > this.#maxWidth || height > this.#maxHeight) {
			const largest = `${this.#maxWidth}x${this.#maxHeight}`;
			throw new RangeError(`This projector draws views of up to ${largest} pixels; got ${width}x${height}.`);
		}
		if (format.width > MAX_PANORAMA_SIZE || format.height > MAX_PANORAMA_SIZE) {
			throw new RangeError(
				`A panorama has at most ${MAX_PANORAMA_SIZE} pixels a side; got ${format.width}x${format.height}.`,
			);
		}
		return groups;
	}

	/** @throws {RangeError} when `data` lies in another memory. */
	#addressOf({ buffer, byteOffset }: Uint8Array): number {
		if (!this.#isOurs(buffer))
			throw new RangeError("Panorama and view lie in the projector's memory; got bytes of another buffer.");
		return byteOffset;
	}

	/**
	 * True when `buffer` is the projector's memory. When a shared memory grows, its `buffer`
	 * becomes another object for the same bytes, in each thread at another time. So an unknown
	 * object is tested by a word of the scratch memory, which nothing else writes.
	 */
	#isOurs(buffer: ArrayBufferLike): boolean {
		if (this.#ourBuffers.has(buffer)) return true;
		if (buffer.byteLength < this.#scratch + Int32Array.BYTES_PER_ELEMENT) return false;
		const theirs = new Int32Array(buffer, this.#scratch, 1);
		const value = this.#words.at(0) ?? 0;
		const before = theirs[0] === value;
		this.#words[0] = ~value;
		const after = theirs[0] === ~value;
		this.#words[0] = value;
		if (before && after) this.#ourBuffers.add(buffer);
		return before && after;
	}

	/** @param band rows of luma that are drawn. */
	#setPlanes(group: PlaneGroup, sourceAddress: number, targetAddress: number, band: RowBand): void {
		const words = this.#words;
		const { planes, sampling, black } = group;
		const [{ source, target }, second] = planes;
		words[layout.TARGET_0] = targetAddress + target.offset;
		words[layout.TARGET_1] = targetAddress + (second?.target.offset ?? 0);
		words[layout.TARGET_STRIDE] = target.stride;
		words[layout.WIDTH] = target.width;
		words[layout.FIRST_ROW] = band.start / sampling.step;
		words[layout.HEIGHT] = band.end / sampling.step;
		words[layout.SOURCE_0] = sourceAddress + source.offset;
		words[layout.SOURCE_1] = sourceAddress + (second?.source.offset ?? 0);
		words[layout.SOURCE_STRIDE] = source.stride;
		words[layout.SOURCE_FIRST_ROW] = -source.padding.rows;
		words[layout.SOURCE_LAST_ROW] = source.height - 1 + source.padding.rows;
		words[layout.MIP_LEVELS] = source.mips.length;
		for (const [level, mip] of source.mips.entries()) {
			const at = layout.MIP + level * layout.MIP_WORDS;
			words[at] = sourceAddress + mip.offset;
			words[at + 1] = sourceAddress + (second?.source.mips[level]?.offset ?? 0);
			words[at + 2] = mip.stride;
			words[at + 3] = -mip.padding.rows;
			words[at + 4] = mip.height - 1 + mip.padding.rows;
		}
		words[layout.PLANES] = second === undefined ? 1 : 2;
		words[layout.BLACK_0] = black[0];
		words[layout.BLACK_1] = black[1];
		words[layout.IS_OVERLAY] = 0;
	}

	/**
	 * The strip that `evaluateRays` has evaluated, whose nodes lie in rows that are used in turn.
	 */
	#rayStrip(y: number): WarpStrip {
		const capacity = this.#words[layout.NODE_CAPACITY]!;
		const start = this.#scratch + stripBytes(this.#maxWidth) - layout.RAY_ROWS * layout.RAY_FIELDS * capacity * 4;
		const row = (nodeY: number, field: number) => {
			const index = (nodeY / layout.CELL_SIZE + 1) % layout.RAY_ROWS;
			const at = (index * layout.RAY_FIELDS + field) * capacity + layout.RAY_MARGIN;
			return new Int32Array(this.#memory.buffer, start + at * 4, capacity - layout.RAY_MARGIN);
		};
		const bottom = y + layout.CELL_SIZE;
		return {
			...this.#strip(),
			...{ topX: row(y, layout.NODE_X), topY: row(y, layout.NODE_Y) },
			...{ bottomX: row(bottom, layout.NODE_X), bottomY: row(bottom, layout.NODE_Y) },
		};
	}

	#strip(): WarpStrip {
		const capacity = this.#words[layout.NODE_CAPACITY]!;
		const start = this.#scratch + layout.STRIP;
		const exact = start + layout.STRIP_ROWS * capacity * 4;
		const masks = exact + capacity * layout.EXACT_BYTES;
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
			exact: new Int32Array(this.#memory.buffer, exact, (capacity * layout.EXACT_BYTES) / 4),
			masks: new Int16Array(this.#memory.buffer, masks, capacity * layout.CELL_SAMPLES),
		};
	}
}

/** A text that stays the same while a view does not move, as far as what it shows depends on it. */
function stillKey(format: PanoramaFormat, view: View): string {
	const size = `${view.width} ${view.height} ${format.width} ${format.height}`;
	if (isFitted(format, view, 0)) return `fitted ${size}`;
	const lens = view.lens === "pinhole" ? `${view.fovRad}` : specKey(view.projection);
	const { worldFromPanorama, rightWorldFromPanorama } = format;
	const turns = `${worldFromPanorama?.join() ?? ""} ${rightWorldFromPanorama?.join() ?? ""}`;
	return `${lens} ${size} ${view.worldFromView.join()} ${turns}`;
}

/** The name of the strips of a layer. */
function stripName(input: string, { eye, sampling }: PlaneGroup, layer: number): string {
	return `${input} ${eye} ${layer} ${sampling.step} ${sampling.x} ${sampling.y}`;
}

/** Nodes in a row of the widest view, in whole vectors of four, with room for those around it. */
function nodeCapacity(maxWidth: number): number {
	return Math.ceil((Math.ceil(maxWidth / layout.CELL_SIZE) + 3) / 4) * 4 + layout.RAY_MARGIN;
}

/** Bytes of the parameter block and one strip: strips are evaluated one after the other. */
function stripBytes(maxWidth: number): number {
	const cellBytes = layout.STRIP_ROWS * 4 + layout.EXACT_BYTES + layout.MASK_BYTES;
	return layout.STRIP + nodeCapacity(maxWidth) * (cellBytes + layout.RAY_ROWS * layout.RAY_FIELDS * 4);
}
