import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordingStream } from "panogaze-rerun";
import { saveFile } from "panogaze-rerun/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clipFrameFromLuma, makeClip } from "../../../test/support/clips.ts";
import { codedSession, grayOf } from "../../export/coded-clip.cases.ts";
import { type Quaternion, quaternionFromAngles } from "../../media/rotation.ts";
import { SourceUnderTest, startFailure } from "../../source/video-source.cases.ts";
import type { SessionRecord } from "../session-record.ts";
import { SessionWriter } from "../session-writer.ts";
import { createReplaySource } from "./replay-source.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "session.rrd");

/** Pictures that look ever further to the right, of a clip of 24 pictures that loops. */
function turning(record: SessionRecord, number: number, laterSec: number): SessionRecord {
	if (record.type !== "frame") return record;
	const worldFromView = turnOf(number);
	const stampSec = laterSec + (number % 24) / 10;
	return {
		...record,
		viewer: "operator",
		packet: { ...record.packet, stampSec, pose: { worldFromView, fovRad: 1.5 } },
	};
}

const turnOf = (number: number): Quaternion => quaternionFromAngles({ yawDeg: number, pitchDeg: 0, rollDeg: 0 });

beforeAll(() => write(path, 0));

/** @param laterSec added to the stamps of the source's pictures. */
async function write(file: string, laterSec: number): Promise<void> {
	const recording = new RecordingStream("panogaze", { environment: {}, strict: true, logTime: false });
	recording.setSinks(saveFile(file));
	const writer = new SessionWriter(recording, { layout: false, epochSec: 1_769_903_999 });
	writer.write({ type: "join", viewer: "operator", atSec: 0 });
	let number = 0;
	for (const record of codedSession(60, 160, 128))
		writer.write(record.type === "frame" ? turning(record, number++, laterSec) : record);
	await recording.close();
}

/** The picture that a source shows now: its luma, and how it is turned. */
function shown({ store }: SourceUnderTest): { luma: number; turn: Quaternion } {
	const lease = store.acquireNewest();
	if (lease === undefined) return { luma: Number.NaN, turn: [0, 0, 0, 0] };
	const { offset, width, height, stride } = lease.layout.y;
	const luma = lease.data[offset + (height >> 1) * stride + (width >> 1)]!;
	lease.release();
	return { luma, turn: lease.format.worldFromPanorama ?? [0, 0, 0, 1] };
}

const isTurned = (turn: Quaternion, wanted: Quaternion) =>
	turn.every((part, index) => Math.abs(part - wanted[index]!) < 1e-9);
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

	it("that none of a file's pictures belong to ends with an error, in place of an endless search", async () => {
		const clip = await makeClip({ width: 256, height: 128, frames: 2, rate: 10, timeOf: (frame) => frame / 1000 });
		const far = join(folder, "far.rrd");
		await write(far, 1000);
		const error = await startFailure(createReplaySource(far, { viewer: "operator", source: clip }));
		expect(error.message).toMatch(/has none of the recorded pictures/);
	});

	it("that is not there is no source, and the error names the file", async () => {
		const error = await startFailure(createReplaySource(join(folder, "none.rrd"), { viewer: "operator" }));
		expect(error.message).toMatch(/There is no file .*none\.rrd/);
	});
});
