import { describe, expect, it } from "vitest";
import { ViewFit } from "./view-fit.ts";
import type { ViewSize } from "./view-size.ts";

const VGA: ViewSize = { width: 640, height: 480, eyes: 1 };
const HD: ViewSize = { width: 1280, height: 720, eyes: 1 };
const FULL_HD: ViewSize = { width: 1920, height: 1080, eyes: 1 };

/** Sizes as they are after each second of a rate. */
function widths(fit: ViewFit, wished: ViewSize, ...ratesBps: number[]): number[] {
	return ratesBps.map((bitrateBps, second) => {
		let { width } = wished;
		for (let sec = second; sec < second + 1; sec += 0.1) width = fit.fit(wished, bitrateBps, sec).width;
		return width;
	});
}

describe("ViewFit", () => {
	it.each([
		[VGA, 100_000, 640],
		[HD, 300_000, 1280],
		[FULL_HD, 300_000, 1920],
		[FULL_HD, 600_000, 1920],
		[HD, 100_000, 640],
		[FULL_HD, 100_000, 720],
	] as const)("%o at %d bit/s is drawn %d wide", (wished, bitrateBps, width) => {
		expect(new ViewFit().fit(wished, bitrateBps, 0).width).toBe(width);
	});

	it("draws even sizes in about the wished shape, none too small, and both eyes alike", () => {
		for (const [width, height] of [
			[1278, 722],
			[854, 480],
			[1080, 1920],
			[320, 64],
		] as const) {
			const { width: w, height: h, eyes } = new ViewFit().fit({ width, height, eyes: 2 }, 50_000, 0);
			expect([w % 2, h % 2, eyes]).toEqual([0, 0, 2]);
			expect(Math.min(w, h)).toBeGreaterThanOrEqual(64);
			if (height > 64) expect(Math.abs(w / h / (width / height) - 1)).toBeLessThan(0.02);
		}
	});

	it("does not change the size for a rate that is low for a moment, or high again for a moment", () => {
		const fit = new ViewFit();
		expect(widths(fit, HD, 2e6)).toEqual([1280]);
		for (const sec of [1, 1.2, 1.4]) expect(fit.fit(HD, 1e5, sec).width).toBe(1280);
		expect(fit.fit(HD, 2e6, 1.5).width).toBe(1280);
		for (const sec of [2, 2.2, 2.4, 2.51]) fit.fit(HD, 1e5, sec);
		expect(fit.fit(HD, 1e5, 2.6).width).toBe(640);
		for (const sec of [3, 4, 5]) expect(fit.fit(HD, 2e6, sec).width).toBe(640);
		expect(fit.fit(HD, 2e6, 6.01).width).toBe(1280);
	});

	it("does not swing between two sizes at any rate", () => {
		for (let bitrateBps = 50_000; bitrateBps < 1_000_000; bitrateBps *= 1.07) {
			const fit = new ViewFit();
			const seen = widths(
				fit,
				FULL_HD,
				...Array.from({ length: 12 }, (_, second) => bitrateBps * (second % 2 === 0 ? 1 : 1.15)),
			);
			expect(new Set(seen.slice(1)).size, `${bitrateBps} bit/s: ${seen}`).toBe(1);
		}
	});

	it("learns that a source's pictures cost more", () => {
		const fit = new ViewFit();
		expect(widths(fit, FULL_HD, 4e5)).toEqual([1920]);
		for (let picture = 0; picture < 20; picture++) fit.noteCoarsest(13_000, FULL_HD);
		expect(widths(fit, FULL_HD, 4e5)).toEqual([1440]);
	});
});
