import { beforeAll, describe, expect, it } from "vitest";
import { type PictureColor, panoramaLayout, pictureLayout, stackedPictureLayout } from "../media/panorama.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import type { View } from "../media/view.ts";
import { Equirectangular } from "./equirectangular.ts";
import { PanoramaWriter } from "./panorama-writer.ts";
import { ReferenceProjector } from "./reference-projector.ts";
import {
	comparePlanes,
	ProjectionFixture,
	planesOf,
	seededRandom,
	viewOf,
	wavePattern,
} from "./sphere-pattern.cases.ts";
import { Warp } from "./warp.ts";
import { WasmProjector } from "./wasm-projector.ts";

const W = 1024;
const H = 512;

/**
 * Views that take every way through the kernel: magnified, minified, at and over the poles, across
 * the seam, sizes that end within a cell.
 */
const VIEWS: readonly View[] = [
	viewOf(162, 92, 0, 0),
	viewOf(160, 90, 180, 5, 2),
	viewOf(160, 90, 10, -20, 15, 32),
	viewOf(162, 94, 0, 90, 0, 70),
	viewOf(100, 162, 111, -90, 45, 60),
	viewOf(642, 90, -100, 50, -70),
	viewOf(160, 90, 30, 30, 30, 150),
	viewOf(96, 50, 170, -60, 90, 120),
	viewOf(160, 90, 179, 33, -5, 20),
	viewOf(34, 18, 60, 0, 180, 150),
	viewOf(6, 2, 0, 0, 0, 40),
	...manyViews(20),
];

function manyViews(count: number): readonly View[] {
	const random = seededRandom(12);
	return Array.from({ length: count }, () =>
		viewOf(80, 48, 360 * random() - 180, 180 * random() - 90, 360 * random() - 180, 20 + 130 * random()),
	);
}

let fixture: ProjectionFixture;

beforeAll(async () => {
	fixture = await ProjectionFixture.create({ panoramaWidth: W, panoramaHeight: H, maxWidth: 642, maxHeight: 360 });
});

function draw(view: View, projector: WasmProjector | ReferenceProjector = fixture.projector): readonly Uint8Array[] {
	projector.project(fixture.panorama, view, fixture.into(view));
	return fixture.viewPlanes(view);
}

describe("WasmProjector draws as the double-precision twin does", () => {
	it("within 1 code value, and without bias, where the picture is smooth", () => {
		fixture.paint([wavePattern(40, 1), wavePattern(20, 2), wavePattern(20, 3)]);
		const twin = new ReferenceProjector();
		let samples = 0;
		let sum = 0;
		for (const view of VIEWS) {
			const expected = draw(view, twin);
			for (const [index, plane] of draw(view).entries()) {
				const { max, bias, different } = comparePlanes(plane, expected[index]!);
				expect(max, `plane ${index} of view ${VIEWS.indexOf(view)}`).toBeLessThanOrEqual(1);
				if (plane.length > 4000) expect(different).toBeLessThan(0.04);
				sum += bias * plane.length;
				samples += plane.length;
			}
		}
		expect(Math.abs(sum / samples)).toBeLessThan(0.01);
	});

	it("within 12 code values where neighbours have nothing to do with each other", () => {
		// 255 from one sample to the next: 0.05 of a sample are 12.75. Black and white noise is the
		// worst there is.
		const random = seededRandom(5);
		fixture.fill(() => (random() < 0.5 ? 0 : 255));
		const twin = new ReferenceProjector();
		for (const view of VIEWS) {
			const expected = draw(view, twin);
			for (const [index, plane] of draw(view).entries()) {
				const { max, psnr } = comparePlanes(plane, expected[index]!);
				expect(max, `plane ${index} of view ${VIEWS.indexOf(view)}`).toBeLessThanOrEqual(12);
				expect(psnr).toBeGreaterThan(45);
			}
		}
	});

	it.each<[PictureColor["chromaSiting"], number, number]>([
		["center", W, H],
		["topleft", W, H],
		["left", 1000, 400],
		["left", 516, 1030],
	])("with chroma sited %s and a panorama of %ix%i", async (chromaSiting, panoramaWidth, panoramaHeight) => {
		const other = await ProjectionFixture.create({
			panoramaWidth,
			panoramaHeight,
			maxWidth: 322,
			maxHeight: 186,
			chromaSiting,
		});
		other.paint([wavePattern(30, 1), wavePattern(15, 2), wavePattern(15, 3)]);
		const twin = new ReferenceProjector();
		for (const view of [viewOf(160, 90, 0, 0, 20), viewOf(162, 94, 175, 80), viewOf(160, 90, -50, -20, 0, 140)]) {
			other.projector.project(other.panorama, view, other.into(view));
			twin.project(other.panorama, view, other.otherInto(view));
			const expected = planesOf(other.otherInto(view));
			for (const [index, plane] of other.viewPlanes(view).entries()) {
				expect(comparePlanes(plane, expected[index]!).max).toBeLessThanOrEqual(1);
			}
		}
	});

	it("the same with and without relaxed SIMD, to the bit", async () => {
		const random = seededRandom(6);
		const draws = await Promise.all(
			[true, false].map((relaxedSimd) =>
				ProjectionFixture.create({
					panoramaWidth: W,
					panoramaHeight: H,
					maxWidth: 642,
					maxHeight: 360,
					relaxedSimd,
				}),
			),
		);
		const noise = Uint8Array.from({ length: 4 * W * H }, () => 256 * random());
		for (const each of draws) each.fill((plane, i, j) => noise[(plane * H + j) * W + i]!);
		for (const view of VIEWS) {
			const [relaxed, baseline] = draws.map((each) => {
				each.projector.project(each.panorama, view, each.into(view));
				return each.viewPlanes(view);
			});
			expectSamePlanes(relaxed!, baseline!);
		}
	});
});

describe("WasmProjector loses nothing", () => {
	it.each([0, 1, 16, 127, 128, 235, 254, 255])("of a constant picture of %i", (value) => {
		const values = [value, 255 - value, value ^ 1];
		fixture.fill((plane) => values[plane]!);
		for (const view of VIEWS) {
			for (const [index, plane] of draw(view).entries())
				expect(Buffer.compare(plane, Buffer.alloc(plane.length, values[index]))).toBe(0);
		}
	});

	it("when the panorama is shifted by whole pixels and the view yawed with it", () => {
		fixture.paint([wavePattern(40, 1), wavePattern(20, 2), wavePattern(20, 3)]);
		for (const [pixels, yawDeg, pitchDeg, rollDeg] of [
			[2, 0, 0, 0],
			[128, 20, 30, 10],
			[512, -90, 80, 0],
			[1002, 33, -45, -30],
		] as const) {
			const expected = draw(viewOf(640, 360, yawDeg, pitchDeg, rollDeg));
			shiftRight(fixture, pixels);
			const actual = draw(viewOf(640, 360, yawDeg + (pixels * 360) / W, pitchDeg, rollDeg));
			for (const [index, plane] of actual.entries()) {
				// What differs is the last bit of coordinates: one code value, rarely.
				const { max, different } = comparePlanes(plane, expected[index]!);
				expect(max).toBeLessThanOrEqual(1);
				expect(different).toBeLessThan(0.001);
			}
			shiftRight(fixture, W - pixels);
		}
	});

	it.each([
		[W, H],
		[514, 300],
	])("when it draws a sphere of %ix%i as itself", async (width, height) => {
		const other = await ProjectionFixture.create({
			panoramaWidth: width,
			panoramaHeight: height,
			maxWidth: width,
			maxHeight: height,
		});
		const random = seededRandom(8);
		other.fill(() => 256 * random());
		const sphere = new Equirectangular(width, height);
		other.projector.projectWarp(
			other.panorama,
			new Warp(sphere, viewOf(2, 2, 0, 0).worldFromView, sphere),
			other.into(sphere),
		);
		expectSamePlanes(other.viewPlanes(sphere), unpadded(other));
	});

	it("when it draws a sphere yawed by whole pixels", async () => {
		const other = await ProjectionFixture.create({
			panoramaWidth: 512,
			panoramaHeight: 256,
			maxWidth: 512,
			maxHeight: 256,
		});
		const random = seededRandom(9);
		const sphere = new Equirectangular(512, 256);
		for (const pixels of [2, 100, 256, 510]) {
			other.fill(() => 256 * random());
			const yawed = new Warp(sphere, viewOf(2, 2, (pixels * 360) / 512, 0).worldFromView, sphere);
			other.projector.projectWarp(other.panorama, yawed, other.into(sphere));
			shiftRight(other, 512 - pixels);
			expectSamePlanes(other.viewPlanes(sphere), unpadded(other));
		}
	});
});

describe("WasmProjector draws two eyes", () => {
	it("into one picture, each as if it were alone, to the bit; or the left one", async () => {
		// Noise: a sample from the wrong eye would show anywhere.
		const random = seededRandom(8);
		const { byteLength } = panoramaLayout({ width: W, height: H });
		const other = await ProjectionFixture.create({
			panoramaWidth: W,
			panoramaHeight: H,
			maxWidth: 642,
			maxHeight: 720,
		});
		const address = other.heap.allocate(2 * byteLength).address;
		// The memory has grown by the allocation.
		const memory = new Uint8Array(other.heap.memory.buffer);
		const data = memory.subarray(address, address + 2 * byteLength);
		const alone: (readonly Uint8Array[])[][] = [];
		for (const eye of [0, 1]) {
			other.fill(() => 256 * random());
			memory.set(other.panorama.data, address + eye * byteLength);
			alone.push(
				VIEWS.map((view) => {
					other.projector.project(other.panorama, view, other.into(view));
					return other.viewPlanes(view);
				}),
			);
		}
		const panorama = { ...other.panorama, format: { ...other.panorama.format, eyes: 2 as const }, data };
		const twin = new ReferenceProjector();
		for (const [index, view] of VIEWS.entries()) {
			const stacked = { ...view, height: 2 * view.height };
			const size = pictureLayout(stacked.width, stacked.height).byteLength;
			const into = other.into(stacked);
			const start = into.data.byteOffset;
			other.bytes.fill(7, start, start + size + 64);
			other.projector.project(panorama, view, into, { eyes: 2 });
			const seen = other.viewPlanes(stacked);
			for (const eye of [0, 1]) {
				const part = stackedPictureLayout(view.width, view.height, 2, eye);
				const whole = pictureLayout(stacked.width, stacked.height);
				const halves = (["y", "u", "v"] as const).map((name, k) => {
					const from = part[name].offset - whole[name].offset;
					return seen[k]!.subarray(from, from + part[name].width * part[name].height);
				});
				expectSamePlanes(halves, alone[eye]![index]!);
			}
			expect(other.bytes.subarray(start + size, start + size + 64).every((byte) => byte === 7)).toBe(true);
			other.projector.project(panorama, view, other.into(view));
			expectSamePlanes(other.viewPlanes(view), alone[0]![index]!);
			if (index > 1) continue;
			twin.project(panorama, view, other.otherInto(stacked), { eyes: 2 });
			const expected = planesOf(other.otherInto(stacked));
			for (const [k, plane] of seen.entries())
				expect(comparePlanes(plane, expected[k]!).psnr).toBeGreaterThan(45);
		}
	});

	it("of a panorama that has them only", () => {
		const view = viewOf(320, 180, 0, 0);
		expect(() =>
			fixture.projector.project(fixture.panorama, view, fixture.into({ ...view, height: 360 }), { eyes: 2 }),
		).toThrow("A panorama of 1 eye can't be drawn for 2.");
	});
});

describe("WasmProjector keeps to its memory", () => {
	it("and writes the view, nothing beside it", () => {
		fixture.fill(() => 100);
		for (const view of VIEWS) {
			const into = fixture.into(view);
			const start = into.data.byteOffset;
			const { byteLength } = pictureLayout(view.width, view.height);
			// What lies beside the view may be the panorama itself.
			const around = fixture.bytes.slice(start - 4096, start + byteLength + 4096);
			fixture.bytes.fill(7, start - 4096, start + byteLength + 4096);
			fixture.projector.project(fixture.panorama, view, into);
			const isSeven = (byte: number) => byte === 7;
			expect(fixture.bytes.subarray(start - 4096, start).every(isSeven)).toBe(true);
			expect(fixture.bytes.subarray(start + byteLength, start + byteLength + 4096).every(isSeven)).toBe(true);
			expect(fixture.bytes.subarray(start, start + byteLength).includes(7)).toBe(false);
			fixture.bytes.set(around, start - 4096);
		}
	});

	it("and shares it with other projectors of the same module", () => {
		const random = seededRandom(10);
		fixture.fill(() => 256 * random());
		const { heap, module } = fixture;
		const scratchAddress = heap.allocate(WasmProjector.scratchBytes(322, 186)).address;
		const other = new WasmProjector({ module, memory: heap.memory, scratchAddress, maxWidth: 322, maxHeight: 186 });
		const [first, second] = [VIEWS[0]!, VIEWS[3]!];
		const expected = draw(first);
		other.project(fixture.panorama, second, fixture.otherInto(second));
		expectSamePlanes(draw(first), expected);
		other.project(fixture.panorama, first, fixture.otherInto(first));
		expectSamePlanes(planesOf(fixture.otherInto(first)), expected);
	});
});

describe("WasmProjector refuses", () => {
	const project = (view: View, into = fixture.into(view)) => fixture.projector.project(fixture.panorama, view, into);
	const inOtherMemory = (data: Uint8Array) => () =>
		project(viewOf(320, 180, 0, 0), { data, width: 320, height: 180 });

	it.each<[string, () => void, RegExp]>([
		["an odd width", () => project(viewOf(321, 180, 0, 0)), /even width and height.*321x180/],
		["an odd height", () => project(viewOf(320, 181, 0, 0)), /even width and height.*320x181/],
		["a size that is not a number", () => project(viewOf(Number.NaN, 180, 0, 0)), /even width and height/],
		["a view that is too large", () => project(viewOf(644, 180, 0, 0)), /up to 642x360 pixels; got 644x180/],
		["a narrow field of view", () => project(viewOf(320, 180, 0, 0, 0, 19.9)), /20 to 150 degrees; got 19.9/],
		["a wide field of view", () => project(viewOf(320, 180, 0, 0, 0, 151)), /20 to 150 degrees; got 151/],
		["a field of view that is not a number", () => project(viewOf(320, 180, 0, 0, 0, Number.NaN)), /got NaN/],
		[
			"a rotation that is none",
			() => project({ ...viewOf(320, 180, 0, 0), worldFromView: [0, 0, 0, 0] }),
			/not all zero; got \[0, 0, 0, 0\]/,
		],
		["an angle that is not a number", () => project(viewOf(320, 180, Number.NaN, 0)), /finite numbers.*got \[NaN/],
		[
			"a picture of another size",
			() => project(viewOf(320, 180, 0, 0), fixture.into({ width: 320, height: 360 })),
			/drawn into a picture of 320x180; got 320x360/,
		],
		[
			"a picture with too few bytes",
			inOtherMemory(new Uint8Array(86_399)),
			/A picture of 320x180 has 86400 bytes; got 86399/,
		],
		["ordinary memory", inOtherMemory(new Uint8Array(86_400)), /lie in the projector's memory/],
		["large other memory", inOtherMemory(new Uint8Array(2 ** 25)), /lie in the projector's memory/],
		["scratch memory outside of memory", () => scratchAt(2 ** 31), /scratch memory/],
		["misaligned scratch memory", () => scratchAt(8), /multiple of 16/],
		["a largest view of no size", () => WasmProjector.scratchBytes(0, 100), /whole width and height; got 0x100/],
	])("%s", (_, act, message) => {
		expect(act).toThrow(RangeError);
		expect(act).toThrow(message);
	});

	it("no rotation for its length", () => {
		const random = seededRandom(10);
		fixture.fill(() => 256 * random());
		const view = viewOf(322, 182, 30, 20, 10);
		const expected = draw(view);
		const [x, y, z, w] = view.worldFromView;
		expectSamePlanes(draw({ ...view, worldFromView: [2 * x, 2 * y, 2 * z, 2 * w] }), expected);
	});

	it.each([20, 150])("neither bound of the field of view: %i degrees", (fovDeg) => {
		expect(() => project(viewOf(320, 180, 0, 0, 0, fovDeg))).not.toThrow();
	});

	function scratchAt(scratchAddress: number): void {
		const { memory } = new SharedHeap();
		new WasmProjector({ module: fixture.module, memory, scratchAddress, maxWidth: 2, maxHeight: 2 });
	}
});

/** Bit for bit. (`toEqual` takes seconds for a picture.) */
function expectSamePlanes(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
	expect(actual.length).toBe(expected.length);
	for (const [index, plane] of actual.entries())
		expect(Buffer.compare(plane, expected[index]!), `plane ${index}`).toBe(0);
}

/** Turns the panorama to the right by an even number of luma pixels. */
function shiftRight({ panorama: { data, format }, planes }: ProjectionFixture, pixels: number): void {
	for (const { name, layout, sampling } of planes) {
		for (let row = 0; row < layout.height; row++) {
			const start = layout.offset + row * layout.stride;
			const samples = data.slice(start, start + layout.width);
			const shift = pixels / sampling.step;
			data.set(samples.subarray(layout.width - shift), start);
			data.set(samples.subarray(0, layout.width - shift), start + shift);
		}
		new PanoramaWriter(format).padPlane(data, 0, name);
	}
}

/** The panorama's planes without their padding. */
function unpadded({ panorama: { data }, planes }: ProjectionFixture): readonly Uint8Array[] {
	return planes.map(({ layout: { width, height, offset, stride } }) => {
		const plane = new Uint8Array(width * height);
		for (let row = 0; row < height; row++) {
			const start = offset + row * stride;
			plane.set(data.subarray(start, start + width), row * width);
		}
		return plane;
	});
}
