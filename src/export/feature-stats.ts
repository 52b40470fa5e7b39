/** Statistics of one feature: a number for each of its entries, or for each channel. */
export interface FeatureStats {
	readonly min: readonly number[];
	readonly max: readonly number[];
	readonly mean: readonly number[];
	readonly std: readonly number[];
	/** Rows, or pictures, that were counted. */
	readonly count: number;
	/** Values below which 1, 10, 50, 90 and 99 of 100 lie. */
	readonly quantiles: readonly (readonly number[])[];
}

/** LeRobot's names of the quantiles, and their places. */
export const QUANTILES = { q01: 0.01, q10: 0.1, q50: 0.5, q90: 0.9, q99: 0.99 } as const;
const PLACES = Object.values(QUANTILES);

/** Rows of an episode whose quantiles are exact; of more rows, every second or nth is counted. */
const MOST_QUANTILE_ROWS = 8192;

/** Statistics of an episode's vectors, whose rows come in parts. */
export class EpisodeStats {
	readonly #width: number;
	readonly #step: number;
	readonly #parts: FeatureStats[] = [];
	readonly #rows: number;
	/** Rows that count for quantiles, where there are several parts. */
	#sampled: Float64Array | undefined;
	#samples = 0;

	/**
	 * @param width numbers of a row.
	 * @param rows of the whole episode.
	 */
	constructor(width: number, rows: number) {
		this.#width = width;
		this.#rows = rows;
		this.#step = Math.ceil(rows / MOST_QUANTILE_ROWS);
	}

	/**
	 * @param values some rows, one after another.
	 * @param firstRow number of the first of them in the episode.
	 */
	add(values: Float64Array, firstRow: number): void {
		const part = vectorStats(values, this.#width);
		if (part !== undefined) this.#parts.push(part);
		const width = this.#width;
		if (values.length === this.#rows * width) return;
		this.#sampled ??= new Float64Array(Math.ceil(this.#rows / this.#step) * width);
		for (let row = 0; row * width < values.length; row++) {
			if ((firstRow + row) % this.#step !== 0) continue;
			this.#sampled.set(values.subarray(row * width, (row + 1) * width), this.#samples++ * width);
		}
	}

	/** @returns `undefined` if no row is whole. */
	finish(): FeatureStats | undefined {
		const [first, second] = this.#parts;
		if (second === undefined) return first;
		const all = mergedStats(this.#parts);
		const sampled = vectorStats(this.#sampled?.subarray(0, this.#samples * this.#width) ?? [], this.#width);
		return { ...all, quantiles: sampled?.quantiles ?? all.quantiles };
	}
}

/**
 * Statistics of vectors. Rows with a number that is not known are left out.
 *
 * @param values row after row.
 * @returns `undefined` if no row is whole.
 */
function vectorStats(values: ArrayLike<number>, width: number): FeatureStats | undefined {
	const rows: number[] = [];
	for (let row = 0; row * width < values.length; row++) if (isWhole(values, row * width, width)) rows.push(row);
	if (rows.length === 0) return undefined;
	const columns = Array.from({ length: width }, (_, column) => {
		const numbers = Float64Array.from(rows, (row) => values[row * width + column]!).sort();
		const mean = sum(numbers) / numbers.length;
		const variance = numbers.reduce((total, value) => total + (value - mean) ** 2, 0) / numbers.length;
		return {
			min: numbers[0]!,
			max: numbers.at(-1)!,
			mean,
			std: Math.sqrt(variance),
			quantiles: PLACES.map((place) => quantile(numbers, place)),
		};
	});
	return {
		min: columns.map(({ min }) => min),
		max: columns.map(({ max }) => max),
		mean: columns.map(({ mean }) => mean),
		std: columns.map(({ std }) => std),
		count: rows.length,
		quantiles: PLACES.map((_, place) => columns.map(({ quantiles }) => quantiles[place]!)),
	};
}

/**
 * Statistics of pictures, from counts of the samples 0 to 255 of each channel, divided by 255.
 *
 * @param histograms 256 counts for each channel.
 * @param pictures that were counted, at least one.
 */
export function pictureStats(histograms: readonly Float64Array[], pictures: number): FeatureStats {
	const channels = histograms.map((counts) => {
		const total = sum(counts);
		const mean = counts.reduce((so, count, value) => so + count * value, 0) / total;
		const variance = counts.reduce((so, count, value) => so + count * (value - mean) ** 2, 0) / total;
		return {
			min: counts.findIndex((count) => count > 0) / WHITE,
			max: counts.findLastIndex((count) => count > 0) / WHITE,
			mean: mean / WHITE,
			std: Math.sqrt(variance) / WHITE,
			quantiles: PLACES.map((place) => valueAt(counts, place * total) / WHITE),
		};
	});
	return {
		min: channels.map(({ min }) => min),
		max: channels.map(({ max }) => max),
		mean: channels.map(({ mean }) => mean),
		std: channels.map(({ std }) => std),
		count: pictures,
		quantiles: PLACES.map((_, place) => channels.map(({ quantiles }) => quantiles[place]!)),
	};
}

const WHITE = 255;

/**
 * Statistics of several episodes out of those of each, by LeRobot's rule: mean and deviation are
 * exact, quantiles are the outermost of all.
 */
export function mergedStats(all: readonly FeatureStats[]): FeatureStats {
	const count = all.reduce((total, stats) => total + stats.count, 0);
	const width = all[0]?.min.length ?? 0;
	const each = (make: (entry: number) => number) => Array.from({ length: width }, (_, entry) => make(entry));
	const weighted = (of: (stats: FeatureStats) => number) =>
		all.reduce((total, stats) => total + of(stats) * stats.count, 0) / count;
	const mean = each((entry) => weighted((stats) => stats.mean[entry]!));
	return {
		min: each((entry) => Math.min(...all.map(({ min }) => min[entry]!))),
		max: each((entry) => Math.max(...all.map(({ max }) => max[entry]!))),
		mean,
		std: each((entry) =>
			Math.sqrt(weighted((stats) => stats.std[entry]! ** 2 + (stats.mean[entry]! - mean[entry]!) ** 2)),
		),
		count,
		quantiles: PLACES.map((place, index) =>
			each((entry) => {
				const values = all.map(({ quantiles }) => quantiles[index]![entry]!);
				return place <= 0.5 ? Math.min(...values) : Math.max(...values);
			}),
		),
	};
}

/**
 * Rows of an episode whose pictures are counted, as many as LeRobot samples: all of few, and of
 * many the power 0.75 of their number.
 */
export function sampledRows(rows: number): readonly number[] {
	const count = Math.max(Math.min(rows, 100), Math.min(Math.floor(rows ** 0.75), 10_000));
	if (count === 1) return [0];
	return Array.from({ length: count }, (_, index) => Math.round((index * (rows - 1)) / (count - 1)));
}

function isWhole(values: ArrayLike<number>, from: number, width: number): boolean {
	for (let index = from; index < from + width; index++) if (!Number.isFinite(values[index])) return false;
	return true;
}

function sum(numbers: Float64Array): number {
	return numbers.reduce((total, value) => total + value, 0);
}

/** Between two sorted numbers on the line between both. */
function quantile(sorted: Float64Array, place: number): number {
	const at = place * (sorted.length - 1);
	const below = Math.floor(at);
	const [a, b] = [sorted[below]!, sorted[Math.min(sorted.length - 1, below + 1)]!];
	return a + (at - below) * (b - a);
}

/** The value below which `target` samples lie. */
function valueAt(counts: Float64Array, target: number): number {
	let before = 0;
	for (const [value, count] of counts.entries()) {
		before += count;
		if (before >= target && count > 0) return value;
	}
	return WHITE;
}
