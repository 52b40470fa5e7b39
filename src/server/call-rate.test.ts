import { describe, expect, it } from "vitest";
import { CallRate } from "./call-rate.ts";

describe("CallRate", () => {
	it("admits so many calls of an address in a minute, and as many of another", () => {
		let nowSec = 5;
		const rate = new CallRate(2, () => nowSec);
		const admitted = ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", undefined].map((from) =>
			rate.admits(from),
		);
		expect(admitted).toEqual([true, true, false, true, true]);
		nowSec = 64.9;
		expect(rate.admits("192.0.2.1")).toBe(false);
		nowSec = 65;
		expect(rate.admits("192.0.2.1")).toBe(true);
	});
});
