import { describe, expect, it } from "vitest";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { PictureBudget } from "./picture-budget.ts";

const FRAME_RATE = 30;

/**
 * Offers a picture at each beat.
 * @returns the times of those that were made, after a settling second
 */
function made(budget: PictureBudget, bytes: number, { seconds = 5, every = 1 } = {}): number[] {
	const times: number[] = [];
	for (let index = 0; index < seconds * FRAME_RATE; index += every) {
		const sec = 10 + index / FRAME_RATE;
		if (!budget.offer(sec)) continue;
		budget.spend(bytes);
		if (index >= FRAME_RATE) times.push(sec);
	}
	return times;
}

describe("PictureBudget", () => {
	it("lets every picture be made whose size is what the rate allows", () => {
		expect(made(new PictureBudget(FRAME_RATE, 300_000), 1250)).toHaveLength(4 * FRAME_RATE);
	});

	it("keeps to the rate with fewer pictures where they are larger, at even distances", () => {
		const times = made(new PictureBudget(FRAME_RATE, 300_000), 5000);
		expect((times.length * 5000 * 8) / 4).toBeLessThanOrEqual(1.05 * 300_000);
		expect((times.length * 5000 * 8) / 4).toBeGreaterThan(0.9 * 300_000);
		const gaps = times.slice(1).map((sec, index) => sec - times[index]!);
		expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThan(2.1 / FRAME_RATE);
	});

	it("leaves no picture out of a stream whose sizes vary about what the rate allows", () => {
		const random = seededRandom(5);
		const budget = new PictureBudget(FRAME_RATE, 300_000);
		let left = 0;
		for (let index = 0; index < 60 * FRAME_RATE; index++) {
			if (!budget.offer(10 + index / FRAME_RATE)) left++;
			else budget.spend(1250 * (0.7 + 0.6 * random()));
		}
		expect(left).toBe(0);
	});

	it("leaves no picture out after a single large one", () => {
		const budget = new PictureBudget(FRAME_RATE, 300_000);
		made(budget, 1250);
		expect(budget.offer(20)).toBe(true);
		budget.spend(3 * 1250);
		expect(budget.offer(20 + 1 / FRAME_RATE)).toBe(true);
	});

	it("asks an encoder that counts pictures for more where the source gives reason for fewer", () => {
		const budget = new PictureBudget(FRAME_RATE, 300_000);
		expect(budget.encoderBps).toBe(300_000);
		made(budget, 2500, { every: 2 });
		expect(budget.encoderBps).toBeCloseTo(600_000, -3);
		made(budget, 1250);
		expect(budget.encoderBps).toBeCloseTo(300_000, -3);
	});

	it("does not ask for more where it is itself that leaves pictures out, or where the view is at rest", () => {
		const budget = new PictureBudget(FRAME_RATE, 300_000);
		made(budget, 10_000);
		expect(budget.encoderBps).toBeCloseTo(300_000, -3);
		made(budget, 100, { every: FRAME_RATE / 2 });
		expect(budget.encoderBps).toBeCloseTo(300_000, -3);
	});

	it("does not pay at a lower rate for what was made at a higher one", () => {
		const budget = new PictureBudget(FRAME_RATE, 5_000_000);
		made(budget, 20_833);
		budget.bitrateBps = 100_000;
		expect(budget.offer(15.05)).toBe(true);
	});
});
