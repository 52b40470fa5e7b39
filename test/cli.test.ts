import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { TrackingEncoder, TrackingFrame } from "../src/tracking/index.ts";
import { standingBody } from "../src/tracking/synthetic-poses.cases.ts";
import { makeClip } from "./support/clips.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const children: ChildProcess[] = [];
let folder: string;
let clip: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "panogaze-cli-"));
	clip = await makeClip({ width: 512, height: 256, frames: 30, rate: 30 });
});
afterEach(() => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rm(folder, { recursive: true }));

function start(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
	const child = spawn(process.execPath, ["--conditions=panogaze-source", join(root, script), ...args], {
		cwd: folder,
		env: { ...process.env, ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	children.push(child);
	const output = { stdout: "", stderr: "" };
	child.stdout.on("data", (chunk) => (output.stdout += chunk));
	child.stderr.on("data", (chunk) => (output.stderr += chunk));
	return { child, output };
}

async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
	const { child, output } = start("src/cli/main.ts", args);
	const [code] = (await once(child, "close")) as [number | null];
	return { code, ...output };
}

describe("panogaze serve", () => {
	it("serves a clip, prints the addresses, answers, and ends with 0 when it is told to", async () => {
		const { child, output } = start("src/cli/main.ts", ["serve", clip, "--port", "0", "--width", "320", "--height", "180", "--fps", "30"]);
		await until(() => /http:\/\/localhost:\d+\//.test(output.stdout), "the address");
		const [url] = /http:\/\/localhost:\d+\//.exec(output.stdout)!;
		expect((await fetch(url)).status).toBe(200);
		expect(output.stderr).toContain("512x256");
		child.kill("SIGINT");
		expect(await once(child, "close")).toEqual([0, null]);
		await expect(fetch(url)).rejects.toThrow();
	});

	it("serves the built-in scene when no source is named, and `serve` may be left out", async () => {
		const { output } = start("src/cli/main.ts", ["--port", "0"]);
		await until(() => /http:\/\/localhost:\d+\//.test(output.stdout), "the address");
		expect(output.stdout).toContain("pattern");
	});

	it.each([
		["a missing file", 3, () => ["serve", join("nowhere", "missing.mp4")], /missing\.mp4/],
		["a text file", 4, () => ["serve", "text.mp4"], /text\.mp4.*not a video|text\.mp4/],
		["an empty file", 4, () => ["serve", "empty.mp4"], /empty\.mp4/],
		["an odd width", 2, () => ["serve", "--width", "641"], /--width.*641/],
		["a bit rate without unit", 2, () => ["serve", "--bitrate", "10"], /10M/],
		["a bit rate beyond all bounds", 2, () => ["serve", "--bitrate", "300M"], /--bitrate is .*200000000/],
		["a start before the beginning", 2, () => ["serve", clip, "--start=-1"], /--start is .*-1/],
		["an unknown encoder", 2, () => ["serve", "--encoder", "theora"], /theora/],
		["a public address that is none", 2, () => ["serve", "--public-address", "not-an-address"], /IP address/],
		["an ICE server that is none", 2, () => ["serve", "--ice-server", "example.org"], /stun:HOST:PORT/],
		["an empty token", 2, () => ["serve", "--token", ""], /--token is a text that is not empty/],
		["an unknown option", 2, () => ["serve", "--colour"], /--colour/],
		["a mistyped option", 2, () => ["serve", "--prot", "9000"], /--prot.*\n.*Did you mean --port\?/],
		["a mistyped command", 2, () => ["prob", clip], /no command and no file "prob"\. Did you mean probe\?/],
		["an unknown hardware", 6, () => ["serve", clip, "--hwaccel", "abacus"], /abacus/],
	])("says what is wrong with %s, with exit code %i", async (_name, code, args, words) => {
		await writeFile(join(folder, "text.mp4"), "this is not a video, whatever its name says");
		await writeFile(join(folder, "empty.mp4"), "");
		const result = await run(...args(), "--port", "0");
		expect(result.stderr).toMatch(words);
		expect(result.stderr).not.toMatch(/\n {4}at /);
		expect(result.code).toBe(code);
	});

	it("says that the port is taken, with exit code 9", async () => {
		const blocker = createServer().listen(0, "0.0.0.0");
		await once(blocker, "listening");
		const { port } = blocker.address() as { port: number };
		const { code, stderr } = await run("serve", "--port", String(port));
		expect(stderr).toContain(`Port ${port} is taken by another program. Choose another one with --port, or 0 for any free one.`);
		expect(code).toBe(9);
		blocker.close();
	});
});

describe("panogaze version", () => {
	it("prints what --version prints", async () => {
		const [word, flag] = await Promise.all([run("version"), run("--version")]);
		expect(word).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/) });
		expect(word).toEqual(flag);
	});
});

describe("panogaze probe", () => {
	it("prints a table for people and JSON for programs", async () => {
		const people = await run("probe", clip);
		expect(people.code).toBe(0);
		expect(people.stdout).toMatch(/512\s?[x×]\s?256/);
		expect(people.stdout).toContain("h264");
		const programs = await run("probe", clip, "--json");
		expect(JSON.stringify(JSON.parse(programs.stdout))).toContain("512");
	});

	it("fails as serve does", async () => {
		expect((await run("probe", "missing.mp4")).code).toBe(3);
	});
});

describe("examples/headset.ts", () => {
	it("runs as it stands", async () => {
		const { output } = start("examples/headset.ts", [clip]);
		await until(() => /Open http:\/\/localhost:8080/.test(output.stdout), "the address");
		expect((await fetch("http://localhost:8080/status")).status).toBe(200);
	});
});

describe("examples/hands.ts", () => {
	it("prints where a wearer's hands are as seen from the body, wherever the wearer stands", async () => {
		const { output } = start("examples/hands.ts", [clip], { PORT: "0" });
		await until(() => /Open http:\/\/localhost:\d+\//.test(output.stdout), "the address");
		const [url] = /http:\/\/localhost:\d+\//.exec(output.stdout)!;
		const viewer = await WeriftViewer.connect({ url, door: "offer", video: false, channels: ["tracking"] });
		const turned = quaternionFromAngles({ yawDeg: 130, pitchDeg: 0, rollDeg: 0 });
		const frame = new TrackingFrame();
		const body = standingBody({ position: [3, 0.1, -2], rotation: turned });
		frame.reset(body.boneCount);
		Object.assign(frame, { kind: "skeleton", skeleton: "FullBody", stream: 3, sequence: 1, clientTimeMs: 5 });
		frame.positions.set(body.positions);
		frame.rotations.set(body.rotations);
		frame.valid.set(body.valid);
		viewer.send("tracking", Buffer.from(new TrackingEncoder().encode(frame, "q16")!));
		await until(() => output.stdout.includes("hand"), "the hands");
		expect(output.stdout).toContain(
			"of unknown age: left hand -25 right -35 up 40 forward, index 0 % curled; right hand 25 right -35 up 40 forward, index 0 % curled",
		);
		await viewer.close();
	});
});
