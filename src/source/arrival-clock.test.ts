import { describe, expect, it } from "vitest";
import { ArrivalClock } from "./arrival-clock.ts";

describe("ArrivalClock", () => {
	it("plays sound a little after the latest piece has come, and sooner again when none is late any more", () => {
		const clock = new ArrivalClock();
		expect(clock.offsetSec).toBeNaN();
		clock.arrived(0, 100);
		expect(clock.offsetSec).toBeCloseTo(100.01, 6);
		clock.arrived(1, 101.2);
		expect(clock.offsetSec).toBeCloseTo(100.21, 6);
		for (let sec = 2; sec <= 10; sec++) clock.arrived(sec, 100.02 + sec);
		// The late piece is within the window.
		expect(clock.offsetSec).toBeCloseTo(100.21, 6);
		for (let sec = 11; sec <= 21; sec++) clock.arrived(sec, 100.02 + sec);
		expect(clock.offsetSec).toBeCloseTo(100.03, 6);
		clock.restart();
		clock.arrived(0, 200);
		expect(clock.offsetSec).toBeCloseTo(200.01, 6);
	});
});
