import { describe, expect, it } from "vitest";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { ClockEstimate } from "./clock-estimate.ts";

/**
 * A clock that is ahead by `offsetMs` at time 0 and runs faster by `ppm`, asked over a path with
 * queues.
 */
function simulate(
	estimate: ClockEstimate,
	options: { offsetMs: number; ppm: number; seconds: number; fromSec?: number; queueMs?: number; pathMs?: number },
) {
	const { offsetMs, ppm, seconds, fromSec = 0, queueMs = 0, pathMs = 5 } = options;
	const random = seededRandom(7);
	// Mostly short queues and now and then a long one, as on real paths.
	const queue = () => queueMs * random() ** 4 * 3;
	const other = (ourMs: number) => ourMs + offsetMs + ppm * 1e-6 * ourMs;
	for (let second = fromSec; second < fromSec + seconds; second += 2) {
		const t0 = second * 1000;
		const arrives = t0 + pathMs + queue();
		estimate.add(t0, other(arrives), other(arrives + 0.3), arrives + 0.3 + pathMs + queue());
	}
	return { other };
}

describe("ClockEstimate", () => {
	it("knows nothing before the first exchange", () => {
		const estimate = new ClockEstimate();
		const { offsetMs, roundTripMs } = estimate;
		const numbers = [
			offsetMs,
			roundTripMs,
			estimate.ourMsFrom(5),
			estimate.offsetMsAt(5),
			estimate.uncertaintyMsAt(5),
		];
		expect(numbers.every(Number.isNaN)).toBe(true);
		expect(estimate.driftPpm).toBe(0);
	});

	it("takes one exchange as it is", () => {
		const estimate = new ClockEstimate();
		estimate.add(100, 1110, 1112, 122);
		expect(estimate.offsetMs).toBe(1000);
		expect(estimate.roundTripMs).toBe(20);
		expect(estimate.ourMsFrom(1111)).toBeCloseTo(111, 9);
	});

	it("finds offset and drift under queues that are longer than the error it leaves", () => {
		const estimate = new ClockEstimate();
		const { other } = simulate(estimate, { offsetMs: -7.3e6, ppm: 40, seconds: 120, queueMs: 15 });
		expect(estimate.driftPpm).toBeGreaterThan(30);
		expect(estimate.driftPpm).toBeLessThan(50);
		for (const ourMs of [60_000, 118_000, 125_000])
			expect(Math.abs(estimate.ourMsFrom(other(ourMs)) - ourMs)).toBeLessThan(1);
	});

	it.each([0, 15, 60])(
		"is right to 1 ms from the fifth minute of an hour on, with queues of up to %i ms",
		(queueMs) => {
			const estimate = new ClockEstimate();
			const random = seededRandom(3);
			const queue = () => queueMs * random() ** 4;
			// 40 ppm too fast, and 5 ppm more or less in turn every ten minutes.
			const periodMs = 20 * 60_000;
			const wander = (ourMs: number) =>
				((5e-6 * periodMs) / (2 * Math.PI)) * Math.sin((2 * Math.PI * ourMs) / periodMs);
			const other = (ourMs: number) => ourMs * (1 + 40e-6) + 3e8 + wander(ourMs);
			let worstMs = 0;
			for (let t0 = 0; t0 < 3_600_000; t0 += 2000) {
				const arrives = t0 + 5 + queue();
				estimate.add(t0, other(arrives), other(arrives + 0.3), arrives + 5.3 + queue());
				if (t0 > 300_000)
					worstMs = Math.max(worstMs, Math.abs(estimate.ourMsFrom(other(t0 + 1500)) - t0 - 1500));
			}
			expect(worstMs).toBeLessThan(1);
		},
	);

	it.each([
		["queues one way alone", 0.1, 1.5, (random: () => number) => [2 * random(), 0]],
		["a short trip among long ones", 0.1, 1.2, (random: () => number) => (random() < 0.03 ? [0, 0] : [1, 0])],
		["a path that became longer one way", 5, 21, (_: () => number, atMs: number) => [atMs > 60_000 ? 30 : 0, 0]],
	] as const)("states an uncertainty that holds: %s", (_, pathMs, mostMs, queuesOf) => {
		const random = seededRandom(5);
		for (const ppm of [-90, 0, 35, 90]) {
			const estimate = new ClockEstimate();
			const other = (ourMs: number) => ourMs * (1 + ppm * 1e-6) + 7e5;
			for (let t0 = 0; t0 < 300_000; t0 += 2000) {
				const [toMs = 0, backMs = 0] = queuesOf(random, t0);
				const arrives = t0 + pathMs + toMs;
				estimate.add(t0, other(arrives), other(arrives), arrives + pathMs + backMs);
				for (const atMs of [t0, t0 + 1900]) {
					const errorMs = Math.abs(estimate.offsetMsAt(atMs) - (other(atMs) - atMs));
					expect(errorMs).toBeLessThanOrEqual(estimate.uncertaintyMsAt(atMs) + 1e-6);
				}
			}
			expect(estimate.uncertaintyMsAt(298_000)).toBeLessThan(mostMs);
		}
	});

	it("believes no drift in the first seconds, whatever the queues", () => {
		const estimate = new ClockEstimate();
		simulate(estimate, { offsetMs: 12, ppm: 0, seconds: 6, queueMs: 40 });
		expect(Math.abs(estimate.driftPpm)).toBeLessThan(100);
		expect(Math.abs(estimate.offsetMs - 12)).toBeLessThan(20);
	});

	it("goes both ways: ourMsFrom undoes offsetMsAt", () => {
		const estimate = new ClockEstimate();
		simulate(estimate, { offsetMs: 5e8, ppm: -80, seconds: 100 });
		for (const ourMs of [0, 50_000, 1e6])
			expect(estimate.ourMsFrom(ourMs + estimate.offsetMsAt(ourMs))).toBeCloseTo(ourMs, 4);
	});

	it("follows a clock that slept, and is not led astray by one strange answer", () => {
		const estimate = new ClockEstimate();
		simulate(estimate, { offsetMs: 50, ppm: 10, seconds: 60 });
		estimate.add(60_000, 60_000 + 9000, 60_000 + 9000, 60_010);
		expect(estimate.offsetMs).toBeCloseTo(50.6, 1);
		simulate(estimate, { offsetMs: -30_000, ppm: 10, seconds: 10, fromSec: 62 });
		expect(estimate.offsetMs).toBeCloseTo(-30_000 + 0.7, 0);
	});

	it("leaves out what can't be", () => {
		const estimate = new ClockEstimate();
		for (const [t0, t1, t2, t3] of [
			[10, 5, 3000, 20],
			[Number.NaN, 1, 2, 3],
			[0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 3],
			[3, 1, 1, 0],
		] as const)
			estimate.add(t0, t1, t2, t3);
		expect(estimate.offsetMs).toBeNaN();
	});

	it("forgets when it is told to", () => {
		const estimate = new ClockEstimate();
		simulate(estimate, { offsetMs: 1, ppm: 30, seconds: 40 });
		estimate.reset();
		expect(estimate.offsetMs).toBeNaN();
		expect(estimate.driftPpm).toBe(0);
		estimate.add(0, 100, 100, 2);
		expect(estimate.offsetMs).toBe(99);
	});
});
