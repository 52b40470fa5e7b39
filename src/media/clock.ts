/**
 * Seconds on the machine's monotonic clock. In Node every thread reads the same clock
 * (`process.hrtime`), so a time taken in a worker can be subtracted from one taken on the main
 * thread; `performance.now()` starts anew in each worker. In a browser it is `performance.now()`.
 */
export const monotonicSec: () => number = (() => {
	const hrtime = (globalThis as { process?: { hrtime?: () => [number, number] } }).process?.hrtime;
	if (hrtime === undefined) return () => performance.now() / 1000;
	// `hrtime` allocates an array: one call fixes the offset, then the cheap clock serves.
	const before = performance.now();
	const [seconds, nanoseconds] = hrtime();
	const offsetSec = seconds + nanoseconds / 1e9 - (before + performance.now()) / 2000;
	return () => offsetSec + performance.now() / 1000;
})();

/** Ticks a second of RTP video time (RFC 3551, 4.1; RFC 6184, 8.2.1). */
export const RTP_VIDEO_CLOCK_HZ = 90_000;
