import { beforeAll, describe, expect, it } from "vitest";
import { Equirectangular } from "./equirectangular.ts";
import { type DrawOptions, SAMPLING_KERNELS } from "./projector.ts";
import { ReferenceProjector } from "./reference-projector.ts";
import { KERNEL_REACH, kernelWeights, weightTable } from "./sampling-kernels.ts";
import {
	comparePlanes,
	ProjectionFixture,
	planesOf,
	seededRandom,
	viewOf,
	wavePattern,
	widePlanesOf,
} from "./sphere-pattern.cases.ts";
import { Warp } from "./warp.ts";
import { WEIGHT_ONE, WEIGHT_PHASES, WEIGHT_TAPS } from "./wasm/layout.ts";

const W = 512;
const H = 256;
const SIZE = { panoramaWidth: W, panoramaHeight: H, maxWidth: W, maxHeight: H };

/** Ways to draw, beside bilinear sampling without anti-aliasing. */
const WAYS: readonly DrawOptions[] = [
	...SAMPLING_KERNELS.map((kernel) => ({ kernel })),
	...SAMPLING_KERNELS.map((kernel) => ({ kernel, antialias: "auto" as const })),
];

/** Magnified, minified little and much, over the poles and the seam, sizes that end in a cell. */
const VIEWS = [
	viewOf(82, 46, 0, 0, 10, 30),
	viewOf(96, 66, 175, -30, -50, 100),
	viewOf(90, 98, 20, 90, 0, 90),
	viewOf(66, 34, -100, -88, 45, 140),
	viewOf(34, 18, 60, 10, 180, 150),
	viewOf(6, 2, 0, 80, 0, 150),
];

describe("Weights", () => {
	it.each(SAMPLING_KERNELS)("of %s sum up to 1, are mirrored, and are those of the table", (kernel) => {
		const table = weightTable(kernel);
		for (let phase = 0; phase < WEIGHT_PHASES; phase++) {
			const fraction = phase / WEIGHT_PHASES;
			const weights = [...kernelWeights(kernel, fraction)];
			expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
			// Halfway, the nearest sample is that on the right.
			if (fraction !== 0.5 || kernel !== "nearest") {
				const mirrored = [...kernelWeights(kernel, 1 - fraction)].reverse();
				for (const [k, weight] of weights.entries()) expect(weight).toBeCloseTo(mirrored[k]!, 12);
			}
			const row = [...table.subarray(phase * WEIGHT_TAPS, (phase + 1) * WEIGHT_TAPS)];
			expect(row.reduce((sum, weight) => sum + weight)).toBe(WEIGHT_ONE);
			for (const [k, weight] of weights.entries()) {
				const stored = row[3 - KERNEL_REACH[kernel] + k]! / WEIGHT_ONE;
				expect(Math.abs(stored - weight)).toBeLessThan(4 / WEIGHT_ONE);
			}
		}
	});

	it("are those of the literature at a quarter", () => {
		expect([...kernelWeights("bicubic", 0.25)]).toEqual([-0.0703125, 0.8671875, 0.2265625, -0.0234375]);
		const lanczos = [...kernelWeights("lanczos", 0.25)];
		const sinc = (x: number) => Math.sin(Math.PI * x) / (Math.PI * x);
		const raw = [2.25, 1.25, 0.25, 0.75, 1.75, 2.75].map((x) => sinc(x) * sinc(x / 3));
		const sum = raw.reduce((total, weight) => total + weight);
		for (const [k, weight] of raw.entries()) expect(lanczos[k]).toBeCloseTo(weight / sum, 12);
	});
});

/** A smooth picture, one that each test fills, and noise: one of each for all ways to draw. */
let smooth: ProjectionFixture;
let fixture: ProjectionFixture;
let noisy: ProjectionFixture;
const noise = noiseOf(8);

beforeAll(async () => {
	smooth = await ProjectionFixture.create(SIZE);
	smooth.paint([wavePattern(20, 1), wavePattern(10, 2), wavePattern(10, 3)]);
	fixture = await ProjectionFixture.create(SIZE);
	noisy = await ProjectionFixture.create(SIZE);
	noisy.fill(noise);
});

/** A random sample for each plane, column and row. */
function noiseOf(seed: number): (plane: number, i: number, j: number) => number {
	const random = seededRandom(seed);
	const samples = Uint8Array.from({ length: 3 * W * H }, () => 256 * random());
	return (plane, i, j) => samples[(plane * H + j) * W + i]!;
}

describe.each(WAYS)("WasmProjector with %o", (way) => {
	it("draws as the double-precision twin does, but for rounding", () => {
		const twin = new ReferenceProjector();
		// Near a border between two samples either may be the nearest. Means are rounded twice, and
		// where steps turn as much as around a pole, some are made of other places.
		const most = way.kernel === "nearest" ? 8 : way.antialias === "auto" ? 3 : 1;
		for (const [index, view] of VIEWS.slice(0, 4).entries()) {
			smooth.projector.project(smooth.panorama, view, smooth.into(view), way);
			twin.project(smooth.panorama, view, smooth.otherInto(view), way);
			const expected = planesOf(smooth.otherInto(view));
			for (const [plane, codes] of planesOf(smooth.into(view)).entries()) {
				const { max, psnr } = comparePlanes(codes, expected[plane]!);
				expect(max, `plane ${plane} of view ${index}`).toBeLessThanOrEqual(most);
				expect(psnr, `plane ${plane} of view ${index}`).toBeGreaterThan(way.kernel === "nearest" ? 50 : 56);
			}
		}
	});

	it("loses nothing of a constant picture, nor writes beside the view", () => {
		for (const value of [0, 1, 128, 254, 255]) {
			fixture.fill(() => value);
			for (const view of VIEWS) {
				const { data } = fixture.into(view);
				const end = data.byteOffset + data.length;
				fixture.bytes.fill(7, data.byteOffset, end + 64);
				fixture.projector.project(fixture.panorama, view, fixture.into(view), way);
				expect(Buffer.compare(data, Buffer.alloc(data.length, value))).toBe(0);
				expect(fixture.bytes.subarray(end, end + 64).every((byte) => byte === 7)).toBe(true);
			}
		}
	});

	it("loses nothing when it draws a sphere as itself, also turned by whole pixels", () => {
		const sphere = new Equirectangular(W, H);
		for (const pixels of [0, 2, 310]) {
			const turn = viewOf(2, 2, (pixels * 360) / W, 0).worldFromView;
			noisy.projector.projectWarp(noisy.panorama, new Warp(sphere, turn, sphere), noisy.into(sphere), way);
			for (const [plane, codes] of planesOf(noisy.into(sphere)).entries()) {
				const width = plane === 0 ? W : W / 2;
				const shift = plane === 0 ? pixels : pixels / 2;
				let different = 0;
				for (let k = 0; k < codes.length; k++)
					if (codes[k] !== noise(plane, ((k % width) + shift) % width, Math.floor(k / width))) different++;
				expect(different, `plane ${plane}, ${pixels} pixels`).toBe(0);
			}
		}
	});
});

describe("WasmProjector with all kernels", () => {
	it("draws the same with and without relaxed SIMD, to the bit", async () => {
		const both = await Promise.all(
			[true, false].map((relaxedSimd) => ProjectionFixture.create({ ...SIZE, relaxedSimd })),
		);
		for (const each of both) each.fill(noise);
		for (const way of WAYS) {
			for (const view of VIEWS) {
				const [relaxed, baseline] = both.map((each) => {
					each.projector.project(each.panorama, view, each.into(view), way);
					return each.into(view).data;
				});
				expect(Buffer.compare(relaxed!, baseline!)).toBe(0);
			}
		}
	});

	it("draws 10-bit panoramas as the twin does, and loses nothing of constants", async () => {
		const deep = await ProjectionFixture.create({ ...SIZE, bitDepth: 10 });
		const twin = new ReferenceProjector();
		deep.paint([wavePattern(20, 1), wavePattern(10, 2), wavePattern(10, 3)]);
		for (const way of WAYS) {
			const view = VIEWS[1]!;
			deep.projector.project(deep.panorama, view, deep.into(view), way);
			twin.project(deep.panorama, view, deep.otherInto(view), way);
			const expected = widePlanesOf(deep.otherInto(view));
			for (const [plane, codes] of widePlanesOf(deep.into(view)).entries()) {
				const { max } = comparePlanes(codes, expected[plane]!);
				expect(max, `${JSON.stringify(way)}, plane ${plane}`).toBeLessThanOrEqual(
					way.kernel === "nearest" ? 4 * 8 : 1,
				);
			}
		}
		for (const value of [0, 64, 513, 1023]) {
			deep.fill(() => value);
			for (const way of WAYS) {
				for (const view of VIEWS) {
					deep.projector.project(deep.panorama, view, deep.into(view), way);
					for (const codes of widePlanesOf(deep.into(view)))
						expect(codes.every((code) => code === value)).toBe(true);
				}
			}
		}
	});
});
