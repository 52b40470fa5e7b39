import type { Quaternion } from "../media/rotation.ts";
import { slerp } from "../render/quaternion-curve.ts";
import type { ValuePart } from "./value-names.ts";

/** Numbers of rows of an episode, row after row; NaN where a number is not known. */
export interface RowBlock {
	/** Time of the episode's row 0, seconds on the server's monotonic clock. */
	readonly beginSec: number;
	readonly rateHz: number;
	/** Number of the block's row 0 in the episode. */
	readonly firstRow: number;
	readonly rows: number;
	/** The row before these in the episode; `undefined`: there is none. */
	before(): Float64Array | undefined;
	/** Numbers in a row. */
	readonly columns: number;
	readonly values: Float64Array;
}

/** Recordings keep whole nanoseconds: times that differ by less are the same. */
const SAME_SEC = 2e-9;

/** Time of a row, seconds on the server's monotonic clock. */
export function rowSec({ beginSec, rateHz }: Pick<RowBlock, "beginSec" | "rateHz">, row: number): number {
	return beginSec + row / rateHz;
}

function blockSec(block: RowBlock, row: number): number {
	return rowSec(block, block.firstRow + row);
}

/** A part of a track, with the place of its first number in a row. */
export interface PlacedPart extends ValuePart {
	readonly column: number;
}

/**
 * Resamples one source into rows. A row lies between the samples before and after it; where those
 * are further apart than the bound, or one is missing, its numbers stay NaN: nothing is
 * extrapolated. Quaternions keep the sign that is nearer to the row before.
 */
export class ValueTrack {
	readonly #parts: readonly PlacedPart[];
	readonly #maxGapSec: number;
	/** The first row of each block that has not been filled. */
	readonly #next = new Map<RowBlock, number>();
	#lastSec = Number.NaN;
	#last: Float64Array = new Float64Array(0);

	/** @param maxGapSec longest time between two samples that is bridged. */
	constructor(parts: readonly PlacedPart[], maxGapSec: number) {
		this.#parts = parts;
		this.#maxGapSec = maxGapSec;
	}

	/**
	 * Fills the rows up to a sample. One that is not later than the last is left out.
	 * @param sample NaN where a number is not known. It is copied.
	 */
	write(sec: number, sample: ArrayLike<number>, blocks: Iterable<RowBlock>): void {
		if (!(sec > this.#lastSec || Number.isNaN(this.#lastSec))) return;
		for (const block of blocks) this.#fillUntil(block, sec, sample);
		if (this.#last.length !== sample.length) this.#last = new Float64Array(sample.length);
		this.#last.set(sample);
		this.#lastSec = sec;
	}

	/** Fills the rows that no sample follows. */
	finish(block: RowBlock): void {
		for (let row = this.#next.get(block) ?? 0; row < block.rows; row++)
			if (blockSec(block, row) >= this.#lastSec - SAME_SEC) this.#hold(block, row);
		this.#next.delete(block);
	}

	#fillUntil(block: RowBlock, sec: number, sample: ArrayLike<number>): void {
		let row = this.#next.get(block) ?? 0;
		for (; row < block.rows; row++) {
			const atSec = blockSec(block, row);
			if (atSec > sec + SAME_SEC) break;
			if (atSec >= sec - SAME_SEC) for (const part of this.#parts) copyPart(block, row, part, sample);
			else if (atSec < this.#lastSec - SAME_SEC || Number.isNaN(this.#lastSec)) continue;
			else if (sec - this.#lastSec > this.#maxGapSec) this.#hold(block, row);
			else this.#interpolate(block, row, (atSec - this.#lastSec) / (sec - this.#lastSec), sample);
		}
		this.#next.set(block, row);
	}

	/** Keeps the last sample where it counts however old it is, or is of this very moment. */
	#hold(block: RowBlock, row: number): void {
		const isNow = Math.abs(blockSec(block, row) - this.#lastSec) <= SAME_SEC;
		for (const part of this.#parts)
			if (isNow || part.interpolation === "hold" || part.holds === true) copyPart(block, row, part, this.#last);
	}

	/** @param t from 0, the last sample, to 1, the new one. */
	#interpolate(block: RowBlock, row: number, t: number, sample: ArrayLike<number>): void {
		for (const part of this.#parts) {
			const { from, names, column, interpolation } = part;
			if (t <= 0 || interpolation === "previous" || interpolation === "hold")
				copyPart(block, row, part, this.#last);
			else if (interpolation === "slerp") {
				const between = slerp(quaternionAt(this.#last, from), quaternionAt(sample, from), t);
				copyPart(block, row, { ...part, from: 0 }, between);
			} else {
				for (let index = 0; index < names.length; index++) {
					const [a, b] = [numberAt(this.#last, from + index), numberAt(sample, from + index)];
					block.values[row * block.columns + column + index] = a + t * (b - a);
				}
			}
		}
	}
}

function copyPart(block: RowBlock, row: number, part: PlacedPart, sample: ArrayLike<number>): void {
	const { from, names, column, interpolation } = part;
	const at = row * block.columns + column;
	const sign = interpolation === "slerp" ? signNearRowBefore(block, row, column, sample, from) : 1;
	for (let index = 0; index < names.length; index++) block.values[at + index] = sign * numberAt(sample, from + index);
}

/** Both signs of a quaternion are one rotation: without jumps they are easier to learn. */
function signNearRowBefore(
	block: RowBlock,
	row: number,
	column: number,
	sample: ArrayLike<number>,
	from: number,
): 1 | -1 {
	const numbers = row > 0 ? block.values : block.before();
	const before = Math.max(0, row - 1) * block.columns + column;
	let dot = numbers === undefined ? Number.NaN : 0;
	for (let index = 0; index < 4 && numbers !== undefined; index++)
		dot += numbers[before + index]! * numberAt(sample, from + index);
	if (Number.isNaN(dot)) dot = numberAt(sample, from + 3);
	return dot < 0 ? -1 : 1;
}

function quaternionAt(sample: ArrayLike<number>, from: number): Quaternion {
	return [numberAt(sample, from), numberAt(sample, from + 1), numberAt(sample, from + 2), numberAt(sample, from + 3)];
}

/** A sample that is shorter than its columns lacks the last ones. */
function numberAt(sample: ArrayLike<number>, index: number): number {
	return sample[index] ?? Number.NaN;
}
