let originMs = performance.timeOrigin;
/** By how much a clock that was set, or runs differently, may be off. */
const MAX_DRIFT_MS = 5;

/** Nanoseconds since 1970: to the microsecond, where `Date` has milliseconds. */
export function systemNowNs(): bigint {
	const elapsedMs = performance.now();
	const wallMs = Date.now();
	if (Math.abs(originMs + elapsedMs - wallMs) > MAX_DRIFT_MS) originMs = wallMs - elapsedMs;
	return BigInt(Math.round((originMs + elapsedMs) * 1e6));
}
