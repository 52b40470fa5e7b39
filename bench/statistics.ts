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
