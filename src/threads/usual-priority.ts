import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Place of a thread's policy (`sched(7)`) behind its name in `/proc/PID/task/TID/stat`. */
const POLICY_FIELD = 38;
const REAL_TIME_POLICIES: readonly (string | undefined)[] = ["1", "2"];

/**
 * Makes a call that begins threads, and gives those and the calling one the usual policy again if
 * it has made them real-time. SVT-AV1 does so wherever it may, as for root in a container: then
 * other threads and programs get next to no time. Linux only; elsewhere it is only called.
 *
 * @throws {Error} if the policy can't be given back, for want of the program `chrt`. The caller
 * frees what the call has made.
 */
export function atUsualPriority<Result>(call: () => Result): Result {
	if (process.platform !== "linux") return call();
	const before = realTimeThreads();
	try {
		return call();
	} finally {
		giveBack(before);
	}
}

function giveBack(before: ReadonlySet<string>): void {
	const made = () => [...realTimeThreads()].filter((thread) => !before.has(thread));
	const threads = made();
	if (threads.length === 0) return;
	try {
		// At once, unless the application has real-time threads of its own.
		if (before.size === 0) chrt("-a", "-o", "-p", "0", String(process.pid));
		else for (const thread of threads) chrt("-o", "-p", "0", thread);
	} catch (error) {
		if (made().length === 0) return;
		throw new Error(
			"The encoder's threads are real-time now and would stop the rest of the machine, and the program chrt " +
				"can't undo it. Run as another user than root, or choose another codec.",
			{ cause: error },
		);
	}
}

function chrt(...args: readonly string[]): void {
	execFileSync("chrt", args, { stdio: "ignore" });
}

/** Ids of the process's real-time threads. */
function realTimeThreads(): Set<string> {
	const threads = new Set<string>();
	for (const thread of readdirSync("/proc/self/task")) {
		const stat = statOf(thread);
		const policy = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[POLICY_FIELD];
		if (REAL_TIME_POLICIES.includes(policy)) threads.add(thread);
	}
	return threads;
}

function statOf(thread: string): string {
	try {
		return readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
	} catch {
		// It has ended meanwhile.
		return "";
	}
}
