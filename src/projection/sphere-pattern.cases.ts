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

/**
 * A sum of plane waves through the sphere, `k` radians of phase a radian: as smooth at the seam and
 * the poles as anywhere.
 */
export function wavePattern(k: number, seed: number): SpherePattern {
	const random = seededRandom(seed);
	const waves = Array.from({ length: WAVES }, () => ({
		direction: randomDirection(random),
		phase: 2 * Math.PI * random(),
	}));
	return ([x, y, z]) => {
		const scale = k / Math.sqrt(x * x + y * y + z * z);
		let sum = 127.5;
		for (const { direction, phase } of waves) {
			sum += WAVE_AMPLITUDE * Math.cos(scale * (direction[0] * x + direction[1] * y + direction[2] * z) + phase);
		}
		return sum;
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
	/** Compile the kernel with or without relaxed SIMD. @default what the engine has */
	readonly relaxedSimd?: boolean;
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
		const { relaxedSimd } = options;
		return new ProjectionFixture(options, await compileKernel(relaxedSimd === undefined ? {} : { relaxedSimd }));
	}

	private constructor(options: ProjectionFixtureOptions, module: WasmModule) {
		const { panoramaWidth: width, panoramaHeight: height, maxWidth, maxHeight, chromaSiting = "left" } = options;
		const format: PanoramaFormat = {
			width,
			height,
			eyes: 1,
			projection: options.projection,
			color: { range: "limited", matrix: "bt709", chromaSiting },
		};
		this.#writer = new PanoramaWriter(format);
		const { layout } = this.#writer;
		const { address } = this.heap.allocate(layout.byteLength);
		this.#viewAddress = this.heap.allocate((maxWidth * maxHeight * 3) / 2).address;
		this.#otherViewAddress = this.heap.allocate((maxWidth * maxHeight * 3) / 2).address;
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
		return { data: this.bytes.subarray(address, address + (width * height * 3) / 2), width, height };
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
	 * Draws a pattern into each plane of the panorama, rounded to nearest, and the padding. Where the
	 * picture shows no direction, it is black.
	 */
	paint(patterns: readonly [y: SpherePattern, u: SpherePattern, v: SpherePattern]): void {
		const { width, height, projection = { kind: "equirect" } } = this.panorama.format;
		const picture = createProjection(projection, width, height);
		for (const [index, { name, sampling }] of this.planes.entries()) {
			this.#fill(name, sampling, (i, j) => {
				const ray = rayOfSample(picture, sampling, i, j);
				return Number.isNaN(ray[0]) ? BLACK[index]! : patterns[index]!(ray);
			});
		}
	}

	/**
	 * Fills the panorama's planes with samples made from plane, column and row, and the padding.
	 */
	fill(sample: (plane: number, i: number, j: number) => number): void {
		for (const [index, { name, sampling }] of this.planes.entries())
			this.#fill(name, sampling, (i, j) => sample(index, i, j));
	}

	#fill(name: PlaneName, { step }: PlaneSampling, sample: (i: number, j: number) => number): void {
		const { data, format } = this.panorama;
		const [width, height] = [format.width / step, format.height / step];
		const samples = new Uint8Array(width * height);
		for (let j = 0, at = 0; j < height; j++) {
			for (let i = 0; i < width; i++, at++) samples[at] = Math.round(sample(i, j));
		}
		this.#writer.writePlane(data, 0, name, samples, width);
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

/** Copies of a picture's three planes. */
export function planesOf({ data, width, height }: I420Picture): readonly Uint8Array[] {
	const { y, u, v } = pictureLayout(width, height);
	return [y, u, v].map((plane) => data.slice(plane.offset, plane.offset + plane.width * plane.height));
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
