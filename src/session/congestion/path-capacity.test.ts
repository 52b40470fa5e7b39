import { describe, expect, it } from "vitest";
import { PathCapacity } from "./path-capacity.ts";

const PACKET_BYTES = 1250;

/** Sends trains of ten packets at 20 Mbit/s over a path of the rates given. */
function cross(capacity: PathCapacity, firstTrain: number, rates: readonly number[]): void {
	for (const [index, pathBps] of rates.entries()) {
		const beginSec = (firstTrain + index) / 30;
		for (let i = 0; i < 10; i++) {
			const sentSec = beginSec + (i * PACKET_BYTES * 8) / 20e6;
			const arrivalSec = beginSec + (i * PACKET_BYTES * 8) / Math.min(pathBps, 20e6);
			capacity.add(firstTrain + index, sentSec, 50 + arrivalSec, PACKET_BYTES);
		}
	}
	capacity.takeEnded((firstTrain + rates.length) / 30);
}

describe("PathCapacity", () => {
	it("is the median of the trains that filled the path, from the third on", () => {
		const capacity = new PathCapacity();
		cross(capacity, 1, [4e6, 4e6, 4e6]);
		// The newest train is still open.
		expect(capacity.limitBps).toBe(Number.POSITIVE_INFINITY);
		cross(capacity, 4, [4e6, 2e6, 9e6, 4e6]);
		expect(capacity.limitBps / 4e6).toBeCloseTo(1, 3);
		expect(capacity.provenBps / 4e6).toBeCloseTo(1, 3);
	});

	it("has no limit where most trains come as fast as they left, and then proves their rate", () => {
		const capacity = new PathCapacity();
		cross(capacity, 1, [100e6, 4e6, 100e6, 100e6, 100e6, 100e6]);
		expect(capacity.limitBps).toBe(Number.POSITIVE_INFINITY);
		expect(capacity.provenBps / 20e6).toBeCloseTo(1, 3);
	});

	it("forgets trains after a second, and when the path has changed", () => {
		const capacity = new PathCapacity();
		cross(capacity, 1, [4e6, 4e6, 4e6, 4e6, 4e6]);
		expect(capacity.provenBps).toBeGreaterThan(0);
		capacity.takeEnded(1.3);
		expect(capacity.provenBps).toBe(0);
		cross(capacity, 60, [4e6, 4e6, 4e6, 4e6, 4e6]);
		capacity.reset();
		expect(capacity.limitBps).toBe(Number.POSITIVE_INFINITY);
	});
});
