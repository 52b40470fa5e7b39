import { afterAll, describe, expect, it } from "vitest";
import type { PanoramaFormat } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { quaternionFromAngles } from "../media/rotation.ts";
import type { ProjectedView, View } from "../media/view.ts";
import { createProjection } from "./create-projection.ts";
import { PanoramaWriter } from "./panorama-writer.ts";
import { ReferenceProjector } from "./reference-projector.ts";
import { comparePlanes, ProjectionFixture, planesOf, viewOf, wavePattern } from "./sphere-pattern.cases.ts";
import { viewWarp } from "./warp.ts";
import { interpolateCell, MAX_GRID_ERROR, nearestTurn, sourceSampleAt } from "./warp-grid.ts";
import { CELL_SAMPLES, CELL_SIZE, COORDINATE_BITS, EXACT, MASKED, OPAQUE } from "./wasm/layout.ts";

type Input = readonly [spec: ProjectionSpec, width: number, height: number];

const HALF_SPHERE: ProjectionSpec = { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } };
const BELT: ProjectionSpec = { kind: "equirect", bounds: { top: 0.2, bottom: 0.1, left: 0, right: 0 } };
const CROPPED: ProjectionSpec = { kind: "equirect", bounds: { top: 0.3, bottom: 0.2, left: 0.1, right: 0.4 } };
const LENS = { fx: 190, fy: 191, cx: 255, cy: 251 } as const;

const [SPHERE, EAC, PAIR]: readonly [Input, Input, Input] = [
	[{ kind: "equirect" }, 512, 256],
	[{ kind: "eac" }, 384, 256],
	[{ kind: "dual-fisheye" }, 512, 256],
];

const INPUTS: readonly Input[] = [
	SPHERE,
	[HALF_SPHERE, 256, 256],
	[BELT, 512, 180],
	[CROPPED, 256, 128],
	[{ kind: "perspective", fovDeg: 100 }, 384, 256],
	[{ kind: "perspective", anglesDeg: { left: 50, right: 30, up: 20, down: 40 } }, 384, 256],
	[{ kind: "foveated", share: 0.8 }, 384, 256],
	[{ kind: "cubemap" }, 384, 256],
	[{ kind: "cubemap", layout: "google" }, 384, 256],
	[{ kind: "cubemap", layout: "cross" }, 512, 384],
	EAC,
	[{ kind: "gopro-max" }, 512, 336],
	[{ kind: "fisheye", fovDeg: 200 }, 384, 384],
	[{ kind: "fisheye", fovDeg: 170, model: "equisolid", center: [180.5, 140], radius: 130 }, 384, 256],
	[{ kind: "kannala-brandt", ...LENS, k: [-0.0094, 0.0009, -0.001, 0.0003], maxThetaDeg: 80 }, 512, 512],
	[{ kind: "mei", ...LENS, xi: 1.2 }, 512, 512],
	[{ kind: "double-sphere", ...LENS, xi: -0.25, alpha: 0.58 }, 512, 512],
	PAIR,
	[{ kind: "dual-fisheye", blend: "cut", layout: "stacked", left: "front" }, 256, 512],
	[{ kind: "stereographic" }, 384, 384],
	[{ kind: "pannini" }, 384, 256],
	// A projection of the application's own, which says no more than it must.
	[{ kind: "custom", create: bare }, 256, 256],
];

/** A half sphere without continuation, visibility and tiles. */
function bare(width: number, height: number) {
	const sphere = createProjection({ kind: "fisheye", fovDeg: 160 }, width, height);
	return {
		...{ width, height },
		project: sphere.project.bind(sphere),
		unproject: sphere.unproject.bind(sphere),
	};
}

function projected(projection: ProjectionSpec, width: number, height: number): ProjectedView {
	const worldFromView = quaternionFromAngles({ yawDeg: 30, pitchDeg: 20, rollDeg: 10 });
	return { lens: "projection", width, height, projection, worldFromView };
}

/** Flat ahead, flat over edges and borders with sizes that end within a cell, and one other. */
const VIEWS: readonly View[] = [
	viewOf(64, 48, 5, 0),
	viewOf(98, 58, 95, 38, 20, 100),
	viewOf(34, 26, 180, -70, 10, 140),
	projected({ kind: "equirect" }, 64, 32),
];

const OUTPUTS: readonly View[] = [
	projected({ kind: "perspective", anglesDeg: { left: 50, right: 35, up: 30, down: 45 } }, 64, 48),
	projected({ kind: "foveated", fovDeg: 100, gazeDeg: [10, 5] }, 64, 48),
	projected({ kind: "cubemap" }, 96, 64),
	projected({ kind: "eac" }, 96, 64),
	projected({ kind: "fisheye" }, 64, 64),
	projected({ kind: "dual-fisheye" }, 128, 64),
	projected({ kind: "stereographic" }, 64, 64),
	projected({ kind: "pannini" }, 64, 48),
	projected({ kind: "mercator" }, 64, 64),
	projected({ kind: "custom", create: bare }, 64, 64),
];

async function fixtureOf([projection, panoramaWidth, panoramaHeight]: Input): Promise<ProjectionFixture> {
	return await ProjectionFixture.create({
		...{ panoramaWidth, panoramaHeight, projection },
		...{ maxWidth: 256, maxHeight: 192 },
	});
}

/** Painted panoramas that several tests draw from, each made once. */
const paintedFixtures = new Map<Input, Promise<ProjectionFixture>>();
afterAll(() => paintedFixtures.clear());

function paintedFixtureOf(input: Input): Promise<ProjectionFixture> {
	const create = async () => {
		const fixture = await fixtureOf(input);
		fixture.paint(SMOOTH);
		return fixture;
	};
	const fixture = paintedFixtures.get(input) ?? create();
	paintedFixtures.set(input, fixture);
	return fixture;
}

const SMOOTH = [wavePattern(16, 1), wavePattern(8, 2), wavePattern(8, 3)] as const;
const twin = new ReferenceProjector();

/** Greatest difference from the twin, in codes, over the three planes. */
function difference(fixture: ProjectionFixture, view: View): number {
	fixture.projector.project(fixture.panorama, view, fixture.into(view));
	twin.project(fixture.panorama, view, fixture.otherInto(view));
	const expected = planesOf(fixture.otherInto(view));
	return Math.max(...fixture.viewPlanes(view).map((plane, index) => comparePlanes(plane, expected[index]!).max));
}

describe("WasmProjector draws as the double-precision twin does", () => {
	it.each(INPUTS.map((input) => [...input, input] as const))(
		"from %j of %ix%i",
		async (_spec, _width, _height, input) => {
			const fixture = await paintedFixtureOf(input);
			// Rounding twice where two lenses are blended, and once for the blend.
			const most = input[0].kind === "dual-fisheye" || input[0].kind === "gopro-max" ? 3 : 1;
			for (const view of VIEWS) expect(difference(fixture, view), JSON.stringify(view)).toBeLessThanOrEqual(most);
		},
	);

	it.each(OUTPUTS)("into $projection", async (view) => {
		for (const input of [INPUTS[0]!, INPUTS[6]!]) {
			const fixture = await paintedFixtureOf(input);
			expect(difference(fixture, view)).toBeLessThanOrEqual(1);
		}
	});

	it("with a turned panorama whose right eye has a projection and a turn of its own", async () => {
		const fixture = await fixtureOf([HALF_SPHERE, 256, 256]);
		const worldFromPanorama = quaternionFromAngles({ yawDeg: 20, pitchDeg: -10, rollDeg: 5 });
		const rightProjection: ProjectionSpec = { kind: "fisheye", fovDeg: 190 };
		const rightWorldFromPanorama = quaternionFromAngles({ yawDeg: 8, pitchDeg: -10, rollDeg: 0 });
		const turns = { worldFromPanorama, rightWorldFromPanorama };
		const format: PanoramaFormat = { ...fixture.panorama.format, ...turns, rightProjection, eyes: 2 };
		const writer = new PanoramaWriter(format);
		const { address } = fixture.heap.allocate(2 * writer.layout.byteLength);
		const data = new Uint8Array(fixture.heap.memory.buffer, address, 2 * writer.layout.byteLength);
		const samples = Uint8Array.from({ length: 256 * 256 }, (_, k) => 64 + 128 * Math.sin((k % 256) / 40) ** 2);
		for (const eye of [0, 1])
			for (const name of ["y", "u", "v"] as const) writer.writePlane(data, 0, name, samples, 256, eye);
		const panorama = { format, layout: writer.layout, data };
		const view = viewOf(64, 48, 10, 0);
		const stacked = { width: 64, height: 96 };
		fixture.projector.project(panorama, view, fixture.into(stacked), { eyes: 2 });
		twin.project(panorama, view, fixture.otherInto(stacked), { eyes: 2 });
		const expected = planesOf(fixture.otherInto(stacked));
		const drawn = fixture.viewPlanes(stacked);
		for (const [index, plane] of drawn.entries())
			expect(comparePlanes(plane, expected[index]!).max).toBeLessThanOrEqual(1);
		const [luma] = drawn;
		const right = luma!.slice(64 * 48);
		expect(comparePlanes(luma!.subarray(0, 64 * 48), right).max).toBeGreaterThan(20);
		const alone = { ...fixture.panorama.format, worldFromPanorama: rightWorldFromPanorama, rightProjection };
		const one = { width: 64, height: 48 };
		const shown = { ...panorama, format: { ...alone, eyes: 2 } as const };
		fixture.projector.project(shown, view, fixture.into(one), { eye: 1 });
		expect(fixture.viewPlanes(one)[0]).toEqual(right);
	});
});

describe("the kernel's grid", () => {
	it.each(INPUTS)(
		"is within 0.05 source samples, and shows what is there alone, from %j of %ix%i",
		async (...input) => {
			const [spec, width, height] = input;
			const isScalable = !("fx" in spec || "center" in spec);
			const fixture = await fixtureOf(isScalable ? [spec, 2 * width, 2 * height] : input);
			for (const view of [viewOf(96, 64, 20, 10), VIEWS[1]!, VIEWS[2]!]) {
				const { layers } = viewWarp(fixture.panorama, view);
				let worst = 0;
				let wrong = 0;
				fixture.projector.visitGrid(fixture.panorama, view, (strip, { sampling, planes }, y, index) => {
					const { source, target } = planes[0];
					const warp = layers[index]!;
					const plane = { warp, targetSampling: sampling, sourceSampling: sampling, source };
					const period = warp.periodX / sampling.step;
					for (let i = 0; i < target.width; i++) {
						for (let j = 0; j < Math.min(CELL_SIZE, target.height - y); j++) {
							const cell = Math.floor(i / CELL_SIZE);
							const kind = strip.classes[cell]!;
							const k = j * CELL_SIZE + (i % CELL_SIZE);
							const [x, v, opacity] = sourceSampleAt(plane, i, y + j);
							const shown =
								kind >= MASKED ? strip.masks[cell * CELL_SAMPLES + k]! / OPAQUE : Number(kind <= EXACT);
							// The lowest of two layers may be shown where the other hides it.
							if (layers.length === 1 && Math.abs(shown - opacity) > 0.01) wrong++;
							if (shown === 0 || opacity === 0) continue;
							const at = 2 * cell * CELL_SAMPLES + k;
							const found =
								(kind & EXACT) === 0
									? interpolateCell(strip, cell, (i % CELL_SIZE) / CELL_SIZE, j / CELL_SIZE, period)
									: [
											strip.exact[at]! / 2 ** COORDINATE_BITS,
											strip.exact[at + CELL_SAMPLES]! / 2 ** COORDINATE_BITS,
										];
							worst = Math.max(worst, Math.hypot(nearestTurn(found[0]! - x, period), found[1]! - v));
						}
					}
				});
				expect(worst).toBeLessThanOrEqual(MAX_GRID_ERROR);
				// A sample right on a border may be taken for one on its other side.
				expect(wrong).toBeLessThanOrEqual(2);
			}
		},
	);
});

describe("WasmProjector", () => {
	it("is black outside of the picture, and nothing but the picture inside", async () => {
		const fixture = await fixtureOf([{ kind: "fisheye", fovDeg: 180 }, 256, 256]);
		fixture.fill(() => 200);
		const drawn = (view: View) => {
			fixture.projector.project(fixture.panorama, view, fixture.into(view));
			return fixture.viewPlanes(view).map((plane) => new Set(plane));
		};
		expect(drawn(viewOf(128, 96, 180, 0))).toEqual([new Set([16]), new Set([128]), new Set([128])]);
		expect(drawn(viewOf(128, 96, 0, 0, 0, 60))).toEqual([200, 200, 200].map((code) => new Set([code])));
		expect(drawn(viewOf(128, 96, 90, 0))).toEqual([16, 128, 128].map((code) => new Set([200, code])));
	});

	it.each<Input>([
		[{ kind: "cubemap" }, 384, 256],
		[{ kind: "cubemap", layout: "cross" }, 512, 384],
		[{ kind: "eac", padding: 2 }, 388, 264],
		[{ kind: "gopro-max" }, 512, 336],
	])("has no gap between the pieces of %j", async (...input) => {
		const fixture = await fixtureOf(input);
		fixture.fill(() => 200);
		// The edges of faces run through the places of samples.
		for (const view of [projected({ kind: "equirect" }, 256, 128), viewOf(128, 128, 45, 0)]) {
			fixture.projector.project(fixture.panorama, { ...view, worldFromView: [0, 0, 0, 1] }, fixture.into(view));
			for (const plane of fixture.viewPlanes(view)) expect(new Set(plane)).toEqual(new Set([200]));
		}
	});

	it.each<ProjectionSpec>([{ kind: "dual-fisheye" }, { kind: "dual-fisheye", blend: "cut" }, { kind: "gopro-max" }])(
		"blends two lenses without a step on a constant: %j",
		async (spec) => {
			const fixture = await fixtureOf([spec, 512, spec.kind === "gopro-max" ? 336 : 256]);
			for (const code of [17, 128, 235]) {
				fixture.fill(() => code);
				for (const view of [...VIEWS, viewOf(256, 192, 90, 0), viewOf(128, 96, -90, 10, 45)]) {
					fixture.projector.project(fixture.panorama, view, fixture.into(view));
					for (const plane of fixture.viewPlanes(view)) expect(new Set(plane)).toEqual(new Set([code]));
				}
			}
		},
	);

	it("blends two lenses without a step on a ramp", async () => {
		const fixture = await fixtureOf(PAIR);
		const ramp = ([x, y, z]: readonly [number, number, number]) => 128 + (90 * z) / Math.hypot(x, y, z);
		fixture.paint([ramp, ramp, ramp]);
		// The seam is in the middle of the view; a column changes by less than a code.
		const view = viewOf(128, 96, 90, 0, 0, 40);
		fixture.projector.project(fixture.panorama, view, fixture.into(view));
		const [luma] = fixture.viewPlanes(view);
		let greatest = 0;
		for (let at = 1; at < 128 * 96; at++)
			if (at % 128 > 0) greatest = Math.max(greatest, Math.abs(luma![at]! - luma![at - 1]!));
		expect(greatest).toBeLessThanOrEqual(2);
	});

	it.each([[SPHERE], [EAC], [PAIR]])("draws bands of rows as it draws the whole, to the byte: %j", async (input) => {
		const fixture = await paintedFixtureOf(input);
		for (const view of [viewOf(130, 90, 80, 30), projected({ kind: "fisheye" }, 128, 128)]) {
			fixture.projector.project(fixture.panorama, view, fixture.into(view));
			const whole = fixture.viewPlanes(view);
			const into = fixture.otherInto(view);
			into.data.fill(7);
			for (const [start, end] of [
				[48, view.height],
				[0, 32],
				[32, 48],
			] as const)
				fixture.projector.project(fixture.panorama, view, into, { rows: { start, end } });
			for (const [index, plane] of planesOf(into).entries()) expect(Buffer.compare(plane, whole[index]!)).toBe(0);
		}
		const rows = { start: 8, end: 32 };
		const view = viewOf(64, 48, 0, 0);
		expect(() => fixture.projector.project(fixture.panorama, view, fixture.into(view), { rows })).toThrow(
			"Rows of a view are from a multiple of 16 to another, or to its end, 48; got 8 to 32.",
		);
	});

	it("evaluates the cells of a view that stands still once, and draws them the same, to the byte", async () => {
		let calls = 0;
		const create = (width: number, height: number) => {
			const lens = bare(width, height);
			return {
				...lens,
				project: (ray: readonly [number, number, number]) => {
					calls++;
					return lens.project(ray);
				},
			};
		};
		const fixture = await fixtureOf([{ kind: "custom", create }, 256, 256]);
		fixture.paint(SMOOTH);
		const draw = (view: View) => {
			calls = 0;
			fixture.projector.project(fixture.panorama, view, fixture.into(view));
			return fixture.viewPlanes(view);
		};
		const view = viewOf(128, 96, 60, 20);
		const first = draw(view);
		expect(calls).toBeGreaterThan(1000);
		const again = draw(view);
		expect(calls).toBe(0);
		for (const [index, plane] of again.entries()) expect(Buffer.compare(plane, first[index]!)).toBe(0);
		draw(viewOf(128, 96, 61, 20));
		expect(calls).toBeGreaterThan(1000);
	});

	it("shows a picture without a projection as it is, in its shape, whatever the pose", async () => {
		const fixture = await fixtureOf([{ kind: "none" }, 128, 64]);
		fixture.fill((plane, i) => 60 + plane + i);
		for (const view of [viewOf(128, 96, 70, 20, 30), projected({ kind: "stereographic" }, 128, 96)]) {
			fixture.projector.project(fixture.panorama, view, fixture.into(view));
			const [luma, u] = fixture.viewPlanes(view);
			for (const [plane, width, black, first] of [
				[luma!, 128, 16, 60],
				[u!, 64, 128, 61],
			] as const) {
				const rows = plane.length / width;
				const expected = Uint8Array.from({ length: plane.length }, (_, k) => {
					const row = Math.floor(k / width);
					return row < rows / 6 || row >= (5 * rows) / 6 ? black : first + (k % width);
				});
				expect(comparePlanes(plane, expected).max).toBe(0);
			}
		}
	});
});
