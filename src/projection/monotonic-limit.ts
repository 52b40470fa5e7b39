/** Steps in which a function is searched for its first maximum. */
const STEPS = 2048;
/** Bisections that find the maximum between two steps. */
const BISECTIONS = 50;

/**
 * The place up to which a function strictly increases from 0.
 *
 * @param slope the function's derivative.
 * @param most where the search ends.
 */
export function monotonicLimit(slope: (x: number) => number, most: number): number {
	for (let step = 1; step <= STEPS; step++) {
		const x = (most * step) / STEPS;
		if (slope(x) > 0) continue;
		let [rising, falling] = [(most * (step - 1)) / STEPS, x];
		for (let k = 0; k < BISECTIONS; k++) {
			const middle = (rising + falling) / 2;
			if (slope(middle) > 0) rising = middle;
			else falling = middle;
		}
		return rising;
	}
	return most;
}

/** Iterations after which `inverseOf` gives up; Newton's method takes about five. */
const ITERATIONS = 60;

/**
 * The place from 0 to `limit` at which an increasing function has a value: Newton's method, kept
 * between bounds by bisection. NaN when the function does not reach the value.
 *
 * @param start first guess.
 */
export function inverseOf(
	value: number,
	limit: number,
	start: number,
	f: (x: number) => number,
	slope: (x: number) => number,
): number {
	let [low, high] = [0, limit];
	const excess = value - f(limit);
	// Rounding at the limit itself is no reason to show nothing.
	if (!(excess <= 1e-12 * Math.max(1, value))) return Number.NaN;
	if (excess >= 0) return limit;
	let x = Math.min(Math.max(start, 0), limit);
	for (let k = 0; k < ITERATIONS; k++) {
		const error = f(x) - value;
		if (error > 0) high = x;
		else low = x;
		const next = x - error / slope(x);
		const isKept = next >= low && next <= high;
		// The error after a step of Newton's is about its square.
		if (isKept && Math.abs(next - x) <= 1e-9 * Math.max(1, x)) return next;
		x = isKept ? next : (low + high) / 2;
	}
	return x;
}
