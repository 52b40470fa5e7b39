/**
 * The median and the 95th percentile of a latency over the last ten seconds,
 * milliseconds.
 */
export interface LatencyPercentiles {
	readonly p50: number;
	readonly p95: number;
	readonly samples: number;
}

const WINDOW_MS = 10_000;
const REMEMBERED = 2400; // the window at 240 Hz

/** The latencies of the last ten seconds. Reads no clock. */
export class RecentLatencies {
	#samples: { readonly atMs: number; readonly latencyMs: number }[] = [];

	/** Adds a measurement. */
	add(latencyMs: number, atMs: number): void {
		this.#samples.push({ latencyMs, atMs });
		if (this.#samples.length > REMEMBERED) this.#samples.shift();
	}

	/** Forgets all measurements. */
	clear(): void {
		this.#samples = [];
	}

	/** @returns `undefined` if nothing was measured in the last ten seconds. */
	percentiles(nowMs: number): LatencyPercentiles | undefined {
		this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
		return percentilesOf(this.#samples.map(({ latencyMs }) => latencyMs));
	}
}

/** @returns `undefined` for an empty list. */
export function percentilesOf(latenciesMs: readonly number[]): LatencyPercentiles | undefined {
	if (latenciesMs.length === 0) return undefined;
	const sorted = [...latenciesMs].sort((a, b) => a - b);
	return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), samples: sorted.length };
}

/** The percentile by nearest rank; NaN for an empty list. */
export function percentile(sorted: readonly number[], share: number): number {
	return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Measurements that a 95th percentile needs: of fewer, it is the slowest one. */
const ENOUGH_SAMPLES = 20;

/** Motion-to-photon before it has been measured, milliseconds. */
const USUAL_LATENCY_MS = 80;

/**
 * The latency that nearly all pictures keep to, milliseconds; a usual one if nothing was
 * measured.
 */
export function likelyLatencyMs(measured: LatencyPercentiles | undefined): number {
	if (measured === undefined) return USUAL_LATENCY_MS;
	const { p50, p95, samples } = measured;
	return samples < ENOUGH_SAMPLES ? Math.min(p95, 1.5 * p50) : p95;
}
