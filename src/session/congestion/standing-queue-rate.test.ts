import { describe, expect, it } from "vitest";
import { StandingQueueRate } from "./standing-queue-rate.ts";

/** Packets of 1250 bytes that leave every 2 ms, 5 Mbit/s, and arrive every 5 ms: 2 Mbit/s. */
const queued = (from: number, packets: number) =>
	Array.from({ length: packets }, (_, index) => ({
		sentSec: (from + index) * 0.002,
		arrivalSec: 0.02 + (from + index) * 0.005,
		byteLength: 1250,
	}));

describe("StandingQueueRate", () => {
	it("shows a step down by two reports while the queue grows", () => {
		const standing = new StandingQueueRate();
		expect(standing.observe(queued(0, 10), 0.02, 5e6)).toBeUndefined();
		expect(standing.observe(queued(10, 10), 0.029, 5e6)).toBeCloseTo(2e6, -3);
	});

	it("does not take a report for half of one that was lost", () => {
		const standing = new StandingQueueRate();
		standing.observe(queued(0, 10), 0.02, 2.2e6);
		standing.skip();
		// The ten packets between them have come as well, and nobody has said so.
		expect(standing.observe(queued(20, 10), 0.029, 2.2e6)).toBeUndefined();
		expect(standing.observe(queued(30, 10), 0.03, 2.2e6)).toBeUndefined();
	});

	it("shows it by one report in which all have waited, and came one after another", () => {
		expect(new StandingQueueRate().observe(queued(10, 10), 0.03, 5e6)).toBeCloseTo(2e6, -3);
	});

	it("takes a report that a late receiver has read at once for no step", () => {
		const late = queued(10, 10).map((packet, index) => (index === 0 ? packet : { ...packet, arrivalSec: 0.12 }));
		expect(new StandingQueueRate().observe(late, 0.03, 5e6)).toBeUndefined();
	});

	it("says nothing without a queue, or where as much arrives as is allowed", () => {
		const standing = new StandingQueueRate();
		expect(standing.observe(queued(10, 10), 0.01, 5e6)).toBeUndefined();
		expect(standing.observe(queued(10, 10), 0.03, 2.1e6)).toBeUndefined();
	});
});
