// Pictures that are known exactly in every direction, and memory to draw them in: for the tests and
// benches of projectors.

import type { I420Picture } from "../media/i420-picture.ts";
import { type PaddedPlaneLayout, type PanoramaFormat, type PictureColor, pictureLayout } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { type PinholeView, viewFromAngles } from "../media/view.ts";
import type { WasmModule } from "../media/wasm-types.ts";
import { createProjection } from "./create-projection.ts";
import { Equirectangular } from "./equirectangular.ts";
import type { Projection, Ray } from "./geometry.ts";
import { PanoramaWriter, type PlaneName } from "./panorama-writer.ts";
import { Perspective } from "./perspective.ts";
import { chromaSampling, LUMA_SAMPLING, type PlaneSampling } from "./plane-sampling.ts";
import type { PanoramaPicture } from "./projector.ts";
import { Warp } from "./warp.ts";
import { compileKernel, WasmProjector } from "./wasm-projector.ts";

/** A brightness for each direction (of any length), not rounded. */
export type SpherePattern = (ray: Ray) => number;

/** Uniform random numbers 0..1 that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A direction evenly distributed on the sphere, length 1. */
export function randomDirection(random: () => number): Ray {
	const y = 2 * random() - 1;
	const angle = 2 * Math.PI * random();
	const away = Math.sqrt(1 - y * y);
	return [away * Math.cos(angle), y, away * Math.sin(angle)];
}

/** Codes of black in the planes of limited range. */
const BLACK: readonly number[] = [16, 128, 128];

const WAVES = 8;
/**
 * Makes exact bilinear sampling of a 1920x960 source reach 57.4 dB at 60 and 49.2 dB at 320 cycles
 * of 2 pi a radian.
 */
const WAVE_AMPLITUDE = 5.6;

/** Steps of a turn in the table of cosines, a power of two. */
const COSINE_STEPS = 2 ** 14;
const COSINES = Float64Array.from({ length: COSINE_STEPS + 1 }, (_, step) =>
	Math.cos((2 * Math.PI * step) / COSINE_STEPS),
);

/**
 * The cosine of an angle in steps of the table, to 2e-8: pictures and truths take millions of them,
 * and `Math.cos` takes most of the time that a test of them has.
 */
function cosineOfSteps(steps: number): number {
	const whole = Math.floor(steps);
	const from = COSINES[whole & (COSINE_STEPS - 1)]!;
	return from + (steps - whole) * (COSINES[(whole & (COSINE_STEPS - 1)) + 1]! - from);
}

/**
 * A sum of plane waves through the sphere: as smooth at the seam and the poles as anywhere.
 *
 * @param k radians of phase a radian, of all waves or from the first to the last.
 */
export function wavePattern(k: number | readonly [first: number, last: number], seed: number): SpherePattern {
	const random = seededRandom(seed);
	const [first, last] = typeof k === "number" ? [k, k] : k;
	// Wave after wave: how many steps of the table it takes along each axis, and where it begins.
	const waves = new Float64Array(4 * WAVES);
	for (let index = 0; index < WAVES; index++) {
		const direction = randomDirection(random);
		const phase = COSINE_STEPS * random();
		const frequency = first + ((last - first) * index) / (WAVES - 1);
		const steps = (frequency * COSINE_STEPS) / (2 * Math.PI);
		waves.set([...direction.map((part) => steps * part), phase], 4 * index);
	}
	return (ray) => {
		const [x, y, z] = [ray[0], ray[1], ray[2]];
		const scale = 1 / Math.sqrt(x * x + y * y + z * z);
		let sum = 0;
		for (let at = 0; at < waves.length; at += 4) {
			const along = scale * (waves[at]! * x + waves[at + 1]! * y + waves[at + 2]! * z);
			sum += cosineOfSteps(along + waves[at + 3]!);
		}
		return 127.5 + WAVE_AMPLITUDE * sum;
	};
}

export interface ProjectionFixtureOptions {
	readonly panoramaWidth: number;
	readonly panoramaHeight: number;
	readonly maxWidth: number;
	readonly maxHeight: number;
	/** @default "left" */
	readonly chromaSiting?: PictureColor["chromaSiting"];
	/** @default the whole sphere, equirectangular */
	readonly projection?: ProjectionSpec;
	/** @default 8 */
	readonly bitDepth?: PanoramaFormat["bitDepth"];
	/** Smaller copies, which are made with the picture. @default 0 */
	readonly mipLevels?: number;
	/** Compile the kernel with or without relaxed SIMD. @default what the engine has */
	readonly relaxedSimd?: boolean;
}

/** Compiled kernels by `relaxedSimd`: one serves any number of projectors. */
const modules = new Map<boolean | undefined, Promise<WasmModule>>();

function kernelModule(relaxedSimd: boolean | undefined): Promise<WasmModule> {
	const module = modules.get(relaxedSimd) ?? compileKernel({ relaxedSimd });
	modules.set(relaxedSimd, module);
	return module;
}

/** One panorama, two views' worth of output memory and a projector on it. */
export class ProjectionFixture {
	readonly heap = new SharedHeap();
	readonly panorama: PanoramaPicture;
	readonly #writer: PanoramaWriter;
	readonly #viewAddress: number;
	readonly #otherViewAddress: number;
	readonly projector: WasmProjector;
	readonly module: WasmModule;
	readonly bytes: Uint8Array;

	static async create(options: ProjectionFixtureOptions): Promise<ProjectionFixture> {
		return new ProjectionFixture(options, await kernelModule(options.relaxedSimd));
	}

	private constructor(options: ProjectionFixtureOptions, module: WasmModule) {
		const { panoramaWidth: width, panoramaHeight: height, maxWidth, maxHeight, chromaSiting = "left" } = options;
		const { projection, bitDepth, mipLevels } = options;
		const format: PanoramaFormat = {
			width,
			height,
			eyes: 1,
			color: { range: "limited", matrix: "bt709", chromaSiting },
			...{ projection, bitDepth, mipLevels },
		};
		this.#writer = new PanoramaWriter(format);
		const { layout } = this.#writer;
		const { address } = this.heap.allocate(layout.byteLength);
		const { byteLength } = pictureLayout(maxWidth, maxHeight, layout.bytesPerSample);
		this.#viewAddress = this.heap.allocate(byteLength).address;
		this.#otherViewAddress = this.heap.allocate(byteLength).address;
		const scratchAddress = this.heap.allocate(WasmProjector.scratchBytes(maxWidth, maxHeight)).address;
		this.module = module;
		this.projector = new WasmProjector({ module, memory: this.heap.memory, scratchAddress, maxWidth, maxHeight });
		this.bytes = new Uint8Array(this.heap.memory.buffer);
		this.panorama = { format, layout, data: this.bytes.subarray(address, address + layout.byteLength) };
	}

	/** Memory to draw a view of one eye into. */
	into(size: { readonly width: number; readonly height: number }): I420Picture {
		return this.#picture(this.#viewAddress, size);
	}

	/** Other memory of the same kind. */
	otherInto(size: { readonly width: number; readonly height: number }): I420Picture {
		return this.#picture(this.#otherViewAddress, size);
	}

	#picture(address: number, { width, height }: { readonly width: number; readonly height: number }): I420Picture {
		const { byteLength } = pictureLayout(width, height, this.panorama.layout.bytesPerSample);
		return { data: this.bytes.subarray(address, address + byteLength), width, height };
	}

	/** The panorama's planes with where their samples lie. */
	get planes(): readonly {
		readonly name: PlaneName;
		readonly layout: PaddedPlaneLayout;
		readonly sampling: PlaneSampling;
	}[] {
		const { layout, format } = this.panorama;
		const chroma = chromaSampling(format.color.chromaSiting);
		return [
			{ name: "y", layout: layout.y, sampling: LUMA_SAMPLING },
			{ name: "u", layout: layout.u, sampling: chroma },
			{ name: "v", layout: layout.v, sampling: chroma },
		];
	}

	/**
	 * Draws a pattern into each plane of the panorama, rounded to nearest, and the padding. Where
	 * the picture shows no direction, it is black. Ten bits are four times eight, before rounding.
	 */
	paint(patterns: readonly [y: SpherePattern, u: SpherePattern, v: SpherePattern]): void {
		const { width, height, projection: spec = { kind: "equirect" } } = this.panorama.format;
		const projection = createProjection(spec, width, height);
		for (const [index, { name, sampling }] of this.planes.entries()) {
			this.#fill(name, (i, j) => {
				const ray = rayOfSample(projection, sampling, i, j);
				return this.unit * (Number.isNaN(ray[0]) ? BLACK[index]! : patterns[index]!(ray));
			});
		}
	}

	/** Codes to one of eight bits. */
	get unit(): number {
		return this.panorama.layout.bytesPerSample === 2 ? 4 : 1;
	}

	/**
	 * Fills the panorama's planes with samples made from plane, column and row of the source's
	 * picture, and the padding.
	 */
	fill(sample: (plane: number, i: number, j: number) => number): void {
		for (const [index, { name }] of this.planes.entries()) this.#fill(name, (i, j) => sample(index, i, j));
	}

	#fill(name: PlaneName, sample: (i: number, j: number) => number): void {
		const { data, format, layout } = this.panorama;
		const plane = pictureLayout(format.width, format.height)[name];
		const samples = new (layout.bytesPerSample === 2 ? Uint16Array : Uint8Array)(plane.width * plane.height);
		for (let j = 0, at = 0; j < plane.height; j++)
			for (let i = 0; i < plane.width; i++) samples[at++] = Math.round(sample(i, j));
		this.#writer.writePlane(data, 0, name, samples, plane.width);
		const levels = [layout[name], ...layout.mips.map((mip) => mip[name])];
		for (const [level, larger] of levels.slice(0, -1).entries()) halve(data, larger, levels[level + 1]!);
	}

	/** The warp of a view of this panorama, in double precision. */
	warp(view: PinholeView): Warp {
		const { width, height } = this.panorama.format;
		return new Warp(
			new Perspective(view.width, view.height, view.fovRad),
			view.worldFromView,
			new Equirectangular(width, height),
		);
	}

	/** A copy of the planes of a view that was drawn into `into(view)`. */
	viewPlanes(view: { readonly width: number; readonly height: number }): readonly Uint8Array[] {
		return planesOf(this.into(view));
	}
}

/** Makes a smaller copy of an 8-bit plane, padding included. */
function halve(data: Uint8Array, larger: PaddedPlaneLayout, smaller: PaddedPlaneLayout): void {
	const { left, right, rows } = smaller.padding;
	for (let j = -rows; j < smaller.height + rows; j++) {
		for (let i = -left; i < smaller.width + right; i++) {
			// Where the larger plane has less padding than this, nothing is ever read.
			const at = larger.offset + 2 * j * larger.stride + 2 * i;
			const sum = data[at]! + data[at + 1]! + data[at + larger.stride]! + data[at + larger.stride + 1]!;
			data[smaller.offset + j * smaller.stride + i] = (sum + 2) >> 2;
		}
	}
}

/** Copies of a picture's three planes. */
export function planesOf({ data, width, height }: I420Picture): readonly Uint8Array[] {
	const { y, u, v } = pictureLayout(width, height);
	return [y, u, v].map((plane) => data.slice(plane.offset, plane.offset + plane.width * plane.height));
}

/** The same of a picture of 16-bit samples. */
export function widePlanesOf({ data, width, height }: I420Picture): readonly Uint16Array[] {
	const { y, u, v } = pictureLayout(width, height, 2);
	return [y, u, v].map((plane) => {
		const bytes = data.slice(plane.offset, plane.offset + 2 * plane.width * plane.height);
		return new Uint16Array(bytes.buffer);
	});
}

/**
 * The planes of a view as they would be without loss, not rounded: the patterns at the middle of
 * each sample, or their mean over a square of a sample's size.
 *
 * @param side the mean is taken of `side` x `side` places.
 */
export function truthOf(
	{ planes, warp }: { readonly planes: readonly { readonly sampling: PlaneSampling }[]; readonly warp: Warp },
	patterns: readonly SpherePattern[],
	side = 1,
): readonly Float64Array[] {
	const layout = pictureLayout(warp.width, warp.height);
	return patterns.map((pattern, index) => {
		const { width, height } = index === 0 ? layout.y : layout.u;
		const { sampling } = planes[index]!;
		const truth = new Float64Array(width * height);
		for (let at = 0; at < truth.length; at++) {
			const [i, j] = [at % width, Math.floor(at / width)];
			let sum = 0;
			for (let k = 0; k < side * side; k++) {
				const right = ((k % side) + 0.5) / side - 0.5;
				const down = (Math.floor(k / side) + 0.5) / side - 0.5;
				sum += pattern(warp.inputRay(rayOfSample(warp.output, sampling, i + right, j + down)));
			}
			truth[at] = sum / side ** 2;
		}
		return truth;
	});
}

/** The direction of sample (i, j) of a plane. */
export function rayOfSample(projection: Projection, { step, x, y }: PlaneSampling, i: number, j: number): Ray {
	return projection.unproject(i * step + x, j * step + y);
}

/** A view from angles in degrees. */
export function viewOf(
	width: number,
	height: number,
	yawDeg: number,
	pitchDeg: number,
	rollDeg = 0,
	fovDeg = 90,
): PinholeView {
	return viewFromAngles({ width, height, yawDeg, pitchDeg, rollDeg, fovDeg });
}

/** Greatest and mean difference of two planes, and how many samples differ at all. */
export function comparePlanes(
	a: ArrayLike<number>,
	b: ArrayLike<number>,
): { max: number; bias: number; psnr: number; different: number } {
	let max = 0;
	let sum = 0;
	let squares = 0;
	let different = 0;
	for (let k = 0; k < a.length; k++) {
		const difference = a[k]! - b[k]!;
		if (difference === 0) continue;
		different++;
		max = Math.max(max, Math.abs(difference));
		sum += difference;
		squares += difference * difference;
	}
	return {
		max,
		bias: sum / a.length,
		psnr: 10 * Math.log10((255 * 255 * a.length) / squares),
		different: different / a.length,
	};
}
