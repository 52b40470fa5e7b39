import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormatContext, Packet } from "node-av/lib";
import { afterAll, describe, expect, it } from "vitest";
import { encodeClip } from "../../session/h264-clip.cases.ts";
import { OpusEncoder } from "../../sound/opus-encoder.ts";
import { PACKET } from "../fake-session.cases.ts";
import { RecordingDisk } from "../files/recording-disk.ts";
import type { RecordedFile } from "../recording-protocol.ts";
import { SessionProgress } from "../session-progress.ts";
import type { RecordedPose, SessionRecord } from "../session-record.ts";
import { SessionVideos } from "./session-videos.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-videos-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CLIP = encodeClip({ width: 64, height: 48, frames: 40, keyframes: [20] });
/** Seconds between two pictures: no fixed rate. */
const STEPS = [0.03, 0.05, 0.02];

function frames(viewer: string): SessionRecord[] {
	let sec = 10;
	return CLIP.map(({ accessUnit, keyframe }, index) => {
		sec += STEPS[index % 3]!;
		const stages = { ...PACKET.stages, drawStartSec: sec };
		const packet = { ...PACKET, accessUnit, keyframe, width: 64, height: 48, stages };
		return { type: "frame", viewer, packet, firstPacketSec: sec, lastPacketSec: sec };
	});
}

const HEAD: RecordedPose = {
	kind: "head",
	skeleton: undefined,
	hand: undefined,
	stream: 0,
	sequence: 3,
	clientTimeMs: 1,
	seenRtpTicks: undefined,
	positionTracked: true,
	confidence: 1,
	receivedSec: 10.53,
	capturedSec: 10.28,
	photonAgeMs: Number.NaN,
	ids: Int32Array.of(0),
	positions: Float32Array.of(1, 2, 3),
	rotations: Float32Array.of(0, 0, 0, 1),
	controls: undefined,
};

function videos(name: string) {
	const news: RecordedFile[] = [];
	const failures: string[] = [];
	const made = new SessionVideos({
		stem: join(folder, name),
		epochSec: 1000,
		disk: new RecordingDisk({ nowMs: () => performance.now(), onNotice: () => {} }),
		progress: new SessionProgress(),
		onFile: (file) => news.push(file),
		onNotice: (message) => failures.push(message),
		onFileFailed: (message) => failures.push(message),
		onFailed: (message) => failures.push(message),
	});
	return { made, news, failures, mp4: (viewer: string) => join(folder, `${name}.${viewer}.mp4`) };
}

const DEFAULT_COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;

const SOUNDING = {
	name: "clip",
	codec: "h264",
	frameRate: 30,
	live: false,
	durationSec: 9,
	layout: undefined,
	format: { width: 64, height: 32, eyes: 1, color: DEFAULT_COLOR },
	sound: "stereo",
} as const;

/** Packets of a hum, and of a tone from half of them on: an encoder needs a beginning. */
function toneFrom(viewer: string, beginSec: number, seconds: number): SessionRecord[] {
	using encoder = new OpusEncoder({ packetSamples: 960, bitrateBps: 96_000 });
	return Array.from({ length: seconds / 0.02 }, (_, index): SessionRecord => {
		const samples = Float32Array.from({ length: 960 }, (_, n) => {
			const sec = index * 0.02 + n / 48_000;
			return sec < seconds / 2
				? 0.002 * Math.sin(2 * Math.PI * 60 * sec)
				: 0.5 * Math.sin(2 * Math.PI * 1000 * sec);
		});
		const data = encoder.encode(samples, samples);
		const begins = index === 0;
		const sound = { data, durationSec: 0.02, mediaTimeSec: index * 0.02, capturedSec: Number.NaN, begins };
		return { type: "sound", viewer, direction: "sent", atSec: beginSec + index * 0.02, sound };
	});
}

/** The decoded left channel of a file's track of sound, and the time of its first sample. */
async function soundOf(path: string): Promise<{ samples: number[]; firstSec: number }> {
	const { Demuxer, Decoder } = await import("node-av/api");
	const input = await Demuxer.open(path);
	const stream = input.audio()!;
	using decoder = await Decoder.create(stream);
	const samples: number[] = [];
	let firstSec = Number.NaN;
	for await (const frame of decoder.frames(input.packets(stream.index))) {
		if (frame === null) continue;
		const { num, den } = frame.timeBase;
		if (Number.isNaN(firstSec)) firstSec = (Number(frame.pts) * num) / den;
		const left = frame.extendedData![0]!;
		for (let n = 0; n < frame.nbSamples; n++) samples.push(left.readFloatLE(n * 4));
		frame.free();
	}
	await input.close();
	return { samples, firstSec };
}

/** The boxes that a file consists of. */
function boxesOf(file: Buffer) {
	const boxes: { readonly type: string; readonly byteLength: number }[] = [];
	for (let at = 0; at < file.length; at += boxes.at(-1)!.byteLength)
		boxes.push({ type: file.toString("latin1", at + 4, at + 8), byteLength: file.readUInt32BE(at) });
	return boxes;
}

async function packetsOf(path: string) {
	const format = new FormatContext();
	format.allocContext();
	expect(await format.openInput(path, null, null)).toBeGreaterThanOrEqual(0);
	await format.findStreamInfo(null);
	const { codecpar, timeBase } = format.streams[0]!;
	const packet = new Packet();
	packet.alloc();
	const read: { readonly sec: number; readonly keyframe: boolean }[] = [];
	while ((await format.readFrame(packet)) >= 0) {
		// The pictures are the first track.
		if (packet.streamIndex === 0)
			read.push({ sec: (Number(packet.pts) * timeBase.num) / timeBase.den, keyframe: packet.isKeyframe });
		packet.unref();
	}
	const size = [codecpar.width, codecpar.height];
	packet.free();
	await format.closeInput();
	format.freeContext();
	return { read, size };
}

describe("SessionVideos", () => {
	it("has each viewer's pictures at their own times, beginning with a key frame", async () => {
		const { made, news, failures, mp4 } = videos("whole");
		const records = frames("aaaaaaaa");
		for (const record of [records[1]!, ...records]) made.write(record);
		made.flush();
		await made.close();
		expect(failures).toEqual([]);
		const { read, size } = await packetsOf(mp4("aaaaaaaa"));
		expect(size).toEqual([64, 48]);
		expect(read.map(({ keyframe }) => keyframe)).toEqual(CLIP.map(({ keyframe }) => keyframe));
		const first = STEPS[0]!;
		let sec = 10;
		for (const [index, { sec: at }] of read.entries()) {
			sec += STEPS[index % 3]!;
			expect(at).toBeCloseTo(sec - 10 - first, 4);
		}
		expect(news.map(({ format, isFinished }) => `${format} ${isFinished}`)).toEqual([
			"mp4 false",
			"jsonl false",
			"mp4 true",
			"jsonl true",
		]);
	});

	it("has the sound that its viewer heard in step with the pictures, and silence elsewhere", async () => {
		const { made, failures, mp4 } = videos("sound");
		made.write({ type: "source", atSec: 9, source: SOUNDING });
		const records = frames("aaaaaaaa");
		for (const record of records.slice(0, 10)) made.write(record);
		made.flush();
		const beginSec = 10 + STEPS[0]!;
		for (const record of toneFrom("aaaaaaaa", beginSec + 0.3, 0.4)) made.write(record);
		for (const record of records.slice(10)) made.write(record);
		await made.close();
		expect(failures).toEqual([]);
		const { samples, firstSec } = await soundOf(mp4("aaaaaaaa"));
		const onset = samples.findIndex((sample) => Math.abs(sample) > 0.05) / 48_000 + firstSec;
		expect(Math.abs(onset - 0.5)).toBeLessThan(0.002);
		expect(samples.length / 48_000 + firstSec).toBeGreaterThan(1.25);
		expect((await packetsOf(mp4("aaaaaaaa"))).read).toHaveLength(records.length);
	});

	it("has hours of silence without a picture as fragments, and writes sound for which no picture comes", async () => {
		const { made, failures, mp4 } = videos("silence");
		made.write({ type: "source", atSec: 9, source: SOUNDING });
		const [first] = frames("aaaaaaaa");
		made.write(first!);
		made.flush();
		const hoursLater = 2 * 3600 + 10;
		for (const record of toneFrom("aaaaaaaa", hoursLater, 0.4)) made.write(record);
		const bytes = made.stats.bytes;
		made.flush();
		// 360,000 packets of silence.
		expect(made.stats.bytes - bytes).toBeGreaterThan(360_000 * 15);
		if (first?.type !== "frame") throw new Error("no frame");
		const stages = { ...first.packet.stages, drawStartSec: hoursLater + 1 };
		made.write({ ...first, packet: { ...first.packet, stages } });
		await made.close();
		expect(failures).toEqual([]);
		const boxes = boxesOf(readFileSync(mp4("aaaaaaaa")));
		expect(boxes.filter(({ type }) => type === "moof").length).toBeGreaterThan(700);
		expect(Math.max(...boxes.map(({ byteLength }) => byteLength))).toBeLessThan(20_000);
		expect(boxes.at(-1)?.type).toBe("mfra");
	});

	it("can be played up to its last flush when it never gets its end", async () => {
		const { made, mp4 } = videos("killed");
		for (const record of frames("aaaaaaaa").slice(0, 20)) made.write(record);
		made.flush();
		await made.settled();
		const killed = join(folder, "copy.mp4");
		copyFileSync(mp4("aaaaaaaa"), killed);
		await made.close();
		expect((await packetsOf(killed)).read).toHaveLength(20);
	});

	it("says once that VP8 gets no file", async () => {
		const { made, failures, news } = videos("vp8");
		const frame: SessionRecord = {
			type: "frame",
			viewer: "aaaaaaaa",
			packet: { ...PACKET, codec: "vp8" },
			firstPacketSec: 1,
			lastPacketSec: 1,
		};
		for (let count = 0; count < 2; count++) made.write(frame);
		await made.close();
		expect(failures).toEqual(["A video in VP8 gets no file: MP4 has no place for it."]);
		expect(news).toEqual([]);
	});

	it("has poses beside it, on the video's own clock", async () => {
		const { made, mp4 } = videos("poses");
		const [first] = frames("aaaaaaaa");
		made.write(first!);
		made.write({ type: "pose", viewer: "aaaaaaaa", pose: HEAD });
		made.write({ type: "pose", viewer: "bbbbbbbb", pose: HEAD });
		await made.close();
		const lines = readFileSync(mp4("aaaaaaaa").replace(/mp4$/, "jsonl"), "utf8").trim().split("\n");
		expect(lines.map((line) => JSON.parse(line))).toEqual([
			{ type: "header", version: 1, begin: "1970-01-01T00:16:50.030Z", video: "poses.aaaaaaaa.mp4" },
			expect.objectContaining({ type: "pose", time: 0.5, capture_time: 0.25, kind: "head", photon_age_ms: null }),
		]);
	});
});
