import type { Projection } from "../../src/projection/geometry.ts";
import type { SpherePattern } from "../../src/projection/sphere-pattern.cases.ts";
import type { Warp } from "../../src/projection/warp.ts";

/** A picture of one plane, rows without padding. */
export interface GrayPicture {
	readonly data: Uint8Array;
	readonly width: number;
	readonly height: number;
}

/** The sphere's pattern as a camera of `projection` sees it, rounded; 128 where it sees nothing. */
export function paint(projection: Projection, pattern: SpherePattern): GrayPicture {
	const { width, height } = projection;
	const data = new Uint8Array(width * height).fill(128);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const ray = projection.unproject(x + 0.5, y + 0.5);
			if (!Number.isNaN(ray[0])) data[y * width + x] = Math.round(pattern(ray));
		}
	}
	return { data, width, height };
}

/**
 * The pattern as the output of `warp` should show it, not rounded, NaN where the input has nothing.
 * @param samples the mean of this many samples across and down each pixel is taken
 */
export function truthOf(warp: Warp, pattern: SpherePattern, samples: number): Float64Array {
	const { width, height } = warp.output;
	const truth = new Float64Array(width * height);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const shown = !Number.isNaN(warp.sourceAt(x + 0.5, y + 0.5)[0]);
			let sum = shown ? 0 : Number.NaN;
			for (let k = 0; k < samples * samples && shown; k++) {
				const dx = ((k % samples) + 0.5) / samples;
				const dy = (Math.floor(k / samples) + 0.5) / samples;
				sum += pattern(warp.inputRay(warp.output.unproject(x + dx, y + dy)));
			}
			truth[y * width + x] = sum / (samples * samples);
		}
	}
	return truth;
}

/** The distance of a picture from the truth. */
export interface Fidelity {
	/** Decibels of 255. */
	readonly psnr: number;
	/** Mean of picture minus truth, code values. */
	readonly bias: number;
}

/**
 * Compares a picture with the truth where there is one.
 * @param weights of each sample, if they are not equal
 */
export function fidelity(picture: Uint8Array, truth: ArrayLike<number>, weights?: Float64Array): Fidelity {
	let total = 0;
	let squares = 0;
	let sum = 0;
	for (let k = 0; k < truth.length; k++) {
		const difference = (picture[k] ?? Number.NaN) - (truth[k] ?? Number.NaN);
		if (Number.isNaN(difference)) continue;
		const weight = weights?.[k] ?? 1;
		total += weight;
		sum += weight * difference;
		squares += weight * difference * difference;
	}
	return { psnr: 10 * Math.log10((255 * 255 * total) / squares), bias: sum / total };
}

/** Weights of WS-PSNR (Sun, Lu, Yu 2017): the cosine of the latitude. */
export function sphereWeights({ width, height }: { readonly width: number; readonly height: number }): Float64Array {
	return Float64Array.from({ length: width * height }, (_, k) =>
		Math.cos((0.5 - (Math.floor(k / width) + 0.5) / height) * Math.PI),
	);
}
