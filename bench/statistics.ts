/** The middle value, or the mean of the two in the middle; NaN of no values. */
export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const high = sorted[sorted.length >> 1] ?? Number.NaN;
	const low = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
	return (low + high) / 2;
}

/** The value that a share of all values does not exceed, by nearest rank; NaN of no values. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Standard deviation of a sample; 0 of fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
	if (values.length < 2) return 0;
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
	return Math.sqrt(squares / (values.length - 1));
}

/**
 * Least squares of `y = a * x1 + b * x2`.
 * @param samples values of x1, x2 and y
 * @returns a and b; NaN where the samples don't tell them apart
 */
export function fitPlane(
	samples: readonly (readonly [x1: number, x2: number, y: number])[],
): readonly [number, number] {
	const sum = (term: (x1: number, x2: number, y: number) => number) =>
		samples.reduce((total, [x1, x2, y]) => total + term(x1, x2, y), 0);
	const [s11, s12, s22] = [sum((x1) => x1 * x1), sum((x1, x2) => x1 * x2), sum((_, x2) => x2 * x2)];
	const [s1y, s2y] = [sum((x1, _, y) => x1 * y), sum((_, x2, y) => x2 * y)];
	const determinant = s11 * s22 - s12 * s12;
	return [(s1y * s22 - s2y * s12) / determinant, (s2y * s11 - s1y * s12) / determinant];
}
