// `panogaze serve --record`, judged by Rerun's own program: a whole file, and one whose server was
// killed.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { McapStreamReader } from "@mcap/core";
import { FormatContext, Packet } from "node-av/lib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChunkStore, Scalars } from "../../packages/rerun/src/index.ts";
import { monotonicSec } from "../../src/media/clock.ts";
import { serve } from "../../src/server/server.ts";
import { SKELETONS } from "../../src/skeleton/tables/skeleton.ts";
import { makeClip } from "../support/clips.ts";
import { H264Decoder } from "../support/h264-decoder.ts";
import { until } from "../support/werift-viewer.ts";
import { EmulatedWearer } from "./emulated-wearer.ts";
import { rerunProgram } from "./rerun-environment.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "panogaze-sessions-"));
afterAll(() => rmSync(folder, { recursive: true }));

const rrd = (...args: readonly string[]) =>
	execFileSync(rerunProgram, ["rrd", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** The recording in a file, which may end anywhere. */
function readRecording(path: string) {
	const store = ChunkStore.read(readFileSync(path)).find(({ storeId }) => storeId.kind === "recording")!;
	/** Those of an entity that the file does not have yet are none. */
	const rows = (pattern: RegExp, component: string, timeline = "server") => {
		const entity = store.entityPaths.find((path) => pattern.test(path));
		return entity === undefined ? [] : [...store.range(entity, component, timeline)];
	};
	return { store, rows };
}

/** Times of the pictures in a folder's only video, seconds. */
async function videoTimesIn(directory: string): Promise<number[]> {
	const name = readdirSync(directory).find((file) => file.endsWith(".mp4"))!;
	const format = new FormatContext();
	format.allocContext();
	expect(await format.openInput(join(directory, name), null, null)).toBeGreaterThanOrEqual(0);
	await format.findStreamInfo(null);
	const { num, den } = format.streams[0]!.timeBase;
	const packet = new Packet();
	packet.alloc();
	const times: number[] = [];
	for (; (await format.readFrame(packet)) >= 0; packet.unref()) times.push((Number(packet.pts) * num) / den);
	packet.free();
	await format.closeInput();
	format.freeContext();
	return times;
}

/** Log times of the bodies in an MCAP file, which may end anywhere. */
function bodyTimesOf(path: string): bigint[] {
	const reader = new McapStreamReader({ decompressHandlers: { zstd: (part) => zlib.zstdDecompressSync(part) } });
	reader.append(readFileSync(path));
	const topics = new Map<number, string>();
	const times: bigint[] = [];
	for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
		if (record.type === "Channel") topics.set(record.id, record.topic);
		else if (record.type === "Message" && topics.get(record.channelId)?.endsWith("/FullBody") === true)
			times.push(record.logTime);
	}
	return times;
}

describe("a recording of a whole session", () => {
	let path: string;
	let clip: string;
	const sent: { accessUnit: Uint8Array; stampSec: number }[] = [];
	let bodies = 0;

	beforeAll(async () => {
		clip = await makeClip({ width: 512, height: 256, frames: 30, rate: 30, draw: "pattern" });
		await using server = await serve({
			port: 0,
			host: "127.0.0.1",
			source: clip,
			record: { directory: folder, source: "packets", formats: ["rrd", "mcap", "mp4"] },
			logLevel: "warn",
			view: { width: 640, height: 360, frameRate: 30 },
		});
		path = server.recording!.path;
		server.on("join", (viewer) => {
			viewer.on("frameSent", ({ accessUnit, stampSec = Number.NaN }) => sent.push({ accessUnit, stampSec }));
			viewer.on("skeleton", ({ skeleton }) => {
				if (skeleton !== "FullBody") return;
				bodies++;
				viewer.log("gripper", new Scalars(bodies));
			});
		});
		const wearer = await EmulatedWearer.connect({
			url: `http://127.0.0.1:${server.port}/`,
			protocol: "tracking",
		});
		await until(() => sent.length > 60 && bodies > 150, "pictures and poses", 60_000);
		await wearer.close();
		await server.close();
		// A server does not wait for a busy machine for ever.
		await server.recording!.close();
		expect(server.recording!.state).toEqual({ name: "closed" });
		expect(server.recording!.stats().lost).toBe(0);
	}, 120_000);

	it("has no fault for Rerun's program, which finds its table of chunks and its entities", () => {
		expect(() => rrd("verify", path)).not.toThrow();
		expect(rrd("stats", path)).toMatch(/num_chunks_indexed = [1-9]/);
		const printed = rrd("print", path);
		for (const entity of ["camera", "FullBody", "head", "XRHandLeft", "gripper"])
			expect(printed).toMatch(new RegExp(`/world/viewer\\\\ .*/${entity} `));
	});

	it("has every picture that was sent, as it was sent, and every pose, each with its times", () => {
		const { store, rows } = readRecording(path);
		const samples = rows(/^\/world.*\/camera$/, "VideoStream:sample");
		expect(samples).toHaveLength(sent.length);
		using decoder = new H264Decoder();
		for (const [index, { values }] of samples.entries()) {
			const bytes = Uint8Array.from(values[0] as ArrayLike<number>);
			expect(Buffer.compare(bytes, sent[index]!.accessUnit)).toBe(0);
			expect(decoder.decode(bytes)).toMatchObject({ width: 640, height: 360 });
		}
		const inFrames = rows(/^\/world.*\/camera$/, "VideoStream:sample", "frame").map(({ time }) => Number(time));
		expect(inFrames).toEqual(sent.map((_, frame) => frame));
		const inSource = rows(/^\/world.*\/camera$/, "VideoStream:sample", "source").map(({ time }) => Number(time));
		expect(inSource.toSorted((a, b) => a - b)).toEqual(
			sent.map(({ stampSec }) => Math.round(stampSec * 1e9)).toSorted((a, b) => a - b),
		);
		// The pictures of a file have no time of capture.
		expect(rows(/^\/world.*\/camera$/, "VideoStream:sample", "capture")).toEqual([]);
		const poses = rows(/^\/world.*\/FullBody$/, "Points3D:positions");
		expect(poses).toHaveLength(bodies);
		const ids = rows(/^\/world.*\/FullBody$/, "Points3D:keypoint_ids");
		expect(ids.every(({ values }) => values.length === SKELETONS.FullBody.names.length)).toBe(true);
		expect(rows(/gripper$/, "Scalars:scalars").map(({ values }) => values[0])).toEqual(
			Array.from({ length: bodies }, (_, index) => index + 1),
		);
		for (const timeline of ["server", "capture", "client"]) {
			const times = rows(/^\/world.*\/FullBody$/, "Points3D:positions", timeline).map(({ time }) => time!);
			expect(times.length).toBeGreaterThan(100);
			expect(times.every((time, index) => index === 0 || time >= times[index - 1]!)).toBe(true);
		}
		expect(store.timelines.get("frame")).toMatchObject({ kind: "sequence" });
	});

	it("has the packets of the source in their order, which decode to its pictures", () => {
		const { store } = readRecording(path);
		const samples = [...store.range("source", "VideoStream:sample", "server")];
		expect(samples.length).toBeGreaterThan(40);
		expect(store.latestAt("source", "VideoStream:is_keyframe", "server", samples[0]!.time!)!.values).toEqual([
			true,
		]);
		using decoder = new H264Decoder();
		for (const { values } of samples)
			expect(decoder.decode(Uint8Array.from(values[0] as ArrayLike<number>))).toMatchObject({
				width: 512,
				height: 256,
			});
		// Each picture that was sent is one of them, from the clip's first one on.
		const stamps = new Set([...store.range("source", "VideoStream:sample", "source")].map(({ time }) => time));
		expect(stamps).toContain(0n);
		for (const { stampSec } of sent.slice(-20)) expect(stamps).toContain(BigInt(Math.round(stampSec * 1e9)));
	});

	it("is the same as MCAP, which Rerun's importer reads with the schemas in it", () => {
		const mcap = path.replace(/rrd$/, "mcap");
		expect(() => execFileSync(rerunProgram, ["mcap", "check", mcap], { stdio: "pipe" })).not.toThrow();
		const imported = join(folder, "imported.rrd");
		execFileSync(rerunProgram, ["mcap", "convert", mcap, "-o", imported], { stdio: "pipe" });
		const { store } = readRecording(imported);
		const camera = store.entityPaths.find((entity) => /viewer.*\/camera$/.test(entity))!;
		const timeline = [...store.timelines.keys()].find((name) => /log_time|message_log_time/.test(name))!;
		const samples = [...store.range(camera, "VideoStream:sample", timeline)];
		expect(samples).toHaveLength(sent.length);
		for (const [index, { values }] of samples.entries())
			expect(Buffer.compare(Uint8Array.from(values[0] as ArrayLike<number>), sent[index]!.accessUnit)).toBe(0);
		const heads = store.entityPaths.filter((entity) => /FullBody$/.test(entity));
		expect(heads.length).toBeGreaterThan(0);
	});

	it("has a video that plays, with every picture that was sent", async () => {
		expect(await videoTimesIn(folder)).toHaveLength(sent.length);
	});

	it("can be read in every format when the server is killed, and has no fault", async () => {
		const sessions = join(folder, "killed");
		const child = spawn(
			process.execPath,
			[
				"--conditions=panogaze-source",
				`${root}src/cli/main.ts`,
				...["serve", clip, "--record", sessions, "--port", "0", "--host", "127.0.0.1"],
				...["--width", "640", "--height", "360", "--fps", "30", "--record-format", "rrd,mcap,mp4"],
			],
			{ stdio: ["ignore", "pipe", "pipe"] },
		);
		const exited = once(child, "close");
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
		try {
			await until(() => /http:\/\/127\.0\.0\.1:\d+/.test(output), "the server's address", 60_000);
			const url = `${/http:\/\/127\.0\.0\.1:\d+/.exec(output)![0]}/`;
			const wearer = await EmulatedWearer.connect({ url, protocol: "tracking" });
			const started = monotonicSec();
			const nameOf = () => existsSync(sessions) && readdirSync(sessions).find((name) => name.endsWith(".rrd"));
			const pathOf = () => join(sessions, nameOf() || "none.rrd");
			const sizeOf = () => statSync(pathOf(), { throwIfNoEntry: false })?.size ?? 0;
			await until(() => sizeOf() > 200_000, "a file that has pictures", 60_000);
			await until(() => wearer.bodies > 100 && monotonicSec() - started > 2.5, "poses", 60_000);
			// A busy machine draws few: those of the last second count as lost.
			const picturesOf = () => readRecording(pathOf()).rows(/^\/world.*\/camera$/, "VideoStream:sample").length;
			await until(() => picturesOf() > 10, "pictures in the file", 60_000);
			child.kill("SIGKILL");
			await exited;
			// Its farewell reaches nobody.
			await wearer.close().catch(() => {});
			const killed = pathOf();
			const { rows } = readRecording(killed);
			// What is lost is told by recording-kills.test.ts.
			expect(rows(/^\/world.*\/FullBody$/, "Points3D:positions").length).toBeGreaterThan(20);
			expect(rows(/^\/world.*\/camera$/, "VideoStream:sample").length).toBeGreaterThan(5);
			expect(rrd("print", killed)).toMatch(/FullBody/);
			expect(bodyTimesOf(killed.replace(/rrd$/, "mcap")).length).toBeGreaterThan(20);
			expect((await videoTimesIn(sessions)).length).toBeGreaterThan(5);
			// It has no table of its chunks, which Rerun's program can make.
			const mended = join(sessions, "mended.rrd");
			rrd("optimize", killed, "-o", mended);
			expect(() => rrd("verify", mended)).not.toThrow();
		} catch (error) {
			throw new Error(`The server said: ${output}`, { cause: error });
		} finally {
			child.kill("SIGKILL");
			await exited;
		}
	}, 120_000);
});
