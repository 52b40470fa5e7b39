import { describe, expect, it } from "vitest";
import type { PanoramaFormat, PlaneLayout } from "../media/panorama.ts";
import { PanoramaWriter, PLANE_NAMES } from "./panorama-writer.ts";

const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;

/** A plane whose samples all differ from their neighbours, with rows longer than needed. */
function noisyPlane(height: number, stride: number): Uint8Array {
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

describe("PanoramaWriter, whole sphere", () => {
	it.each([
		["a row length of its own", 256, 128, 300],
		["rows without a gap", 256, 128, 256],
		["chroma rows that are no multiple of four", 260, 130, 260],
	])("continues the picture around the seam and over the poles, from %s", (_, width, height, sourceStride) => {
		const writer = new PanoramaWriter({ width, height, eyes: 1, color: COLOR });
		const { layout } = writer;
		const base = 4096;
		for (const name of PLANE_NAMES) {
			const plane = layout[name];
			const { left, right, rows } = plane.padding;
			const memory = new Uint8Array(base + layout.byteLength);
			const source = noisyPlane(plane.height, sourceStride);
			writer.writePlane(memory, base, name, source, sourceStride);
			for (let row = -rows; row < plane.height + rows; row++) {
				for (let column = -left; column < plane.width + right; column++) {
					const at = base + plane.offset + row * plane.stride + column;
					if (memory[at] !== sampleOnSphere(source, sourceStride, plane, column, row)) {
						expect.fail(`${name} (${column}, ${row}) of ${plane.width}x${plane.height} is ${memory[at]}`);
					}
				}
			}
		}
	});

	it("touches nothing outside the plane and its padding", () => {
		const format: PanoramaFormat = { width: 256, height: 128, eyes: 2, color: COLOR };
		const writer = new PanoramaWriter(format);
		const { u, v, byteLength } = writer.layout;
		const memory = new Uint8Array(2 * byteLength).fill(77);
		writer.writePlane(memory, 0, "u", noisyPlane(64, 128), 128, 1);
		const before = byteLength + u.offset - u.padding.rows * u.stride - u.padding.left;
		const after = byteLength + v.offset - v.padding.rows * v.stride - v.padding.left;
		expect(memory.subarray(0, before).every((value) => value === 77)).toBe(true);
		expect(memory.subarray(after).every((value) => value === 77)).toBe(true);
	});
});
