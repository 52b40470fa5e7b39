/** No record is as late, nanoseconds since 1970. */
export const AFTER_ALL_NS = 1n << 64n;
/** Some hundred years. */
const MAX_SEC = 3e9;

/** The time so many seconds after another. */
export function nsAfter(ns: bigint, sec: number): bigint {
	return ns + BigInt(Math.round(Math.min(sec, MAX_SEC) * 1e9));
}
