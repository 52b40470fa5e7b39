import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { grayOf } from "../../export/coded-clip.cases.ts";
import { SourceUnderTest } from "../../source/video-source.cases.ts";
import { CameraReplay } from "./camera-replay.ts";
import { cameraOf, lumaShown, turnedSession, writeRecording } from "./replay.cases.ts";
import { createReplaySource } from "./replay-source.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-camera-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const BLACK = 16;

describe("A recorded camera", () => {
	it("goes with the replay: paused, moved and sped up with it, and black where it has no picture", async () => {
		const path = join(folder, "session.rrd");
		// The camera has the same grays at the same times, from picture 10 to 44.
		await writeRecording(path, [...turnedSession(0), ...cameraOf(turnedSession(0), "wrist", 10, 45)]);
		await using view = await SourceUnderTest.start(createReplaySource(path, { viewer: "operator" }));
		const replay = new CameraReplay({ path, camera: "wrist" }, view.source);
		await using camera = await SourceUnderTest.start(replay);
		expect(camera.info.format).toMatchObject({ width: 160, height: 128, projection: { kind: "none" } });
		const isAt = (number: number) =>
			Math.abs(lumaShown(view) - grayOf(number)) <= 1 && Math.abs(lumaShown(camera) - grayOf(number)) <= 1;
		for (const number of [30, 17, 44]) {
			view.source.control!({ paused: true, positionSec: number / 30 });
			await camera.until(() => isAt(number));
		}
		view.source.control!({ positionSec: 0.1 });
		await camera.until(() => lumaShown(camera) === BLACK);
		view.source.control!({ paused: false, rate: 0.25, positionSec: 0.6 });
		await camera.until(() => Array.from({ length: 27 }, (_, index) => 18 + index).some(isAt));
	});
});
