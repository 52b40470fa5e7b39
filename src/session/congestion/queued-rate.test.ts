import { describe, expect, it } from "vitest";
import { QueuedRate } from "./queued-rate.ts";

const PACKET_BYTES = 1250;
const LEAST_DELAY_SEC = 0.02;

/** Adds packets that leave together and arrive at the times given, seconds. */
function burst(rate: QueuedRate, sentSec: number, arrivals: readonly number[]): void {
	for (const arrivalSec of arrivals) rate.add(sentSec, arrivalSec, PACKET_BYTES, LEAST_DELAY_SEC);
}

/** Arrivals of 10,000 bits each over a path of 5 Mbit/s: one every 2 ms. */
const arrivalsFrom = (firstSec: number, packets: number, everySec = 0.002) =>
	Array.from({ length: packets }, (_, index) => firstSec + index * everySec);

describe("QueuedRate", () => {
	it("is the path's rate however long the sender pauses between two bursts", () => {
		const rate = new QueuedRate();
		burst(rate, 1, arrivalsFrom(1.02, 11));
		burst(rate, 1.1, arrivalsFrom(1.12, 11));
		// The first two of each burst have not waited for a millisecond or more.
		expect(rate.bps).toBeCloseTo(5e6, -3);
	});

	it("is unknown while no packet waits for another, or after a pause", () => {
		const rate = new QueuedRate();
		for (let i = 0; i < 50; i++) rate.add(i * 0.01, i * 0.01 + LEAST_DELAY_SEC, PACKET_BYTES, LEAST_DELAY_SEC);
		expect(rate.bps).toBeNaN();
		burst(rate, 1, arrivalsFrom(1.02, 11));
		expect(rate.bps).toBeCloseTo(5e6, -3);
		rate.add(2, 2.02, PACKET_BYTES, LEAST_DELAY_SEC);
		expect(rate.bps).toBeNaN();
	});

	it("does not count the time of packets that nobody has reported", () => {
		const rate = new QueuedRate();
		burst(rate, 1, arrivalsFrom(1.02, 11));
		rate.skip();
		burst(rate, 1, arrivalsFrom(1.06, 11));
		expect(rate.bps).toBeCloseTo(5e6, -3);
	});

	it("leaves out a pause of the receiver, and is infinite for packets that it reads all at once", () => {
		const rate = new QueuedRate();
		burst(rate, 1, [...arrivalsFrom(1.02, 10), ...arrivalsFrom(1.12, 12)]);
		expect(rate.bps).toBeGreaterThan(4.9e6);
		const late = new QueuedRate();
		burst(late, 1, [1.02, ...Array.from({ length: 20 }, () => 1.1)]);
		expect(late.bps).toBe(Number.POSITIVE_INFINITY);
	});

	it("is unknown where packets overtake each other: none has waited for another", () => {
		const rate = new QueuedRate();
		for (let i = 0; i < 40; i++) rate.add(1 + (i ^ 1) * 0.001, 1.1 + i * 0.002, PACKET_BYTES, LEAST_DELAY_SEC);
		expect(rate.bps).toBeNaN();
	});
});
