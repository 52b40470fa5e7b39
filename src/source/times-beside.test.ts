// Capture times that FFmpeg does not pass on.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { prftContent, withReferenceTimes } from "../../test/support/timed-metadata.ts";
import { CaptureTimes } from "./capture-times.ts";
import { LibavInput } from "./libav-input.ts";
import { newPacket } from "./new-packet.ts";
import { completeLibavOptions } from "./source-options.ts";
import { Stopping } from "./source-worker.ts";
import type { CaptureStatement } from "./video-source.ts";

const CLIP = { width: 64, height: 64, frames: 20, rate: 10, keyframeInterval: 5 } as const;
const FRAGMENTS = { movflags: "frag_keyframe+empty_moov+default_base_moof" };
const TENTHS = Array.from({ length: 20 }, (_, index) => index / 10);

const folder = mkdtempSync(join(tmpdir(), "times-beside-"));
const server = createServer((request, response) => answer(request, response));
let answer: RequestListener;
let address: string;
let fragmented: Buffer;
beforeAll(async () => {
	Log.setLevel(AV_LOG_FATAL);
	fragmented = readFileSync(await makeClip({ ...CLIP, containerOptions: FRAGMENTS }));
	await once(server.listen(0, "127.0.0.1"), "listening");
	address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true });
});

/** The clip with reference times from `startUs` on. */
function withTimes(startUs: number): Buffer {
	const timescale = fragmented.readUInt32BE(fragmented.indexOf("mdhd") + 16);
	return withReferenceTimes(fragmented, (index) =>
		prftContent(1, startUs + index * 500_000, index * 0.5 * timescale),
	);
}

/** Reads an input to its end. @param isReady waits before the first packet. */
async function readTimes(spec: string, isReady: (input: LibavInput) => Promise<void> = async () => {}) {
	const options = completeLibavOptions(spec, { hwaccel: "none" });
	const input = await LibavInput.open(options, new AbortController().signal);
	const statements: CaptureStatement[] = [];
	const capture = (statement: CaptureStatement) => void statements.push(statement);
	const captures = new CaptureTimes({ options: { captureClock: "auto" }, stopping: false, capture });
	const packet = newPacket();
	try {
		await captures.opened(input);
		await isReady(input);
		const times: { readonly stampSec: number; readonly cameraUs: number; readonly isKnown: boolean }[] = [];
		while (times.length < TENTHS.length && (await input.read(packet))) {
			const { cameraUs, capturedSec } = captures.ofPacket;
			times.push({ stampSec: Number(packet.pts) * input.tickSec, cameraUs, isKnown: !Number.isNaN(capturedSec) });
			packet.unref();
		}
		return { times, statements };
	} finally {
		packet.free();
		await input.close();
	}
}

describe("The capture times of prft boxes", () => {
	it.skipIf(process.platform === "win32")("are those of a pipe, used where they are of now", async () => {
		const path = join(folder, "pipe");
		execFileSync("mkfifo", [path]);
		const startUs = Date.now() * 1000 - 3e6;
		createWriteStream(path).end(withTimes(startUs));
		const now = await readTimes(path);
		expect(now.times.map(({ cameraUs }) => (cameraUs - startUs) / 1e6)).toEqual(
			TENTHS.map((sec) => expect.closeTo(sec, 4)),
		);
		expect(now.times.every(({ isKnown }) => isKnown)).toBe(true);
		expect(now.statements[0]).toEqual({ origin: "prft", used: true, ageSec: expect.any(Number) });
		createWriteStream(path).end(withTimes(1.7e15));
		const past = await readTimes(path);
		expect(past.times[5]).toMatchObject({ cameraUs: expect.closeTo(1.7e15 + 500_000, -2), isKnown: false });
		expect(past.statements).toEqual([{ origin: "prft", used: false, ageSec: Number.NaN }]);
	});

	it("are those of a live stream over HTTP, which is asked for once more", async () => {
		const startUs = Date.now() * 1000 - 3e6;
		const asked: (string | undefined)[] = [];
		answer = (request, response) => {
			asked.push(`${request.method} ${request.headers["user-agent"]?.startsWith("Lavf")}`);
			// Without a length.
			response.write(withTimes(startUs));
			response.end();
		};
		const { times, statements } = await readTimes(`${address.replace("//", "//me:pw@")}/camera.mp4`);
		expect(times.map(({ cameraUs }) => (cameraUs - startUs) / 1e6)).toEqual(
			TENTHS.map((sec) => expect.closeTo(sec, 4)),
		);
		expect(statements[0]).toMatchObject({ origin: "prft", used: true });
		expect(asked).toEqual(["GET true", "GET false"]);
	});

	it("are not looked for in a recording over HTTP, whether its length is stated or not", async () => {
		const fast = readFileSync(await makeClip({ ...CLIP, containerOptions: { movflags: "faststart" } }));
		for (const stated of [{ "content-length": fast.length }, {}]) {
			const agents: (string | undefined)[] = [];
			answer = ({ headers }, response) => {
				agents.push(headers["user-agent"]);
				response.writeHead(200, stated);
				response.write(fast);
				response.end();
			};
			const { times, statements } = await readTimes(`${address}/clip.mp4`, async ({ live, durationSec }) => {
				expect([live, durationSec]).toEqual([false, 2]);
			});
			expect([times.length, statements]).toEqual([20, []]);
			expect(agents[0]).toMatch(/^Lavf/);
		}
	});

	it("keep no source that is stopped waiting for a server without an answer", async () => {
		const end = new AbortController();
		let asked = 0;
		answer = () => {
			asked++;
			end.abort();
		};
		const options = completeLibavOptions(`${address}/silent.mp4`, { hwaccel: "none" });
		await expect(LibavInput.open(options, end.signal)).rejects.toThrow(Stopping);
		expect(asked).toBe(1);
		server.closeAllConnections();
	});
});

describe("The dates of a live HLS playlist", () => {
	const SEGMENTS = [0, 1, 2, 3];
	const segment = async (index: number) =>
		readFileSync(
			await makeClip({
				...{ ...CLIP, frames: 10, container: "ts" },
				timeOf: (frame) => index + frame / 10,
				drawnFrom: { index },
			}),
		);
	const playlistOf = (startMs: number, isDated = true) =>
		[
			...["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:1", "#EXT-X-MEDIA-SEQUENCE:0"],
			...SEGMENTS.flatMap((index) => [
				...(isDated ? [`#EXT-X-PROGRAM-DATE-TIME:${new Date(startMs + index * 1000).toISOString()}`] : []),
				...["#EXTINF:1.0,", `${index}.ts`],
			]),
			"",
		].join("\n");

	it("are the capture times of its pictures", async () => {
		const segments = await Promise.all(SEGMENTS.map(segment));
		const startMs = Date.now() - 20_000;
		answer = ({ url, headers }, response) => {
			if (headers.authorization !== `Basic ${btoa("me:pw")}`)
				return void response.writeHead(401, { "www-authenticate": 'Basic realm="camera"' }).end();
			const [, index] = /(\d)\.ts$/.exec(url!) ?? [];
			if (index !== undefined) return void response.end(segments[Number(index)]);
			if (url!.endsWith("/main.m3u8")) response.end("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nall/list.m3u8\n");
			else response.end(playlistOf(startMs));
		};
		const { times, statements } = await readTimes(`${address.replace("//", "//me:pw@")}/main.m3u8`, (input) =>
			expect.poll(() => input.findTimesBeside()?.isLooking, { timeout: 20_000 }).toBe(false),
		);
		// FFmpeg begins with the third segment from the end.
		expect(times.map(({ cameraUs }) => cameraUs / 1e3 - startMs)).toEqual(
			TENTHS.map((sec) => expect.closeTo(1000 + sec * 1000, 0)),
		);
		expect(times.every(({ isKnown }) => isKnown)).toBe(true);
		expect(statements[0]).toMatchObject({ origin: "hls", used: true });
		expect(statements[0]?.ageSec).toBeGreaterThan(18);
	});

	it("are given up where the playlist has none", async () => {
		const segments = await Promise.all(SEGMENTS.map(segment));
		answer = ({ url }, response) =>
			response.end(url!.endsWith("m3u8") ? playlistOf(0, false) : segments[Number(url!.at(-4))]);
		const { times, statements } = await readTimes(`${address}/list.m3u8`, (input) =>
			expect.poll(() => input.findTimesBeside()?.isLooking, { timeout: 20_000 }).toBe(false),
		);
		expect([times.length, statements]).toEqual([20, []]);
	});
});
