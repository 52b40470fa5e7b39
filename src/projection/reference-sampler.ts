import type { PlaneLayout } from "../media/panorama.ts";
import type { SourcePlane } from "./picture-planes.ts";
import type { DrawOptions, SamplingKernel } from "./projector.ts";
import { KERNEL_REACH, kernelWeights } from "./sampling-kernels.ts";
import { nearestTurn, type PlaneWarp, periodOf, sourceSampleAt } from "./warp-grid.ts";
import { MAX_DEPTH, SHARP_MINIFIED, SHARP_TOO_WIDE, SOFT_MINIFIED, SOFT_TOO_WIDE } from "./wasm/layout.ts";

/** Samples of 8 or 16 bits, and their places. */
export interface Samples {
	readonly data: Uint8Array | Uint16Array;
	/** Index of sample (0, 0). */
	readonly first: number;
	/** The step from one row to the next. */
	readonly stride: number;
}

/** The samples of a plane of a picture. @param data the picture, in which the plane lies. */
export function samplesOf(data: Uint8Array, { offset, stride }: PlaneLayout, bytesPerSample: 1 | 2): Samples {
	if (bytesPerSample === 1) return { data, first: offset, stride };
	const words = new Uint16Array(data.buffer, data.byteOffset, Math.floor(data.byteLength / 2));
	return { data: words, first: offset / 2, stride: stride / 2 };
}

/** Distance over which steps from sample to sample are measured, output samples. */
const STEP = 1 / 8;

/** Draws samples of one layer of a warp, in double precision. */
export class ReferenceSampler {
	readonly #warp: PlaneWarp & { readonly source: SourcePlane };
	readonly #samples: Samples;
	readonly #kernel: SamplingKernel;
	readonly #isAntialiased: boolean;
	readonly #period: number;
	readonly #across: Float64Array;
	readonly #down: Float64Array;

	/** @param samples of the source plane. Borrowed. */
	constructor(
		warp: PlaneWarp & { readonly source: SourcePlane },
		samples: Samples,
		{ kernel = "bilinear", antialias = "off" }: DrawOptions,
	) {
		this.#warp = warp;
		this.#samples = samples;
		this.#kernel = kernel;
		this.#isAntialiased = antialias === "auto";
		this.#period = periodOf(warp);
		this.#across = kernelWeights(kernel, 0);
		this.#down = kernelWeights(kernel, 0);
	}

	/** Draws sample (i, j) of the output over `below`. @returns its code, not rounded. */
	drawOver(below: number, i: number, j: number): number {
		const [x, y, opacity] = sourceSampleAt(this.#warp, i, j);
		if (!(opacity > 0)) return below;
		const code = this.#isAntialiased ? this.#mean(i, j) : this.sampleAt(x, y);
		return below + opacity * (code - below);
	}

	/** The sample at (x, y) of the source plane, not rounded. */
	sampleAt(x: number, y: number): number {
		const reach = KERNEL_REACH[this.#kernel];
		const [left, top] = [Math.floor(x), Math.floor(y)];
		const across = kernelWeights(this.#kernel, x - left, this.#across);
		const down = kernelWeights(this.#kernel, y - top, this.#down);
		let sum = 0;
		for (let row = 0; row < down.length; row++) {
			let line = 0;
			for (let column = 0; column < across.length; column++)
				line += across[column]! * this.#tap(left + 1 - reach + column, top + 1 - reach + row);
			sum += down[row]! * line;
		}
		return sum;
	}

	/** The mean of as many samples around (i, j) as its footprint asks for. */
	#mean(i: number, j: number): number {
		const side = 2 ** this.#depth(this.#footprint(i, j));
		let sum = 0;
		for (let v = 0; v < side; v++) {
			for (let u = 0; u < side; u++) {
				// Beyond the border of the picture there is nothing: the middle counts there.
				const near = sourceSampleAt(this.#warp, i + (u + 0.5) / side - 0.5, j + (v + 0.5) / side - 0.5);
				const [x, y] = near[2] > 0 ? near : sourceSampleAt(this.#warp, i, j);
				sum += this.sampleAt(x, y);
			}
		}
		return sum / side ** 2;
	}

	/** Halvings of the steps between samples. Fast projectors use smaller copies, too. */
	#depth(footprint: number): number {
		const isSoft = this.#kernel === "bilinear";
		if (footprint < (isSoft ? SOFT_MINIFIED : SHARP_MINIFIED)) return 0;
		const tooWide = isSoft ? SOFT_TOO_WIDE : SHARP_TOO_WIDE;
		return Math.min(1 + Math.max(0, Math.ceil(Math.log2(footprint / tooWide))), MAX_DEPTH);
	}

	/** Source samples from one output sample to the next, where there are fewest; 0 at a border. */
	#footprint(i: number, j: number): number {
		const [a, b] = this.#step(i, j, STEP, 0);
		const [c, d] = this.#step(i, j, 0, STEP);
		const squares = a * a + b * b + c * c + d * d;
		const area = a * d - b * c;
		// The smaller singular value.
		return Math.sqrt((squares - Math.sqrt(Math.max(0, squares ** 2 - 4 * area ** 2))) / 2) || 0;
	}

	#step(i: number, j: number, right: number, down: number): readonly [x: number, y: number] {
		const from = sourceSampleAt(this.#warp, i - right, j - down);
		const to = sourceSampleAt(this.#warp, i + right, j + down);
		const x = nearestTurn(to[0] - from[0], this.#period);
		return [x / (2 * STEP), (to[1] - from[1]) / (2 * STEP)];
	}

	/**
	 * The sample at whole coordinates that may lie outside of the plane: past the seam, or over a
	 * pole, where the picture goes on half a turn away; in the padding of a picture with edges.
	 */
	#tap(x: number, y: number): number {
		const { width, height, padding } = this.#warp.source;
		if (this.#period === 0) {
			x = clamp(x, -padding.left, width - 1 + padding.right);
			y = clamp(y, -padding.rows, height - 1 + padding.rows);
		} else {
			if (!this.#warp.warp.hasPoles) {
				y = clamp(y, 0, height - 1);
			} else if (y < 0 || y >= height) {
				y = y < 0 ? -1 - y : 2 * height - 1 - y;
				x += Math.floor(width / 2);
			}
			x = ((x % this.#period) + this.#period) % this.#period;
		}
		const { data, first, stride } = this.#samples;
		return data[first + y * stride + x]!;
	}
}

function clamp(value: number, least: number, greatest: number): number {
	return Math.min(Math.max(value, least), greatest);
}
