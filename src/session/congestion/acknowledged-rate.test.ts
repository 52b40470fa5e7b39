import { describe, expect, it } from "vitest";
import { AcknowledgedRate } from "./acknowledged-rate.ts";

/** Adds a packet of 1250 bytes, 10,000 bits, at the end of each interval. */
function arrive(rate: AcknowledgedRate, fromSec: number, sec: number, everySec: number, isLimited = false): void {
	for (let i = 1; i <= Math.round(sec / everySec); i++) rate.add(fromSec + i * everySec, 1250, isLimited);
}

describe("AcknowledgedRate", () => {
	it("is unknown for half a second, then the rate of that time", () => {
		const rate = new AcknowledgedRate();
		arrive(rate, 0, 0.49, 0.01);
		expect(rate.bps).toBeNaN();
		arrive(rate, 0.49, 0.05, 0.01);
		expect(rate.bps / 1e6).toBeCloseTo(1, 1);
	});

	it("moves to another rate the more slowly the further away it is, as a Bayesian mean does", () => {
		const rate = new AcknowledgedRate();
		arrive(rate, 0, 2, 0.01);
		// Ten times the rate: one window of 150 ms has a deviation of 90 against one of 7 or less.
		arrive(rate, 2, 0.16, 0.001);
		expect(rate.bps).toBeLessThan(1.2e6);
		arrive(rate, 2.16, 3, 0.001);
		expect(rate.bps).toBeGreaterThan(8e6);
	});

	it("takes less notice of low rates while the application limits them", () => {
		const [free, limited] = [new AcknowledgedRate(), new AcknowledgedRate()];
		for (const rate of [free, limited]) {
			arrive(rate, 0, 2, 0.001);
			arrive(rate, 2, 0.6, 0.002, rate === limited);
		}
		expect(free.bps).toBeLessThan(limited.bps);
		expect(limited.bps).toBeLessThan(10e6);
	});

	it("begins a new window after a pause of two seconds, and after a step back of the clock", () => {
		const rate = new AcknowledgedRate();
		arrive(rate, 0, 2, 0.01);
		const before = rate.bps;
		rate.add(12, 1250, false);
		rate.add(3, 1250, false);
		arrive(rate, 3, 2, 0.01);
		expect(rate.bps / before).toBeCloseTo(1, 1);
	});
});
