import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type PanogazeServer, type ServeOptions, serve } from "../../src/index.ts";
import { makeClip } from "../support/clips.ts";
import { until } from "../support/werift-viewer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-states-"));
let server: PanogazeServer | undefined;
const children: ChildProcess[] = [];
afterEach(async () => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
	await server?.close();
	server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The events of its source, with their times in seconds since the server's start. */
async function watch(options: ServeOptions<undefined, never>) {
	server = await serve({ port: 0, host: "127.0.0.1", keepSourceRunning: true, logLevel: "silent", ...options });
	const startMs = performance.now();
	const states: [name: string, atSec: number][] = [[server.source.state.name, 0]];
	server.on("sourceState", ({ name }) => states.push([name, (performance.now() - startMs) / 1000]));
	return { server, states, names: () => states.map(([name]) => name).filter((name) => name !== "opening") };
}

/** The program, in a process of its own. */
function runFfmpeg(...args: string[]): ChildProcess {
	const child = spawn(ffmpeg.path, ["-hide_banner", "-loglevel", "error", ...args], { stdio: "ignore" });
	children.push(child);
	return child;
}

/** A sender in real time: a TS of a test picture, to a port or an address. */
const sendTo = (url: string, filter = "null") =>
	runFfmpeg(
		...[
			"-re",
			"-f",
			"lavfi",
			"-i",
			"testsrc=s=512x256:r=30",
			"-vf",
			filter,
			"-c:v",
			"mpeg2video",
			"-g",
			"10",
			"-b:v",
			"2M",
		],
		...["-f", "mpegts", url],
	);

/** A clip of 512x256 made by FFmpeg's filters. */
function clipOf(name: string, ...args: string[]): string {
	const path = join(folder, name);
	execFileSync(ffmpeg.path, [
		"-y",
		"-loglevel",
		"error",
		"-f",
		"lavfi",
		"-i",
		"testsrc=s=512x256:r=30:d=20",
		...args,
		path,
	]);
	return path;
}

async function freeUdpPort(): Promise<number> {
	const socket = createSocket("udp4").bind(0, "127.0.0.1");
	await once(socket, "listening");
	const { port } = socket.address();
	await new Promise<void>((resolve) => socket.close(() => resolve()));
	return port;
}

const sleep = (sec: number) => new Promise((resolve) => setTimeout(resolve, sec * 1000));

describe("a source that is well is never called anything but live", () => {
	it("a short file that loops, with either backend", async () => {
		const clip = await makeClip({ width: 512, height: 256, frames: 20, rate: 30 });
		for (const backend of ["libav", "ffmpeg"] as const) {
			const { names } = await watch({
				source: clip,
				sourceOptions: { backend, ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path },
			});
			await sleep(5);
			expect(names()).toEqual(["live"]);
			await server!.close();
		}
	});

	it("a photo, with either backend", async () => {
		const photo = clipOf("photo.png", "-frames:v", "1");
		for (const backend of ["libav", "ffmpeg"] as const) {
			const { names } = await watch({
				source: photo,
				sourceOptions: { backend, ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path },
			});
			await sleep(4);
			expect(names()).toEqual(["live"]);
			await server!.close();
		}
	});

	it("a file of slides that states 30 pictures a second and shows each for four seconds", async () => {
		const slides = clipOf("slides.mp4", "-vf", "select='not(mod(n,120))'", "-vsync", "vfr", "-c:v", "libx264");
		const { names } = await watch({ source: slides });
		await sleep(14);
		expect(names()).toEqual(["live"]);
	});

	it("a file of two pictures a second, and one that a filter thins out", async () => {
		const slow = clipOf("slow.mp4", "-r", "2", "-t", "6", "-c:v", "libx264");
		const fast = clipOf("fast.mp4", "-t", "6", "-c:v", "libx264");
		for (const [source, filter] of [
			[slow, ""],
			[fast, "fps=0.4"],
		] as const) {
			const { names } = await watch({ source, sourceOptions: filter === "" ? {} : { filter } });
			await sleep(8);
			expect(names(), filter).toEqual(["live"]);
			await server!.close();
		}
	});
});

describe("a source that is not well is said to be", () => {
	it("stalled within 1.5 s of a sender's stop, live when it goes on, and not live when it is killed", async () => {
		const port = await freeUdpPort();
		let sender = sendTo(`udp://127.0.0.1:${port}`);
		const { server, states, names } = await watch({ source: `udp://127.0.0.1:${port}?timeout=4000000` });
		const state = () => server.source.state.name;
		await until(() => state() === "live", "the source to be live", 15_000);
		await sleep(3);
		states.length = 0;
		const seen: number[] = [];
		for (let round = 0; round < 2; round++) {
			sender.kill("SIGSTOP");
			const stoppedMs = performance.now();
			await until(() => state() === "stalled", "the source to be stalled", 5000);
			seen.push(Math.round(performance.now() - stoppedMs));
			sender.kill("SIGCONT");
			await until(() => state() === "live", "the source to be live again", 10_000);
			await sleep(2);
		}
		sender.kill("SIGKILL");
		const killedMs = performance.now();
		await until(() => state() === "stalled", "the source to be stalled", 5000);
		seen.push(Math.round(performance.now() - killedMs));
		console.log(`A sender over UDP that is stopped, stopped, killed: stalled after ${seen.join(", ")} ms`);
		await until(() => state() === "reconnecting", "the source to be tried again", 15_000);
		sender = sendTo(`udp://127.0.0.1:${port}`);
		await until(() => state() === "live", "the source to be back", 30_000);
		expect(Math.min(...seen)).toBeLessThan(2500);
		expect([...new Set(names())]).toEqual(["stalled", "live", "reconnecting"]);
	});

	it("stalled when the ffmpeg program stops, ended after its end, and live when it plays again", async () => {
		const clip = await makeClip({ width: 512, height: 256, frames: 60, rate: 30 });
		const backend = { backend: "ffmpeg", ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path } as const;
		const { server } = await watch({ source: clip, sourceOptions: { ...backend, loop: true } });
		await until(() => server.source.state.name === "live", "the source to be live");
		const list = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
		const pid = Number(/^\s*(\d+).*rawvideo/m.exec(list)![1]);
		process.kill(pid, "SIGSTOP");
		await until(() => server.source.state.name === "stalled", "the source to be stalled", 8000);
		process.kill(pid, "SIGCONT");
		await until(() => server.source.state.name === "live", "the source to go on", 8000);
		await server.close();
		for (const options of [{}, backend]) {
			const { server, names } = await watch({ source: clip, sourceOptions: { ...options, loop: false } });
			await until(() => server.source.state.name === "ended", "the end", 15_000);
			expect(server.source.playAgain()).toBe(true);
			await until(() => server.source.state.name === "live", "it to be played again", 15_000);
			expect(names().slice(-3)).toEqual(["live", "ended", "live"]);
			await server.close();
		}
	});
});
