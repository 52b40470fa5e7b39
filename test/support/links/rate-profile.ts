/** A link's rate over time, constant within intervals. Times are milliseconds since its start. */
export interface RateProfile {
	/** Bits per second of UDP payload. */
	bpsAt(ms: number): number;
	/** End of the interval in which `ms` lies; `Infinity` for the last one. */
	untilMs(ms: number): number;
}

/** A rate that holds from `fromMs` until the next step. */
export interface RateStep {
	readonly fromMs: number;
	readonly bps: number;
}

/**
 * A random walk between two bounds, which throw it back. In the long run every rate between them is
 * as frequent as the others.
 */
export interface RateWalk {
	readonly minBps: number;
	readonly maxBps: number;
	/** Length of a step. */
	readonly everyMs: number;
	/** Deviation of a step, which is normally distributed. */
	readonly sigmaBps: number;
}

/** The same rate at all times. */
export function constantRate(bps: number): RateProfile {
	return { bpsAt: () => bps, untilMs: () => Number.POSITIVE_INFINITY };
}

/** @param steps in order; the first one holds before its time too. */
export function steppedRate(steps: readonly RateStep[]): RateProfile {
	const at = (ms: number) =>
		Math.max(
			0,
			steps.findLastIndex(({ fromMs }) => fromMs <= ms),
		);
	return {
		bpsAt: (ms) => steps[at(ms)]!.bps,
		untilMs: (ms) => steps[at(ms) + 1]?.fromMs ?? Number.POSITIVE_INFINITY,
	};
}

/** A {@link RateWalk} from the middle of its bounds. */
export function walkingRate(walk: RateWalk, random: () => number): RateProfile {
	const { minBps, maxBps, everyMs, sigmaBps } = walk;
	const rates = [(minBps + maxBps) / 2];
	return {
		bpsAt(ms) {
			const at = Math.max(0, Math.floor(ms / everyMs));
			while (rates.length <= at) {
				const next = rates.at(-1)! + sigmaBps * standardNormal(random);
				rates.push(reflected(next, minBps, maxBps));
			}
			return rates[at]!;
		},
		untilMs: (ms) => Math.max(1, Math.floor(ms / everyMs) + 1) * everyMs,
	};
}

/** The time at which a link has sent `bits` that it begins to send at `fromMs`. */
export function sentMs(rate: RateProfile, fromMs: number, bits: number): number {
	let ms = fromMs;
	for (let left = bits; ; ) {
		const untilMs = rate.untilMs(ms);
		const neededMs = (left * 1000) / rate.bpsAt(ms);
		if (ms + neededMs <= untilMs) return ms + neededMs;
		left -= ((untilMs - ms) * rate.bpsAt(ms)) / 1000;
		ms = untilMs;
	}
}

/** Bits that a link carries between two times. */
export function bitsBetween(rate: RateProfile, fromMs: number, toMs: number): number {
	let bits = 0;
	for (let ms = fromMs; ms < toMs; ) {
		const untilMs = Math.min(toMs, rate.untilMs(ms));
		bits += ((untilMs - ms) * rate.bpsAt(ms)) / 1000;
		ms = untilMs;
	}
	return bits;
}

/** A number of mean 0 and deviation 1 (Box and Muller 1958). */
export function standardNormal(random: () => number): number {
	return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function reflected(value: number, min: number, max: number): number {
	let inside = value;
	while (inside < min || inside > max) inside = inside < min ? 2 * min - inside : 2 * max - inside;
	return inside;
}
