import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * Linux's "nice" value of drawing threads: a third of the weight of threads that read the source
 * and talk to the network.
 */
const DRAWING_NICE = 5;

/**
 * Lets the calling thread give way when the machine is full. Views can be left out one by one; a
 * source that is read too late, or packets that leave too late, spoil every view. Linux only, where
 * a thread has a priority of its own; elsewhere, or if it is not allowed, nothing changes.
 */
export function giveWay(): void {
	if (process.platform !== "linux") return;
	try {
		const threadId = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
		setPriority(threadId, DRAWING_NICE);
	} catch {
		// No /proc, or a sandbox that forbids it: then all threads weigh the same.
	}
}
