import { describe, expect, it } from "vitest";
import {
	type PanoramaFormat,
	panoramaByteLength,
	panoramaLayout,
	pictureLayout,
	stackedPictureLayout,
} from "./panorama.ts";

describe("panoramaLayout()", () => {
	it("keeps planes and their padding apart and rows aligned to 64 bytes", () => {
		for (const [width, height] of [
			[128, 64],
			[258, 130],
			[3840, 1920],
			[4096, 2048],
		] as const) {
			const { y, u, v, byteLength } = panoramaLayout({ width, height });
			let end = 64;
			for (const plane of [y, u, v]) {
				expect(plane.stride % 64).toBe(0);
				expect(plane.stride).toBeGreaterThanOrEqual(plane.width + 64);
				expect(plane.padding).toEqual({ left: 16, right: 48, rows: 4 });
				// The first row has sixteen samples before it, and all begin at a multiple of 64.
				expect(plane.offset - 4 * plane.stride).toBe(end + 64);
				end = plane.offset + (plane.height + 4) * plane.stride;
			}
			expect(byteLength).toBe(end + 64);
		}
	});

	it("refuses odd, tiny and fractional sizes with a sentence that names them", () => {
		expect(() => panoramaLayout({ width: 3841, height: 1920 })).toThrow(
			"A panorama needs an even width and height of at least 2; got 3841x1920.",
		);
		expect(() => panoramaLayout({ width: 640, height: 319 })).toThrow(RangeError);
		expect(() => panoramaLayout({ width: 640, height: Number.NaN })).toThrow(RangeError);
		expect(() => panoramaLayout({ width: 126, height: 64 })).toThrow(
			"A panorama is at least 128 pixels wide; got 126.",
		);
	});
});

describe("pictureLayout()", () => {
	it("lays the planes one after the other without gaps", () => {
		expect(pictureLayout(6, 4)).toEqual({
			y: { offset: 0, width: 6, height: 4, stride: 6 },
			u: { offset: 24, width: 3, height: 2, stride: 3 },
			v: { offset: 30, width: 3, height: 2, stride: 3 },
			byteLength: 36,
		});
	});
});

describe("panoramaByteLength()", () => {
	const format: PanoramaFormat = {
		width: 256,
		height: 128,
		eyes: 1,
		color: { range: "limited", matrix: "bt709", chromaSiting: "left" },
	};

	it("counts every eye's panorama whole, so that the second begins on a row's alignment", () => {
		const { byteLength } = panoramaLayout({ width: 256, height: 128 });
		expect(panoramaByteLength(format)).toBe(byteLength);
		expect(panoramaByteLength({ ...format, eyes: 2 })).toBe(2 * byteLength);
		expect(byteLength % 64).toBe(0);
	});

	it("refuses other numbers of eyes, also from sources that do not say", () => {
		for (const eyes of [0, 3, undefined]) {
			expect(() => panoramaByteLength({ ...format, eyes: eyes as never })).toThrow(
				`A panorama is for one eye or for two; got ${eyes}.`,
			);
		}
	});
});

describe("stackedPictureLayout()", () => {
	it("is a picture of its own for one eye", () => {
		expect(stackedPictureLayout(320, 180, 1, 0)).toEqual(pictureLayout(320, 180));
	});

	it("puts the left eye's rows above the right eye's in each plane of one picture", () => {
		const whole = pictureLayout(6, 8);
		const [left, right] = [stackedPictureLayout(6, 4, 2, 0), stackedPictureLayout(6, 4, 2, 1)];
		for (const name of ["y", "u", "v"] as const) {
			const rows = whole[name].height / 2;
			expect(left[name]).toEqual({ ...whole[name], height: rows });
			expect(right[name]).toEqual({
				...whole[name],
				height: rows,
				offset: whole[name].offset + rows * whole[name].stride,
			});
		}
		expect([left.byteLength, right.byteLength]).toEqual([whole.byteLength, whole.byteLength]);
	});

	it("refuses views of odd size", () => {
		expect(() => stackedPictureLayout(320, 91, 2, 0)).toThrow(
			"A picture needs an even width and height of at least 2; got 320x91.",
		);
	});
});
