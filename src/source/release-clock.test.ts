import { describe, expect, it } from "vitest";
import { LATE_SEC, MAX_HOLD_SEC, RESYNC_SEC, ReleaseClock } from "./release-clock.ts";

/**
 * Plays pictures that each take `decodeSec` to come, as the release loop does.
 * @returns what was shown and when, seconds from the start
 */
function play(mediaTimes: readonly number[], decodeSec: (index: number) => number, clock = new ReleaseClock()) {
	const shown: { media: number; at: number }[] = [];
	let now = 1000;
	let decoded = now;
	for (const [index, media] of mediaTimes.entries()) {
		decoded += decodeSec(index);
		now = Math.max(now, decoded);
		const due = clock.dueSec(media, now);
		now = Math.max(now, due);
		if (clock.decide(media, now) === "show") shown.push({ media, at: now - 1000 });
	}
	return { shown, clock };
}

const at30 = Array.from({ length: 90 }, (_, i) => i / 30);

describe("ReleaseClock", () => {
	it("shows each picture at its own time when decoding is fast, whatever the spacing", () => {
		const uneven = [0, 0.01, 0.5, 0.52, 2, 2.033];
		const { shown } = play(uneven, () => 0.001);
		expect(shown).toHaveLength(uneven.length);
		for (const { media, at } of shown) expect(at).toBeCloseTo(media + 0.001, 6);
	});

	it("shows a slightly late picture at once and returns to its pace", () => {
		const { shown } = play(at30, (index) => (index === 30 ? 0.06 : 0.005));
		expect(shown).toHaveLength(90);
		expect(shown.at(-1)!.at).toBeCloseTo(at30.at(-1)! + 0.005, 6);
	});

	it("leaves pictures out to catch up after a stall, but shows one now and then", () => {
		const { shown, clock } = play(at30, (index) => (index === 20 ? 0.8 : 0.02));
		expect(clock.resyncs).toBe(0);
		expect(shown.length).toBeLessThan(90);
		expect(shown.at(-1)!.at).toBeCloseTo(at30.at(-1)! + 0.02, 2);
		const holds = shown.slice(1).map(({ at }, i) => at - shown[i]!.at);
		const [stall, longest] = holds.sort((a, b) => b - a);
		expect(stall).toBeGreaterThan(0.5);
		expect(longest).toBeLessThanOrEqual(MAX_HOLD_SEC + 0.025);
	});

	it("keeps showing pictures when decoding is too slow for good, and says that it gave up the pace", () => {
		const { shown, clock } = play(
			Array.from({ length: 300 }, (_, i) => i / 60),
			() => 1 / 40,
		);
		expect(clock.resyncs).toBeGreaterThan(0);
		const lateness = shown.map(({ media, at }) => at - media);
		// Never further behind than the resync bound at any one time: each setting back begins
		// anew.
		expect(Math.max(...lateness.map((late, i) => late - (lateness[i - 1] ?? 0)))).toBeLessThanOrEqual(
			RESYNC_SEC + 0.1,
		);
		const holds = shown.slice(1).map(({ at }, i) => at - shown[i]!.at);
		expect(Math.max(...holds)).toBeLessThanOrEqual(MAX_HOLD_SEC + 0.03);
	});

	it("prefers a successor that is due already", () => {
		const clock = new ReleaseClock();
		clock.dueSec(0, 50);
		expect(clock.decide(0, 50)).toBe("show");
		expect(clock.decide(0.02, 50.05, 0.04)).toBe("skip");
		expect(clock.decide(0.04, 50.05, 0.06)).toBe("show");
	});

	it("is exact about its bounds", () => {
		const clock = new ReleaseClock();
		clock.dueSec(0, 0);
		clock.decide(0, 0);
		expect(clock.dueSec(0.5, 0.5 + RESYNC_SEC)).toBe(0.5);
		expect(clock.decide(0.5, 0.5 + LATE_SEC)).toBe("show");
		expect(clock.decide(0.51, 0.51 + LATE_SEC + 0.001)).toBe("skip");
		expect(clock.dueSec(0.6, 0.61 + RESYNC_SEC)).toBe(0.61 + RESYNC_SEC);
		expect(clock.resyncs).toBe(1);
	});

	it("plays at another rate from the moment on at which it is set, without a leap", () => {
		const clock = new ReleaseClock();
		expect(clock.dueSec(10, 100)).toBe(100);
		clock.setRate(2, 101);
		expect([clock.mediaSecAt(101), clock.mediaSecAt(102)]).toEqual([11, 13]);
		expect(clock.dueSec(13, 101)).toBe(102);
		clock.setRate(0.25, 102);
		expect(clock.dueSec(14, 102)).toBe(106);
	});

	it("shows at every rate above 1 no more pictures a second than the source has", () => {
		for (const rate of [1.5, 2, 4]) {
			const clock = new ReleaseClock();
			clock.setRate(rate, 0);
			const shown: number[] = [];
			for (let index = 0; index < 240; index++) {
				const due = clock.dueSec(index / 24, shown.at(-1) ?? 0);
				if (clock.decide(index / 24, due, (index + 1) / 24) === "show") shown.push(due);
			}
			const steps = shown.slice(1).map((at, i) => at - shown[i]!);
			expect(shown.length, `${rate}`).toBeGreaterThanOrEqual(60);
			if (rate >= 2) expect(Math.min(...steps.slice(1)), `${rate}`).toBeGreaterThanOrEqual(1 / 24 - 1e-6);
			expect(shown.at(-1)).toBeCloseTo(239 / 24 / rate, 0);
		}
	});

	it("stands still while paused, except for the first picture after a restart", () => {
		const clock = new ReleaseClock();
		clock.dueSec(0, 0);
		clock.setPaused(true, 5);
		expect([clock.dueSec(5.1, 6), clock.mediaSecAt(60)]).toEqual([Number.POSITIVE_INFINITY, 5]);
		clock.restart();
		expect(clock.dueSec(5.2, 70)).toBe(70);
		expect(clock.dueSec(5.3, 70)).toBe(Number.POSITIVE_INFINITY);
		clock.setPaused(false, 80);
		expect(clock.dueSec(5.3, 80)).toBeCloseTo(80.1, 9);
		expect(clock.resyncs).toBe(0);
	});
});
