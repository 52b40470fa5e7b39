import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clipFrameFromLuma, makeClip } from "../../../test/support/clips.ts";
import { grayOf, spherePackets } from "../../export/coded-clip.cases.ts";
import { type Quaternion, quaternionFromAngles } from "../../media/rotation.ts";
import { packingOf } from "../../source/stereo.ts";
import { SourceUnderTest, startFailure } from "../../source/video-source.cases.ts";
import {
	lumaShown,
	packetsOfClip,
	RIGHT_EYE_TURN,
	turnedSession,
	twoEyedSession,
	writeMcap,
	writeRecording,
} from "./replay.cases.ts";
import { createReplaySource } from "./replay-source.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "session.rrd");

beforeAll(() => writeRecording(path, turnedSession(0)));

/** The picture that a source shows now: its luma for each eye, and how it is turned. */
function shown(source: SourceUnderTest): { luma: number; right: number; turn: Quaternion } {
	const lease = source.store.acquireNewest();
	const turn = lease?.format.worldFromPanorama ?? [0, 0, 0, 1];
	lease?.release();
	return { luma: lumaShown(source), right: lumaShown(source, 1), turn };
}

const turnBack = (number: number): Quaternion => {
	const [x, y, z, w] = turnOf(number);
	return [-x, -y, -z, w];
};
const turnOf = (number: number): Quaternion => quaternionFromAngles({ yawDeg: number, pitchDeg: 0, rollDeg: 0 });

const isTurned = (turn: Quaternion, wanted: Quaternion) =>
	turn.every((part, index) => Math.abs(part - wanted[index]!) < 1e-9);
const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
const IDENTITY: Quaternion = [0, 0, 0, 1];

describe("A replayed session", () => {
	it("shows what the viewer was shown from any place on, led by its head or where it looked", async () => {
		await using source = await SourceUnderTest.start(createReplaySource(path, { viewer: "operator" }));
		const { info } = source;
		expect(info).toMatchObject({ codec: "h264", live: false, frameRate: expect.closeTo(30, 3) });
		expect(info.format).toMatchObject({ width: 160, height: 128, eyes: 1 });
		const { playback } = source.source;
		expect(playback).toMatchObject({ can: ["pause", "seek", "rate", "loop", "follow"], follow: true, loop: true });
		expect(playback!.durationSec).toBeCloseTo(2, 6);
		expect(playback!.chapters).toEqual([{ startSec: 0, title: "operator joins" }]);
		for (const number of [30, 7, 59]) {
			source.source.control!({ paused: true, positionSec: number / 30 });
			await source.until(() => Math.abs(shown(source).luma - grayOf(number)) <= 1);
			expect(isTurned(shown(source).turn, IDENTITY)).toBe(true);
		}
		// The picture that stands turns, too.
		source.source.control!({ follow: false });
		await source.until(() => isTurned(shown(source).turn, turnOf(59)));
		expect(shown(source).luma).toBeCloseTo(grayOf(59), -1);
		source.source.control!({ paused: false, rate: 4 });
		await source.until(() => source.source.stats().loops > 0);
	});

	it("shows the source's own pictures in their place, as the viewer was shown them", async () => {
		const clip = await makeClip({ width: 256, height: 128, frames: 24, rate: 10 });
		const options = { viewer: "operator", source: clip, loop: false };
		await using source = await SourceUnderTest.start(createReplaySource(path, options));
		expect(source.info.format).toMatchObject({ width: 256, height: 128 });
		for (const number of [30, 2, 47]) {
			source.source.control!({ paused: true, positionSec: number / 30 });
			await source.until(() => clipFrameFromLuma(shown(source).luma) === number % 24);
			const [x, y, z, w] = turnOf(number);
			await source.until(() => isTurned(shown(source).turn, [-x, -y, -z, w]));
		}
		source.source.control!({ follow: false });
		await source.until(() => isTurned(shown(source).turn, IDENTITY));
		source.source.control!({ paused: false, rate: 4 });
		await source.until(() => source.ended > 0);
		expect(clipFrameFromLuma(shown(source).luma)).toBe(59 % 24);
	});

	it("reads the file that was served then as the server read it", async () => {
		const clip = await makeClip({ width: 256, height: 128, frames: 24, rate: 10 });
		const file = join(folder, "lens.rrd");
		const projection = { kind: "fisheye", fovDeg: 190 } as const;
		const format = { width: 128, height: 128, eyes: 2, projection, color: COLOR } as const;
		const facts = { codec: "h264", frameRate: 10, live: false, durationSec: 2.4, format } as const;
		const packing = packingOf("left-right");
		const served = { type: "source", atSec: 0, source: { name: basename(clip), ...facts, packing } } as const;
		await writeRecording(file, [served, ...turnedSession(0)]);
		await using source = await SourceUnderTest.start(
			createReplaySource(file, { viewer: "operator", source: clip, loop: false }),
		);
		expect(source.info.format).toMatchObject({ width: 128, height: 128, eyes: 2, projection });
	});

	it("is the whole sphere where it holds the source's packets, over loops and coded out of order", async () => {
		const clip = await makeClip({
			width: 256,
			height: 128,
			frames: 24,
			rate: 24,
			keyframeInterval: 10,
			bFrames: 2,
		});
		const file = join(folder, "packets.rrd");
		const packets = await packetsOfClip(clip, 72);
		await writeRecording(file, [...packets, ...turnedSession(0, 24)]);
		await using source = await SourceUnderTest.start(createReplaySource(file, { viewer: "operator", loop: false }));
		expect(source.info.format).toMatchObject({ width: 256, height: 128, eyes: 1 });
		for (const number of [30, 2, 47, 46]) {
			source.source.control!({ paused: true, positionSec: number / 30 });
			await source.until(() => clipFrameFromLuma(shown(source).luma) === number % 24);
			const [x, y, z, w] = turnOf(number);
			await source.until(() => isTurned(shown(source).turn, [-x, -y, -z, w]));
		}
		source.source.control!({ follow: false, paused: false, rate: 4 });
		await source.until(() => source.ended > 0);
		// A busy machine may leave the very last out at this speed.
		expect(clipFrameFromLuma(shown(source).luma)).toBeGreaterThan(8);
	});

	it("plays the source's packets as they were read, where nobody was shown a picture", async () => {
		const file = join(folder, "alone.rrd");
		await writeRecording(file, spherePackets(60));
		await using source = await SourceUnderTest.start(createReplaySource(file, {}));
		const { playback } = source.source;
		expect(playback?.can).toEqual(["pause", "seek", "rate", "loop"]);
		expect(playback?.durationSec).toBeCloseTo(2, 1);
		for (const number of [30, 7, 45]) {
			source.source.control!({ paused: true, positionSec: number / 30 });
			await source.until(() => Math.abs(shown(source).luma - grayOf(number)) <= 2);
			expect(isTurned(shown(source).turn, IDENTITY)).toBe(true);
		}
		source.source.control!({ paused: false, rate: 4 });
		await source.until(() => source.source.stats().loops > 0);
		const error = await startFailure(createReplaySource(file, { viewer: "operator" }));
		expect(error.message).toMatch(/Viewer operator was shown no picture in .*alone\.rrd/);
		expect(() => createReplaySource(file, { picture: "view" })).toThrow("there is no viewer");
	});

	it("sets recorded packets upright as their file stated", async () => {
		const format = { width: 128, height: 64, eyes: 1, color: COLOR } as const;
		const facts = { name: "clip.mp4", codec: "h264", frameRate: 30, live: false, durationSec: 2 } as const;
		const codedOrientation = { rotationDeg: 90, mirrored: true } as const;
		const source = { ...facts, format, packing: packingOf("mono"), codedOrientation };
		const records = [
			{ type: "source", atSec: 0, source } as const,
			...spherePackets(30, { width: 64, height: 128 }),
		];
		const files = [join(folder, "turned.rrd"), join(folder, "turned.mcap")] as const;
		await writeRecording(files[0], records);
		await writeMcap(files[1], records);
		for (const file of files) {
			await using replayed = await SourceUnderTest.start(createReplaySource(file, {}));
			expect(replayed.info.format).toMatchObject({ width: 128, height: 64 });
		}
	});

	it("plays a session of which MCAP alone was kept, also of a killed process", async () => {
		const file = join(folder, "session.mcap");
		await writeMcap(file, [...turnedSession(0), ...spherePackets(60)]);
		for (const picture of ["view", "sphere"] as const) {
			await using source = await SourceUnderTest.start(createReplaySource(file, { viewer: "operator", picture }));
			expect(source.info.format.width).toBe(picture === "view" ? 160 : 128);
			source.source.control!({ paused: true, positionSec: 1 });
			// Picture 30 was drawn of the source's picture at 0.6 s.
			const gray = picture === "view" ? grayOf(30) : grayOf(18);
			await source.until(() => Math.abs(shown(source).luma - gray) <= 2);
			await source.until(() => isTurned(shown(source).turn, picture === "view" ? IDENTITY : turnBack(30)));
		}
	});

	it("shows both eyes, and pictures that change their size, each through its own lens", async () => {
		const file = join(folder, "eyes.rrd");
		await writeRecording(file, twoEyedSession());
		await using source = await SourceUnderTest.start(createReplaySource(file, { viewer: "operator" }));
		expect(source.info.format).toMatchObject({ width: 160, height: 128, eyes: 2 });
		const at = async (positionSec: number, gray: number) => {
			source.source.control!({ paused: true, positionSec });
			await source.until(() => Math.abs(shown(source).luma - gray) <= 2);
			const { luma, right } = shown(source);
			const lease = source.store.acquireNewest()!;
			lease.release();
			return { luma, right, ...lease.format };
		};
		const one = await at(0.2, grayOf(6));
		expect(one.right).toBe(one.luma);
		expect(one.projection).toMatchObject({
			anglesDeg: { left: expect.closeTo(45, 6), up: expect.closeTo(38.66, 2) },
		});
		const two = await at(1.3, grayOf(9));
		expect(two.right).toBeCloseTo(grayOf(19), -1);
		expect(two.projection).toMatchObject({ anglesDeg: { left: expect.closeTo(45, 6) } });
		expect(two.rightProjection).toMatchObject({ anglesDeg: { left: expect.closeTo(26.57, 2) } });
		expect(isTurned(two.worldFromPanorama!, IDENTITY)).toBe(true);
		expect(isTurned(two.rightWorldFromPanorama!, RIGHT_EYE_TURN)).toBe(true);
	});

	it("that none of a file's pictures belong to ends with an error, in place of an endless search", async () => {
		const clip = await makeClip({ width: 256, height: 128, frames: 2, rate: 10, timeOf: (frame) => frame / 1000 });
		const far = join(folder, "far.rrd");
		await writeRecording(far, turnedSession(1000));
		const error = await startFailure(createReplaySource(far, { viewer: "operator", source: clip }));
		expect(error.message).toMatch(/has none of the recorded pictures/);
	});

	it("that is not there is no source, and the error names the file", async () => {
		const error = await startFailure(createReplaySource(join(folder, "none.rrd"), { viewer: "operator" }));
		expect(error.message).toMatch(/There is no file .*none\.rrd/);
	});
});
