import { expect, it } from "vitest";
import { SenderClock } from "./sender-clock.ts";

it.each([-10, 10])("follows a client's wall clock that was set by %d s with the next report", (stepSec) => {
	const clock = new SenderClock(48_000);
	for (let sec = 0; sec < 20; sec += 5)
		clock.reported({ wallClockSec: 5000 + sec, rtpTicks: sec * 48_000 }, 100 + sec, 0);
	expect(clock.capturedSec(15 * 48_000, 115, 0)).toBeCloseTo(115, 6);
	clock.reported({ wallClockSec: 5020 + stepSec, rtpTicks: 20 * 48_000 }, 120, 0);
	expect(clock.capturedSec(20 * 48_000, 120, 0)).toBeCloseTo(120, 6);
});
