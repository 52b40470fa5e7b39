import type { PlaneSampling } from "./plane-sampling.ts";
import type { SamplePlane } from "./tile-padding.ts";

/**
 * Places of the samples of a plane's smaller copy: each in the middle of those that it is the mean
 * of.
 *
 * @param level 1 for half the size, 2 for a quarter, and so on.
 */
export function mipSampling({ step, x, y }: PlaneSampling, level: number): PlaneSampling {
	const scale = 2 ** level;
	const shift = (step * (scale - 1)) / 2;
	return { step: step * scale, x: x + shift, y: y + shift };
}

/**
 * Fills `into` with the means of two by two samples, rounded to nearest. The last column and row
 * may take samples of `from`'s padding.
 */
export function halvePlane(from: SamplePlane, into: SamplePlane): void {
	const rowBytes = into.samples.BYTES_PER_ELEMENT;
	const areAligned =
		rowBytes === 1 &&
		[from, into].every(({ samples, first, stride }) => ((samples.byteOffset + first) | stride) % 4 === 0);
	const columns = areAligned ? halveWords(from, into) : 0;
	for (let row = 0; row < into.height; row++) {
		const to = into.first + row * into.stride;
		const upper = from.first + 2 * row * from.stride;
		const lower = upper + from.stride;
		for (let column = columns; column < into.width; column++) {
			const at = 2 * column;
			const sum =
				from.samples[upper + at]! +
				from.samples[upper + at + 1]! +
				from.samples[lower + at]! +
				from.samples[lower + at + 1]!;
			into.samples[to + column] = (sum + 2) >> 2;
		}
	}
}

/** Every second byte of a word. */
const EVEN_BYTES = 0x00ff00ff;
/** Two in each half of a word: half of the four that a sum is divided by. */
const ROUNDING = 0x00020002;

/**
 * The same for whole groups of four 8-bit samples of `into`, two at a time in the halves of a word.
 * @returns the number of columns that are done.
 */
function halveWords(from: SamplePlane, into: SamplePlane): number {
	const wordsOf = ({ samples: { buffer, byteOffset }, first }: SamplePlane) =>
		new Uint32Array(buffer, byteOffset + first, Math.floor((buffer.byteLength - byteOffset - first) / 4));
	const [source, target] = [wordsOf(from), wordsOf(into)];
	const count = Math.floor(into.width / 4);
	for (let row = 0; row < into.height; row++) {
		let at = (2 * row * from.stride) / 4;
		let below = at + from.stride / 4;
		const to = (row * into.stride) / 4;
		for (let k = 0; k < count; k++, at += 2, below += 2) {
			const first = pairSums(source[at]!) + pairSums(source[below]!) + ROUNDING;
			const second = pairSums(source[at + 1]!) + pairSums(source[below + 1]!) + ROUNDING;
			target[to + k] = joined(first) | (joined(second) << 16);
		}
	}
	return 4 * count;
}

/** The sums of neighbouring bytes, in the two halves of a word. */
function pairSums(word: number): number {
	return (word & EVEN_BYTES) + ((word >>> 8) & EVEN_BYTES);
}

/** Two sums of four samples as two bytes of means. */
function joined(sums: number): number {
	return ((sums >>> 2) & 0xff) | ((sums >>> 10) & 0xff00);
}
