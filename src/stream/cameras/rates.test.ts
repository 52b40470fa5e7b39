import { describe, expect, it } from "vitest";
import { CopiedRateMeter } from "./copied-rate-meter.ts";
import { CopyLimiter } from "./copy-limit.ts";
import { sharedRates } from "./shared-rate.ts";

describe("sharedRates()", () => {
	it("meets small demands first, and divides what they leave evenly", () => {
		expect(sharedRates(10, [1, 2, 3])).toEqual([1, 2, 3]);
		expect(sharedRates(10, [9, 2, 9])).toEqual([4, 2, 4]);
		expect(sharedRates(0, [5])).toEqual([0]);
		expect(sharedRates(-3, [5, 1])).toEqual([0, 0]);
		expect(sharedRates(7, [])).toEqual([]);
	});
});

describe("CopyLimiter", () => {
	const rates = { allBps: 4e6, keyframesBps: 1e6 };

	it("sends what fits: all, key frames alone, or nothing", () => {
		const limiter = new CopyLimiter();
		expect(limiter.update(rates, 4e6, 0)).toBe(false);
		expect(limiter.limit).toBe("none");
		expect(limiter.update(rates, 3e6, 1)).toBe(true);
		expect(limiter.limit).toBe("keyframes");
		expect(limiter.update(rates, 0.5e6, 2)).toBe(true);
		expect(limiter.limit).toBe("paused");
	});

	it("lifts a limit after some time of room, and not for a moment of it", () => {
		const limiter = new CopyLimiter();
		limiter.update(rates, 3e6, 0);
		limiter.update(rates, 4.2e6, 1);
		limiter.update(rates, 4.2e6, 10);
		expect(limiter.limit, "too little room").toBe("keyframes");
		limiter.update(rates, 6e6, 11);
		limiter.update(rates, 4e6, 12);
		limiter.update(rates, 6e6, 12.5);
		limiter.update(rates, 6e6, 14);
		expect(limiter.limit, "room that was lost between").toBe("keyframes");
		expect(limiter.update(rates, 6e6, 14.6)).toBe(true);
		expect(limiter.limit).toBe("none");
	});
});

it("a camera whose first seconds come at once has the rate of its own time", () => {
	const meter = new CopiedRateMeter(100);
	for (let picture = 0; picture < 180; picture++) meter.count(1000, picture % 30 === 0, picture / 30);
	meter.measure(100.5);
	expect(meter.rates.allBps).toBe(0);
	meter.measure(101.5);
	expect(meter.rates.allBps / 240_000).toBeCloseTo(1, 1);
	expect(meter.rates.keyframesBps / 8000).toBeCloseTo(1, 1);
	// Without time stamps the time of arrival counts, and a jump of the clock counts nothing.
	for (let picture = 0; picture < 30; picture++) meter.count(1000, false, picture === 3 ? 900 : Number.NaN);
	meter.measure(102.5);
	expect(meter.rates.allBps / 240_000).toBeCloseTo(1, 1);
});
