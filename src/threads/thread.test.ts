import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Thread } from "./thread.ts";
import { threadFlags } from "./thread-flags.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-threads-"));
afterAll(() => rmSync(folder, { recursive: true }));

const moduleUrl = (name: string) => new URL(name, import.meta.url).href;

/** A thread that runs `script`, which finds `thread`. */
function entry(script: string): URL {
	const from = JSON.stringify(moduleUrl("./this-thread.ts"));
	const text = `import { ThisThread } from ${from}; const thread = new ThisThread(); ${script}`;
	return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** Starts a thread and waits for its first message. */
async function startThread(script: string): Promise<Thread<unknown, unknown>> {
	const ready = Promise.withResolvers<void>();
	const thread = new Thread<unknown, unknown>({
		file: entry(script),
		name: "test",
		data: { answer: 42 },
		onMessage: () => ready.resolve(),
	});
	await Promise.race([
		ready.promise,
		thread.exited.then(({ error }) => ready.reject(error ?? new Error("The thread ended."))),
	]);
	await ready.promise;
	return thread;
}

/**
 * Runs a program with a FIFO that nothing writes to: a call that opens it waits for ever.
 * @returns exit code, signal and output.
 */
async function runProgram(script: string): Promise<{ code: number | null; signal: string | null; output: string }> {
	const fifo = join(folder, `fifo-${Math.random()}`);
	execFileSync("mkfifo", [fifo]);
	const head = `import fs from "node:fs"; import { Thread } from ${JSON.stringify(moduleUrl("./thread.ts"))};
		import { exitByForce, inNativeCode } from ${JSON.stringify(moduleUrl("./process-end.ts"))};
		const fifo = ${JSON.stringify(fifo)}; const waiting = new URL(${JSON.stringify(
			entry(
				`import fs from "node:fs"; thread.beginNative(); fs.open(${JSON.stringify(fifo)}, () => ` +
					`{}); thread.port.postMessage("inside");`,
			).href,
		)});`;
	const child = spawn(process.execPath, ["--input-type=module", "--eval", head + script], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
	const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
	const [code, signal] = (await once(child, "close")) as [number | null, string | null];
	clearTimeout(timer);
	return { code, signal, output };
}

describe("Thread", () => {
	it("ends by itself when it is asked to", async () => {
		const thread = await startThread(`thread.beginNative(); thread.port.postMessage(thread.data.answer);
			while (!thread.stopping) thread.sleep(10_000); thread.endNative(); thread.port.close();`);
		expect(thread.insideNative).toBe(true);
		expect(await thread.end(20_000)).toBe("ended");
		expect(thread.insideNative).toBe(false);
		expect(await thread.exited).toEqual({ code: 0, error: undefined });
	});

	it("has as much memory for new objects as it was given", async () => {
		const limit = Promise.withResolvers<number>();
		const thread = new Thread<unknown, number>({
			file: entry(`const { resourceLimits } = await import("node:worker_threads");
				thread.port.postMessage(resourceLimits.maxYoungGenerationSizeMb);`),
			name: "test",
			data: {},
			youngGenerationMb: 6,
			onMessage: limit.resolve,
		});
		expect(await limit.promise).toBe(6);
		await thread.end(20_000);
	});

	it("closes no file of the process at its end, though the thread once had a file of that number", async () => {
		const opened = Promise.withResolvers<number>();
		const thread = new Thread<unknown, number>({
			file: entry(`const { openSync } = await import("node:fs");
				thread.port.postMessage(openSync("/dev/null", "r"));
				while (!thread.stopping) thread.sleep(10_000); thread.port.close();`),
			name: "test",
			data: undefined,
			onMessage: opened.resolve,
		});
		// The thread does not know that its file is closed, as when a socket closes it. Its number
		// is the next free.
		const number = await opened.promise;
		closeSync(number);
		const ours = openSync("/dev/null", "r");
		expect(ours).toBe(number);
		expect(await thread.end(20_000)).toBe("ended");
		await thread.exited;
		expect(fstatSync(ours).isCharacterDevice()).toBe(true);
		closeSync(ours);
	});

	it("is terminated when it does not listen", async () => {
		const thread = await startThread(`thread.port.postMessage("here"); while (true);`);
		expect(await thread.end(50)).toBe("ended");
	});

	it("is left alone while native code may be at work in it, and ends afterwards", async () => {
		const gate = new Int32Array(new SharedArrayBuffer(4));
		const thread = await startThread(`thread.beginNative(); thread.port.postMessage("inside");
			thread.port.once("message", (gate) => {
				Atomics.wait(gate, 0, 0);
				thread.endNative();
				thread.port.close();
			});`);
		thread.post(gate);
		expect(await thread.end(50)).toBe("left");
		expect(thread.insideNative).toBe(true);
		Atomics.store(gate, 0, 1);
		Atomics.notify(gate, 0);
		expect((await thread.exited).error).toBeUndefined();
	});

	it("begins nothing native once it is to end", async () => {
		const thread = await startThread(`thread.port.postMessage("here"); thread.sleep(20_000);
			if (thread.beginNative()) throw new Error("It began."); thread.port.close();`);
		expect(await thread.end(20_000)).toBe("ended");
		expect((await thread.exited).error).toBeUndefined();
	});

	it("says what it died of", async () => {
		const thread = await startThread(
			`thread.port.postMessage("here"); setTimeout(() => { throw new Error("boom"); });`,
		);
		expect((await thread.exited).error?.message).toBe("boom");
	});
});

/** Program text for a thread that waits in native code, and calls `onMessage` once it does. */
const newThread = (onMessage: string) =>
	`const thread = new Thread({ file: waiting, name: "test", data: undefined, onMessage: ${onMessage} });`;

describe("a program at its end", () => {
	it("has its own exit code and all of its listeners while a thread is inside native code", async () => {
		const { code, signal, output } = await runProgram(`${newThread("() => process.exit(7)")}
			process.on("exit", (code) => console.log("listener", code));`);
		expect(output).toBe("listener 7\n");
		expect([code, signal]).toEqual([7, null]);
	});

	it("ends by itself, with 0, when such a thread was left", async () => {
		const { code, signal, output } = await runProgram(newThread("async () => console.log(await thread.end(10))"));
		expect(output).toBe("left\n");
		expect([code, signal]).toEqual([0, null]);
	});

	it("says what nobody caught, and ends with 1, while such a thread runs", async () => {
		const { code, output } = await runProgram(newThread('() => { throw new TypeError("boom"); }'));
		expect(output).toMatch(/^Uncaught TypeError: boom\n +at /);
		expect(code).toBe(1);
	});

	it("does not wait for a native call of its own", async () => {
		expect(
			await runProgram(`void inNativeCode(() => fs.promises.open(fifo)); setTimeout(() => process.exit(5), 50);`),
		).toMatchObject({
			code: 5,
		});
	});

	it("does not wait for anything when it ends by force", async () => {
		expect(await runProgram(`fs.open(fifo, () => {}); setTimeout(() => exitByForce(6), 50);`)).toMatchObject({
			code: 6,
		});
	});
});

describe("threadFlags()", () => {
	it("leaves Node its own way, but for a program that was given as text", () => {
		expect(threadFlags([])).toBeUndefined();
		expect(threadFlags(["--conditions=x", "--eval", "text"])).toBeUndefined();
	});

	it("keeps the other flags of such a program", () => {
		expect(
			threadFlags(["--input-type=module", "--import", "./hook.js", "--eval", "text", "--conditions=x"]),
		).toEqual(["--import", "./hook.js", "--conditions=x"]);
		expect(threadFlags(["--input-type", "module", "-e", "text"])).toEqual([]);
		expect(threadFlags(["--eval=text", "--input-type=module-typescript"])).toEqual([]);
	});
});
