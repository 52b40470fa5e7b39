import { describe, expect, it } from "vitest";
import { ArrivalEstimate, ViewClock } from "./view-clock.ts";

/**
 * Plays a source and a stream of poses against a clock in steps of a quarter of a millisecond;
 * returns when it drew, and how old the panorama was.
 */
function play({
	sourceRate,
	viewRate,
	seconds,
	poseAlways = true,
	jitterSec = 0,
}: {
	sourceRate: number;
	viewRate: number;
	seconds: number;
	poseAlways?: boolean;
	jitterSec?: number;
}) {
	const clock = new ViewClock(viewRate);
	const arrivals = new ArrivalEstimate();
	const draws: { atSec: number; panorama: number }[] = [];
	let sequence = 0;
	let drawn = 0;
	for (let step = 0; step < seconds * 4000; step++) {
		const nowSec = step / 4000;
		const jitter = jitterSec * Math.sin(sequence * 12.9898);
		if (sourceRate > 0 && nowSec >= (sequence + 1) / sourceRate + jitter) arrivals.note(++sequence, nowSec);
		const { draw } = clock.decide({
			nowSec,
			panoramaIsNew: sequence > drawn,
			poseIsNew: poseAlways && sequence > 0,
			nextPanoramaSec: arrivals.nextSec,
			panoramaPeriodSec: arrivals.periodSec,
			nextPoseSec: Number.POSITIVE_INFINITY,
			workSec: 0.005,
		});
		if (!draw || sequence === 0) continue;
		clock.drawn(nowSec);
		drawn = sequence;
		draws.push({ atSec: nowSec, panorama: sequence });
	}
	return draws;
}

const distinct = (draws: { panorama: number }[]) => new Set(draws.map((draw) => draw.panorama)).size;

describe("ViewClock", () => {
	it("draws every panorama exactly once when source and view have the same rate, also with jitter", () => {
		for (const jitterSec of [0, 0.004]) {
			const draws = play({ sourceRate: 60, viewRate: 60, seconds: 10, jitterSec });
			expect(distinct(draws)).toBeGreaterThanOrEqual(595);
			expect(draws.length).toBeLessThanOrEqual(605);
		}
	});

	it("draws a 59.94 Hz source without doubles or gaps in a 60 Hz view", () => {
		const draws = play({ sourceRate: 59.94, viewRate: 60, seconds: 20 });
		expect(distinct(draws)).toBeGreaterThanOrEqual(1195);
		expect(draws.length - distinct(draws)).toBeLessThanOrEqual(2);
	});

	it("draws each panorama of a 30 Hz source twice in a 60 Hz view, evenly", () => {
		const draws = play({ sourceRate: 30, viewRate: 60, seconds: 10 });
		expect(draws.length).toBeGreaterThanOrEqual(590);
		expect(draws.length).toBeLessThanOrEqual(601);
		const gaps = draws.slice(2).map((draw, index) => draw.atSec - draws[index + 1]!.atSec);
		expect(Math.max(...gaps)).toBeLessThan(0.0205);
		expect(Math.min(...gaps)).toBeGreaterThan(0.0125);
	});

	it("draws every second panorama of a 60 Hz source in a 30 Hz view", () => {
		const draws = play({ sourceRate: 60, viewRate: 30, seconds: 10 });
		expect(draws.length).toBeGreaterThanOrEqual(295);
		expect(draws.length).toBeLessThanOrEqual(304);
	});

	it("exceeds its rate by no more than a hundredth on average with a much faster source", () => {
		expect(play({ sourceRate: 240, viewRate: 60, seconds: 5 }).length).toBeLessThanOrEqual(304);
	});

	it("takes a panorama at once after a late one, when the source sets the pace", () => {
		const clock = new ViewClock(30);
		const moment = {
			panoramaIsNew: true,
			poseIsNew: true,
			nextPanoramaSec: 5,
			panoramaPeriodSec: 1 / 30,
			nextPoseSec: Number.POSITIVE_INFINITY,
			workSec: 0.005,
		};
		// Late by 20 ms, as on a busy machine; the next panorama is on time.
		clock.decide({ nowSec: 1.02, ...moment });
		clock.drawn(1.02);
		expect(clock.decide({ nowSec: 1.0334, ...moment }).draw).toBe(true);
	});

	it("waits up to half an interval for a pose that is about to come, once for each draw", () => {
		const moment = {
			panoramaIsNew: true,
			poseIsNew: true,
			nextPanoramaSec: 11,
			panoramaPeriodSec: 1 / 30,
			workSec: 0.005,
		};
		const waiting = () => {
			const clock = new ViewClock(60);
			const soon = clock.decide({ nowSec: 10, nextPoseSec: 10.006, ...moment });
			expect(soon.draw).toBe(false);
			expect(soon.againAtSec).toBeCloseTo(10.007, 6);
			return clock;
		};
		expect(waiting().decide({ nowSec: 10.0071, nextPoseSec: 10.006, ...moment }).draw, "it did not come").toBe(
			true,
		);
		expect(
			waiting().decide({ nowSec: 10.0071, nextPoseSec: 10.0127, ...moment }).draw,
			"it came, and another one is to come",
		).toBe(true);
		const first = (more: { nextPoseSec: number; workSec?: number }) =>
			new ViewClock(60).decide({ nowSec: 10, ...moment, ...more }).draw;
		expect(first({ nextPoseSec: 10.009 }), "too far off").toBe(true);
		expect(first({ nextPoseSec: 10.006, workSec: 0.01 }), "the picture itself takes too long").toBe(true);
		expect(first({ nextPoseSec: 9.5 }), "the client has fallen silent").toBe(true);
	});

	it("draws every panorama of a 30 Hz view while poses come two or three times as often", () => {
		for (const poseRate of [60, 90, 120]) {
			const clock = new ViewClock(30);
			let drawn = 0;
			let draws = 0;
			for (let step = 0; step < 8000; step++) {
				const nowSec = step / 4000;
				const panorama = Math.floor(nowSec * 30);
				const nextPoseSec = (Math.floor(nowSec * poseRate) + 1) / poseRate;
				const moment = {
					nowSec,
					panoramaIsNew: panorama > drawn,
					poseIsNew: true,
					nextPanoramaSec: (panorama + 1) / 30,
					panoramaPeriodSec: 1 / 30,
				};
				if (!clock.decide({ ...moment, nextPoseSec, workSec: 0.005 }).draw) continue;
				clock.drawn(nowSec);
				draws++;
				drawn = panorama;
			}
			expect(draws, `poses at ${poseRate} Hz`).toBeGreaterThan(57);
		}
	});

	it("draws every panorama also when poses come at any phase to it", () => {
		for (let phase = 0; phase < 1; phase += 0.1) {
			const clock = new ViewClock(60);
			let drawn = 0;
			let draws = 0;
			let oldestPoseSec = 0;
			for (let step = 0; step < 8000; step++) {
				const nowSec = step / 4000;
				const panorama = Math.floor(nowSec * 30);
				const poses = Math.floor(nowSec * 60 - phase);
				const { draw } = clock.decide({
					nowSec,
					panoramaIsNew: panorama > drawn,
					poseIsNew: true,
					nextPanoramaSec: (panorama + 1) / 30,
					panoramaPeriodSec: 1 / 30,
					nextPoseSec: (poses + 1 + phase) / 60,
					workSec: 0.005,
				});
				if (!draw) continue;
				clock.drawn(nowSec);
				draws++;
				if (panorama > drawn) expect(panorama - drawn).toBe(1);
				drawn = panorama;
				if (nowSec > 0.5) oldestPoseSec = Math.max(oldestPoseSec, nowSec - (poses + phase) / 60);
			}
			expect(draws).toBeGreaterThan(114);
			expect(oldestPoseSec).toBeLessThan(0.6 / 60);
		}
	});

	it("draws a new panorama at the moment it is there", () => {
		for (const { atSec, panorama } of play({ sourceRate: 30, viewRate: 30, seconds: 3 }))
			expect(atSec - panorama / 30).toBeLessThan(0.001);
	});

	it("goes on at full rate for a moment when nothing changes any more, then only twice a second", () => {
		const clock = new ViewClock(60);
		const draws: number[] = [];
		for (let step = 0; step < 12_000; step++) {
			const nowSec = step / 4000;
			const { draw } = clock.decide({
				nowSec,
				panoramaIsNew: step === 0,
				poseIsNew: false,
				nextPanoramaSec: Number.POSITIVE_INFINITY,
				panoramaPeriodSec: Number.NaN,
				nextPoseSec: Number.POSITIVE_INFINITY,
				workSec: 0.005,
			});
			if (!draw) continue;
			clock.drawn(nowSec);
			draws.push(nowSec);
		}
		expect(draws.filter((at) => at < 0.41).length).toBeGreaterThan(20);
		expect(draws.filter((at) => at >= 1).length).toBe(4);
	});

	it("answers a new pose within one interval when there is no panorama to come", () => {
		const clock = new ViewClock(60);
		clock.drawn(10);
		const moment = {
			panoramaIsNew: false,
			poseIsNew: true,
			nextPanoramaSec: Number.POSITIVE_INFINITY,
			panoramaPeriodSec: Number.NaN,
			nextPoseSec: Number.POSITIVE_INFINITY,
			workSec: 0.005,
		};
		expect(clock.decide({ nowSec: 10.01, ...moment }).againAtSec).toBeCloseTo(10 + 1 / 60);
		expect(clock.decide({ nowSec: 10.0167, ...moment }).draw).toBe(true);
	});
});
