import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { serve } from "../../src/index.ts";
import { openRecording } from "../../src/recording/index.ts";
import type { ReadRecord } from "../../src/recording/read/read-record.ts";
import { createLibavSource } from "../../src/source/libav-source.ts";
import { SourceUnderTest } from "../../src/source/video-source.cases.ts";
import { makeClip } from "../support/clips.ts";
import { CameraViewer } from "../support/http-camera.ts";
import { RTP_CAMERA_RATE, RtpCamera } from "../support/rtp-camera.ts";
import { keptLog, SMALL_VIEW } from "../support/test-server.ts";

const folder = mkdtempSync(join(tmpdir(), "capture-times-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}

/** Distance of a time to the nearest capture of a camera's picture, seconds. */
function offBy(sec: number, firstSec: number): number {
	const pictures = (sec - firstSec) * RTP_CAMERA_RATE;
	return Math.abs(pictures - Math.round(pictures)) / RTP_CAMERA_RATE;
}

it("A recorded session has the capture of each picture: of the view, a copied camera and the packets", async () => {
	const head = await RtpCamera.start({ latencySec: 0.15 });
	const wrist = await RtpCamera.start({ latencySec: 0.3 });
	const unset = await RtpCamera.start({ latencySec: 0.1, clockErrorSec: -7200 });
	const { logger, lines } = keptLog();
	const { inputOptions } = head;
	const flat = { source: wrist.sdp, sourceOptions: { inputOptions } };
	const server = await serve({
		sources: {
			head: { source: head.sdp, sourceOptions: { inputOptions } },
			wrist: flat,
			unset: { ...flat, source: unset.sdp },
		},
		keepSourceRunning: true,
		...{ port: 0, host: "127.0.0.1", view: SMALL_VIEW, renderWorkers: 1, logger },
		record: { directory: folder, source: "packets" },
	});
	const viewer = await CameraViewer.join(server);
	const hasAll = () => [server.source, ...server.cameras.values()].every(({ capture }) => capture !== undefined);
	await expect.poll(hasAll, { timeout: 20_000 }).toBe(true);
	const { length } = viewer.pictures;
	await expect.poll(() => viewer.pictures.length, { timeout: 20_000 }).toBeGreaterThan(length + 40);
	const status = (await (await fetch(`http://127.0.0.1:${server.port}/status`)).json()) as object;
	expect(status).toMatchObject({
		source: { capture: { origin: "rtcp", used: true } },
		cameras: { wrist: { capture: { origin: "rtcp", used: true } }, unset: { capture: { used: false } } },
	});
	const path = server.recording!.path;
	await viewer.client.close();
	await server.close();
	// A server does not wait for a busy machine for ever.
	await server.recording!.close();
	for (const camera of [head, wrist, unset]) camera.close();
	expect(lines.join("\n")).toMatch(/Camera unset states .* lie 72\d\d\.\d+ s before .* clock is not set/);

	await using recording = await openRecording(path);
	const { beginSec } = recording.summary;
	const records: ReadRecord[] = [];
	for await (const record of recording.records()) records.push(record);
	const stated = { frame: 0, wrist: 0, unset: 0, "source-packet": 0 };
	for (const record of records) {
		if (record.type !== "frame" && record.type !== "camera" && record.type !== "source-packet") continue;
		const { packet } = record;
		const { cameraUs = Number.NaN } = packet;
		const { capturedSec = Number.NaN } = "stages" in packet ? packet.stages : packet;
		if (Number.isNaN(cameraUs)) continue;
		const name = record.type === "camera" ? (record.camera as "wrist" | "unset") : record.type;
		const camera = name === "wrist" ? wrist : name === "unset" ? unset : head;
		stated[name]++;
		expect(offBy(cameraUs / 1e6, camera.cameraSec(0))).toBeLessThan(1e-5);
		if (name === "unset") expect(capturedSec).toBeNaN();
		else {
			// The recording's wall clock is to the millisecond.
			expect(Math.abs(capturedSec + beginSec - cameraUs / 1e6)).toBeLessThan(2e-3);
			const atSec = "stages" in packet ? packet.stages.drawStartSec : packet.receivedSec;
			expect(atSec - capturedSec).toBeGreaterThan(name === "wrist" ? 0.3 : 0.15);
		}
	}
	for (const count of Object.values(stated)) expect(count).toBeGreaterThan(20);
	const words = records.flatMap((record) => (record.type === "text" ? [record.words] : []));
	expect(words.filter((line) => line.includes("capture times by RTCP sender reports"))).toHaveLength(3);
}, 90_000);

it("An RTSP sender of FFmpeg's states when it sent each picture", async () => {
	const clip = await makeClip({ width: 64, height: 64, frames: 100, rate: 25, keyframeInterval: 10 });
	const url = `rtsp://127.0.0.1:${await freePort()}/camera`;
	const source = createLibavSource(`${url}?listen`, { hwaccel: "none", projection: { kind: "none" } });
	const sender = spawn(process.execPath, ["--input-type=module", "-e", SENDER, "--", clip, "rtsp", url]);
	try {
		await using test = await SourceUnderTest.start(source);
		let picture = await test.next();
		while (Number.isNaN(picture.captureTimeSec)) picture = await test.next();
		expect(source.stats().capture).toMatchObject({ origin: "rtcp", used: true });
		expect(picture.captureTimeSec).toBeLessThanOrEqual(picture.readyTimeSec);
	} finally {
		sender.kill();
	}
}, 60_000);

/** A program that sends a clip as fast as it plays. */
const SENDER = `
import { setTimeout } from "node:timers/promises";
import { AV_LOG_QUIET } from ${JSON.stringify(import.meta.resolve("node-av/constants"))};
import { FormatContext, Log, Packet } from ${JSON.stringify(import.meta.resolve("node-av/lib"))};
const [, clip, container, url] = process.argv;
Log.setLevel(AV_LOG_QUIET);
const input = new FormatContext();
input.allocContext();
input.openInputSync(clip, null, null);
input.findStreamInfoSync(null);
const from = input.streams[0];
let output;
for (;;) {
	await setTimeout(100);
	output = new FormatContext();
	output.allocOutputContext2(null, container, url);
	const stream = output.newStream();
	from.codecpar.copy(stream.codecpar);
	stream.codecpar.codecTag = 0;
	stream.timeBase = from.timeBase;
	if (output.writeHeaderSync(null) >= 0) break;
}
const packet = new Packet();
packet.alloc();
while (input.readFrameSync(packet) >= 0) {
	packet.rescaleTs(from.timeBase, output.streams[0].timeBase);
	output.interleavedWriteFrameSync(packet);
	await setTimeout(40);
}
`;
