import { describe, expect, it } from "vitest";
import type { FrameMessage } from "../../protocol/frame-message.ts";
import { FrameMatcher } from "./frame-matcher.ts";

const message = (rtpTicks: number): FrameMessage => ({
	rtpTicks,
	poseSequence: 1,
	orientation: [0, 0, 0, 1],
	fovDeg: 90,
	eyes: 1,
	lens: "flat",
	times: {},
});

describe("FrameMatcher", () => {
	it("finds the message of a frame when the message came first", () => {
		const matcher = new FrameMatcher();
		expect(matcher.addMessage(message(10))).toBeUndefined();
		expect(matcher.addFrame(10, 0)).toEqual(message(10));
		expect(matcher.waitedMs(100)).toBe(0);
	});

	it("lets a frame wait for a message that comes after it", () => {
		const matcher = new FrameMatcher();
		expect(matcher.addFrame(10, 0)).toBeUndefined();
		expect(matcher.waitedMs(12)).toBe(12);
		expect(matcher.addMessage(message(9))).toBeUndefined();
		expect(matcher.addMessage(message(10))).toEqual(message(10));
		expect(matcher.waitedMs(13)).toBe(0);
	});

	it("lets the newest frame wait, from when the first one did", () => {
		const matcher = new FrameMatcher();
		matcher.addFrame(10, 0);
		matcher.addFrame(20, 16);
		expect(matcher.addMessage(message(10))).toBeUndefined();
		expect(matcher.waitedMs(40)).toBe(40);
		matcher.giveUp();
		expect(matcher.waitedMs(50)).toBe(0);
		expect(matcher.newest).toEqual(message(10));
	});

	it("knows nothing of another stream's frames, though their RTP times are the same", () => {
		const matcher = new FrameMatcher();
		matcher.addMessage(message(10));
		matcher.addFrame(11, 0);
		matcher.clear();
		expect([matcher.waitedMs(50), matcher.newest, matcher.addFrame(10, 60)]).toEqual([0, undefined, undefined]);
	});
});
