import { describe, expect, it } from "vitest";
import {
	type PanoramaFormat,
	type PlaneLayout,
	panoramaByteLength,
	panoramaLayout,
	pictureLayout,
	stackedPictureLayout,
	writePanoramaPlane,
} from "./panorama.ts";
import { panoramaPadding } from "./panorama-padding.ts";

const { columns: PAD_COLUMNS, rows: PAD_ROWS } = panoramaPadding();

/** A plane whose samples all differ from their neighbours, with rows longer than needed. */
function noisyPlane(_width: number, height: number, stride: number): Uint8Array {
	return Uint8Array.from({ length: stride * height }, (_, i) => (i * 167 + Math.floor(i / 251) * 59) & 255);
}

/**
 * What the sphere shows at a column and row that may lie outside: around the seam, and over the
 * pole half way round.
 */
function sampleOnSphere(
	source: Uint8Array,
	stride: number,
	{ width, height }: PlaneLayout,
	column: number,
	row: number,
): number {
	let x = column;
	let y = row;
	if (y < 0 || y >= height) {
		y = y < 0 ? -1 - y : 2 * height - 1 - y;
		x += width / 2;
	}
	return source[y * stride + (((x % width) + width) % width)]!;
}

describe("panoramaLayout()", () => {
	it("keeps planes and their padding apart and rows aligned to 64 bytes", () => {
		for (const [width, height] of [
			[128, 64],
			[258, 130],
			[3840, 1920],
			[4096, 2048],
		] as const) {
			const { y, u, v, byteLength } = panoramaLayout(width, height);
			let end = 0;
			for (const plane of [y, u, v]) {
				expect(plane.stride % 64).toBe(0);
				expect(plane.stride).toBeGreaterThanOrEqual(plane.width + PAD_COLUMNS);
				expect(plane.offset - PAD_ROWS * plane.stride).toBe(end);
				end = plane.offset + (plane.height + PAD_ROWS) * plane.stride;
			}
			expect(byteLength).toBe(end);
		}
	});

	it("refuses odd, tiny and fractional sizes with a sentence that names them", () => {
		expect(() => panoramaLayout(3841, 1920)).toThrow(
			"A panorama needs an even width and height of at least 2; got 3841x1920.",
		);
		expect(() => panoramaLayout(640, 319)).toThrow(RangeError);
		expect(() => panoramaLayout(640, Number.NaN)).toThrow(RangeError);
		expect(() => panoramaLayout(126, 64)).toThrow("A panorama is at least 128 pixels wide; got 126.");
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
		const { byteLength } = panoramaLayout(256, 128);
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

describe("writePanoramaPlane()", () => {
	it.each([
		["a row length of its own", 256, 128, 300],
		["rows without a gap", 256, 128, 256],
		["chroma rows that are no multiple of four", 260, 130, 260],
	])("continues the picture around the seam and over the poles, from %s", (_, width, height, sourceStride) => {
		const layout = panoramaLayout(width, height);
		const base = 4096;
		for (const plane of [layout.y, layout.u, layout.v]) {
			const memory = new Uint8Array(base + layout.byteLength);
			const source = noisyPlane(plane.width, plane.height, sourceStride);
			writePanoramaPlane(memory, base, plane, source, sourceStride);
			for (let row = -PAD_ROWS; row < plane.height + PAD_ROWS; row++) {
				for (let column = 0; column < plane.width + PAD_COLUMNS; column++) {
					const at = base + plane.offset + row * plane.stride + column;
					if (memory[at] !== sampleOnSphere(source, sourceStride, plane, column, row)) {
						expect.fail(
							`sample (${column}, ${row}) of a ${plane.width}x${plane.height} plane is ${memory[at]}`,
						);
					}
				}
			}
		}
	});

	it("touches nothing outside the plane and its padding", () => {
		const layout = panoramaLayout(256, 128);
		const memory = new Uint8Array(layout.byteLength).fill(77);
		writePanoramaPlane(memory, 0, layout.u, noisyPlane(128, 64, 128), 128);
		const before = layout.u.offset - PAD_ROWS * layout.u.stride;
		const after = layout.v.offset - PAD_ROWS * layout.v.stride;
		expect(memory.subarray(0, before).every((value) => value === 77)).toBe(true);
		expect(memory.subarray(after).every((value) => value === 77)).toBe(true);
	});
});
