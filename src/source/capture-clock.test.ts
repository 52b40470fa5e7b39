import { describe, expect, it } from "vitest";
import { CaptureClock, WallClock } from "./capture-clock.ts";

const WALL_OFFSET_SEC = 1_800_000_000;

describe("CaptureClock", () => {
	/** Pictures so many seconds after the beginning. */
	function setUp() {
		const clock = new CaptureClock();
		const judge = (sec: number, ageSec: number, stampSec = sec, wallOffsetSec = WALL_OFFSET_SEC) =>
			clock.judge({
				cameraUs: Math.round((WALL_OFFSET_SEC + sec - ageSec) * 1e6),
				stampSec,
				receivedSec: sec,
				wallOffsetSec,
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

	it("trusts a clock however old its pictures become", () => {
		const { clock, judge, run } = setUp();
		run(0, 5, 0.2);
		// All that waited comes at once, 15 s late.
		for (let sec = 5; sec < 20; sec += 0.1) {
			const receivedSec = 20 + (sec - 5) / 15;
			expect(judge(receivedSec, receivedSec - sec, sec)).toBeCloseTo(sec, 4);
		}
		expect(run(22, 24, 0.2)).toBe(true);
		for (let sec = 24; sec < 60; sec += 0.1) expect(judge(sec, 12, sec - 12)).toBeCloseTo(sec - 12, 4);
		expect(clock.isSet).toBe(true);
	});

	it("gives a clock up whose statements lie after the arrival for 5 s", () => {
		const { judge, run } = setUp();
		run(0, 3, 0.2);
		expect(judge(3, -0.1)).toBe(3);
		expect(run(3.1, 7.5, -0.1)).toBe(true);
		expect(run(7.5, 8.5, -0.1)).toBe(false);
		expect(judge(8.5, -0.1)).toBeNaN();
	});

	it("judges a clock anew that leaps against the time stamps", () => {
		const { clock, judge, run } = setUp();
		run(0, 3, 0.2);
		expect(judge(3, 7200, 2.8)).toBeNaN();
		expect(clock.isSet).toBe(false);
	});

	it("trusts a clock against which the time stamps leap while pictures are old", () => {
		const { clock, judge, run } = setUp();
		run(0, 3, 12 - 2.5);
		run(3, 9, 12);
		expect(judge(9, 12, 5000)).toBeCloseTo(-3, 4);
		expect(clock.isSet).toBe(true);
	});

	it.each([
		["leaps into the past", 7200],
		["leaps into the future", -3600],
	])("keeps old pictures old by their time stamps after the clock %s, until they are not", (_, ageSec) => {
		const { clock, judge, run } = setUp();
		run(0, 3, 0.2);
		run(3, 9, 12);
		for (let sec = 9; sec < 20; sec += 0.1) expect(judge(sec, ageSec, sec - 12)).toBeCloseTo(sec - 12, 4);
		expect(clock.isSet).toBe(false);
		expect(judge(20, ageSec, 19.5)).toBeNaN();
		expect(judge(20.1, ageSec, 8)).toBeNaN();
	});

	it("does not take old pictures for new where this machine's own clock is set back", () => {
		const { judge, run } = setUp();
		run(0, 9, 0.2);
		run(9, 12, 12);
		for (let sec = 12; sec < 25; sec += 0.1)
			expect(judge(sec, 12, sec - 12, WALL_OFFSET_SEC - 60)).toBeCloseTo(sec - 12, 4);
	});

	it("finds pictures late that have been older than 1 s for 5 s, and says so until they are younger", () => {
		const { clock, run } = setUp();
		// The first ones have waited.
		run(0, 1, 3);
		run(1, 8, 0.2);
		expect(clock.statement("rtcp").isLate).toBeUndefined();
		run(8, 12.5, 1.2);
		expect(clock.statement("rtcp").isLate).toBeUndefined();
		run(12.5, 13.5, 1.2);
		expect(clock.statement("rtcp")).toMatchObject({ used: true, isLate: true });
		run(13.5, 30, 0.8);
		expect(clock.statement("rtcp").isLate).toBe(true);
		run(30, 35.5, 0.3);
		expect(clock.statement("rtcp").isLate).toBeUndefined();
	});

	it("does not take the ages by a clock that was not set for those by the clock as it is now", () => {
		const { clock, run } = setUp();
		run(0, 10, 3600);
		expect(run(10, 20, 0.7)).toBe(true);
		expect(clock.statement("rtcp").isLate).toBeUndefined();
		const other = setUp();
		other.run(0, 10, 3600);
		expect(other.run(10, 15.5, 3)).toBe(true);
		expect(other.clock.statement("rtcp").isLate).toBeUndefined();
		other.run(15.5, 21, 3);
		expect(other.clock.statement("rtcp").isLate).toBe(true);
	});

	it("believes the ages of an input whose pictures are known to come late", () => {
		const { clock, judge } = setUp();
		clock.restart(60);
		expect(judge(100, 25)).toBeCloseTo(75, 4);
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
