import { describe, expect, it } from "vitest";
import { PlaceClock } from "./place-clock.ts";

const stamps = (stampSec: number, decodeSec = stampSec) => ({ stampSec, decodeSec, durationSec: 0.04 });

describe("PlaceClock", () => {
	it("begins at 0 and follows the stamps, not the times of arrival", () => {
		const clock = new PlaceClock();
		expect(clock.next(stamps(95), 1000)).toEqual({ placeSec: 0, decodeSec: 0, begins: true });
		expect(clock.next(stamps(95.5), 1000)).toMatchObject({ placeSec: 0.5, begins: false });
		// Stored in the order of decoding.
		expect(clock.next(stamps(96.08, 95.54), 1009).placeSec).toBeCloseTo(1.08);
		expect(clock.next(stamps(96.04, 95.58), 1009).placeSec).toBeCloseTo(1.04);
	});

	it("begins a stretch where the stream was away, after the time that has passed", () => {
		const clock = new PlaceClock();
		clock.next(stamps(95), 1000);
		clock.join();
		expect(clock.next(stamps(7), 1060)).toMatchObject({ placeSec: 60, begins: true });
		expect(clock.next(stamps(7.04), 1060).placeSec).toBeCloseTo(60.04);
	});

	it("never begins a stretch before the end of the one before", () => {
		const clock = new PlaceClock();
		clock.next(stamps(0), 1000);
		clock.next(stamps(9), 1000);
		clock.join();
		expect(clock.next(stamps(0), 1001).placeSec).toBeGreaterThan(9);
	});

	it.each([
		["back", 3],
		["far ahead", 800],
	])("takes stamps that leap %s for a stretch", (_, stampSec) => {
		const clock = new PlaceClock();
		clock.next(stamps(95), 1000);
		expect(clock.next(stamps(stampSec), 1002)).toMatchObject({ placeSec: 2, begins: true });
	});

	it("places packets without stamps by their arrival, in order", () => {
		const clock = new PlaceClock();
		const places = [1000, 1000, 1000.5].map((sec) => clock.next(stamps(Number.NaN), sec).placeSec);
		expect(places[0]).toBe(0);
		expect(places[1]).toBeGreaterThan(0);
		expect(places[2]).toBeCloseTo(0.5);
	});

	it("goes on behind places that are taken", () => {
		const clock = new PlaceClock({ placeSec: 30, receivedSec: 1030 });
		expect(clock.next(stamps(0), 1045).placeSec).toBe(45);
	});
});
