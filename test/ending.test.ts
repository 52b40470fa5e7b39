import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "./support/clips.ts";
import { until } from "./support/werift-viewer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "panogaze-ending-"));
/** Nothing is waited for longer, however busy the machine is. */
const PATIENCE_MS = 60_000;
const children: ChildProcess[] = [];
let clip: string;
let silentPeer: Server;
let connections = 0;

beforeAll(async () => {
	clip = await makeClip({ width: 256, height: 128, frames: 24, rate: 24 });
	silentPeer = createServer(() => connections++).listen(0, "127.0.0.1");
	await once(silentPeer, "listening");
});
afterAll(() => {
	for (const child of children) child.kill("SIGKILL");
	silentPeer.close();
	rmSync(folder, { recursive: true });
});

function start(args: readonly string[], nodeFlags: readonly string[] = []) {
	const child = spawn(process.execPath, ["--conditions=panogaze-source", ...nodeFlags, join(root, "src/cli/main.ts"), ...args], {
		cwd: folder,
		stdio: ["ignore", "pipe", "pipe"],
		// Nine programs at a time compile the same files.
		env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "panogaze-compile-cache") },
	});
	children.push(child);
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
	return { child, ended: once(child, "exit") as Promise<[number | null, string | null]>, output: () => output };
}

/** A pipe, in the file system, into which nobody writes. */
function makePipe(name: string): string {
	const path = join(folder, name);
	execFileSync("mkfifo", [path]);
	return path;
}

/** Waits until somebody has opened the pipe for reading. @returns the writing end, which keeps the reader waiting for bytes */
async function untilRead(pipe: string): Promise<number> {
	let descriptor = -1;
	await until(
		() => {
			try {
				descriptor = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
			}
			return descriptor >= 0;
		},
		"a reader",
		PATIENCE_MS,
	);
	return descriptor;
}

describe
	.runIf(process.platform === "linux")
	.concurrent("the command line ends, whatever its source does", { timeout: 2 * PATIENCE_MS }, () => {
		it.each([
			["serve", "SIGINT", ["serve", "--port", "0"]],
			["record-motion", "SIGTERM", ["record-motion", "--port", "0"]],
			["play-motion", "SIGHUP", ["play-motion"]],
		] as const)("%s at the first %s, with 0, while its file gives no bytes", async (command, signal, args) => {
			const pipe = makePipe(`${command}.jsonl`);
			const { child, ended } = start([...args, pipe]);
			const writer = await untilRead(pipe);
			child.kill(signal);
			expect(await ended).toEqual([0, null]);
			closeSync(writer);
		});

		it("serve at the second Ctrl+C at once, with 130", async () => {
			const pipe = makePipe("twice");
			const { child, ended } = start(["serve", pipe, "--port", "0"]);
			const writer = await untilRead(pipe);
			child.kill("SIGINT");
			child.kill("SIGTERM");
			const [code] = await ended;
			expect([130, 143]).toContain(code);
			closeSync(writer);
		});

		it("probe at the first Ctrl+C, by the signal", async () => {
			const pipe = makePipe("probed");
			const { child, ended } = start(["probe", pipe]);
			const writer = await untilRead(pipe);
			child.kill("SIGINT");
			expect(await ended).toEqual([null, "SIGINT"]);
			closeSync(writer);
		});

		it.each([
			["serve", 0, ["--port", "0"]],
			["probe", 143, []],
		])("%s by a signal that comes while the program is being loaded, with %i", async (command, code, args) => {
			const atOnce = `process.on("newListener", (name) => { if (name === "SIGHUP") process.kill(process.pid, "SIGTERM"); });`;
			const { ended, output } = start([command, clip, ...args], ["--import", `data:text/javascript,${encodeURIComponent(atOnce)}`]);
			expect(await ended).toEqual([code, null]);
			expect(output()).not.toMatch(/http|panogaze:/);
		});

		it("serve while the other side of a connection is silent", async () => {
			const { port } = silentPeer.address() as { port: number };
			const { child, ended } = start(["serve", `tcp://127.0.0.1:${port}`, "--port", "0"]);
			await until(() => connections > 0, "the connection", PATIENCE_MS);
			child.kill("SIGTERM");
			expect(await ended).toEqual([0, null]);
		});

		it("serve with a filter that holds its thread, which brings nothing down", async () => {
			const { child, ended, output } = start(["serve", clip, "--filter", "realtime=speed=0.001", "--port", "0"]);
			await until(
				() => output().includes("is inside FFmpeg and did not stop within 2 s. It is left to end by itself."),
				"the notice",
				PATIENCE_MS,
			);
			child.kill("SIGINT");
			expect(await ended).toEqual([0, null]);
		});

		it("serve, quietly, when nobody reads its output", async () => {
			const { child, ended, output } = start(["serve", clip, "--port", "0"]);
			child.stdout!.destroy();
			expect(await ended).toEqual([0, null]);
			expect(output()).not.toMatch(/EPIPE|Error/);
		});

		it("probe, quietly, when nobody reads its output", async () => {
			const { child, ended, output } = start(["probe", clip]);
			child.stdout!.destroy();
			expect(await ended).toEqual([0, null]);
			expect(output()).toBe("");
		});
	});

describe.runIf(process.platform === "linux")("a program with serve()", () => {
	it("goes on after close() and ends by itself, though one source is held by a filter and another never stops", {
		timeout: 2 * PATIENCE_MS,
	}, async () => {
		const program = `
			import { serve } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
			const options = { port: 0, host: "127.0.0.1", logLevel: "silent", renderWorkers: 1, keepSourceRunning: true };
			const held = await serve({ ...options, source: ${JSON.stringify(clip)}, sourceOptions: { filter: "realtime=speed=0.001" } });
			const color = { range: "limited", matrix: "bt709", chromaSiting: "left" };
			const info = { format: { width: 128, height: 64, eyes: 1, color }, frameRate: 30, codec: "none", hwaccel: "none", live: true, durationSec: NaN };
			const never = () => new Promise(() => {});
			const stubborn = { name: "stubborn", on: () => () => {}, stats: () => ({ framesDecoded: 0, framesDropped: 0, reconnects: 0, loops: 0 }),
				start: async (createStore) => { createStore(info); stubborn.stop = never; return info; }, stop: async () => {}, [Symbol.asyncDispose]: never };
			const own = await serve({ ...options, source: stubborn });
			await Promise.all([held.close(), own.close()]);
			process.on("exit", (code) => console.log("exit", code));
			console.log("closed");`;
		const child = spawn(process.execPath, ["--conditions=panogaze-source", "--input-type=module", "--eval", program], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		children.push(child);
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
		expect(await once(child, "close")).toEqual([0, null]);
		expect(output).toBe("closed\nexit 0\n");
	});
});
