/**
 * Threads of the process for calls that may wait. FFmpeg's call for the next packet of a source of
 * the network or a device holds one until it comes; files and names of hosts need some too. With
 * Node's own four, four silent cameras hold up all of them.
 */
const WAITING_THREADS = 64;

/**
 * Asks for that many threads, unless the environment says otherwise. Node makes them at the first
 * such call: a program that reads files before it loads this module sets `UV_THREADPOOL_SIZE`
 * itself.
 */
export function makeWaitingThreads(): void {
	process.env["UV_THREADPOOL_SIZE"] ??= String(WAITING_THREADS);
}
