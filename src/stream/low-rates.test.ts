import { beforeAll, describe, expect, it } from "vitest";
import { runTurn, type ShownPicture, TurningView, usedShare } from "../../test/support/turning-view.ts";

/** When the view jumps by 90 degrees, and when it begins to turn without a rest, seconds. */
const JUMP_SEC = 0.5;
const TURN_SEC = 1;
const END_SEC = 2;
const DEGREES_PER_SEC = 120;

let view: TurningView;
beforeAll(async () => {
	view = await TurningView.open({ width: 960 });
});

const yawDeg = (sec: number) => (sec < JUMP_SEC ? 0 : 90 + Math.max(0, sec - TURN_SEC) * DEGREES_PER_SEC);

/**
 * Pictures that don't look like the view that they were drawn for. Views that are 90 degrees apart
 * have a likeness of 0.81 at most.
 */
function wrongOnes(pictures: readonly ShownPicture[]): ShownPicture[] {
	return pictures.filter((picture) => view.likeness(picture, picture.yawDeg) < 0.95);
}

describe("a view at a low bit rate: every picture shows where it looks", () => {
	it.each([
		{ width: 640, height: 480, frameRate: 30, bitrateBps: 100_000 },
		{ width: 1280, height: 720, frameRate: 15, bitrateBps: 300_000 },
		{ width: 1920, height: 1080, frameRate: 30, bitrateBps: 100_000 },
	])("$width x $height at $frameRate, $bitrateBps bit/s", (plan) => {
		const pictures = runTurn(view, { ...plan, yawDeg, seconds: END_SEC });
		expect(wrongOnes(pictures)).toEqual([]);
		const turned = pictures.find(({ drawnSec }) => drawnSec >= JUMP_SEC)!;
		expect(turned.shownSec - JUMP_SEC, "from the turn to the first picture of it").toBeLessThan(1);
		const moving = pictures.filter(({ drawnSec }) => drawnSec >= TURN_SEC);
		for (const { drawnSec, replacedSec } of moving.slice(0, -1))
			expect(replacedSec - drawnSec, "age of a picture").toBeLessThan(1);
		const share = usedShare(pictures, plan.bitrateBps, TURN_SEC, END_SEC);
		expect(share).toBeGreaterThan(0.6);
		expect(share).toBeLessThan(1.25);
	});

	it("is drawn smaller while the rate has no five pictures a second of the wished size", () => {
		const bitrateBps = (sec: number) => (sec >= 1 && sec < 2.5 ? 50_000 : 1_000_000);
		const pictures = runTurn(view, {
			width: 640,
			height: 480,
			frameRate: 10,
			yawDeg: (sec) => 60 * sec,
			seconds: 6.5,
			bitrateBps,
		});
		const widthAt = (atSec: number) => pictures.findLast(({ drawnSec }) => drawnSec <= atSec)!.width;
		expect([0.9, 2.4, 6.4].map(widthAt)).toEqual([640, 480, 640]);
		expect(wrongOnes(pictures)).toEqual([]);
	});

	it("pays for key frames on demand with fewer pictures, and stays true", () => {
		const bitrateBps = 150_000;
		const keyframesSec = [0.6, 1.2, 1.8];
		const pictures = runTurn(view, {
			width: 1280,
			height: 720,
			frameRate: 30,
			yawDeg: (sec) => 90 * sec,
			seconds: 2.5,
			bitrateBps,
			keyframesSec,
		});
		// The view may be drawn smaller meanwhile, which takes a key frame of its own.
		const asked = pictures.filter(({ keyframe, width }, index) => keyframe && width === pictures[index - 1]?.width);
		expect(asked.length).toBe(keyframesSec.length);
		expect(wrongOnes(pictures)).toEqual([]);
		expect(usedShare(pictures, bitrateBps, 0.6, 2.2)).toBeLessThan(1.2);
	});
});

describe("a view that turns all the time", () => {
	it("uses its rate in the mean, with pictures of about the same size", () => {
		const bitrateBps = 500_000;
		const pictures = runTurn(view, {
			width: 640,
			height: 360,
			frameRate: 30,
			bitrateBps,
			yawDeg: (sec) => 36 * sec,
			seconds: 4,
		});
		const share = usedShare(pictures, bitrateBps, 1.5, 4);
		expect(share).toBeGreaterThan(0.96);
		expect(share).toBeLessThan(1.04);
		const sizes = pictures.filter(({ drawnSec }) => drawnSec >= 1.5).map(({ byteLength }) => byteLength);
		const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
		expect(sizes.sort((a, b) => a - b)[Math.floor(0.95 * sizes.length)]! / mean).toBeLessThan(1.25);
	});
});
