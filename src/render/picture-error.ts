import type { ComparedPlane } from "./compared-planes.ts";

/** Side of the blocks in which errors are counted, luma pixels. */
export const BLOCK = 8;

/** The squared differences of one kind of samples of two pictures. */
export interface PlaneError {
	/** Sums over blocks of 8x8 luma pixels, row by row, and the samples in each. */
	readonly blocks: Float64Array;
	readonly samples: Float64Array;
	/** Sums over rows. */
	readonly rows: Float64Array;
	readonly width: number;
	readonly height: number;
}

/**
 * The squared differences of two planes.
 *
 * @param width size of the whole picture, as `height`
 */
export function planeError(a: ComparedPlane, b: ComparedPlane, width: number, height: number): PlaneError {
	const across = Math.ceil(width / BLOCK);
	const blocks = new Float64Array(across * Math.ceil(height / BLOCK));
	const samples = new Float64Array(blocks.length);
	const rows = new Float64Array(a.height);
	// A block of chroma is as much of the picture as a block of luma.
	const columnsInBlock = (BLOCK * a.width) / width;
	const rowsInBlock = (BLOCK * a.height) / height;
	for (let y = 0; y < a.height; y++) {
		const firstBlock = Math.min(Math.floor(y / rowsInBlock), Math.ceil(height / BLOCK) - 1) * across;
		let row = 0;
		for (let block = 0; block < across; block++) {
			const from = Math.round(block * columnsInBlock);
			const to = block === across - 1 ? a.width : Math.min(a.width, Math.round((block + 1) * columnsInBlock));
			const sum = squaredDifferences(a, b, y, from, to);
			blocks[firstBlock + block]! += sum;
			samples[firstBlock + block]! += to - from;
			row += sum;
		}
		rows[y] = row;
	}
	return { blocks, samples, rows, width: a.width, height: a.height };
}

function squaredDifferences(a: ComparedPlane, b: ComparedPlane, y: number, from: number, to: number): number {
	const { samples: samplesA, step: stepA } = a;
	const { samples: samplesB, step: stepB } = b;
	let sum = 0;
	let inA = a.first + y * a.stride + from * stepA;
	let inB = b.first + y * b.stride + from * stepB;
	for (let x = from; x < to; x++) {
		const difference = samplesA[inA]! - samplesB[inB]!;
		sum += difference * difference;
		inA += stepA;
		inB += stepB;
	}
	return sum;
}

/** The mean squared difference of all samples. */
export function meanError({ rows, width, height }: PlaneError): number {
	return rows.reduce((sum, row) => sum + row, 0) / (width * height);
}

/** PSNR of a mean squared difference, dB; infinite without a difference. */
export function psnr(meanSquare: number, bits: number): number {
	return 10 * Math.log10((2 ** bits - 1) ** 2 / meanSquare);
}

/**
 * SSIM of two planes over windows of 8x8 samples, four apart: the algorithm of FFmpeg's filter
 * `ssim` and of x264, whose numbers it gives. NaN for planes below 8x8.
 */
export function ssim(a: ComparedPlane, b: ComparedPlane, bits: number): number {
	const across = a.width >> 2;
	const down = a.height >> 2;
	if (across < 2 || down < 2) return Number.NaN;
	const greatest = 2 ** bits - 1;
	// Constants of Wang's paper for sums over 64 samples, rounded for 8 bits (vf_ssim.c).
	const rounded = bits === 8 ? Math.floor : (value: number) => value;
	const c1 = rounded(0.01 * 0.01 * greatest * greatest * 64 + 0.5);
	const c2 = rounded(0.03 * 0.03 * greatest * greatest * 64 * 63 + 0.5);
	let above = new Float64Array(4 * across);
	let current = new Float64Array(4 * across);
	let sum = 0;
	for (let row = 0; row < down; row++) {
		[above, current] = [current, above];
		sumBlocks(a, b, row, current);
		if (row > 0) sum += ssimOfRow(above, current, across, c1, c2);
	}
	return sum / ((across - 1) * (down - 1));
}

/** Sums over each block of 4x4 of a row: of a, of b, of both squares, of their product. */
function sumBlocks(a: ComparedPlane, b: ComparedPlane, row: number, into: Float64Array): void {
	const { samples: samplesA, step: stepA } = a;
	const { samples: samplesB, step: stepB } = b;
	into.fill(0);
	for (let y = 4 * row; y < 4 * row + 4; y++) {
		let inA = a.first + y * a.stride;
		let inB = b.first + y * b.stride;
		for (let at = 0; at < into.length; at += 4) {
			let sumA = 0;
			let sumB = 0;
			let squares = 0;
			let products = 0;
			for (let x = 0; x < 4; x++) {
				const sampleA = samplesA[inA]!;
				const sampleB = samplesB[inB]!;
				sumA += sampleA;
				sumB += sampleB;
				squares += sampleA * sampleA + sampleB * sampleB;
				products += sampleA * sampleB;
				inA += stepA;
				inB += stepB;
			}
			into[at]! += sumA;
			into[at + 1]! += sumB;
			into[at + 2]! += squares;
			into[at + 3]! += products;
		}
	}
}

function ssimOfRow(above: Float64Array, current: Float64Array, across: number, c1: number, c2: number): number {
	let sum = 0;
	for (let at = 0; at < 4 * (across - 1); at += 4) {
		const sumA = above[at]! + above[at + 4]! + current[at]! + current[at + 4]!;
		const sumB = above[at + 1]! + above[at + 5]! + current[at + 1]! + current[at + 5]!;
		const squares = above[at + 2]! + above[at + 6]! + current[at + 2]! + current[at + 6]!;
		const products = above[at + 3]! + above[at + 7]! + current[at + 3]! + current[at + 7]!;
		const variances = 64 * squares - sumA * sumA - sumB * sumB;
		const covariance = 64 * products - sumA * sumB;
		sum += ((2 * sumA * sumB + c1) * (2 * covariance + c2)) / ((sumA * sumA + sumB * sumB + c1) * (variances + c2));
	}
	return sum;
}
