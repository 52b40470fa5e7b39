// Recorded sound: what a page of Chromium heard and sent, in every format, judged by others.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Decoder, Demuxer } from "node-av/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { median } from "../../bench/statistics.ts";
import type { PanogazeConnection } from "../../src/client/index.ts";
import type { ClientMediaPacket } from "../../src/media/client-media.ts";
import type { EncodedPacket, EncodedSound } from "../../src/media/encoded-packet.ts";
import { SOUND_HZ } from "../../src/media/sound-ring.ts";
import { openRecording, type ReadRecord } from "../../src/recording/index.ts";
import { serve } from "../../src/server/server.ts";
import { beepsIn, onsetsIn } from "../support/beeps.ts";
import { launchChromium } from "../support/chromium.ts";
import { flashAndBeepClip } from "../support/flash-and-beep.ts";
import { H264Decoder } from "../support/h264-decoder.ts";
import { ViewDecoder } from "../support/view-decoder.ts";
import { until } from "../support/werift-viewer.ts";
import { pythonPath } from "./python-environment.ts";
import { rerunProgram } from "./rerun-environment.ts";

declare const panogaze: { readonly connection: PanogazeConnection };

const folder = mkdtempSync(join(tmpdir(), "panogaze-recorded-sound-"));
afterAll(() => rmSync(folder, { recursive: true }));
const judge = fileURLToPath(new URL("mcap_sound_judge.py", import.meta.url));
/** Beeps and flashes that are compared. */
const PAIRS = 6;
const VIEW_RATE = 30;
/** Pictures a second of the clip. */
const CLIP_RATE = 30;

const heard: EncodedSound[] = [];
const shown: EncodedPacket[] = [];
const received: ClientMediaPacket[] = [];
const of = (kind: ClientMediaPacket["kind"]) => received.filter((packet) => packet.kind === kind);
let path: string;
let records: ReadRecord[];

beforeAll(async () => {
	const browser = await launchChromium();
	const server = await serve({
		port: 0,
		host: "127.0.0.1",
		source: await flashAndBeepClip(),
		record: { directory: folder, formats: ["rrd", "mcap", "mp4"] },
		media: { audio: () => {}, video: () => {} },
		view: { width: 320, height: 180, fovDeg: 90, frameRate: VIEW_RATE },
		logLevel: "warn",
	});
	path = server.recording!.path;
	server.on("join", (viewer) => {
		viewer.on("soundSent", (packet) => heard.push(packet));
		viewer.on("media", (packet) => received.push(packet));
		viewer.on("frameSent", (packet) => shown.push(packet));
	});
	const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
	await page.goto(`http://127.0.0.1:${server.port}/`);
	await page.waitForFunction(() => panogaze.connection.sound.available, undefined, { timeout: 40_000 });
	await page.locator("#sound-button").click();
	await page.evaluate(async () => {
		const canvas = document.createElement("canvas");
		canvas.width = 160;
		canvas.height = 120;
		const drawing = canvas.getContext("2d")!;
		const context = new AudioContext();
		const tone = new OscillatorNode(context, { frequency: 700 });
		const microphone = context.createMediaStreamDestination();
		tone.connect(microphone);
		tone.start();
		setInterval(() => {
			drawing.fillStyle = `hsl(${performance.now() / 10}, 80%, 50%)`;
			drawing.fillRect(0, 0, 160, 120);
		}, 60);
		await panogaze.connection.media.sendMicrophone(microphone.stream);
		await panogaze.connection.media.sendCamera(canvas.captureStream(15));
	});
	const isEnough = () =>
		heard.length >= (PAIRS * 0.5 + 1) * 50 &&
		of("audio").filter(({ capturedSec }) => capturedSec > 0).length > 50 &&
		of("video").filter(({ capturedSec }) => capturedSec > 0).length > 10;
	await until(isEnough, "sound and pictures of both sides", 60_000);
	await browser.close();
	await server.close();
	// A server does not wait for a busy machine for ever.
	await server.recording!.close();
	await using recording = await openRecording(path);
	records = [];
	for await (const record of recording.records()) records.push(record);
}, 120_000);

const ofType = <Type extends ReadRecord["type"]>(type: Type) =>
	records.filter((record): record is Extract<ReadRecord, { readonly type: Type }> => record.type === type);
const sounds = (direction: "sent" | "received") => ofType("sound").filter((sound) => sound.direction === direction);

/** The greatest difference from a constant, seconds. */
const spreadOf = (differences: readonly number[]) => Math.max(...differences) - Math.min(...differences);

/** The times at which pictures become bright. */
function flashesIn(pictures: readonly { readonly atSec: number; readonly luma: number }[]): number[] {
	return pictures.flatMap(({ atSec, luma }, index) =>
		luma > 120 && index > 0 && pictures[index - 1]!.luma < 120 ? [atSec] : [],
	);
}

const nearestTo = (sec: number, times: readonly number[]) =>
	times.toSorted((a, b) => Math.abs(a - sec) - Math.abs(b - sec))[0]!;

/** Seconds from each flash to the beep that is nearest. */
function beepsAfterFlashes(flashes: readonly number[], beeps: readonly number[]): number[] {
	return flashes.map((sec) => nearestTo(sec, beeps) - sec).filter((difference) => Math.abs(difference) < 0.2);
}

describe("a recording of sound", () => {
	it("gives back the very packets that were sent and received, at their times", () => {
		const sent = sounds("sent");
		expect(sent.map(({ sound }) => Buffer.from(sound.data).toString("hex"))).toEqual(
			heard.map(({ data }) => Buffer.from(data).toString("hex")),
		);
		expect(spreadOf(sent.map(({ atSec }, index) => atSec - heard[index]!.dueSec))).toBeLessThan(1e-8);
		expect(sent.map(({ sound }) => sound.mediaTimeSec)).toEqual(heard.map(({ mediaTimeSec }) => mediaTimeSec));
		const said = sounds("received");
		expect(said.map(({ sound }) => Buffer.from(sound.data).toString("hex"))).toEqual(
			of("audio").map(({ data }) => Buffer.from(data).toString("hex")),
		);
		expect(spreadOf(said.map(({ atSec }, index) => atSec - of("audio")[index]!.receivedSec))).toBeLessThan(1e-8);
		const offsetSec = said[0]!.atSec - of("audio")[0]!.receivedSec;
		const stated = of("audio").map(({ capturedSec }) => capturedSec + offsetSec);
		expect(said.map(({ sound }) => Number.isNaN(sound.capturedSec))).toEqual(stated.map(Number.isNaN));
		// A better estimate of the page's clock changes no order.
		const later = said.flatMap(({ sound }, index) =>
			Number.isNaN(sound.capturedSec) ? [] : [sound.capturedSec - stated[index]!],
		);
		expect(Math.abs(median(later))).toBeLessThan(1e-7);
		for (const sec of later) expect(sec > -1e-7 && sec < 0.25).toBe(true);
	});

	it("has the pictures of the viewer's own camera from a key frame on, which can be decoded", () => {
		const frames = ofType("client-frame");
		const first = of("video").findIndex(({ keyframe }) => keyframe);
		expect(frames.map(({ packet }) => Buffer.from(packet.data).toString("hex"))).toEqual(
			of("video")
				.slice(first)
				.map(({ data }) => Buffer.from(data).toString("hex")),
		);
		using decoder = new ViewDecoder(frames[0]!.packet.codec as "h264" | "vp8");
		for (const { packet } of frames.slice(0, 10)) expect(decoder.decode(packet.data).height).toBeGreaterThan(0);
	});

	it("has each beep at the media time of its flash, and the best within a picture of its drawing", () => {
		using decoder = new H264Decoder();
		const frames = ofType("frame").map(({ packet }) => {
			const { planes } = decoder.decode(packet.accessUnit);
			const { mediaTimeSec } = packet;
			return { atSec: packet.stages.drawStartSec, mediaTimeSec, luma: planes[0]![1000]! };
		});
		const packets = sounds("sent").map(({ atSec, sound }) => ({ ...sound, atSec }));
		const inMedia = frames.map(({ mediaTimeSec, luma }) => ({ atSec: mediaTimeSec, luma }));
		const beepsInMedia = beepsIn(packets.map(({ mediaTimeSec, data }) => ({ atSec: mediaTimeSec, data })));
		const pairs = inMedia.slice(1).flatMap(({ atSec: bright, luma }, index) => {
			const { atSec: dark, luma: before } = inMedia[index]!;
			const beep = nearestTo(bright, beepsInMedia);
			return luma > 120 && before < 120 && Math.abs(beep - bright) < 0.2 ? [{ dark, beep, bright }] : [];
		});
		expect(pairs.length).toBeGreaterThanOrEqual(PAIRS - 1);
		// A busy machine leaves pictures out: the first that is bright may be among them.
		const outsideSec = pairs.map(({ dark, beep, bright }) => Math.max(dark + 1 / CLIP_RATE - beep, beep - bright));
		expect(median(outsideSec)).toBeLessThan(0.002);
		const flashes = flashesIn(frames);
		const beeps = beepsIn(packets);
		const differences = beepsAfterFlashes(flashes, beeps);
		expect(differences.length).toBeGreaterThanOrEqual(PAIRS - 1);
		// On a busy machine some pictures are drawn late, and some sound is: the best pair tells,
		// early and late in the session.
		for (const half of [differences.slice(0, PAIRS / 2), differences.slice(-PAIRS / 2)])
			expect(Math.min(...half.map(Math.abs))).toBeLessThan(1 / VIEW_RATE);
	});

	it("is a track beside the video in MP4, at the same distance from the pictures", async () => {
		const name = readdirSync(folder).find((file) => file.endsWith(".mp4"))!;
		const pictures: { atSec: number; luma: number }[] = [];
		const samples: number[] = [];
		for (const kind of ["video", "audio"] as const) {
			await using input = await Demuxer.open(join(folder, name));
			const stream = input[kind]()!;
			using decoder = await Decoder.create(stream);
			for await (const frame of decoder.frames(input.packets(stream.index))) {
				if (frame === null) continue;
				const atSec = (Number(frame.pts) * frame.timeBase.num) / frame.timeBase.den;
				const [first] = frame.extendedData!;
				if (kind === "video") pictures.push({ atSec, luma: first![1000]! });
				else
					for (let n = 0; n < frame.nbSamples; n++)
						samples[Math.round(atSec * SOUND_HZ) + n] = first!.readFloatLE(n * 4);
			}
		}
		expect(pictures).toHaveLength(shown.length);
		const beginSec = ofType("frame")[0]!.packet.stages.drawStartSec;
		const beeps = beepsIn(
			sounds("sent").map(({ atSec, sound }) => ({ atSec: atSec - beginSec, data: sound.data })),
		);
		// As in the packets, a beep has a tenth of a second of the sound before it: before that,
		// MP4 has silence.
		const soundBeginSec = sounds("sent")[0]!.atSec - beginSec;
		const inMp4 = onsetsIn(samples).filter((sec) => sec > soundBeginSec + 0.1);
		expect(inMp4.length).toBeGreaterThanOrEqual(PAIRS - 1);
		for (const sec of inMp4) expect(Math.min(...beeps.map((beep) => Math.abs(beep - sec)))).toBeLessThan(0.001);
		const times = pictures.map(
			({ atSec }, index) => atSec - (ofType("frame")[index]!.packet.stages.drawStartSec - beginSec),
		);
		expect(Math.max(...times.map(Math.abs))).toBeLessThan(0.001);
	});

	it("has no fault for Rerun's program, in both formats", () => {
		const rerun = (...args: readonly string[]) =>
			execFileSync(rerunProgram, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
		expect(() => rerun("rrd", "verify", path)).not.toThrow();
		const printed = rerun("rrd", "print", path);
		for (const entity of ["/sound/viewer\\\\ .*/heard", "/sound/viewer\\\\ .*/microphone", "/cameras/viewer\\\\ "])
			expect(printed).toMatch(new RegExp(entity));
		expect(() => rerun("mcap", "check", path.replace(/rrd$/, "mcap"))).not.toThrow();
	});

	it("is read by Python's reader of MCAP, packet by packet", () => {
		const printed = execFileSync(pythonPath, [judge, path.replace(/rrd$/, "mcap")], { encoding: "utf8" });
		const topics = JSON.parse(printed) as Record<string, { schema: string; packets: string[]; formats: string[] }>;
		const topic = (name: string) => Object.entries(topics).find(([key]) => key.endsWith(`/${name}`))![1];
		for (const [name, packets] of [
			["heard", heard],
			["microphone", of("audio")],
		] as const) {
			const { schema, packets: read, formats } = topic(name);
			expect(schema).toBe("foxglove.CompressedAudio");
			expect(formats).toEqual(["opus"]);
			expect(read).toEqual(packets.map(({ data }) => Buffer.from(data).toString("hex")));
		}
	});
});
