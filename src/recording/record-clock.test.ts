import { describe, expect, it } from "vitest";
import { RecordClock, timesOf } from "./record-clock.ts";

describe("RecordClock", () => {
	it("leaves out times that nobody can mean, whatever a client or a file states", () => {
		const clock = new RecordClock(1.7e9);
		for (const wild of [1e303, -1e303, 1e15, Number.POSITIVE_INFINITY, Number.NaN]) {
			const points = clock.points({ atSec: 1, capturedSec: wild, clientMs: wild, sourceSec: wild });
			expect(Object.keys(timesOf(points)), String(wild)).toEqual(["server"]);
			expect(Object.keys(clock.captured(1, wild))).toEqual(["server"]);
		}
		const points = clock.points({ atSec: 1, capturedSec: 0.5, clientMs: 1.7e12, sourceSec: -0.25 });
		expect(timesOf(points)).toEqual({
			capture: { timestamp: 1_700_000_000_500_000_000n },
			client: { duration: 1_700_000_000_000_000_000n },
			server: { timestamp: 1_700_000_001_000_000_000n },
			source: { duration: -250_000_000n },
		});
	});
});
