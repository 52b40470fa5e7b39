import { closeSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "./support/clips.ts";
import { CommandLine, PATIENCE_MS, untilRead } from "./support/command-line.ts";
import { until } from "./support/werift-viewer.ts";

// Further commands and sources are in test/interop/ending.test.ts.

/**
 * A module for `--import`, in threads too: a mount that hangs at /hanging. A question for a file
 * there waits for ever, in a call that blocks its thread or for a promise, which keeps the process
 * alive as Node's own does. The module prints "waiting" for a promise.
 */
const HANGING_MOUNT = `import fs from "node:fs";
	import { syncBuiltinESMExports } from "node:module";
	const hangs = (path) => String(path).startsWith("/hanging/");
	const forever = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
	const promise = () => (console.log("waiting"), new Promise(() => setInterval(() => {}, 60_000)));
	const replace = (owner, names, answer) => {
		for (const name of names) {
			const real = owner[name];
			owner[name] = (path, ...rest) => (hangs(path) ? answer() : real(path, ...rest));
		}
	};
	replace(fs, ["accessSync", "existsSync", "lstatSync", "openSync", "realpathSync", "statSync"], forever);
	replace(fs.promises, ["access", "lstat", "open", "realpath", "stat"], promise);
	syncBuiltinESMExports();`;
const hangingMount = ["--import", `data:text/javascript,${encodeURIComponent(HANGING_MOUNT)}`];
const panogaze = new URL("../src/index.ts", import.meta.url).href;
const line = new CommandLine();
let clip: string;
beforeAll(async () => {
	clip = await makeClip({ width: 256, height: 128, frames: 24, rate: 24 });
});
afterAll(() => line[Symbol.dispose]());

describe
	.runIf(process.platform === "linux")
	.concurrent("the command line ends, whatever its source does", { timeout: 2 * PATIENCE_MS }, () => {
		it.each([
			["serve", "SIGINT", ["serve", "--port", "0"]],
			["play-motion", "SIGHUP", ["play-motion"]],
		] as const)("%s at the first %s, with 0, while its file gives no bytes", async (command, signal, args) => {
			const pipe = line.makePipe(`${command}.jsonl`);
			const { child, ended } = line.start([...args, pipe]);
			const writer = await untilRead(pipe);
			child.kill(signal);
			expect(await ended).toEqual([0, null]);
			closeSync(writer);
		});

		it("serve by a signal that comes while the program is being loaded, with 0", async () => {
			const atOnce = `process.on("newListener", (name) => {
				if (name === "SIGHUP") process.kill(process.pid, "SIGTERM");
			});`;
			const { ended, output } = line.start(
				["serve", clip, "--port", "0"],
				["--import", `data:text/javascript,${encodeURIComponent(atOnce)}`],
			);
			expect(await ended).toEqual([0, null]);
			expect(output()).not.toMatch(/http|panogaze:/);
		});

		it("serve with a filter that holds its thread, which brings nothing down", async () => {
			const { child, ended, output } = line.start([
				"serve",
				clip,
				"--filter",
				"realtime=speed=0.001",
				"--port",
				"0",
			]);
			await until(
				() => output().includes("is inside FFmpeg and did not stop within 2 s. It is left to end by itself."),
				"the notice",
				PATIENCE_MS,
			);
			child.kill("SIGINT");
			expect(await ended).toEqual([0, null]);
		});

		it.each([["serve"], ["probe"]])("%s at the first SIGINT, while its file's mount hangs", async (command) => {
			const { child, ended, output } = line.start(
				[command, "/hanging/clip.mp4", ...(command === "serve" ? ["--port", "0"] : [])],
				hangingMount,
			);
			await until(() => output().includes("waiting"), "the question for the file", PATIENCE_MS);
			child.kill("SIGINT");
			expect(await ended).toEqual(command === "serve" ? [0, null] : [null, "SIGINT"]);
		});

		it("serve, quietly, when its output is closed", async () => {
			const { child, ended, output } = line.start(["serve", clip, "--port", "0"]);
			child.stdout.destroy();
			expect(await ended).toEqual([0, null]);
			expect(output()).not.toMatch(/EPIPE|Error/);
		});
	});

describe.runIf(process.platform === "linux").concurrent("a program with serve()", () => {
	it("goes on while the mount of a source hangs, and may stop it", { timeout: 2 * PATIENCE_MS }, async () => {
		const program = `
			import { createVideoSource, probeSource } from ${JSON.stringify(panogaze)};
			void probeSource("/hanging/clip.mp4");
			for (const backend of ["libav", "ffmpeg"]) {
				const source = createVideoSource("/hanging/clip.mp4", { backend });
				const starting = source.start(() => { throw new Error("opened"); });
				await Promise.all([source.stop(), starting.catch((error) => console.log(source.name, error.message))]);
			}
			process.exit(0);`;
		const { ended, output } = line.startNode([...hangingMount, "--input-type=module", "--eval", program]);
		expect(await ended).toEqual([0, null]);
		const stopped = "clip.mp4 The source clip.mp4 was stopped before it was open.\n";
		expect(output().replaceAll("waiting\n", "")).toBe(stopped + stopped);
	});

	it("ends by itself when its recording can't be begun", { timeout: 2 * PATIENCE_MS }, async () => {
		const program = `
			import { serve } from ${JSON.stringify(panogaze)};
			const options = { port: 0, host: "127.0.0.1", logLevel: "silent", renderWorkers: 1 };
			await serve({ ...options, record: ${JSON.stringify(clip)} }).catch((error) => console.log(error.message));`;
		const { ended, output } = line.startNode(["--input-type=module", "--eval", program]);
		expect(await ended).toEqual([0, null]);
		expect(output()).toBe(`${clip} can't be written: a file of that name is there.\n`);
	});

	it("goes on after close() and ends by itself, though neither of its sources stops", {
		timeout: 2 * PATIENCE_MS,
	}, async () => {
		const program = `
			import { serve } from ${JSON.stringify(panogaze)};
			const options = {
				port: 0, host: "127.0.0.1", logLevel: "silent", renderWorkers: 1, keepSourceRunning: true,
			};
			const sourceOptions = { filter: "realtime=speed=0.001" };
			const held = await serve({ ...options, source: ${JSON.stringify(clip)}, sourceOptions });
			const color = { range: "limited", matrix: "bt709", chromaSiting: "left" };
			const format = { width: 128, height: 64, eyes: 1, color };
			const info = { format, frameRate: 30, codec: "none", hwaccel: "none", live: true, durationSec: NaN };
			const never = () => new Promise(() => {});
			const stubborn = {
				name: "stubborn",
				on: () => () => {},
				stats: () => ({ framesDecoded: 0, framesDropped: 0, reconnects: 0, loops: 0 }),
				start: async (createStore) => {
					createStore(info);
					stubborn.stop = never;
					return info;
				},
				stop: async () => {},
				[Symbol.asyncDispose]: never,
			};
			const own = await serve({ ...options, source: stubborn });
			await Promise.all([held.close(), own.close()]);
			process.on("exit", (code) => console.log("exit", code));
			console.log("closed");`;
		const { ended, output } = line.startNode(["--input-type=module", "--eval", program]);
		expect(await ended).toEqual([0, null]);
		expect(output()).toBe("closed\nexit 0\n");
	});
});
