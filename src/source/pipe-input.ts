import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { inNativeCode } from "../threads/process-end.ts";
import { delay, Stopping } from "./source-worker.ts";
import { SourceError } from "./video-source.ts";

/** How often a pipe that is waited for is looked at when the wait is to end, milliseconds. */
const WAKE_INTERVAL_MS = 20;

/**
 * Opens a pipe so that reading from it never blocks a thread: FFmpeg looks again and again for bytes, and can be interrupted meanwhile. A reader that the
 * system holds could not be ended, and would take bytes away from the next one.
 *
 * @param pipe path of a named pipe, or the number of an open file
 * @param timeoutMs how long a named pipe is waited for that nobody writes to
 * @returns an open file that the caller closes; `undefined` if the open file is no pipe, or has no second way in
 * @throws {SourceError} `connection` if nobody writes to it in time. @throws {Stopping} if `signal` is aborted meanwhile.
 */
export async function openPipe(
	pipe: string | number,
	{ label, timeoutMs, signal }: { readonly label: string; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<number | undefined> {
	if (typeof pipe === "number") return openAgain(pipe);
	// Without waiting, a pipe that nobody writes to yet looks like one that has ended.
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), timeoutMs);
	const stop = () => abort.abort();
	signal.addEventListener("abort", stop);
	const opening = inNativeCode(() => open(pipe, "r"));
	const opened = opening.then(
		() => true,
		() => true,
	);
	abort.signal.addEventListener("abort", () => void wakeReader(pipe, opened));
	try {
		await using _waited = await opening;
		if (signal.aborted) throw new Stopping();
		if (abort.signal.aborted) throw new SourceError("connection", `Nobody writes to the pipe ${label} yet.`);
		return openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
	} finally {
		clearTimeout(timer);
		signal.removeEventListener("abort", stop);
	}
}

function openAgain(descriptor: number): number | undefined {
	try {
		if (!fstatSync(descriptor).isFIFO()) return undefined;
		return openSync(`/dev/fd/${descriptor}`, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch {
		return undefined;
	}
}

/** Ends the wait of whoever opens the pipe for reading: for a moment there is somebody who could write. */
async function wakeReader(path: string, opened: Promise<boolean>): Promise<void> {
	const never = new AbortController().signal;
	do {
		try {
			closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
		} catch {
			// The reader has not begun to wait, or this user may not write: then it is left to wait.
		}
	} while (!(await Promise.race([opened, delay(WAKE_INTERVAL_MS, never).then(() => false)])));
}
