import { describe, expect, it } from "vitest";
import type { FrameMessage } from "../../protocol/frame-message.ts";
import { PicturePlaces } from "./picture-places.ts";

const frame = (rtpTicks: number): FrameMessage => ({
	rtpTicks,
	poseSequence: 1,
	orientation: [0, 0, 0, 1],
	fovDeg: 90,
	eyes: 1,
	times: {},
});

describe("PicturePlaces", () => {
	it("knows a picture's place when the message came first", () => {
		const places = new PicturePlaces();
		expect(places.described(frame(10))).toBeUndefined();
		expect(places.came(10, 0)).toEqual(frame(10));
		expect(places.waitedMs(100)).toBe(0);
	});

	it("lets a picture wait for a message that comes after it", () => {
		const places = new PicturePlaces();
		expect(places.came(10, 0)).toBeUndefined();
		expect(places.waitedMs(12)).toBe(12);
		expect(places.described(frame(9))).toBeUndefined();
		expect(places.described(frame(10))).toEqual(frame(10));
		expect(places.waitedMs(13)).toBe(0);
	});

	it("lets the newest picture wait, from when the first one did", () => {
		const places = new PicturePlaces();
		places.came(10, 0);
		places.came(20, 16);
		expect(places.described(frame(10))).toBeUndefined();
		expect(places.waitedMs(40)).toBe(40);
		places.giveUp();
		expect(places.waitedMs(50)).toBe(0);
		expect(places.newest).toEqual(frame(10));
	});

	it("knows nothing of another stream's pictures, though their numbers are the same", () => {
		const places = new PicturePlaces();
		places.described(frame(10));
		places.came(11, 0);
		places.clear();
		expect([places.waitedMs(50), places.newest, places.came(10, 60)]).toEqual([0, undefined, undefined]);
	});
});
