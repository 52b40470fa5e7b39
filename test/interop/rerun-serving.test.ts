// Rerun's own SDK, program and web viewer as peers of our servers and clients.
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { valueAt } from "../../packages/rerun/src/arrow/arrow-values.ts";
import * as rr from "../../packages/rerun/src/index.ts";
import { serveGrpc } from "../../packages/rerun/src/node/grpc-server.ts";
import { spawnViewer } from "../../packages/rerun/src/node/spawn-viewer.ts";
import { serveWebViewer } from "../../packages/rerun/src/node/web-viewer-server.ts";
import { saveFile } from "../../packages/rerun/src/sinks/node/file-sink.ts";
import { connectGrpc } from "../../packages/rerun/src/sinks/node/grpc-sink.ts";
import type { Sink } from "../../packages/rerun/src/sinks/sink.ts";
import { RecordingStream } from "../../packages/rerun/src/stream/recording-stream.ts";
import { launchChromium } from "../support/chromium.ts";
import { rerunProgram, rerunPython } from "./rerun-environment.ts";
import { setUpWebViewer } from "./web-viewer-judge.ts";

const peer = fileURLToPath(new URL("rerun_serving_peer.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "panogaze-rerun-"));
const file = (name: string) => join(folder, name);
const run = promisify(execFile);

/** The oldest whose types we write, and the newest that npm has. */
const WEB_VIEWERS = ["0.24.1", "0.33.0"] as const;
const webViewers = new Map<string, string>();
beforeAll(() => {
	for (const version of WEB_VIEWERS) webViewers.set(version, setUpWebViewer(version));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function until<T>(look: () => T | Promise<T>, what: string, sec = 40): Promise<T> {
	const deadline = Date.now() + 1000 * sec;
	for (let failure: unknown; ; ) {
		try {
			const found = await look();
			if (found) return found;
		} catch (error) {
			// A file that is not there yet, for one.
			failure = error;
		}
		if (Date.now() > deadline) throw new Error(`Did not happen: ${what}`, { cause: failure });
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}

/**
 * Every row of a recording's file, in the order in which they were logged: entity, one of its
 * times, and what it says.
 */
function rowsOf(path: string): string[] {
	const reader = new rr.RrdReader();
	const rows: { readonly id: string; readonly text: string }[] = [];
	for (const message of reader.push(readFileSync(path))) {
		if (message.type !== "chunk" || message.storeId.kind !== "recording") continue;
		const { entityPath, numRows, rowIds, timelines, components } = message.chunk();
		const time = timelines.find(({ name }) => name === "frame" || name === "step");
		for (let row = 0; row < numRows; row++) {
			const values = components.map(({ descriptor, lists }) => [descriptor.component, valueAt(lists, row)]);
			const text = JSON.stringify(values, (_, value) => (typeof value === "bigint" ? String(value) : value));
			rows.push({
				id: rr.formatTuid(rowIds.subarray(16 * row, 16 * row + 16)).toLowerCase(),
				text: `${entityPath} ${time?.times[row] ?? "static"} ${text}`,
			});
		}
	}
	return rows.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ text }) => text);
}

/** Rerun's program, saving what it is sent, or what a server gives it. */
function rerunSaving(path: string, ...args: readonly string[]): ChildProcess {
	const child = spawn(rerunProgram, ["--save", path, ...args], { stdio: "ignore", detached: true });
	cleanups.push(() => signal(child, "SIGKILL"));
	return child;
}

/** Python's `rerun` starts the program itself: both are meant. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
	if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, name);
}

async function kill(child: ChildProcess): Promise<void> {
	const ended = new Promise((resolve) => child.once("exit", resolve));
	signal(child, "SIGKILL");
	await ended;
}

const client = (url: string) => {
	const sink = connectGrpc(url, { flushTimeoutSec: 40, retrySec: [0.05, 0.2] });
	cleanups.push(() => sink.close());
	return sink;
};

function recordingTo(...sinks: Sink[]): RecordingStream {
	const recording = new RecordingStream("panogaze_peer", { recordingId: "ours" });
	cleanups.push(() => recording.close());
	recording.setSinks(...sinks);
	return recording;
}

/** A scene with static data, points and numbers. */
function logScene(recording: RecordingStream, from: number, to: number): void {
	if (from === 0) recording.log("world", rr.ViewCoordinates.RUB, { static: true });
	for (let step = from; step < to; step++) {
		recording.setTime("step", { sequence: step });
		recording.log(
			"world/points",
			new rr.Points3D(
				[
					[step, 0, 0],
					[0, step, 1],
				],
				{ radii: [0.3] },
			),
		);
		recording.log("plot", new rr.Scalars([step / 2]));
	}
}

describe("Rerun's own Python SDK", () => {
	it("logs into our server: what arrives is what it writes into a file", async () => {
		const sink = saveFile(file("arrived.rrd"));
		const server = await serveGrpc({ port: 0, alsoTo: [sink] });
		cleanups.push(() => server.close());
		await run(rerunPython, ["-W", "ignore", peer, "log", server.url, file("python.rrd")]);
		await server.close();
		await sink.close();
		expect(server.stats).toMatchObject({ refusedMessages: 0, lostMessages: 0 });
		const rows = rowsOf(file("arrived.rrd"));
		expect(rows.length).toBeGreaterThan(100_200);
		expect(rows).toEqual(rowsOf(file("python.rrd")));
		expect(rows.filter((row) => row.startsWith("/plot ")).map((row) => row.split(" ")[1])).toEqual(
			Array.from({ length: 50 }, (_, step) => String(step)),
		);
		for (const args of [
			["verify", file("arrived.rrd")],
			["compare", "--unordered", "--ignore-chunks-without-components", file("python.rrd"), file("arrived.rrd")],
		])
			execFileSync(rerunProgram, ["rrd", ...args], { stdio: ["ignore", "pipe", "pipe"] });
	});

	it("may be killed: what it sent stays, and the next can log", async () => {
		const server = await serveGrpc({ port: 0 });
		cleanups.push(() => server.close());
		for (const atLeast of [20, 40]) {
			const python = spawn(rerunPython, ["-W", "ignore", peer, "endless", server.url], {
				stdio: "ignore",
				detached: true,
			});
			cleanups.push(() => signal(python, "SIGKILL"));
			await until(() => server.stats.messages >= atLeast, `${atLeast} messages`);
			await kill(python);
		}
		expect(server.stats.refusedMessages).toBe(0);
	});
});

describe("Rerun's own program", () => {
	it("takes everything from our client, in order, and again after it was killed and started anew", async () => {
		const port = await freePort();
		const url = `rerun+http://127.0.0.1:${port}/proxy`;
		const sink = client(url);
		const ours = saveFile(file("ours.rrd"));
		const recording = recordingTo(sink, ours);
		logScene(recording, 0, 300);
		// Started after the first messages were logged.
		const rerun = rerunSaving(file("first.rrd"), "--bind", "127.0.0.1", "--port", String(port));
		expect(await recording.flush()).toBe(true);
		expect(await sink.flush()).toBe(true);
		await until(() => rowsOf(file("first.rrd")).length === rowsOf(file("ours.rrd")).length, "all rows in the file");
		const before = rowsOf(file("ours.rrd"));
		expect(rowsOf(file("first.rrd"))).toEqual(before);
		await kill(rerun);
		logScene(recording, 300, 600);
		rerunSaving(file("second.rrd"), "--bind", "127.0.0.1", "--port", String(port));
		expect(await recording.flush(40)).toBe(true);
		const all = rowsOf(file("ours.rrd"));
		const statics = before.filter((row) => row.includes(" static "));
		const second = [...statics, ...all.slice(before.length)];
		await until(() => rowsOf(file("second.rrd")).length >= second.length, "all rows in the second file");
		expect(rowsOf(file("second.rrd"))).toEqual(second);
		expect(sink.stats.lostMessages).toBe(0);
		expect(sink.connections).toBe(2);
	});

	it("reads from our server what was logged before and after it came, as native viewers do", async () => {
		const server = await serveGrpc({ port: 0 });
		cleanups.push(() => server.close());
		const recording = recordingTo(server, saveFile(file("served.rrd")));
		logScene(recording, 0, 100);
		await recording.flush();
		rerunSaving(file("read.rrd"), server.url, "--port", String(await freePort()));
		await until(() => server.stats.viewers === 1, "a viewer");
		logScene(recording, 100, 200);
		await recording.flush();
		const all = rowsOf(file("served.rrd"));
		await until(() => rowsOf(file("read.rrd")).length >= all.length, "all rows in the viewer's file");
		expect(rowsOf(file("read.rrd"))).toEqual(all);
	});

	it("is dropped when it reads too slowly, while others get everything", async () => {
		const server = await serveGrpc({ port: 0, viewerBacklogBytes: 8e6, memoryLimitBytes: 4e6 });
		cleanups.push(() => server.close());
		const slow = rerunSaving(file("slow.rrd"), server.url, "--port", String(await freePort()));
		await until(() => server.stats.viewers === 1, "the slow viewer");
		signal(slow, "SIGSTOP");
		rerunSaving(file("fast.rrd"), server.url, "--port", String(await freePort()));
		await until(() => server.stats.viewers === 2, "the fast viewer");
		const recording = recordingTo(server, saveFile(file("big.rrd")));
		const blob = new Uint8Array(200_000);
		let steps = 0;
		while (server.stats.droppedViewers === 0) {
			if (steps === 2000) throw new Error("The slow viewer was never dropped.");
			recording.setTime("step", { sequence: steps++ });
			crypto.getRandomValues(blob.subarray(0, 65_536));
			recording.log("blob", new rr.TextDocument(String.fromCharCode(...blob.subarray(0, 60_000))));
			await recording.flush();
			if (steps % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 100));
		}
		await until(
			() => rowsOf(file("fast.rrd")).length >= rowsOf(file("big.rrd")).length,
			"all rows in the fast viewer's file",
		);
		expect(server.stats).toMatchObject({ viewers: 1, droppedViewers: 1, lostMessages: 0 });
	});

	it("is started by spawnViewer(), found by its name", async () => {
		const port = await freePort();
		const path = process.env["PATH"];
		process.env["PATH"] = `${dirname(rerunProgram)}${delimiter}${path}`;
		cleanups.push(() => {
			process.env["PATH"] = path;
		});
		const viewer = await spawnViewer({ port, detach: false, extraArguments: ["--serve-grpc"] });
		const ended = new Promise((resolve) => viewer.process!.once("exit", resolve));
		cleanups.push(() => viewer.close());
		const again = await spawnViewer({ port });
		expect([again.url, again.process]).toEqual([viewer.url, null]);
		const recording = recordingTo(client(viewer.url));
		logScene(recording, 0, 50);
		expect(await recording.flush()).toBe(true);
		viewer.close();
		await ended;
		await expect(
			spawnViewer({ port: await freePort(), detach: false, extraArguments: ["--no-such-flag"] }),
		).rejects.toThrow(/could not be started: it ended with exit code 2\.\n.*--no-such-flag/s);
	});
});

describe("Rerun's viewer in a browser", () => {
	let browser: Browser;
	beforeAll(async () => {
		browser = await launchChromium({ webgl: true });
	});
	afterAll(() => browser.close());

	/** What it says to any recording without a graphics card, or to one that is newer than it. */
	const EXPECTED = /Software rasterizer|RequestUserAttention|using deprecated parameters|Sorbet (batch )?version/;

	it.each(WEB_VIEWERS)(
		"%s shows what is logged, before and after it came, without a complaint",
		async (version) => {
			const server = await serveWebViewer({ port: 0, viewerFolder: webViewers.get(version)!, heartbeatSec: 0.1 });
			cleanups.push(() => server.close());
			expect(server.servesViewer).toBe(true);
			const recording = recordingTo(server);
			logScene(recording, 0, 100);
			await recording.flush();
			const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
			cleanups.push(() => page.close());
			const complaints: string[] = [];
			page.on("console", (message) => {
				const text = message.text();
				if (/warning|error/.test(message.type()) && !EXPECTED.test(text)) complaints.push(text);
			});
			page.on("pageerror", ({ message }) => complaints.push(message));
			await page.goto(`${server.url}?renderer=webgl`);
			const shown = () =>
				page.evaluate(() => {
					const { viewer } = globalThis as unknown as {
						viewer?: {
							ready: boolean;
							get_active_recording_id(): string | null;
							get_time_range(id: string, timeline: string): { min: number; max: number } | null;
						};
					};
					if (viewer?.ready !== true) return null;
					const id = viewer.get_active_recording_id();
					const range = id === null ? null : viewer.get_time_range(id, "step");
					return range === null ? null : { id, min: range.min, max: range.max };
				});
			await until(async () => (await shown())?.max === 99, "what was logged before", 120);
			for (let step = 100; step < 200; step += 20) {
				logScene(recording, step, step + 20);
				await until(async () => (await shown())?.max === step + 19, `step ${step + 19}`, 120);
			}
			expect(await shown()).toEqual({ id: "ours", min: 0, max: 199 });
			expect(complaints).toEqual([]);
			expect(server.stats.viewers).toBe(1);
		},
		300_000,
	);
});
