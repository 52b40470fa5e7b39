import { describe, expect, it } from "vitest";
import { largestViewSize, viewSizeFor } from "./view-size.ts";

const FULL_HD = { width: 1920, height: 1080 };

describe("viewSizeFor()", () => {
	it("keeps the configured size for a window of about its shape, also a larger one", () => {
		for (const wish of [FULL_HD, { width: 3840, height: 2160 }, { width: 1930, height: 1086 }]) {
			expect(viewSizeFor(FULL_HD, wish)).toEqual({ ...FULL_HD, eyes: 1 });
		}
	});

	it("gives a phone held upright as many pixels, in its shape", () => {
		const { width, height } = viewSizeFor(FULL_HD, { width: 1170, height: 2532 });
		expect(width / height).toBeCloseTo(1170 / 2532, 2);
		expect((width * height) / (1920 * 1080)).toBeCloseTo(1, 2);
	});

	it.each([
		[640, 360],
		[1280, 720],
		[1600, 900],
		[1900, 1070],
		[1024, 768],
		[844, 390],
	])("draws no more than a window of %d x %d shows", (width, height) => {
		expect(viewSizeFor(FULL_HD, { width, height })).toEqual({ width, height, eyes: 1 });
	});

	it("gives each of two eyes what one would get", () => {
		for (const wish of [FULL_HD, { width: 1440, height: 1600 }, { width: 640, height: 360 }]) {
			expect(viewSizeFor(FULL_HD, { ...wish, eyes: 2 })).toEqual({ ...viewSizeFor(FULL_HD, wish), eyes: 2 });
		}
	});

	it("keeps two eyes small enough for one picture, in the shape that was wished for", () => {
		const { width, height, eyes } = viewSizeFor(
			{ width: 4096, height: 4096 },
			{ width: 4096, height: 8192, eyes: 2 },
		);
		expect({ width, height, eyes }).toEqual({ width: 2048, height: 4096, eyes: 2 });
		expect(viewSizeFor({ width: 4096, height: 4096 }, { width: 4096, height: 8192 }).height).toBeGreaterThan(4096);
	});

	it("stays even, within bounds and drawable for whatever is wished", () => {
		for (const configured of [
			FULL_HD,
			{ width: 640, height: 360 },
			{ width: 64, height: 64 },
			{ width: 720, height: 1280 },
		]) {
			const largest = largestViewSize(configured);
			for (const wish of [
				{ width: 64, height: 4096 },
				{ width: 4096, height: 64 },
				{ width: 101, height: 99 },
				{ width: 64, height: 64 },
				{ width: 1, height: 1 },
			]) {
				const { width, height } = viewSizeFor(configured, wish);
				expect((width % 2) + (height % 2)).toBe(0);
				expect(Math.min(width, height)).toBeGreaterThanOrEqual(64);
				expect(width).toBeLessThanOrEqual(largest.width);
				expect(height).toBeLessThanOrEqual(largest.height);
			}
		}
	});
});
