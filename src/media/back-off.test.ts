import { describe, expect, it } from "vitest";
import { BackOff, doublingDelays } from "./back-off.ts";

describe("BackOff", () => {
	it("repeats the last delay, and begins anew after a success", () => {
		const backOff = new BackOff({ delaysSec: [1, 2, 5] });
		expect(Array.from({ length: 5 }, () => backOff.nextSec())).toEqual([1, 2, 5, 5, 5]);
		expect(backOff.attempts).toBe(5);
		backOff.succeeded();
		expect(backOff.attempts).toBe(0);
		expect(backOff.nextSec()).toBe(1);
	});

	it("spreads its delays at random between two factors", () => {
		const numbers = [0, 0.5, 0.75];
		const backOff = new BackOff({ delaysSec: [4], spread: [0.5, 1], random: () => numbers.shift() ?? 0 });
		expect(Array.from({ length: 3 }, () => backOff.nextSec())).toEqual([2, 3, 3.5]);
	});

	it("waits no shorter than requested, and up to a second longer", () => {
		const backOff = new BackOff({ delaysSec: [4, 30], random: () => 0.5 });
		expect(backOff.nextSec(10)).toBe(10.5);
		expect(backOff.nextSec(10)).toBe(30);
	});

	it("refuses to have no delay", () => {
		expect(() => new BackOff({ delaysSec: [] })).toThrow("delaysSec: expected at least one delay.");
	});
});

it("doublingDelays() doubles up to a bound", () => {
	expect(doublingDelays(0.25, 10)).toEqual([0.25, 0.5, 1, 2, 4, 8, 10]);
	expect(doublingDelays(0.1, 0.4)).toEqual([0.1, 0.2, 0.4]);
});
