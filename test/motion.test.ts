import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createMotionRecorder, type RecordedPose, readMotion } from "../src/motion/index.ts";
import { posesByStream, recordEverything, swayingBody } from "../src/motion/synthetic-motion.cases.ts";
import { playMotion } from "../src/motion-player/motion-player.ts";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { until } from "./support/werift-viewer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const children: ChildProcess[] = [];
let folder: string;
/** Two seconds of a body, a head, a hand and a controller. */
let recording: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "panogaze-motion-"));
	recording = join(folder, "everything.mcap");
	const recorder = await createMotionRecorder({ path: recording });
	recordEverything(recorder, 100);
	await recorder.close();
});
afterEach(() => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rm(folder, { recursive: true }));

function start(script: string, args: readonly string[]) {
	const child = spawn(process.execPath, ["--conditions=panogaze-source", join(root, script), ...args], {
		cwd: folder,
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

/** A command that serves, once it says where. */
async function startServer(...args: string[]) {
	const server = start("src/cli/main.ts", [
		...args,
		"--port",
		"0",
		"--host",
		"127.0.0.1",
		"--width",
		"320",
		"--height",
		"180",
		"--fps",
		"10",
	]);
	await until(() => /http:\/\/127\.0\.0\.1:\d+\//.test(server.output.stdout) || server.child.exitCode !== null, "the address", 30_000);
	const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(server.output.stdout)?.[0];
	if (url === undefined) throw new Error(server.output.stderr);
	return { ...server, url };
}

describe("a recorder that is killed", () => {
	it("leaves everything that it called safe, in every format, and what it left is made whole", async () => {
		const left = await mkdtemp(join(folder, "killed-"));
		const paths = ["x.jsonl", "y.csv", "z.h5", "w.mcap"].map((name) => join(left, name));
		const { child, output } = start("test/support/recording-process.ts", paths);
		// A line that is whole: the last one may be on its way.
		const safe = () => JSON.parse(output.stdout.split("\n").at(-2) || "[0,0,0,0]") as number[];
		await until(() => Math.min(...safe()) >= 80, "80 safe poses of each", 30_000);
		child.kill("SIGKILL");
		await once(child, "close");
		const counts = safe();
		const read = async () => {
			const lengths: number[] = [];
			const notices: string[] = [];
			for (const path of paths) {
				const recording = readMotion(path);
				let step = 0;
				for await (const pose of recording) expect(pose.positions[2]!).toBeCloseTo(swayingBody(step++).bones[0]!.position[2], 2);
				lengths.push(step);
				notices.push(...recording.notices);
			}
			return { lengths, notices };
		};
		const { lengths, notices } = await read();
		for (const [index, length] of lengths.entries()) expect(length, paths[index]).toBeGreaterThanOrEqual(counts[index]!);
		expect(notices.some((notice) => /z\.h5\.journal is the journal/.test(notice))).toBe(true);
		expect(notices.some((notice) => /w\.mcap has no end/.test(notice))).toBe(true);
		const recovered = await run("recover-motion", left);
		expect(recovered).toMatchObject({ code: 0, stderr: "", stdout: `Recovered ${paths[3]}.\nRecovered ${paths[2]}.\n` });
		const whole = await read();
		expect(whole.lengths).toEqual(lengths);
		// Of JSONL and CSV a last line that was cut off stays so.
		expect(whole.notices.filter((notice) => !/cut off/.test(notice))).toEqual([]);
	});
});

describe("panogaze record-motion and play-motion", () => {
	it("record what is played, for each viewer, and play what was recorded: the same poses, whatever the protocol", async () => {
		const first = await startServer("record-motion", "--output-dir", "first", "--format", "jsonl", "--decimal-precision", "5");
		const played = await run("play-motion", recording, "--url", first.url, "--speed", "2", "--video");
		expect(played).toMatchObject({ code: 0, stderr: "" });
		expect(played.stdout).toMatch(/400 poses in .* s/);
		expect(played.stdout).toMatch(/received \d+ pictures/);
		const report = await playMotion({ path: recording, url: first.url, protocol: "legacy", clients: 2, speed: 2 });
		expect(report).toMatchObject({ poses: 400, unsendable: 200 });
		expect(report.clients).toHaveLength(2);
		first.child.kill("SIGINT");
		expect(await once(first.child, "close")).toEqual([0, null]);
		expect(first.output.stdout).toMatch(/poses in .*first.body_pose_\d{8}_\d{6}\.jsonl/);

		const files = (await readdir(join(folder, "first"))).filter((name) => /^body_pose_\d{8}_\d{6}(_\d)?\.jsonl$/.test(name)).sort();
		expect(files).toHaveLength(3);
		const original = await posesByStream(readMotion(recording));
		const again = await posesByStream(readMotion(join(folder, "first", files[0]!)));
		expect([...again.keys()].sort()).toEqual(["body", "head", "left_hand", "right_controller"]);
		for (const [stream, poses] of again) expectSamePoses(poses, original.get(stream)!, 1e-4);
		const fromLegacy = await posesByStream(readMotion(join(folder, "first", files[1]!)));
		expect([...fromLegacy.keys()].sort()).toEqual(["body", "head"]);
		// The legacy form has every digit: only the file rounds.
		for (const [stream, poses] of fromLegacy) expectSamePoses(poses, original.get(stream)!, 6e-6);
	});

	it("ends a recording whose disk is full, and serves on", async () => {
		if (!existsSync("/dev/full")) return;
		const server = await startServer("record-motion", "--output-file", "/dev/full", "--format", "csv");
		await playMotion({ path: recording, url: server.url, speed: 4 });
		expect(server.output.stderr).toMatch(/is no longer recorded: \/dev\/full can't be written: the disk is full\./);
		expect((await fetch(new URL("status", server.url))).status).toBe(200);
		server.child.kill("SIGINT");
		expect(await once(server.child, "close")).toEqual([11, null]);
		expect(server.output.stdout).toMatch(/0 poses in \/dev\/full; \d{3} lost/);
	});

	it("say what is wrong, with an exit code of its own", async () => {
		await writeFile(join(folder, "text.jsonl"), "this is no recording\n");
		const cases: readonly (readonly [code: number, words: RegExp, ...args: string[]])[] = [
			[3, /no file .*missing\.jsonl/, "play-motion", "missing.jsonl"],
			[10, /text\.jsonl, line 1/, "play-motion", "text.jsonl"],
			[8, /No server answers at http:\/\/127\.0\.0\.1:9/, "play-motion", recording, "--url", "http://127.0.0.1:9"],
			[2, /--url is an address that begins with http:\/\/ or https:\/\/; got robot:8080/, "play-motion", recording, "--url", "robot:8080"],
			[2, /--decimal-precision is a whole number from 0 to 100; got 101/, "record-motion", "--port", "0", "--decimal-precision", "101"],
			[11, /text\.jsonl is there already/, "record-motion", "--port", "0", "--output-file", "text.jsonl"],
			[11, /text\.jsonl.x can't be written/, "record-motion", "--port", "0", "--output-dir", "text.jsonl/x"],
		];
		const results = await Promise.all(cases.map(([, , ...args]) => run(...args)));
		for (const [index, { code, stderr }] of results.entries()) {
			expect(stderr).toMatch(cases[index]![1]);
			expect(stderr).not.toMatch(/\n {4}at /);
			expect(code).toBe(cases[index]![0]);
		}
	});
});

describe("playMotion()", () => {
	const got: { label: string; capturedAt: number; sequence: number }[] = [];
	let server: PanogazeServer;
	let url: string;
	beforeAll(async () => {
		server = await serve({
			port: 0,
			host: "127.0.0.1",
			view: { width: 320, height: 180, frameRate: 10 },
			renderWorkers: 1,
			logLevel: "error",
			tracking: {
				head: ({ message: { sequence }, capturedAt }) => void got.push({ label: "head", capturedAt, sequence }),
				skeleton: ({ message: { sequence, skeleton }, capturedAt }) => void got.push({ label: skeleton!, capturedAt, sequence }),
				controller: ({ message: { sequence }, capturedAt }) => void got.push({ label: "controller", capturedAt, sequence }),
			},
		});
		url = `http://127.0.0.1:${server.port}`;
	});
	afterAll(() => server.close());

	it("keeps the recording's distances in time, and answers the server's pings so that capture times are known", async () => {
		const report = await playMotion({ path: recording, url });
		expect(report).toMatchObject({ poses: 400, unsendable: 0, notices: [] });
		expect(report.seconds).toBeGreaterThan(0.95);
		const [client] = report.clients;
		const sent = Object.values(client!.sent).reduce((sum, count) => sum + count, 0);
		expect(sent + client!.heldBack).toBe(400);
		expect(new Set(got.map(({ label }) => label))).toEqual(new Set(["head", "FullBody", "XRHandLeft", "controller"]));
		// A channel that sends nothing again may lose something on a machine that is full, and the first pings take a moment.
		const heads = got.filter(({ label, capturedAt }) => label === "head" && !Number.isNaN(capturedAt));
		expect(heads.length).toBeGreaterThan(1);
		const [from, to] = [heads[0]!, heads.at(-1)!];
		expect((to.capturedAt - from.capturedAt) / (to.sequence - from.sequence)).toBeCloseTo(0.01, 2);
		expect(client!.serverStats?.type).toBe("stats");
	});

	it("sends as fast as it goes, and again and again until it is stopped", async () => {
		const stop = new AbortController();
		const playing = playMotion({ path: recording, url, speed: Number.POSITIVE_INFINITY, loop: true, signal: stop.signal });
		await until(
			() => server.stats().viewers.some(({ session }) => session.channelMessagesRefused > 100),
			"messages over the limit",
			20_000,
		);
		stop.abort();
		const report = await playing;
		expect(report.poses).toBeGreaterThan(400);
		expect(report.clients[0]!.lost).toBeUndefined();
	});

	it("says that the server went away", async () => {
		const before = got.length;
		const outcome = playMotion({ path: recording, url, loop: true }).catch((error: unknown) => error);
		await until(() => got.length > before, "the first pose", 20_000);
		await server.close();
		expect(await outcome).toMatchObject({ name: "PlayerConnectionError", message: expect.stringMatching(/ended the connection/) });
	});

	it("says why a server does not take it", async () => {
		const strict = createServer((request, response) => {
			const problem = request.url === "/offer" ? '{"error":"A token is missing."}' : '{"title":"Unauthorized","status":401}';
			response.writeHead(401).end(problem);
		}).listen(0, "127.0.0.1");
		await once(strict, "listening");
		const strictUrl = `http://127.0.0.1:${(strict.address() as { port: number }).port}`;
		await expect(playMotion({ path: recording, url: strictUrl })).rejects.toThrow(/offer answered 401: A token is missing\./);
		await expect(playMotion({ path: recording, url: strictUrl, video: true })).rejects.toThrow(/whep answered 401: Unauthorized/);
		strict.close();
	});

	it("refuses a recording without poses, and options that are wrong", async () => {
		const path = join(folder, "nothing.jsonl");
		await writeFile(path, "");
		await expect(playMotion({ path })).rejects.toThrow(/holds no poses/);
		await expect(playMotion({ path: recording, speed: -1 })).rejects.toThrow(RangeError);
		await expect(playMotion({ path: recording, clients: 0 })).rejects.toThrow(/clients/);
		expect(await readFile(path, "utf8")).toBe("");
	});
});

/** Every pose is one of the original's, in their order; some may have been lost on the way. */
function expectSamePoses(poses: readonly RecordedPose[], original: readonly RecordedPose[], tolerance: number): void {
	expect(poses.length).toBeGreaterThan(original.length * 0.3);
	let at = 0;
	for (const pose of poses) {
		while (at < original.length && !isSame(pose, original[at]!, tolerance)) at++;
		expect(at, `a pose of ${pose.stream} is none of the original's, or out of order`).toBeLessThan(original.length);
	}
}

/** A rotation and its negative are the same rotation, and the binary form sends either. */
function isSame(pose: RecordedPose, other: RecordedPose, tolerance: number): boolean {
	if (pose.ids.join() !== other.ids.join()) return false;
	if (!pose.positions.every((value, index) => Math.abs(value - other.positions[index]!) <= tolerance)) return false;
	return pose.ids.every((_, bone) => {
		const sum = (sign: number) => [0, 1, 2, 3].every((part) => isNear(bone * 4 + part, sign));
		const isNear = (at: number, sign: number) => Math.abs(pose.rotations[at]! - sign * other.rotations[at]!) <= tolerance;
		return sum(1) || sum(-1);
	});
}
