import { describe, expect, it } from "vitest";
import type { PanoramaFormat } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { createProjection } from "./create-projection.ts";
import { halvePlane, mipSampling } from "./mip.ts";
import { PanoramaWriter, PLANE_NAMES } from "./panorama-writer.ts";
import { chromaSampling, LUMA_SAMPLING } from "./plane-sampling.ts";
import { rayOfSample, seededRandom, wavePattern } from "./sphere-pattern.cases.ts";
import { storedProjection } from "./stored-projection.ts";

const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;

function noise(length: number, greatest: number): Uint8Array | Uint16Array {
	const random = seededRandom(3);
	const samples = greatest > 255 ? new Uint16Array(length) : new Uint8Array(length);
	return samples.map(() => Math.floor(random() * (greatest + 1)));
}

describe("halvePlane()", () => {
	it.each([
		["8 bits, in words", 255, 64, 0],
		["8 bits, not aligned", 255, 65, 3],
		["10 bits", 1023, 64, 0],
	])("takes means that are rounded to nearest, %s", (_, greatest, stride, first) => {
		const from = { samples: noise(first + stride * 30, greatest), first, stride, width: 58, height: 30 };
		const samples = greatest > 255 ? new Uint16Array(32 * 15) : new Uint8Array(32 * 15);
		halvePlane(from, { samples, first: 0, stride: 32, width: 29, height: 15 });
		for (let row = 0; row < 15; row++) {
			for (let column = 0; column < 29; column++) {
				const at = (dx: number, dy: number) =>
					from.samples[first + (2 * row + dy) * stride + 2 * column + dx] ?? Number.NaN;
				const mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
				expect(samples[row * 32 + column]).toBe(Math.floor(mean + 0.5));
			}
		}
	});
});

describe("PanoramaWriter's smaller copies", () => {
	const KINDS: readonly (readonly [string, ProjectionSpec, width: number, height: number])[] = [
		["a whole sphere", { kind: "equirect" }, 512, 256],
		["a cubemap", { kind: "cubemap" }, 384, 256],
		["a cubemap of odd faces", { kind: "cubemap" }, 390, 260],
		["a fisheye", { kind: "fisheye" }, 200, 200],
	];

	it.each(KINDS)("show the sphere at their places, with padding of their own, %s", (_, projection, width, height) => {
		const format: PanoramaFormat = { width, height, eyes: 1, color: COLOR, projection, mipLevels: 2 };
		const writer = new PanoramaWriter(format);
		const { layout } = writer;
		expect(layout.mips).toHaveLength(2);
		const memory = new Uint8Array(layout.byteLength);
		const picture = createProjection(projection, width, height);
		const pattern = wavePattern(5, 2);
		const parts = storedProjection(format).parts;
		const [tile] = parts[0]!.tiles;
		for (const name of PLANE_NAMES) {
			const sampling = name === "y" ? LUMA_SAMPLING : chromaSampling("left");
			const [columns, rows] = [width / sampling.step, height / sampling.step];
			const samples = Uint8Array.from({ length: columns * rows }, (_unused, at) => {
				const value = pattern(rayOfSample(picture, sampling, at % columns, Math.floor(at / columns)));
				return Number.isNaN(value) ? 128 : Math.round(value);
			});
			writer.writePlane(memory, 0, name, samples, columns);
			for (const [index, mip] of layout.mips.entries()) {
				const plane = mip[name];
				const mipPlaces = mipSampling(sampling, index + 1);
				const size = Math.floor(tile!.source.width / mipPlaces.step);
				const around = projection.kind === "fisheye" ? -size / 4 : 2;
				for (let j = -around; j < Math.floor(tile!.source.height / mipPlaces.step) + around; j += 3) {
					for (let i = -around; i < size + around; i += 3) {
						const [x, y] = [i * mipPlaces.step + mipPlaces.x, j * mipPlaces.step + mipPlaces.y];
						const ray = tile!.rayAt?.(x, y) ?? picture.unproject(x, y);
						const value = memory[plane.offset + Math.round(j) * plane.stride + Math.round(i)]!;
						expect(Math.abs(value - pattern(ray)), `${name} ${index + 1} (${i}, ${j})`).toBeLessThan(
							4 * (index + 1),
						);
					}
				}
			}
		}
	});

	it("are left out where chroma would have no whole samples", () => {
		const format: PanoramaFormat = { width: 1028, height: 514, eyes: 1, color: COLOR, mipLevels: 3 };
		expect(new PanoramaWriter(format).layout.mips).toHaveLength(0);
		expect(() => new PanoramaWriter({ ...format, mipLevels: 9 })).toThrow("0 to 4 smaller copies; mipLevels is 9");
	});
});
