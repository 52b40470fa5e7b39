import { execFileSync, spawn } from "node:child_process";
import { closeSync, createWriteStream, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import ffprobe from "@ffprobe-installer/ffprobe";
import { afterAll, describe, expect, it } from "vitest";
import { type ClipOptions, clipFrameFromLuma, makeClip } from "../../test/support/clips.ts";
import { createVideoSource } from "./open-source.ts";
import { type ReadPicture, readPictures } from "./reading.cases.ts";
import { accessTo } from "./source-access.ts";
import { SourceUnderTest, sleep } from "./video-source.cases.ts";

const SMALL = { width: 256, height: 128, frames: 24, rate: 24, container: "ts" } as const satisfies ClipOptions;
const folder = mkdtempSync(join(tmpdir(), "panogaze-pipes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const frames = (pictures: readonly ReadPicture[]) => pictures.map(({ lumaAt }) => clipFrameFromLuma(lumaAt(0.5, 0.5)));
const ALL = Array.from({ length: 24 }, (_, index) => index);

describe.skipIf(process.platform === "win32")("a pipe", () => {
	let count = 0;
	function fifo(): string {
		const path = join(folder, `pipe-${count++}`);
		execFileSync("mkfifo", [path]);
		return path;
	}

	it("is read from its first byte, once, and its end is the end, though a file would loop", async () => {
		const path = fifo();
		const reading = readPictures(path, { loop: true });
		createWriteStream(path).end(readFileSync(await makeClip(SMALL)));
		const { pictures, end, loops, notices } = await reading;
		expect(frames(pictures)).toEqual(ALL);
		expect([end, loops]).toEqual(["end", 0]);
		expect(notices).toEqual([expect.stringContaining("named pipe: it is read when somebody writes to it")]);
	});

	it.each(["ts", "mkv"])("is at its end where it is cut off, and not damaged: %s", async (container) => {
		const path = fifo();
		const bytes = readFileSync(await makeClip({ ...SMALL, container, width: 640, height: 320, draw: "detail" }));
		const reading = readPictures(path);
		createWriteStream(path).end(bytes.subarray(0, Math.floor(bytes.length * 0.7)));
		const { pictures, end } = await reading;
		expect(pictures.length).toBeGreaterThan(8);
		expect(end).toBe("end");
	});

	it("may be silent, and its source still stops at once: without a writer, and in the middle", async () => {
		const path = fifo();
		const source = createVideoSource(path, { hwaccel: "none" });
		const starting = source.start(() => {
			throw new Error("It opened.");
		});
		await expect.poll(() => source.lostByStopping).toBe("bytes");
		const outcome = expect(starting).rejects.toThrow("was stopped before it was open");
		await sleep(100);
		await source.stop();
		await outcome;
		const writer = createWriteStream(path);
		writer.write(readFileSync(await makeClip({ ...SMALL, frames: 72 })));
		const notices: string[] = [];
		source.on("notice", (message) => notices.push(message));
		await using test = await SourceUnderTest.start(source);
		await test.next();
		await test.source.stop();
		expect([...notices, ...test.notices].filter((notice) => notice.includes("inside FFmpeg"))).toEqual([]);
		writer.destroy();
	});

	it("of standard input is named stdin and `-`, for both backends, to its last picture", async () => {
		const program = join(folder, "read-stdin.ts");
		const address = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
		writeFileSync(
			program,
			`import { createVideoSource } from ${address("./open-source.ts")};
			import { SharedHeap } from ${address("../media/shared-heap.ts")};
			import { PanoramaStore } from ${address("../media/panorama-store.ts")};
			const options = ${JSON.stringify({ hwaccel: "none", ffmpegPath: ffmpeg.path, ffprobePath: ffprobe.path })};
			const source = createVideoSource("-", options);
			const other =
				process.argv[2] === "ffmpeg" ? createVideoSource("pipe:0", { ...options, backend: "ffmpeg" }) : source;
			other.on("ended", () => console.log("ended", other.name, other.stats().framesDecoded, other.stats().loops));
			other.on("error", (error) => console.log(error.message));
			const createStore = ({ format }) => PanoramaStore.create(new SharedHeap(), format);
			await other.start(createStore).catch((error) => console.log(error.message));`,
		);
		const clip = readFileSync(await makeClip({ ...SMALL, container: "mkv" }));
		for (const [backend, bytes, said] of [
			["libav", clip, "ended stdin 24 0\n"],
			["libav", "", "stdin ended before anything came.\n"],
			["ffmpeg", clip, "ended stdin 24 0\n"],
		] as const) {
			const child = spawn(process.execPath, [program, backend], { stdio: ["pipe", "pipe", "inherit"] });
			child.stdin.end(bytes);
			expect([backend, await text(child.stdout)]).toEqual([backend, said]);
		}
		// A file whose index is at its end, which a pipe could not hold.
		const file = openSync(await makeClip({ ...SMALL, container: "mp4" }), "r");
		const child = spawn(process.execPath, [program, "libav"], { stdio: [file, "pipe", "inherit"] });
		expect(await text(child.stdout!)).toBe("ended stdin 24 0\n");
		closeSync(file);
	});
});

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

describe("a listener", () => {
	it.each<[spec: string, url: string, options: Record<string, string>]>([
		["srt://:9000?mode=listener&latency=200000", "srt://:9000?latency=200000", { mode: "listener" }],
		["rtmp://0.0.0.0/live/key?listen=1", "rtmp://0.0.0.0/live/key", { listen: "1" }],
		["tcp://0.0.0.0:9000?listen", "tcp://0.0.0.0:9000", { listen: "1" }],
		["http://0.0.0.0:9000/x?listen=1&a=b", "http://0.0.0.0:9000/x?a=b", { listen: "1" }],
		["rtsp://0.0.0.0:9000/x?listen", "rtsp://0.0.0.0:9000/x", { rtsp_flags: "listen" }],
	])("is known by its address: %s", async (spec, url, options) => {
		expect(await accessTo(spec, "")).toMatchObject({ url, options, listener: true, live: true, network: true });
		expect(createVideoSource(spec).lostByStopping).toBe("sender");
	});

	it("is known by its options, and a caller is none", async () => {
		expect(await accessTo("rtmp://0.0.0.0/live/key", "", { listen: "1" })).toMatchObject({ listener: true });
		expect(await accessTo("srt://0.0.0.0:9000", "", { mode: "listener" })).toMatchObject({ listener: true });
		for (const spec of [
			"srt://h:9000",
			"srt://h:9000?mode=caller",
			"tcp://h:1?listen=0",
			"http://h/x?listener=1",
			"rtmp://h/live/key",
		]) {
			expect([spec, (await accessTo(spec, "")).listener]).toEqual([spec, false]);
		}
	});

	it("shows its first sender from the beginning, then the next; a caller without video does no harm", async () => {
		const port = await freePort();
		const bytes = readFileSync(await makeClip(SMALL));
		const thrownOff: string[] = [];
		/** Sends when the port is open, and waits for the other side to have read it all. */
		async function send(content: Buffer, name: string): Promise<void> {
			for (;;) {
				const socket = connect(port, "127.0.0.1");
				const connected = await new Promise<boolean>((resolve) => {
					socket.once("connect", () => resolve(true));
					socket.once("error", () => resolve(false));
				});
				if (!connected) {
					await sleep(20);
					continue;
				}
				socket.on("error", () => thrownOff.push(name));
				await new Promise<void>((resolve) => {
					socket.once("close", () => resolve());
					socket.end(content);
				});
				return;
			}
		}
		const reading = readPictures(`tcp://127.0.0.1:${port}?listen`, {}, (_, count) => count === 44);
		await send(Buffer.from("GET / HTTP/1.1\r\n\r\n".repeat(20)), "stranger");
		await send(bytes, "first");
		await send(bytes, "second");
		const { pictures, notices } = await reading;
		expect(frames(pictures).slice(0, 24)).toEqual(ALL);
		expect(frames(pictures).slice(24, 30)).toEqual([0, 1, 2, 3, 4, 5]);
		expect(thrownOff.filter((name) => name !== "second" && name !== "stranger")).toEqual([]);
		expect(notices[0]).toBe(`tcp://127.0.0.1:${port}?listen waits for a sender.`);
		expect(notices.at(-1)).toBe(
			`The sender to tcp://127.0.0.1:${port}?listen has left. tcp://127.0.0.1:${port}?listen waits for a sender.`,
		);
	});

	it("of an ffmpeg program keeps its first sender too, and stops while it waits for the next", async () => {
		const port = await freePort();
		const options = {
			hwaccel: "none",
			backend: "ffmpeg",
			ffmpegPath: ffmpeg.path,
			ffprobePath: ffprobe.path,
		} as const;
		const source = createVideoSource(`tcp://127.0.0.1:${port}?listen`, options);
		const starting = SourceUnderTest.start(source);
		const bytes = readFileSync(await makeClip(SMALL));
		for (let connected = false; !connected; ) {
			const socket = connect(port, "127.0.0.1");
			connected = await new Promise<boolean>((resolve) => {
				socket.once("connect", () => resolve(true));
				socket.once("error", () => resolve(false));
			});
			if (connected) socket.end(bytes);
			else await sleep(20);
		}
		await using test = await starting;
		await test.until(() => test.notices.some((notice) => notice.includes("has left")));
		expect(test.source.stats().framesDecoded).toBe(24);
		await test.source.stop();
		expect(test.errors).toEqual([]);
	});

	it("takes a POST by HTTP", async () => {
		const port = await freePort();
		const reading = readPictures(
			`http://127.0.0.1:${port}/in?listen=1`,
			{ reconnect: false },
			(_, count) => count === 20,
		);
		const bytes = readFileSync(await makeClip(SMALL));
		for (let sent = false; !sent; ) {
			const post = request({
				port,
				host: "127.0.0.1",
				method: "POST",
				path: "/in",
				headers: { "transfer-encoding": "chunked" },
			});
			sent = await new Promise<boolean>((resolve) => {
				post.once("error", () => resolve(false));
				post.once("socket", (socket) => socket.once("connect", () => resolve(true)));
				post.end(bytes);
			});
			post.on("error", () => {});
			if (!sent) await sleep(20);
		}
		expect(frames((await reading).pictures).slice(0, 20)).toEqual(ALL.slice(0, 20));
	});

	it.each([
		[
			"srt",
			"mpegts",
			(port: number) => [`srt://127.0.0.1:${port}?mode=listener`, `srt://127.0.0.1:${port}?mode=caller`] as const,
		],
		[
			"rtmp",
			"flv",
			(port: number) =>
				[`rtmp://127.0.0.1:${port}/live/key?listen=1`, `rtmp://127.0.0.1:${port}/live/key`] as const,
		],
	])("takes what FFmpeg sends by %s", async (_, container, addresses) => {
		const [listen, call] = addresses(await freePort());
		const reading = readPictures(listen, {}, (_picture, count) => count === 12);
		const program = join(folder, "send.mjs");
		writeFileSync(program, SENDER);
		const clip = await makeClip({ ...SMALL, frames: 48, container: "mp4" });
		const sender = spawn(process.execPath, [program, clip, container, call], {
			stdio: ["ignore", "ignore", "inherit"],
		});
		const { pictures } = await reading.finally(() => sender.kill());
		expect(frames(pictures).slice(0, 12)).toEqual(ALL.slice(0, 12));
	});
});

/**
 * A program that sends a clip, a little faster than it plays: from the same process FFmpeg would
 * wait for itself.
 */
const SENDER = `
import { setTimeout } from "node:timers/promises";
import { AV_LOG_QUIET } from ${JSON.stringify(import.meta.resolve("node-av/constants"))};
import { FormatContext, Log, Packet } from ${JSON.stringify(import.meta.resolve("node-av/lib"))};
const [, , clip, container, url] = process.argv;
Log.setLevel(AV_LOG_QUIET);
const input = new FormatContext();
input.allocContext();
input.openInputSync(clip, null, null);
input.findStreamInfoSync(null);
const from = input.streams[0];
let output;
do {
	await setTimeout(50);
	output = new FormatContext();
	output.allocOutputContext2(null, container, url);
	const stream = output.newStream();
	from.codecpar.copy(stream.codecpar);
	stream.codecpar.codecTag = 0;
	stream.timeBase = from.timeBase;
} while (output.openOutputSync() < 0);
output.writeHeaderSync(null);
const packet = new Packet();
packet.alloc();
while (input.readFrameSync(packet) >= 0) {
	packet.rescaleTs(from.timeBase, output.streams[0].timeBase);
	output.interleavedWriteFrameSync(packet);
	await setTimeout(20);
}
output.writeTrailerSync();
await setTimeout(1000);
`;
