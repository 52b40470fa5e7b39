import type { ServerRecorder } from "../server/server-recorder.ts";
import { resolvesWithin } from "../threads/thread.ts";

/** Longest time for the end of a recording, milliseconds. */
const PATIENCE_MS = 30_000;

/**
 * Waits for the table of contents of a long recording, which takes longer than a server may take to
 * close, but not for a disk that hangs.
 *
 * @returns false: a recording could not be finished; this is printed.
 */
export async function finishRecordings(
	recorder: Pick<ServerRecorder, "close"> | undefined,
	patienceMs: number = PATIENCE_MS,
): Promise<boolean> {
	if (recorder === undefined || (await resolvesWithin(recorder.close(), patienceMs))) return true;
	console.error(
		"panogaze: The recording could not be finished: the disk does not answer, or this machine is too busy. " +
			"What it has can be read.",
	);
	return false;
}
