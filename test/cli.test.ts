import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { standingBody } from "../src/skeleton/synthetic-poses.cases.ts";
import { PoseSample, TrackingEncoder } from "../src/tracking.ts";
import { makeClip } from "./support/clips.ts";
import { CommandLine, PATIENCE_MS, runInProcess } from "./support/command-line.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const ADDRESS = /http:\/\/localhost:\d+\//;
const line = new CommandLine();
let clip: string;

beforeAll(async () => {
	clip = await makeClip({ width: 512, height: 256, frames: 30, rate: 30 });
	line.write("text.mp4", "this is not a video, whatever its name says");
});
afterAll(() => line[Symbol.dispose]());

/** Waits for the address that a program prints. */
async function addressIn(stdout: () => string): Promise<string> {
	await until(() => ADDRESS.test(stdout()), "the address", PATIENCE_MS);
	return ADDRESS.exec(stdout())![0];
}

/** Loaded with `--import`: prints to stderr, at the end, which files were loaded. */
const LIST_MODULES = `import { registerHooks } from "node:module";
	const urls = [];
	registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
	process.on("exit", () => console.error(JSON.stringify(urls)));`;
/**
 * Loaded with `--import`: servers take a free port, and print to stderr which one they were to
 * take.
 */
const FREE_PORT = `import { Server } from "node:net";
	const { listen } = Server.prototype;
	Server.prototype.listen = function (options, ...rest) {
		console.error("port", options.port);
		return listen.call(this, { ...options, port: 0 }, ...rest);
	};`;
const imported = (program: string) => ["--import", `data:text/javascript,${encodeURIComponent(program)}`];

describe.concurrent("panogaze serve", { timeout: 2 * PATIENCE_MS }, () => {
	it("serves a clip, prints the addresses, answers, and ends with 0 when it gets Ctrl+C", async () => {
		const size = ["--width", "320", "--height", "180", "--fps", "30"];
		const { child, ended, stdout, stderr } = line.start(["serve", clip, "--port", "0", ...size]);
		const url = await addressIn(stdout);
		expect((await fetch(url)).status).toBe(200);
		expect(stderr()).toContain("512x256");
		child.kill("SIGINT");
		expect(await ended).toEqual([0, null]);
		await expect(fetch(url)).rejects.toThrow();
	});

	it("serves the built-in scene when no source is named, and `serve` may be left out", async () => {
		const { child, stdout } = line.start(["--port", "0", "--width", "320", "--height", "180"]);
		await addressIn(stdout);
		expect(stdout()).toContain("pattern");
		child.kill("SIGKILL");
	});

	it("says what is wrong, and ends with an exit code of its own", async () => {
		const { code, stderr } = await line.run(["serve", join("nowhere", "missing.mp4"), "--port", "0"]);
		expect(stderr).toMatch(/^panogaze: .*missing\.mp4/m);
		expect(stderr).not.toMatch(/\n {4}at /);
		expect(code).toBe(3);
	});
});

describe("panogaze, in the process of the test", { timeout: 2 * PATIENCE_MS }, () => {
	it.each([
		["a text file", 4, () => ["serve", join(line.folder, "text.mp4")], /text\.mp4/],
		["an odd width", 2, () => ["serve", "--width", "641"], /--width.*641/],
		["a bit rate without unit", 2, () => ["serve", "--bitrate", "10"], /10M/],
		["a bit rate beyond all bounds", 2, () => ["serve", "--bitrate", "300M"], /--bitrate is .*200000000/],
		["a start before the beginning", 2, () => ["serve", clip, "--start=-1"], /--start is .*-1/],
		["a speed that is too fast", 2, () => ["serve", clip, "--speed", "9"], /--speed is .*; got 9/],
		["a bound of safety", 2, () => ["serve", clip, "--max-pose-age", "1"], /--max-pose-age is .*; got 1/],
		["no time to keep", 2, () => ["serve", clip, "--time-shift", "0"], /--time-shift is .*; got 0/],
		["a recording without a folder", 2, () => ["serve", clip, "--record", ""], /--record is .*; got ""/],
		[
			"a sound track that is missing",
			3,
			() => ["serve", clip, "--sound-track", "1"],
			/clip.* has no sound track\./,
		],
		["an unknown encoder", 2, () => ["serve", "--encoder", "theora"], /theora/],
		["a public address that is none", 2, () => ["serve", "--public-address", "not-an-address"], /IP address/],
		["an ICE server that is none", 2, () => ["serve", "--ice-server", "example.org"], /stun:HOST:PORT/],
		["an empty token", 2, () => ["serve", "--token", ""], /--token is a text that is not empty/],
		["an unknown option", 2, () => ["serve", "--colour"], /--colour/],
		["a mistyped option", 2, () => ["serve", "--prot", "9000"], /--prot.*\n.*Did you mean --port\?/],
		["a mistyped command", 2, () => ["prob", clip], /no command and no file "prob"\. Did you mean probe\?/],
	] as const)("says what is wrong with %s, with exit code %i", async (_name, code, args, words) => {
		const result = await runInProcess([...args(), "--port", "0"]);
		expect(result.stderr).toMatch(words);
		expect(result.stderr).not.toMatch(/\n {4}at /);
		expect(result.code).toBe(code);
	});

	it("says that the port is taken, with exit code 9", async () => {
		const blocker = createServer().listen(0, "0.0.0.0");
		await once(blocker, "listening");
		const { port } = blocker.address() as { port: number };
		const { code, stderr } = await runInProcess(["serve", clip, "--port", String(port)]);
		expect(stderr).toContain(
			`Port ${port} is taken by another program. Choose another one with --port, or 0 for any free one.`,
		);
		expect(code).toBe(9);
		blocker.close();
	});

	it("probes a video with a table for people, and fails as serve does", async () => {
		const { code, stdout } = await runInProcess(["probe", clip]);
		expect(code).toBe(0);
		expect(stdout).toMatch(/512\s?[x×]\s?256/);
		expect(stdout).toContain("h264");
		expect((await runInProcess(["probe", "missing.mp4"])).code).toBe(3);
	});
});

describe.concurrent("the start of the command line", { timeout: 2 * PATIENCE_MS }, () => {
	it.each([
		["--version", ["--version"], 0],
		["the help of a command", ["serve", "--help"], 0],
		["a flag that does not exist", ["serve", "--colour"], 2],
		["a value that is out of range", ["serve", "--width", "641"], 2],
	] as const)(
		"loads neither a server nor a library but the parser of flags for %s",
		async (_name, args, expectedCode) => {
			const { code, stderr } = await line.run(args, imported(LIST_MODULES));
			expect(code).toBe(expectedCode);
			const urls = JSON.parse(stderr.trim().split("\n").at(-1)!) as string[];
			const packages = urls.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
			expect([...new Set(packages)]).toEqual(["commander"]);
			const ours = urls.filter((url) => url.startsWith("file:") && !url.includes("/node_modules/"));
			expect(ours.some((url) => url.endsWith("/src/cli/main.ts"))).toBe(true);
			expect(ours.filter((url) => /server\/server\.ts|libav-|stream\/render-|session\//.test(url))).toEqual([]);
		},
	);

	it("prints for `version` what it prints for --version", async () => {
		const [word, flag] = await Promise.all([line.run(["version"]), line.run(["--version"])]);
		expect(word).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/) });
		expect(word).toEqual(flag);
	});
});

describe.concurrent("panogaze probe", { timeout: 2 * PATIENCE_MS }, () => {
	it("prints JSON for programs", async () => {
		const { code, stdout } = await line.run(["probe", clip, "--json"]);
		expect(JSON.parse(stdout)).toMatchObject({ width: 512, codec: "h264" });
		expect(code).toBe(0);
	});
});

describe.concurrent("the examples", { timeout: 2 * PATIENCE_MS }, () => {
	it("headset.ts runs as it stands, on port 8080", async () => {
		const { stdout, stderr } = line.startNode([...imported(FREE_PORT), join(root, "examples/headset.ts"), clip]);
		await until(() => stdout().includes("Open http"), "the address", PATIENCE_MS);
		expect(stderr()).toContain("port 8080\n");
		expect((await fetch(`${await addressIn(stdout)}status`)).status).toBe(200);
	});

	it("hands.ts prints where a wearer's hands are as seen from the body, wherever the wearer stands", async () => {
		const { stdout } = line.startNode([join(root, "examples/hands.ts"), clip], { PORT: "0" });
		const viewer = await WeriftViewer.connect({
			url: await addressIn(stdout),
			door: "offer",
			video: false,
			channels: ["tracking"],
		});
		const turned = quaternionFromAngles({ yawDeg: 130, pitchDeg: 0, rollDeg: 0 });
		const frame = new PoseSample();
		const body = standingBody({ position: [3, 0.1, -2], rotation: turned });
		frame.reset(body.boneCount);
		Object.assign(frame, { kind: "skeleton", skeleton: "FullBody", stream: 3, sequence: 1, clientTimeMs: 5 });
		frame.positions.set(body.positions);
		frame.rotations.set(body.rotations);
		frame.valid.set(body.valid);
		viewer.send("tracking", Buffer.from(new TrackingEncoder().encode(frame, "q16")!));
		await until(() => stdout().includes("hand"), "the hands", PATIENCE_MS);
		expect(stdout()).toContain(
			"of unknown age: left hand -25 right -35 up 40 forward, index 0 % curled; " +
				"right hand 25 right -35 up 40 forward, index 0 % curled",
		);
		await viewer.close();
	});
});
