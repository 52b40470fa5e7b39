import { describe, expect, it } from "vitest";
import type { PanoramaFormat, PlaneLayout } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { createProjection } from "./create-projection.ts";
import { depthBeyond } from "./face-padding.ts";
import { PanoramaWriter, PLANE_NAMES, type PlaneName } from "./panorama-writer.ts";
import { chromaSampling, LUMA_SAMPLING } from "./plane-sampling.ts";
import { rayOfSample, wavePattern } from "./sphere-pattern.cases.ts";
import { type StoredProjectionTile, storedProjection } from "./stored-projection.ts";

const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;

/** A plane whose samples all differ from their neighbours, with rows longer than needed. */
function noisyPlane(height: number, stride: number): Uint8Array {
	return Uint8Array.from({ length: stride * height }, (_, i) => (i * 167 + Math.floor(i / 251) * 59) & 255);
}

/**
 * The sample of the sphere at a column and row that may lie outside: around the seam, and over the
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

/** Faces of many kinds: some have edges between pixels, or chroma that is cut at odd places. */
const FACES: readonly (readonly [string, ProjectionSpec, width: number, height: number])[] = [
	["c3x2", { kind: "cubemap" }, 288, 192],
	["a padded google layout", { kind: "cubemap", layout: "google", padding: 3 }, 306, 204],
	["a cross", { kind: "cubemap", layout: "cross" }, 384, 288],
	["faces between pixels", { kind: "cubemap" }, 290, 194],
	["eac with v360's padding", { kind: "eac", padding: 2 }, 300, 200],
	["the halves of a GoPro MAX", { kind: "gopro-max" }, 320, 192],
];

describe("PanoramaWriter, faces of a cube", () => {
	it.each(FACES)("continues each face with what its neighbours show, %s", (_, projection, width, height) => {
		for (const bitDepth of [8, 10] as const) {
			const { tiles, errorsOf } = paintedFaces({ width, height, eyes: 1, color: COLOR, projection, bitDepth });
			const scale = bitDepth === 8 ? 1 : 4;
			for (const name of PLANE_NAMES) {
				// Bicubic takes two samples beyond a face; the third tap of Lanczos hardly weighs.
				const [fine, coarse, samples] = errorsOf(name);
				// Chroma that straddles an edge is left out, and what lies there is a guess.
				expect(fine, `${name} two deep`).toBeLessThanOrEqual((name === "y" ? 2.5 : 8) * scale);
				expect(coarse, `${name} four deep`).toBeLessThanOrEqual(16 * scale);
				expect(samples).toBeGreaterThan(tiles.length * 400);
			}
		}
	});

	it.each<readonly [string, ProjectionSpec, number]>([
		["a circle", { kind: "fisheye" }, 128],
		["two circles", { kind: "dual-fisheye" }, 256],
	])(
		"continues %s beyond its rim, where the sensor is black, and its tiles beyond their edges",
		(_, projection, width) => {
			const format: PanoramaFormat = { width, height: 128, eyes: 1, color: COLOR, projection };
			const writer = new PanoramaWriter(format);
			const { layout } = writer;
			const memory = new Uint8Array(layout.byteLength);
			const radius = (column: number, row: number) => Math.hypot(column + 0.5 - 64, row + 0.5 - 64);
			// Brightness goes with the place in the circle; black is far below.
			const valueAt = (column: number, row: number) => 100 + column / 4 + row / 4;
			const source = Uint8Array.from({ length: 128 * width }, (_unused, at) => {
				const [column, row] = [at % 128, Math.floor(at / width)];
				return radius(column, row) <= 64 ? Math.round(valueAt(column, row)) : 16;
			});
			writer.writePlane(memory, 0, "y", source, width);
			expect(layout.tiles).toHaveLength(width / 128);
			let beyond = 0;
			for (const tile of layout.tiles) {
				for (let row = -4; row < 132; row++) {
					for (let column = -4; column < 132; column++) {
						if (radius(column, row) > 67) continue;
						if (radius(column, row) > 64) beyond++;
						const value = memory[layout.y.offset + (tile.y + row) * layout.y.stride + tile.x + column]!;
						if (Math.abs(value - valueAt(column, row)) > 3)
							expect.fail(`sample (${column}, ${row}) is ${value}`);
					}
				}
			}
			expect(beyond).toBeGreaterThan(1000 * layout.tiles.length);
		},
	);

	it("continues a cropped panorama around the sphere, and its rows by repeating them", () => {
		const bounds = { top: 0.25, bottom: 0.25, left: 0, right: 0 };
		const format: PanoramaFormat = {
			width: 256,
			height: 64,
			eyes: 1,
			color: COLOR,
			projection: { kind: "equirect", bounds },
		};
		const writer = new PanoramaWriter(format);
		const { y, byteLength } = writer.layout;
		const memory = new Uint8Array(byteLength);
		const source = noisyPlane(64, 256);
		writer.writePlane(memory, 0, "y", source, 256);
		for (let row = -8; row < 72; row++) {
			for (let column = -16; column < 288; column++) {
				const expected = source[Math.max(0, Math.min(63, row)) * 256 + ((column + 256) % 256)];
				const value = memory[y.offset + row * y.stride + column];
				if (value !== expected) expect.fail(`sample (${column}, ${row}) is ${value}`);
			}
		}
	});
});

describe("PanoramaWriter, chroma of two planes in one", () => {
	it("takes NV12's samples as those of two planes", () => {
		const format: PanoramaFormat = {
			width: 288,
			height: 192,
			eyes: 1,
			color: COLOR,
			projection: { kind: "cubemap" },
		};
		const writer = new PanoramaWriter(format);
		const [together, apart] = [new Uint8Array(writer.layout.byteLength), new Uint8Array(writer.layout.byteLength)];
		const [u, v] = [noisyPlane(96, 144), noisyPlane(97, 144).subarray(144)];
		const both = Uint8Array.from({ length: 96 * 300 }, (_, at) => {
			const [row, column] = [Math.floor(at / 300), at % 300];
			return (column % 2 === 0 ? u : v)[row * 144 + (column >> 1)] ?? 0;
		});
		writer.writePlane(apart, 0, "u", u, 144);
		writer.writePlane(apart, 0, "v", v, 144);
		writer.writeChroma(together, 0, both, 300);
		expect(Buffer.compare(together, apart)).toBe(0);
	});
});

/**
 * A picture of a smooth sphere, written plane by plane, and the greatest differences of its padding
 * from the sphere: up to two samples deep, up to four, and the number of samples.
 */
function paintedFaces(format: PanoramaFormat): {
	readonly tiles: readonly StoredProjectionTile[];
	readonly errorsOf: (name: PlaneName) => readonly [fine: number, coarse: number, samples: number];
} {
	const { width, height, bitDepth = 8, projection = { kind: "equirect" } } = format;
	const writer = new PanoramaWriter(format);
	const pattern = wavePattern(12, 5);
	const scale = 2 ** (bitDepth - 8);
	const picture = createProjection(projection, width, height);
	const memory = new Uint8Array(writer.layout.byteLength);
	const samples = bitDepth === 8 ? memory : new Uint16Array(memory.buffer);
	const { parts } = storedProjection(format);
	const tiles = parts.flatMap((part) => part.tiles);
	return { tiles, errorsOf };

	function errorsOf(name: PlaneName): [fine: number, coarse: number, samples: number] {
		const sampling = name === "y" ? LUMA_SAMPLING : chromaSampling(format.color.chromaSiting);
		const { step } = sampling;
		const [columns, rows] = [width / step, height / step];
		const source = new (bitDepth === 8 ? Uint8Array : Uint16Array)(columns * rows);
		for (let at = 0; at < source.length; at++) {
			const ray = rayOfSample(picture, sampling, at % columns, Math.floor(at / columns));
			source[at] = Math.round(scale * pattern(ray));
		}
		writer.writePlane(memory, 0, name, source, columns);
		let [fine, coarse, count] = [0, 0, 0];
		for (const tile of tiles) {
			const neighbours = parts.find((part) => part.tiles.includes(tile))!.tiles.filter((other) => other !== tile);
			const [left, top] = [tile.x / step, tile.y / step];
			for (let j = top - 5; j < top + tile.source.height / step + 5; j++) {
				for (let i = left - 5; i < left + tile.source.width / step + 5; i++) {
					const [x, y] = [i * step + sampling.x, j * step + sampling.y];
					const depth = depthBeyond(tile, x, y) / step;
					const ray = tile.rayAt!(x, y);
					// Beyond the cut of a GoPro MAX's faces there is no neighbour.
					if (depth <= 1e-6 || depth > 4 || !neighbours.some((other) => other.contains(ray))) continue;
					count++;
					const plane = writer.layout[name];
					const value = samples[(plane.offset + j * plane.stride) / writer.layout.bytesPerSample + i]!;
					const error = Math.abs(value - scale * pattern(ray));
					if (depth <= 1.5) fine = Math.max(fine, error);
					else coarse = Math.max(coarse, error);
				}
			}
		}
		return [fine, coarse, count];
	}
}
