import { describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { type ClipSound, clipWithSound, sa3dContent, toneSamples } from "../../test/support/sound-clips.ts";
import { readSa3d, soundStatementOfFile } from "./sound-statement.ts";

const YOUTUBE = [0, 1, 2, 3];

describe("the box SA3D", () => {
	it("states which channels hold W, Y, Z and X", () => {
		const where = "the box SA3D";
		expect(readSa3d(sa3dContent(YOUTUBE))).toEqual({ where, order: 1, channels: [0, 1, 2, 3], headLocked: [] });
		// W, X, Y, Z on the channels 0 to 3.
		expect(readSa3d(sa3dContent([0, 2, 3, 1]))).toMatchObject({ channels: [0, 2, 3, 1] });
		expect(readSa3d(sa3dContent([0, 1, 2, 3, 4, 5], { type: 0x80 }))).toMatchObject({ headLocked: [4, 5] });
		const third = Array.from({ length: 16 }, (_, index) => 15 - index);
		expect(readSa3d(sa3dContent(third, { order: 3 }))).toMatchObject({ order: 3, channels: [15, 14, 13, 12] });
	});

	it.each([
		["another ordering", sa3dContent(YOUTUBE, { ordering: 1 })],
		["another normalization", sa3dContent(YOUTUBE, { normalization: 1 })],
		["another type", sa3dContent(YOUTUBE, { type: 1 })],
		["another number of channels", sa3dContent([0, 1, 2])],
		["a number of channels that no order has", sa3dContent([...YOUTUBE, 4, 5])],
		["one channel twice", sa3dContent([0, 1, 2, 2])],
		["a channel that is not there", sa3dContent([0, 1, 2, 4])],
		["an order without end", sa3dContent(YOUTUBE, { order: 0xffff_ffff })],
		["half of a map", sa3dContent(YOUTUBE).subarray(0, 20)],
		["half of a header", sa3dContent(YOUTUBE).subarray(0, 9)],
	])("states nothing with %s", (_, content) => {
		expect(readSa3d(content)).toBeUndefined();
	});

	it("is found in the description of a track of MP4 and of QuickTime, and nowhere else", async () => {
		const clip = await makeClip({ width: 256, height: 128, frames: 2, rate: 2 });
		const channels = YOUTUBE.map(() => toneSamples(440, 1));
		const sounds: readonly ClipSound[] = [
			{ channels, codec: "aac", container: "mp4", sa3d: sa3dContent(YOUTUBE) },
			{ channels, codec: "pcm_s16le", container: "mov", sa3d: sa3dContent([3, 2, 1, 0]) },
			{ channels, codec: "aac", container: "mp4" },
		];
		const found = sounds.map((sound) => soundStatementOfFile(clipWithSound(clip, sound), 2));
		expect((await Promise.all(found)).map((each) => each?.channels)).toEqual([YOUTUBE, [3, 2, 1, 0], undefined]);
		expect(await soundStatementOfFile(clipWithSound(clip, sounds[0]!), 1)).toBeUndefined();
		expect(await soundStatementOfFile("/nowhere.mp4", 1)).toBeUndefined();
	});
});
