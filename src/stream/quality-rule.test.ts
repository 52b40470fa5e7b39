import { describe, expect, it } from "vitest";
import { QualityRule } from "./quality-rule.ts";
import { ViewFit } from "./view-fit.ts";
import type { ViewSize } from "./view-size.ts";

const FRAME_RATE = 30;
const HD: ViewSize = { width: 1280, height: 720, eyes: 1 };

/** Notes pictures of one quantizer for a time. @returns the time afterwards */
function show(rule: QualityRule, quantizer: number, seconds: number, fromSec: number): number {
	for (let index = 0; index < seconds * FRAME_RATE; index++) rule.note(quantizer, fromSec + index / FRAME_RATE);
	return fromSec + seconds;
}

describe("QualityRule", () => {
	it("reduces the pixels in steps to a quarter, then the rate to a half, while the quantizer is above 40", () => {
		const rule = new QualityRule();
		const seen = [0, 1, 2, 3, 4].map((second) => {
			const { scale, divisor } = rule.level;
			show(rule, 41, 1.1, 1.1 * second);
			return `${scale}/${divisor}`;
		});
		expect(seen).toEqual(["1/1", "0.75/1", "0.5/1", "0.5/2", "0.5/2"]);
	});

	it("goes to a quarter of the pixels at once where the quantizer is at its end", () => {
		const rule = new QualityRule();
		show(rule, 44, 1.1, 0);
		expect(rule.level).toEqual({ scale: 0.5, divisor: 1 });
	});

	it("takes a reduction back after five seconds under 26, one step at a time", () => {
		const rule = new QualityRule();
		let sec = show(rule, 41, 3.3, 0);
		const seen = Array.from({ length: 4 }, () => {
			sec = show(rule, 25, 6, sec);
			return `${rule.level.scale}/${rule.level.divisor}`;
		});
		expect(seen).toEqual(["0.5/1", "0.75/1", "1/1", "1/1"]);
	});

	it("changes nothing for a moment's quantizer, for one in between, or for one that is not known", () => {
		const rule = new QualityRule();
		let sec = 0;
		for (let turn = 0; turn < 5; turn++) sec = show(rule, 35, 1, show(rule, 44, 0.7, sec));
		sec = show(rule, 30, 20, sec);
		show(rule, Number.NaN, 20, sec);
		expect(rule.level.scale).toBe(1);
	});
});

describe("ViewFit, by the quantizer", () => {
	it("changes the size a few times a minute at most, whatever the pictures do", () => {
		const fit = new ViewFit();
		let former = HD.width;
		const changesSec: number[] = [];
		for (let index = 0; index < 300 * FRAME_RATE; index++) {
			const sec = index / FRAME_RATE;
			const { width } = fit.fit(HD, 5e6, sec);
			if (width !== former) changesSec.push(sec);
			former = width;
			// A head that rests for 6 s and turns for 2.
			fit.noteQuantizer(sec % 8 < 6 ? 15 : 42, sec);
		}
		for (let fromSec = 0; fromSec < 240; fromSec += 10)
			expect(changesSec.filter((sec) => sec >= fromSec && sec < fromSec + 60).length).toBeLessThanOrEqual(7);
		expect(changesSec.length).toBeGreaterThan(10);
	});
});
