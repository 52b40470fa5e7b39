import { describe, expect, it } from "vitest";
import { CaptureClock, WallClock } from "./capture-clock.ts";

const WALL_OFFSET_SEC = 1_800_000_000;

describe("CaptureClock", () => {
	/** Pictures so many seconds after the beginning. */
	function setUp() {
		const clock = new CaptureClock();
		const judge = (sec: number, ageSec: number, stampSec = sec) =>
			clock.judge({
				cameraUs: Math.round((WALL_OFFSET_SEC + sec - ageSec) * 1e6),
				stampSec,
				receivedSec: sec,
				wallOffsetSec: WALL_OFFSET_SEC,
			});
		/** @returns the judgement at the end. */
		const run = (fromSec: number, toSec: number, ageSec: number) => {
			for (let sec = fromSec; sec < toSec; sec += 0.1) judge(sec, ageSec, sec - ageSec);
			return clock.isSet;
		};
		return { clock, judge, run };
	}

	it("uses a plausible statement from the first on", () => {
		const { clock, judge } = setUp();
		expect(clock.isSet).toBeUndefined();
		expect(judge(1, 0.25)).toBeCloseTo(0.75, 6);
		expect(clock.statement("rtcp")).toEqual({ origin: "rtcp", used: true, ageSec: expect.closeTo(0.25, 6) });
	});

	it("never lets a picture be captured after it came", () => {
		const { judge } = setUp();
		expect(judge(1, -0.004)).toBe(1);
		expect(judge(2, -0.04)).toBe(2);
	});

	it.each([3600, -3600, 10.5, -0.02])("does not use a clock that is off by %s s", (ageSec) => {
		const { clock, judge } = setUp();
		expect(judge(1, ageSec)).toBeNaN();
		expect(clock.statement("rtcp")).toMatchObject({ used: false, ageSec: expect.closeTo(ageSec, 5) });
	});

	it("uses a clock that is set later, once its statements have agreed for 5 s", () => {
		const { run } = setUp();
		expect(run(0, 10, -3600)).toBe(false);
		expect(run(10, 14.5, 0.2)).toBe(false);
		expect(run(14.5, 15.5, 0.2)).toBe(true);
	});

	it("does not flicker with a clock that is near the bound", () => {
		const { clock, judge } = setUp();
		const judgements = new Set<boolean | undefined>();
		for (let number = 0; number < 200; number++) {
			judge(number / 10, number % 2 === 0 ? -0.005 : -0.03);
			judgements.add(clock.isSet);
		}
		expect([...judgements]).toEqual([true]);
	});

	it("trusts a clock over a stall of the network, and not for longer", () => {
		const { clock, judge, run } = setUp();
		run(0, 5, 0.2);
		// All that waited comes at once, 15 s late.
		for (let sec = 5; sec < 20; sec += 0.1) {
			const receivedSec = 20 + (sec - 5) / 15;
			expect(judge(receivedSec, receivedSec - sec, sec)).toBeCloseTo(sec, 4);
		}
		expect(run(22, 24, 0.2)).toBe(true);
		for (let sec = 24; sec < 30; sec += 0.1) judge(sec, 60, sec - 60);
		expect(clock.isSet).toBe(false);
	});

	it("judges a clock anew that leaps against the time stamps", () => {
		const { clock, judge, run } = setUp();
		run(0, 3, 0.2);
		expect(judge(3, 7200, 2.8)).toBeNaN();
		expect(clock.isSet).toBe(false);
	});

	it("judges the first statement by itself after the input was opened anew", () => {
		const { clock, judge, run } = setUp();
		run(0, 3, -50);
		clock.restart();
		expect(judge(4, 0.2)).toBeCloseTo(3.8, 6);
	});
});

describe("WallClock", () => {
	it("keeps its estimate within the millisecond that the wall clock states", () => {
		const clock = new WallClock(1000.0004);
		expect(clock.offsetSec(1_005_000, 5)).toBeCloseTo(1000.0004, 9);
		// The truth is at least what is stated, and less than a millisecond more.
		expect(clock.offsetSec(1_006_001, 6)).toBeCloseTo(1000.001, 9);
		expect(clock.offsetSec(1_006_999, 7)).toBeCloseTo(1000, 9);
	});

	it("follows a wall clock that is set", () => {
		const clock = new WallClock(1000);
		expect(clock.offsetSec(5_000_000, 5)).toBeCloseTo(4995, 9);
	});
});
