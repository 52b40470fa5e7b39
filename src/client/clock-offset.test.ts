import { describe, expect, it } from "vitest";
import { ClockOffset } from "./clock-offset.ts";

describe("ClockOffset", () => {
	it("is unknown before the first answer", () => {
		expect(new ClockOffset().offsetMs).toBeNaN();
		expect(new ClockOffset().roundTripMs).toBeNaN();
	});

	it("finds the offset of a symmetric path exactly", () => {
		const clock = new ClockOffset();
		// Server is 5000 ms ahead, 10 ms each way, 3 ms thinking.
		clock.add(100, 5110, 5113, 123);
		expect(clock.offsetMs).toBe(5000);
		expect(clock.roundTripMs).toBe(20);
	});

	it("believes the shortest trip, whose error is at most half of it", () => {
		const clock = new ClockOffset();
		clock.add(0, 5500, 5500, 510); // 500 ms in a queue on the way there
		clock.add(1000, 6010, 6010, 1020);
		clock.add(2000, 7010, 7010, 2300); // and on the way back
		expect(clock.offsetMs).toBe(5000);
		expect(clock.roundTripMs).toBe(20);
	});

	it("forgets old answers, as clocks drift", () => {
		const clock = new ClockOffset();
		clock.add(0, 1000, 1000, 0);
		for (let ping = 1; ping <= 16; ping++) clock.add(ping * 1000, ping * 1000 + 2005, ping * 1000 + 2005, ping * 1000 + 10);
		expect(clock.offsetMs).toBe(2000);
	});

	it("takes no answer that came before its question", () => {
		const clock = new ClockOffset();
		clock.add(100, 50, 90, 110);
		clock.add(Number.NaN, 1, 2, 3);
		expect(clock.offsetMs).toBeNaN();
	});
});
