import type { SamplingKernel } from "./projector.ts";
import { WEIGHT_ONE, WEIGHT_PHASES, WEIGHT_TAPS } from "./wasm/layout.ts";

/** Samples on each side of a place that a kernel takes. */
export const KERNEL_REACH: Readonly<Record<SamplingKernel, number>> = {
	nearest: 1,
	bilinear: 1,
	bicubic: 2,
	lanczos: 3,
};

/** The taps of a table begin with the sample this far to the left of (or above) the place's own. */
const FIRST_TAP = 1 - Math.max(...Object.values(KERNEL_REACH));

/**
 * Weights of the samples around a place, in one direction. They sum up to 1.
 *
 * @param fraction distance of the place from the sample on its left (or above it), 0 to 1.
 * @param weights overwritten: `2 * KERNEL_REACH` weights, that of the sample furthest to the left
 * first.
 * @returns `weights`.
 */
export function kernelWeights(
	kernel: SamplingKernel,
	fraction: number,
	weights: Float64Array = new Float64Array(2 * KERNEL_REACH[kernel]),
): Float64Array {
	const reach = KERNEL_REACH[kernel];
	let sum = 0;
	for (let k = 0; k < 2 * reach; k++) sum += weights[k] = kernelAt(kernel, k + 1 - reach - fraction);
	// Lanczos' weights miss 1 by up to 1 %, which a constant picture would show.
	for (let k = 0; k < 2 * reach; k++) weights[k]! /= sum;
	return weights;
}

/** The kernel itself, at a distance in samples. */
function kernelAt(kernel: SamplingKernel, offset: number): number {
	const x = Math.abs(offset);
	switch (kernel) {
		case "nearest":
			// Halfway between two samples the right one is taken.
			return offset > -0.5 && offset <= 0.5 ? 1 : 0;
		case "bilinear":
			return Math.max(0, 1 - x);
		case "bicubic":
			// Keys (1981) with a = -1/2, which is Catmull and Rom's spline.
			if (x < 1) return 1 - 2.5 * x ** 2 + 1.5 * x ** 3;
			return x < 2 ? 2 - 4 * x + 2.5 * x ** 2 - 0.5 * x ** 3 : 0;
		case "lanczos":
			return x < 3 ? sinc(x) * sinc(x / 3) : 0;
	}
}

function sinc(x: number): number {
	return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/**
 * The table of a kernel's weights that the WebAssembly kernel reads (WEIGHTS in wasm/layout.ts):
 * WEIGHT_PHASES rows of WEIGHT_TAPS whole numbers, which sum up to WEIGHT_ONE in each row.
 */
export function weightTable(kernel: SamplingKernel): Int16Array {
	const table = new Int16Array(WEIGHT_PHASES * WEIGHT_TAPS);
	const first = 1 - KERNEL_REACH[kernel] - FIRST_TAP;
	for (let phase = 0; phase < WEIGHT_PHASES; phase++) {
		const weights = kernelWeights(kernel, phase / WEIGHT_PHASES).map((weight) => Math.round(weight * WEIGHT_ONE));
		// What rounding left over goes where it changes least.
		const greatest = weights.indexOf(Math.max(...weights));
		weights[greatest]! += WEIGHT_ONE - weights.reduce((total, weight) => total + weight, 0);
		table.set(weights, phase * WEIGHT_TAPS + first);
	}
	return table;
}
