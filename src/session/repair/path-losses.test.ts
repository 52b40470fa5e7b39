import { describe, expect, it } from "vitest";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { PathLosses } from "./path-losses.ts";

const PACKET_SEC = 0.001;
const REPORT_PACKETS = 50;

/**
 * Sends packets, one a millisecond, and reports them by the fifty.
 *
 * @param arrivesAfterSec time that packet `index` takes; NaN when it is lost.
 */
function pass(
	losses: PathLosses,
	packets: number,
	arrivesAfterSec: (index: number) => number,
	firstNumber = 0,
): number {
	const arrivals: number[] = [];
	let nowSec = 0;
	let reported = 0;
	for (let index = 0; index < packets; index++) {
		nowSec = index * PACKET_SEC;
		losses.sent((firstNumber + index) & 0xffff, nowSec);
		arrivals.push(nowSec + arrivesAfterSec(index));
		if (index % REPORT_PACKETS !== REPORT_PACKETS - 1) continue;
		// A receiver reports again from the first packet that is new to it.
		const known = (sec: number) => (sec <= nowSec ? sec : Number.NaN);
		const arrivalSec = Float64Array.from(arrivals.slice(reported, index + 1), known);
		losses.report({ feedbackNumber: 0, baseSequenceNumber: (firstNumber + reported) & 0xffff, arrivalSec }, nowSec);
		reported = Math.max(0, index + 1 - 3 * REPORT_PACKETS);
	}
	return nowSec;
}

describe("PathLosses", () => {
	it("measures random loss, across the wrap of the numbers", () => {
		const losses = new PathLosses();
		const random = seededRandom(1);
		pass(losses, 10_000, () => (random() < 0.05 ? Number.NaN : 0), 65_000);
		expect(losses.lossShare).toBeGreaterThan(0.04);
		expect(losses.lossShare).toBeLessThan(0.06);
		expect(losses.burstPackets).toBe(1);
	});

	it("measures how long bursts are", () => {
		const losses = new PathLosses();
		const random = seededRandom(2);
		let lost = false;
		pass(losses, 20_000, () => {
			lost = lost ? random() >= 0.25 : random() < 0.01;
			return lost ? Number.NaN : 0;
		});
		// Nine of ten bursts of 1 / 0.25 packets in the mean have at most 9 packets.
		expect(losses.burstPackets).toBeGreaterThan(6);
		expect(losses.burstPackets).toBeLessThan(12);
	});

	it("does not count an outage", () => {
		const losses = new PathLosses();
		pass(losses, 3000, (index) => (index >= 1000 && index < 2000 ? Number.NaN : 0));
		expect(losses.lossShare).toBe(0);
	});

	it("counts a packet once that is reported twice, takes back one that is late, and passes over unknown ones", () => {
		const losses = new PathLosses();
		for (let number = 0; number < 400; number++) losses.sent(number, number / 1000);
		const arrivalSec = Float64Array.from({ length: 200 }, (_, index) =>
			index % 20 === 10 || (index > 120 && index < 160) ? Number.NaN : index / 1000,
		);
		const report = (baseSequenceNumber: number, arrivals: Float64Array) =>
			losses.report({ feedbackNumber: 0, baseSequenceNumber, arrivalSec: arrivals }, 0.4);
		report(0, arrivalSec);
		// The outage of 39 packets does not count, nor that a packet of it is late.
		const counted = 8 / 161;
		expect(losses.lossShare).toBeCloseTo(counted, 6);
		report(140, Float64Array.of(0.39));
		for (const base of [0, 1000, 40_000]) report(base, arrivalSec);
		expect(losses.lossShare).toBeCloseTo(counted, 6);
		for (let copy = 0; copy < 3; copy++) report(10, Float64Array.of(0.39));
		expect(losses.lossShare).toBeCloseTo(7 / 161, 6);
	});

	it("does not count packets that found a queue full", () => {
		const losses = new PathLosses();
		const random = seededRandom(5);
		// The queue grows for a second, then loses a third, then is empty again.
		const queueSec = (index: number) => (index < 1000 || index > 3000 ? 0 : Math.min(0.2, (index - 1000) / 5000));
		pass(losses, 4000, (index) => (queueSec(index) === 0.2 && random() < 0.33 ? Number.NaN : queueSec(index)));
		expect(losses.lossShare).toBe(0);
	});

	it("takes a route that has become longer for no full queue, ten seconds later", () => {
		const losses = new PathLosses();
		const random = seededRandom(6);
		pass(losses, 20_000, (index) => (random() < 0.03 ? Number.NaN : index < 2000 ? 0.01 : 0.1));
		expect(losses.lossShare).toBeGreaterThan(0.02);
	});

	it("takes no packet for lost that others have overtaken, once it knows how late packets are", () => {
		const losses = new PathLosses();
		const random = seededRandom(3);
		const nowSec = pass(losses, 20_000, () => random() * 0.03);
		expect(losses.lossShare).toBeLessThan(0.002);
		expect(losses.reorderingSec(nowSec)).toBeGreaterThan(0.015);
		expect(losses.reorderingSec(nowSec)).toBeLessThan(0.031);
		expect(losses.reorderingSec(nowSec + 120)).toBe(0);
	});

	it("knows of a packet that arrived and of one that is lost", () => {
		const losses = new PathLosses();
		pass(losses, 100, (index) => (index === 7 ? Number.NaN : 0));
		expect([losses.isReceived(6), losses.isLost(6)]).toEqual([true, false]);
		expect([losses.isReceived(7), losses.isLost(7)]).toEqual([false, true]);
	});
});
