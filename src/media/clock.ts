/** Calls by which the offset between two clocks of a thread is found. */
const OFFSET_CALLS = 8;

/**
 * Seconds on the machine's monotonic clock. In Node every thread reads the same clock
 * (`process.hrtime`), so a time taken in a worker can be subtracted from one taken on the main
 * thread; `performance.now()` starts anew in each worker. In a browser it is `performance.now()`.
 */
export const monotonicSec: () => number = (() => {
	const hrtime = (globalThis as { process?: { hrtime?: () => [number, number] } }).process?.hrtime;
	if (hrtime === undefined) return () => performance.now() / 1000;
	// `hrtime` allocates an array: a few calls fix the offset, then the cheap clock serves. The
	// shortest call counts: on a busy machine another thread may run in between.
	let [offsetSec, leastMs] = [0, Number.POSITIVE_INFINITY];
	for (let call = 0; call < OFFSET_CALLS; call++) {
		const before = performance.now();
		const [seconds, nanoseconds] = hrtime();
		const after = performance.now();
		if (after - before >= leastMs) continue;
		leastMs = after - before;
		offsetSec = seconds + nanoseconds / 1e9 - (before + after) / 2000;
	}
	return () => offsetSec + performance.now() / 1000;
})();

/** Ticks a second of RTP video time (RFC 3551, 4.1; RFC 6184, 8.2.1). */
export const RTP_VIDEO_CLOCK_HZ = 90_000;
