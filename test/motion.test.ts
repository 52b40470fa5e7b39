import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodeOf } from "../src/cli/exit-codes.ts";
import { playMotionCommand } from "../src/cli/play-motion-command.ts";
import { recordMotionCommand } from "../src/cli/record-motion-command.ts";
import { type MotionRow, readMotion } from "../src/motion/index.ts";
import { recordInProcess } from "../src/motion/recorder-in-process.cases.ts";
import { recordEverything, rowsByStream, swayingBody, swayingBones } from "../src/motion/synthetic-motion.cases.ts";
import { type PlayedClient, playMotion } from "../src/motion-player/motion-player.ts";
import type { PanogazeServer } from "../src/server/server.ts";
import { boneTable } from "../src/skeleton/bone-table.ts";
import type { PoseSample } from "../src/skeleton/pose-sample.ts";
import { makeClip } from "./support/clips.ts";
import { CommandLine, PATIENCE_MS, runInProcess, type StartedProgram } from "./support/command-line.ts";
import { serveCamera } from "./support/test-server.ts";
import { until } from "./support/werift-viewer.ts";

const RECORDING_PROCESS = fileURLToPath(new URL("support/recording-process.ts", import.meta.url));
/**
 * A player leaves poses out when the machine stands still for a moment. It plays again if too few
 * arrived.
 */
const MAX_ROUNDS = 4;
const SLOW_VIEW = { width: 320, height: 180, frameRate: 10 };
const HAS_FULL_DISK = existsSync("/dev/full");
const line = new CommandLine();
const { folder } = line;
/** A recording of a second of a body, a head, a hand and a controller. */
let recording: string;

beforeAll(async () => {
	recording = join(folder, "everything.mcap");
	const recorder = await recordInProcess({ path: recording });
	recordEverything(recorder, 100);
	await recorder.close();
	await writeFile(join(folder, "text.jsonl"), "this is no recording\n");
});
afterAll(() => line[Symbol.dispose]());

/** A `record-motion`, once its address is known. */
class RecordingServer {
	readonly #program: StartedProgram;
	readonly url: string;

	private constructor(program: StartedProgram, url: string) {
		this.#program = program;
		this.url = url;
	}

	static async start(...args: string[]): Promise<RecordingServer> {
		const small = ["--port", "0", "--host", "127.0.0.1", "--width", "320", "--height", "180", "--fps", "10"];
		const program = line.start(["record-motion", ...args, ...small]);
		const address = () => /http:\/\/127\.0\.0\.1:\d+\//.exec(program.stdout())?.[0];
		await until(() => address() !== undefined || program.child.exitCode !== null, "the address", PATIENCE_MS);
		const url = address();
		if (url === undefined) throw new Error(program.stderr());
		return new RecordingServer(program, url);
	}

	/** All that it has printed to stderr. */
	get stderr(): string {
		return this.#program.stderr();
	}

	/** The recordings of viewers who have left. */
	get recordings(): { readonly poses: number; readonly path: string; readonly lost: number }[] {
		const lines = this.#program.stdout().matchAll(/^(\d+) poses? in (.*?)(?:; (\d+) lost)?\n/gm);
		const numbers = (poses: string | undefined, lost = "0") => ({ poses: Number(poses), lost: Number(lost) });
		return Array.from(lines, ([, poses, path, lost]) => ({ ...numbers(poses, lost), path: path! }));
	}

	/**
	 * The recordings that `play` makes, by `viewers` viewers. It plays again while one of them is
	 * not `enough`.
	 */
	async recordingsOf(play: () => Promise<void>, viewers: number, enough: (poses: number, lost: number) => boolean) {
		for (let round = 1; ; round++) {
			const before = this.recordings.length;
			await play();
			await until(() => this.recordings.length === before + viewers, "the ends of the recordings", PATIENCE_MS);
			const made = this.recordings.slice(before);
			if (round === MAX_ROUNDS || made.every(({ poses, lost }) => enough(poses, lost))) return made;
		}
	}

	/** Ends it with Ctrl+C. @returns exit code and signal */
	async interrupt(): Promise<unknown[]> {
		this.#program.child.kill("SIGINT");
		return this.#program.ended;
	}
}

describe("recordings of motion", { timeout: 2 * PATIENCE_MS }, () => {
	let toFolder: RecordingServer;
	let toFullDisk: RecordingServer | undefined;
	beforeAll(async () => {
		const clip = await makeClip({ width: 256, height: 128, frames: 24, rate: 24 });
		[toFolder, toFullDisk] = await Promise.all([
			RecordingServer.start(clip, "--output-dir", "first", "--format", "jsonl", "--decimal-precision", "5"),
			HAS_FULL_DISK ? RecordingServer.start(clip, "--output-file", "/dev/full", "--format", "csv") : undefined,
		]);
	}, 2 * PATIENCE_MS);

	it("keep each pose reported as safe when the recorder is killed, in any format, and can be recovered", async () => {
		const left = await mkdtemp(join(folder, "killed-"));
		const paths = ["x.jsonl", "y.csv", "z.h5", "w.mcap"].map((name) => join(left, name));
		const { child, ended, stdout } = line.startNode([RECORDING_PROCESS, ...paths]);
		// A line that is whole: the last one may be on its way.
		const safe = () => JSON.parse(stdout().split("\n").at(-2) || "[0,0,0,0]") as number[];
		await until(() => Math.min(...safe()) >= 80, "80 safe poses of each", PATIENCE_MS);
		child.kill("SIGKILL");
		await ended;
		const counts = safe();
		const read = async () => {
			const lengths: number[] = [];
			const notices: string[] = [];
			for (const path of paths) {
				const recording = readMotion(path);
				let step = 0;
				for await (const pose of recording)
					expect(pose.sample.positions[2]!).toBeCloseTo(swayingBones(step++)[0]!.position[2], 2);
				lengths.push(step);
				notices.push(...recording.notices);
			}
			return { lengths, notices };
		};
		const { lengths, notices } = await read();
		for (const [index, length] of lengths.entries())
			expect(length, paths[index]).toBeGreaterThanOrEqual(counts[index]!);
		expect(notices.some((notice) => /z\.h5\.journal is the journal/.test(notice))).toBe(true);
		expect(notices.some((notice) => /w\.mcap has no end/.test(notice))).toBe(true);
		const recovered = await runInProcess(["recover-motion", left]);
		expect(recovered).toMatchObject({
			code: 0,
			stderr: "",
			stdout: `Recovered ${paths[3]}.\nRecovered ${paths[2]}.\n`,
		});
		const whole = await read();
		expect(whole.lengths).toEqual(lengths);
		// Of JSONL and CSV a last line that was cut off stays so.
		expect(whole.notices.filter((notice) => !/cut off/.test(notice))).toEqual([]);
	});

	it("hold the poses that each viewer sent, in either protocol, from play-motion to record-motion", async () => {
		const server = toFolder;
		const playByProcess = async () => {
			const played = await line.run(["play-motion", recording, "--url", server.url, "--speed", "2", "--video"]);
			expect(played).toMatchObject({ code: 0, stderr: "" });
			expect(played.stdout).toMatch(/400 poses in .* s/);
			expect(played.stdout).toMatch(/received \d+ pictures?,/);
		};
		const playByLegacyClients = async () => {
			const how = { protocol: "legacy", clients: 2, speed: 2 } as const;
			const report = await playMotion({ path: recording, url: server.url, ...how });
			expect(report).toMatchObject({ poses: 400, unsendable: 200 });
			expect(report.clients).toHaveLength(2);
		};
		const [byProcess] = await server.recordingsOf(playByProcess, 1, (poses) => poses > 330);
		const byLegacyClients = await server.recordingsOf(playByLegacyClients, 2, (poses) => poses > 130);
		expect(await server.interrupt()).toEqual([0, null]);

		const names = await readdir(join(folder, "first"));
		const files = names.filter((name) => /^body_pose_\d{8}_\d{6}(_\d)?\.jsonl$/.test(name));
		expect(files.sort()).toEqual(server.recordings.map(({ path }) => basename(path)).sort());
		const original = await rowsByStream(readMotion(recording));
		const again = await rowsByStream(readMotion(byProcess!.path));
		expect([...again.keys()].sort()).toEqual(["body", "head", "left_hand", "right_controller"]);
		for (const [stream, poses] of again) expectSamePoses(poses, original.get(stream)!, 1e-4);
		for (const { path } of byLegacyClients) {
			const fromLegacy = await rowsByStream(readMotion(path));
			expect([...fromLegacy.keys()].sort()).toEqual(["body", "head"]);
			// The legacy form has every digit: only the file rounds.
			for (const [stream, poses] of fromLegacy) expectSamePoses(poses, original.get(stream)!, 6e-6);
		}
	});

	it.runIf(HAS_FULL_DISK)("end when the disk is full, and record-motion serves on", async () => {
		const server = toFullDisk!;
		const play = async () => void (await playMotion({ path: recording, url: server.url, speed: 4 }));
		const [made] = await server.recordingsOf(play, 1, (_, lost) => lost >= 100);
		expect(made).toMatchObject({ poses: 0, path: "/dev/full" });
		expect(made!.lost).toBeGreaterThanOrEqual(100);
		expect(made!.lost).toBeLessThan(1000);
		await until(() => server.stderr.includes("is no longer recorded"), "the reason", PATIENCE_MS);
		expect(server.stderr).toMatch(/is no longer recorded: \/dev\/full can't be written: the disk is full\./);
		expect((await fetch(new URL("status", server.url))).status).toBe(200);
		expect(await server.interrupt()).toEqual([11, null]);
	});

	it("are refused in words of the command line, with an exit code for each kind of failure", async () => {
		const cases: readonly (readonly [code: number, words: RegExp, ...args: string[]])[] = [
			[10, /text\.jsonl, line 1/, "play-motion", join(folder, "text.jsonl")],
			[
				8,
				/No server answers at http:\/\/127\.0\.0\.1:9/,
				"play-motion",
				recording,
				"--url",
				"http://127.0.0.1:9",
			],
			[
				2,
				/--url is an address that begins with http:\/\/ or https:\/\/; got robot:8080/,
				"play-motion",
				recording,
				"--url",
				"robot:8080",
			],
			[
				2,
				/--decimal-precision is a whole number from 0 to 100; got 101/,
				"record-motion",
				"--port",
				"0",
				"--decimal-precision",
				"101",
			],
			[
				11,
				/text\.jsonl is there already/,
				"record-motion",
				"--port",
				"0",
				"--output-file",
				join(folder, "text.jsonl"),
			],
		];
		for (const [expectedCode, words, ...args] of cases) {
			const { code, stderr } = await runInProcess(args);
			expect(stderr).toMatch(words);
			expect(stderr).not.toMatch(/\n {4}at /);
			expect(code).toBe(expectedCode);
		}
	});

	it("are refused by commands that find no file or no place for one", async () => {
		const missing = playMotionCommand()
			.exitOverride()
			.parseAsync([join(folder, "missing.jsonl"), "--json"], { from: "user" });
		const noFile = await missing.catch((error: unknown) => error as Error);
		expect(noFile).toMatchObject({ message: expect.stringMatching(/no file .*missing\.jsonl/) });
		expect(exitCodeOf(noFile)).toBe(3);
		const inFile = ["--port", "0", "--output-dir", join(folder, "text.jsonl", "x")];
		const noPlace = await recordMotionCommand()
			.exitOverride()
			.parseAsync(inFile, { from: "user" })
			.catch((error: unknown) => error as Error);
		expect(noPlace).toMatchObject({ message: expect.stringMatching(/text\.jsonl.x can't be written/) });
		expect(exitCodeOf(noPlace)).toBe(11);
	});
});

describe("play-motion", { timeout: 2 * PATIENCE_MS }, () => {
	it("plays the demo again and again without a file: a head, a body and two hands", async () => {
		const newest = new Map<string, number>();
		const note = ({ message }: { readonly message: PoseSample }) =>
			void newest.set(message.skeleton ?? message.kind, message.sequence);
		const server = await serveCamera({
			view: SLOW_VIEW,
			logLevel: "error",
			tracking: { head: note, skeleton: note },
		});
		const url = server.urls[0] ?? "";
		const player = line.start(["play-motion", "--demo", "--url", url, "--speed", "8"]);
		// 150 poses of each are one round.
		await until(
			() => ((newest.get("head") ?? 0) > 160 && newest.size === 4) || player.child.exitCode !== null,
			"a second round",
			PATIENCE_MS,
		);
		player.child.kill("SIGINT");
		expect(await player.ended).toEqual([0, null]);
		expect([...newest.keys()].sort()).toEqual(["FullBody", "XRHandLeft", "XRHandRight", "head"]);
		expect(player.stdout()).toMatch(/^Playing the demo to http/);
		expect(player.stdout()).toMatch(/sent body \d+, head \d+, left_hand \d+, right_hand \d+/);
		await server.close();
	});

	it.each([
		["no file", [], /error: missing required argument 'file' \(or --demo\)/],
		["a file and the demo", ["x.h5", "--demo"], /error: --demo plays a recording of its own; leave out the file/],
	])("refuses %s", async (_, args, words) => {
		const { code, stderr } = await runInProcess(["play-motion", ...args]);
		expect(stderr).toMatch(words);
		expect(code).toBe(2);
	});
});

describe("playMotion()", { timeout: 2 * PATIENCE_MS }, () => {
	const got: { label: string; capturedAt: number; sequence: number }[] = [];
	let server: PanogazeServer;
	let url: string;
	beforeAll(async () => {
		server = await serveCamera({
			view: SLOW_VIEW,
			logLevel: "error",
			tracking: {
				head: ({ message: { sequence }, capturedAt }) => void got.push({ label: "head", capturedAt, sequence }),
				skeleton: ({ message: { sequence, skeleton }, capturedAt }) =>
					void got.push({ label: skeleton!, capturedAt, sequence }),
				controller: ({ message: { sequence }, capturedAt }) =>
					void got.push({ label: "controller", capturedAt, sequence }),
			},
		});
		url = `http://127.0.0.1:${server.port}`;
	});
	afterAll(() => server.close());

	it("keeps the recording's distances in time, and lets the server know the times of capture", async () => {
		const stop = new AbortController();
		const playing = playMotion({ path: recording, url, loop: true, signal: stop.signal });
		// The first pings take a moment, and a machine that stands still loses poses.
		const heads = () => got.filter(({ label }) => label === "head");
		const headsWithTime = () => heads().filter(({ capturedAt }) => !Number.isNaN(capturedAt));
		const labels = () => new Set(got.map(({ label }) => label));
		const secondRoundBegan = () => heads().some(({ sequence }) => sequence > 110);
		const isEnough = () => secondRoundBegan() && labels().size === 4 && headsWithTime().length > 20;
		await until(isEnough, "poses of every kind", PATIENCE_MS);
		stop.abort();
		const report = await playing;
		expect(report).toMatchObject({ unsendable: 0, notices: [] });
		expect(report.poses).toBeGreaterThanOrEqual(400);
		// Never faster than it was recorded: four streams of 100 poses a second.
		expect(report.seconds).toBeGreaterThan((report.poses / 400 - 0.02) * 0.95);
		const [client] = report.clients;
		const sent = Object.values(client!.sent).reduce((sum, count) => sum + count, 0);
		expect(sent + client!.heldBack).toBe(report.poses);
		expect(labels()).toEqual(new Set(["head", "FullBody", "XRHandLeft", "controller"]));
		// The median: the estimate of the client's clock moves when a ping was held up, and each
		// round begins anew.
		const timed = headsWithTime();
		const distances = timed.slice(1).map((head, index) => {
			const before = timed[index]!;
			return (head.capturedAt - before.capturedAt) / (head.sequence - before.sequence);
		});
		expect(distances.sort((a, b) => a - b)[distances.length >> 1]).toBeCloseTo(0.01, 3);
		// The server reports once a second; a busy one later than the player waits for it.
		let { serverStats } = client!;
		while (serverStats === undefined)
			[{ serverStats }] = (await playMotion({ path: recording, url })).clients as [PlayedClient];
		expect(serverStats.type).toBe("stats");
	});

	it("sends as fast as it goes, and again and again until it is stopped", async () => {
		const hours = await recordInProcess({ path: join(folder, "hours.jsonl") });
		for (let step = 0; step < 50; step++) hours.write(swayingBody(step), { receivedAtSec: step * 3600 });
		await hours.close();
		const stop = new AbortController();
		const speed = Number.POSITIVE_INFINITY;
		const playing = playMotion({ path: hours.path, url, speed, loop: true, signal: stop.signal });
		const sessions = () => server.stats().viewers.map(({ session }) => session);
		const sent = () => sessions().map((one) => one.channelMessagesReceived + one.channelMessagesRefused);
		await until(() => Math.max(0, ...sent()) > 200, "more messages than four rounds of hours have", PATIENCE_MS);
		stop.abort();
		const report = await playing;
		expect(report.poses).toBeGreaterThan(150);
		expect(report.clients[0]!.lost).toBeUndefined();
	});

	it("says that the server went away", async () => {
		got.length = 0;
		const outcome = playMotion({ path: recording, url, loop: true }).catch((error: unknown) => error);
		await until(() => got.length > 0, "the first pose", PATIENCE_MS);
		await server.close();
		expect(await outcome).toMatchObject({
			name: "PlayerConnectionError",
			message: expect.stringMatching(/ended the connection/),
		});
	});

	it("says why a server does not take it", async () => {
		const strict = createServer((request, response) => {
			const problem =
				request.url === "/offer" ? '{"error":"A token is missing."}' : '{"title":"Unauthorized","status":401}';
			response.writeHead(401).end(problem);
		}).listen(0, "127.0.0.1");
		await once(strict, "listening");
		const strictUrl = `http://127.0.0.1:${(strict.address() as { port: number }).port}`;
		await expect(playMotion({ path: recording, url: strictUrl })).rejects.toThrow(
			/offer answered 401: A token is missing\./,
		);
		await expect(playMotion({ path: recording, url: strictUrl, video: true })).rejects.toThrow(
			/whep answered 401: Unauthorized/,
		);
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
function expectSamePoses(poses: readonly MotionRow[], original: readonly MotionRow[], tolerance: number): void {
	expect(poses.length).toBeGreaterThan(original.length * 0.3);
	let at = 0;
	for (const pose of poses) {
		while (at < original.length && !isSame(pose, original[at]!, tolerance)) at++;
		expect(at, `a pose of ${pose.stream} is none of the original's, or out of order`).toBeLessThan(original.length);
	}
}

/** A rotation and its negative are the same rotation, and the binary form sends either. */
function isSame(pose: MotionRow, other: MotionRow, tolerance: number): boolean {
	const [{ ids, positions, rotations }, expected] = [boneTable(pose.sample), boneTable(other.sample)];
	if (ids.join() !== expected.ids.join()) return false;
	if (!positions.every((value, index) => Math.abs(value - expected.positions[index]!) <= tolerance)) return false;
	return ids.every((_, bone) => {
		const sum = (sign: number) => [0, 1, 2, 3].every((part) => isNear(bone * 4 + part, sign));
		const isNear = (at: number, sign: number) =>
			Math.abs(rotations[at]! - sign * expected.rotations[at]!) <= tolerance;
		return sum(1) || sum(-1);
	});
}
