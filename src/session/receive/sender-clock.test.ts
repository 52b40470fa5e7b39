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

it("states no capture while reports contradict each other, as those of GStreamer 1.22 do", () => {
	const clock = new SenderClock(48_000);
	// Seconds of the report, and of the stream.
	const reports = [
		[0, 5],
		[5, 15],
		[10, 25],
		[15, 30],
	] as const;
	const captures = reports.map(([sec, streamSec]) => {
		clock.reported({ wallClockSec: 5000 + sec, rtpTicks: streamSec * 48_000 }, 100 + sec, 0);
		return Math.round(clock.capturedSec(streamSec * 48_000, 100 + sec, 0));
	});
	expect(captures).toEqual([100, Number.NaN, Number.NaN, 115]);
});
