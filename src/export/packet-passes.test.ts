import { describe, expect, it } from "vitest";
import { PacketPasses } from "./packet-passes.ts";

/** Adds packets of 10 pictures a second, which arrive at their time; the first is a key frame. */
function passesOf(stamps: readonly number[], aheadSec = 0): PacketPasses {
	const passes = new PacketPasses();
	for (const [index, stampSec] of stamps.entries())
		passes.add({ stampSec, decodeSec: Number.NaN, receivedSec: index / 10 - aheadSec, keyframe: index === 0 });
	return passes;
}

describe("PacketPasses", () => {
	it("finds a picture in the pass that was on screen, though the next is being read", () => {
		const passes = passesOf([8, 9, 0, 1, 2, 0, 1, 2], 0.15);
		const places = [8, 9, 0, 1, 2, 0, 1, 2].map((stampSec, index) => passes.placeOf(stampSec, index / 10));
		expect(places).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
	});

	it("gives each pass times of its own that rise, also in the order of decoding", () => {
		const passes = new PacketPasses();
		const add = (stampSec: number, decodeSec: number, keyframe = false) =>
			passes.add({ stampSec, decodeSec, receivedSec: 0, keyframe });
		expect(add(0.1, 0.1), "before the first key frame").toBeUndefined();
		expect(add(Number.NaN, 0, true), "without a stamp").toBeUndefined();
		expect(add(0.2, 0, true)).toEqual({ shownUs: 1_200_000, decodedUs: 1_000_000 });
		expect(add(0.1, 0.1)).toEqual({ shownUs: 1_100_000, decodedUs: 1_100_000 });
		expect(add(0.3, 0.1), "a second packet of that time").toBeUndefined();
		expect(add(0.1, -0.1, true)).toEqual({ shownUs: 2_400_000, decodedUs: 2_200_000 });
	});

	it("takes the picture before one that is not there, and none where there is none near", () => {
		const passes = passesOf([0, 0.4, 0.8]);
		expect(passes.placeOf(0.6, 9)).toBeCloseTo(1.6, 9);
		expect(passes.placeOf(4, 9)).toBeNaN();
		expect(passes.placeOf(-1, 9)).toBeNaN();
		expect(passes.placeOf(0.8, -5), "drawn before it arrived, as clocks may say").toBeCloseTo(1.8, 9);
	});
});
