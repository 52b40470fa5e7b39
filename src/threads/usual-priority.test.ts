import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Codec, CodecContext, Rational } from "node-av/lib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { atUsualPriority } from "./usual-priority.ts";

const isRoot = process.platform === "linux" && process.geteuid?.() === 0;
const chrt = (...args: readonly string[]) => execFileSync("/usr/bin/chrt", args, { encoding: "utf8" });
/** The kernel's policies by their numbers, sched(7). */
const POLICIES = ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH"];
/** Policies of the process's threads. */
const policies = () => new Set(readdirSync("/proc/self/task").flatMap((id) => policyOf(id)));

/** The policy of a thread is the 41st field of its state, proc_pid_stat(5). */
function policyOf(thread: string): string[] {
	try {
		// The second field, a name in parentheses, may have spaces.
		const fields = readFileSync(`/proc/self/task/${thread}/stat`, "utf8").split(") ").at(-1)!.split(" ");
		return [POLICIES[Number(fields[41 - 3])]!];
	} catch {
		// It has ended.
		return [];
	}
}

function openSvt(): CodecContext {
	const codec = Codec.findEncoderByName("libsvtav1" as never)!;
	const context = new CodecContext();
	context.allocContext3(codec);
	Object.assign(context, { width: 128, height: 64, pixelFormat: 0, timeBase: new Rational(1, 30) });
	process.env["SVT_LOG"] ??= "0";
	expect(context.open2Sync(codec)).toBe(0);
	return context;
}

/** Only root may make threads real-time. */
describe.runIf(isRoot)("threads that an encoder makes real-time", () => {
	const workers: Worker[] = [];
	afterEach(async () => {
		vi.unstubAllEnvs();
		chrt("-a", "-o", "-p", "0", String(process.pid));
		for (const worker of workers.splice(0)) await worker.terminate();
	});

	it("have the usual priority again, as has the thread that called", () => {
		const context = atUsualPriority(openSvt);
		expect(policies()).toEqual(new Set(["SCHED_OTHER"]));
		context.freeContext();
	});

	it("leave those of the application as they are", async () => {
		const before = new Set(readdirSync("/proc/self/task"));
		workers.push(new Worker("setInterval(() => {}, 1000)", { eval: true }));
		let own: string | undefined;
		while (own === undefined) {
			await sleep(5);
			own = readdirSync("/proc/self/task").find((id) => !before.has(id));
		}
		chrt("-r", "-p", "3", own);
		const context = atUsualPriority(openSvt);
		expect(policyOf(own)).toEqual(["SCHED_RR"]);
		expect(policyOf(String(process.pid))).toEqual(["SCHED_OTHER"]);
		context.freeContext();
	});

	it("are refused where the program that takes it back is missing", () => {
		vi.stubEnv("PATH", "");
		let context: CodecContext | undefined;
		const open = () => {
			context = openSvt();
		};
		expect(() => atUsualPriority(open)).toThrow("can't undo it. Run as another user than root");
		context!.freeContext();
	});
});
