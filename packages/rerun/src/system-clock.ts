let originMs = performance.timeOrigin;
/** Difference of the two clocks above which the wall clock was set, or runs differently. */
const MAX_DRIFT_MS = 5;

/** Nanoseconds since 1970, to the microsecond: `Date` has milliseconds only. */
export function systemNowNs(): bigint {
	const elapsedMs = performance.now();
	const wallMs = Date.now();
	if (Math.abs(originMs + elapsedMs - wallMs) > MAX_DRIFT_MS) originMs = wallMs - elapsedMs;
	return BigInt(Math.round((originMs + elapsedMs) * 1e6));
}
