import { describe, expect, it } from "vitest";
import { PictureIntervals } from "./picture-intervals.ts";

describe("PictureIntervals", () => {
	it("knows nothing before the second picture", () => {
		const intervals = new PictureIntervals();
		expect(intervals.usualSec).toBeNaN();
		intervals.add(1, 0);
		expect(intervals.usualSec).toBeNaN();
		intervals.add(1, 0.5);
		expect(intervals.usualSec).toBe(0.5);
	});

	it("is not moved by one outage of any length in a steady source", () => {
		for (const outageSec of [1, 3, 15, 600]) {
			const intervals = new PictureIntervals();
			for (let poll = 0; poll < 300; poll++) intervals.add(3, 0.1);
			intervals.add(1, outageSec);
			expect(intervals.usualSec).toBeCloseTo(1 / 30);
		}
	});

	it("is the rest between two bursts where a source rests for most of the time", () => {
		const intervals = new PictureIntervals();
		for (let burst = 0; burst < 5; burst++) {
			for (let poll = 0; poll < 10; poll++) intervals.add(3, 0.1);
			intervals.add(1, 3);
		}
		expect(intervals.usualSec).toBe(3);
	});

	it("follows a source whose rate has changed for good", () => {
		const intervals = new PictureIntervals();
		for (let picture = 0; picture < 40; picture++) intervals.add(1, 2);
		for (let poll = 0; poll < 200; poll++) intervals.add(3, 0.1);
		expect(intervals.usualSec).toBeCloseTo(1 / 30);
	});
});
