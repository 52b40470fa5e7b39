import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import {
	cammPacket,
	gps9Payload,
	gpsuPayload,
	prftContent,
	withMetadataTrack,
	withReferenceTimes,
} from "../../test/support/timed-metadata.ts";
import { CaptureTimes } from "./capture-times.ts";
import { readFileCaptures } from "./file-captures.ts";
import { asI420 } from "./libav-converter.ts";
import { LibavInput } from "./libav-input.ts";
import { LibavReader } from "./libav-reader.ts";
import { formatProbeReport, probeSource } from "./probe.ts";
import { completeLibavOptions, type LibavSourceOptions } from "./source-options.ts";
import { TimeAnchors } from "./time-anchors.ts";
import type { CaptureStatement } from "./video-source.ts";

const CLIP = { width: 64, height: 64, frames: 20, rate: 10, keyframeInterval: 5 };
const FRAGMENTS = { movflags: "frag_keyframe+empty_moov+default_base_moof" };
const START_US = 1_700_000_000_000_000;
const GPS_SEC = START_US / 1e6 - 315_964_800 + 18;

const folder = mkdtempSync(join(tmpdir(), "captures-"));
let plain: Buffer;
let fragmented: Buffer;
beforeAll(async () => {
	Log.setLevel(AV_LOG_FATAL);
	plain = readFileSync(await makeClip(CLIP));
	fragmented = readFileSync(await makeClip({ ...CLIP, containerOptions: FRAGMENTS }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The camera's time of each picture, from the file's first, seconds. */
async function capturesOf(bytes: Buffer, options: LibavSourceOptions = {}) {
	const path = join(folder, "clip.mp4");
	writeFileSync(path, bytes);
	const statements: CaptureStatement[] = [];
	const nothing = () => {};
	const job = {
		options: completeLibavOptions(path, { loop: false, hwaccel: "none", ...options }),
		signal: new AbortController().signal,
		stopping: false,
		notice: nothing,
		reconnecting: nothing,
		reconnected: nothing,
		count: nothing,
		capture: (statement: CaptureStatement) => void statements.push(statement),
	};
	const reader = await LibavReader.open(job, asI420, { captures: new CaptureTimes(job) });
	const secs: number[] = [];
	await reader.run(async ({ frame, cameraUs = Number.NaN, worldSec }) => {
		frame.free();
		expect(worldSec).toBeNaN();
		secs.push((cameraUs - START_US) / 1e6);
		return true;
	});
	await reader.close();
	return { secs, statements };
}

const tenths = Array.from({ length: 20 }, (_, index) => index / 10);

describe("The capture times of a file", () => {
	it("are those of its prft boxes", async () => {
		// The clock of the camera is 1 % fast.
		const timescale = fragmented.readUInt32BE(fragmented.indexOf("mdhd") + 16);
		const bytes = withReferenceTimes(fragmented, (index) =>
			prftContent(1, START_US + index * 505_000, index * 0.5 * timescale),
		);
		const { secs, statements } = await capturesOf(bytes);
		expect(statements).toEqual([{ origin: "prft", used: false, ageSec: Number.NaN }]);
		expect(secs.slice(0, 15)).toEqual(tenths.slice(0, 15).map((sec) => expect.closeTo(sec * 1.01, 5)));
		const others = withReferenceTimes(fragmented, () => prftContent(9, START_US, 0));
		expect((await capturesOf(others)).statements).toEqual([]);
	});

	it("are none where its boxes count places by another time scale, and so lead to 1970", async () => {
		const far = prftContent(1, START_US, 0);
		const timescale = fragmented.readUInt32BE(fragmented.indexOf("mdhd") + 16);
		far.writeBigUInt64BE(BigInt(1_690_000_000 * timescale), 16);
		const { secs, statements } = await capturesOf(withReferenceTimes(fragmented, () => far));
		expect([secs.every(Number.isNaN), statements]).toEqual([true, []]);
		expect((await probeSource(join(folder, "clip.mp4"))).capture).toBeNull();
	});

	it("are those of a camm track with GPS time", async () => {
		const samples = Array.from({ length: 20 }, (_, index) =>
			index % 5 === 2 ? cammPacket(GPS_SEC + index / 10) : Buffer.alloc(16),
		);
		const { secs, statements } = await capturesOf(withMetadataTrack(plain, "camm", samples, 100));
		expect(statements).toEqual([{ origin: "camm", used: false, ageSec: Number.NaN }]);
		expect(secs).toEqual(tenths.map((sec) => expect.closeTo(sec, 5)));
		const report = await probeSource(join(folder, "clip.mp4"));
		const time = "2023-11-14T22:13:20.000Z";
		expect(report.capture).toEqual({ origin: "camm", time, clockIsSet: null, ageSec: null });
		expect(formatProbeReport(report)).toMatch(/^captured +2023-11-14T22:13:20\.000Z, by the track camm$/m);
	});

	it("are looked for in the first 4000 samples of a track, and no longer than its source runs", async () => {
		const motion = Buffer.alloc(16);
		const trackOf = (silent: number) =>
			withMetadataTrack(plain, "camm", [...Array<Buffer>(silent).fill(motion), cammPacket(GPS_SEC)], 1);
		const originOf = async (bytes: Buffer, job: { readonly stopping: boolean }) => {
			const path = join(folder, "clip.mp4");
			writeFileSync(path, bytes);
			const options = completeLibavOptions(path, { hwaccel: "none" });
			const input = await LibavInput.open(options, new AbortController().signal);
			try {
				return (await readFileCaptures(input, job))?.origin;
			} finally {
				await input.close();
			}
		};
		expect(await originOf(trackOf(3999), { stopping: false })).toBe("camm");
		expect(await originOf(trackOf(4000), { stopping: false })).toBeUndefined();
		let looks = 0;
		const stopsSoon = {
			get stopping() {
				return ++looks > 10;
			},
		};
		expect(await originOf(trackOf(20), stopsSoon)).toBeUndefined();
		expect(looks).toBe(11);
	});

	it("are those of a GPMF track, by GPSU or GPS9", async () => {
		const older = [gpsuPayload("231114221319.000", 0), gpsuPayload("231114221321.000")];
		expect((await capturesOf(withMetadataTrack(plain, "gpmd", older, 1000))).secs).toEqual(
			tenths.map((sec) => expect.closeTo(sec, 5)),
		);
		const days = (Date.UTC(2023, 10, 14) - Date.UTC(2000, 0, 1)) / 86_400_000;
		const ms = ((22 * 60 + 13) * 60 + 20) * 1000;
		const newer = [
			gps9Payload([
				[days, ms + 0, 0],
				[days, ms + 500, 3],
			]),
		];
		const { secs, statements } = await capturesOf(withMetadataTrack(plain, "gpmd", newer, 1000));
		expect(statements).toEqual([{ origin: "gpmf", used: false, ageSec: Number.NaN }]);
		expect(secs).toEqual(tenths.map((sec) => expect.closeTo(sec, 5)));
	});

	it("are unknown where it states none, and its time stamps where they are the time", async () => {
		const none = await capturesOf(plain);
		expect([none.secs[3], none.statements]).toEqual([Number.NaN, []]);
		const stated = withMetadataTrack(plain, "camm", [cammPacket(GPS_SEC)], 100);
		expect((await capturesOf(stated, { captureClock: "none" })).statements).toEqual([]);
		const { secs, statements } = await capturesOf(stated, { captureClock: "pts" });
		expect(statements).toEqual([{ origin: "pts", used: false, ageSec: Number.NaN }]);
		expect(secs.slice(0, 3).map((sec) => sec + START_US / 1e6)).toEqual(
			[0, 0.1, 0.2].map((sec) => expect.closeTo(sec, 5)),
		);
	});
});

describe("TimeAnchors", () => {
	it("goes by the time stamps where the stated clock leaps", () => {
		const anchors = new TimeAnchors([
			{ stampSec: 10, timeUs: START_US + 3_600_000_000 },
			{ stampSec: 0, timeUs: START_US },
		]);
		expect(anchors.timeUs(9)).toBe(START_US + 9_000_000);
		expect(anchors.timeUs(-1)).toBe(START_US - 1_000_000);
		expect(anchors.timeUs(11)).toBe(START_US + 3_601_000_000);
		expect(anchors.timeUs(Number.NaN)).toBeNaN();
		expect(new TimeAnchors([]).timeUs(1)).toBeNaN();
	});
});
