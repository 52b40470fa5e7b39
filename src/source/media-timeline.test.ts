import { describe, expect, it } from "vitest";
import { MediaTimeline } from "./media-timeline.ts";

const FRAME = 1 / 25;

describe("MediaTimeline", () => {
	it("takes stamps as they are, with any spacing", () => {
		const timeline = new MediaTimeline(FRAME);
		expect([10, 10.04, 10.5, 14, 14.01].map((stamp) => timeline.next(stamp))).toEqual([10, 10.04, 10.5, 14, 14.01]);
	});

	it("runs on over a loop: the first picture follows the last one by the time that one is shown", () => {
		const timeline = new MediaTimeline(FRAME);
		for (const stamp of [0, 0.1, 0.4]) timeline.next(stamp, 0.1);
		timeline.join();
		expect(timeline.next(0, 0.1)).toBeCloseTo(0.5, 9);
		expect(timeline.next(0.1, 0.1)).toBeCloseTo(0.6, 9);
		timeline.join();
		expect(timeline.next(0)).toBeCloseTo(0.7, 9);
	});

	it("uses the last step where the container states no duration", () => {
		const timeline = new MediaTimeline(Number.NaN);
		timeline.next(5);
		timeline.next(5.25);
		timeline.join();
		expect(timeline.next(5)).toBeCloseTo(5.5, 9);
	});

	it("gives pictures without stamps the nominal spacing", () => {
		const timeline = new MediaTimeline(0.04);
		const times = [Number.NaN, Number.NaN, Number.NaN].map((stamp) => timeline.next(stamp));
		expect(times[1]! - times[0]!).toBeCloseTo(0.04, 9);
		expect(times[2]! - times[1]!).toBeCloseTo(0.04, 9);
	});

	it("never runs back: a reset or repeated stamp continues the line, and so do those after it", () => {
		const timeline = new MediaTimeline(FRAME);
		timeline.next(100, FRAME);
		timeline.next(100.04, FRAME);
		expect(timeline.next(3, FRAME)).toBeCloseTo(100.08, 9);
		expect(timeline.next(3.04, FRAME)).toBeCloseTo(100.12, 9);
		expect(timeline.next(3.04, FRAME)).toBeCloseTo(100.16, 9);
	});

	it("bridges a leap of a live stream, but not a long picture of a file", () => {
		const live = new MediaTimeline(FRAME, 10);
		live.next(1, FRAME);
		expect(live.next(5000, FRAME)).toBeCloseTo(1.04, 9);
		const file = new MediaTimeline(FRAME);
		file.next(1, FRAME);
		expect(file.next(61, FRAME)).toBe(61);
	});
});
