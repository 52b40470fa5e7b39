import { describe, expect, it } from "vitest";
import type { PlaneLayout } from "../media/panorama.ts";
import type { PinholeView } from "../media/view.ts";
import { Equirectangular } from "./equirectangular.ts";
import type { PlaneGroup } from "./picture-planes.ts";
import { ProjectionFixture, seededRandom, viewOf } from "./sphere-pattern.cases.ts";
import { Warp } from "./warp.ts";
import {
	emptyStrip,
	evaluateStrip,
	interpolateCell,
	MAX_GRID_ERROR,
	nearestTurn,
	type PlaneWarp,
	periodOf,
	sourceSampleAt,
	type WarpStrip,
} from "./warp-grid.ts";
import { CELL_SAMPLES, CELL_SIZE, COORDINATE_BITS, EXACT } from "./wasm/layout.ts";

interface GridError {
	/** Samples of the source plane. */
	worst: number;
	/** Output samples of the strips that were looked at. */
	samples: number;
}

/** Samples of a large plane. */
const LARGE_SAMPLES = 200_000;

/**
 * How far the source coordinates in `strip`, interpolated or exact, are from the true ones at the
 * samples of its rows: at each, or in a large plane at every third across and down, which is
 * another place in each cell.
 */
function addStripError(error: GridError, strip: WarpStrip, plane: PlaneWarp, target: PlaneLayout, y: number): void {
	const every = target.width * target.height > LARGE_SAMPLES ? 3 : 1;
	const period = periodOf(plane);
	// A name of another module is looked up whenever it is used: too often, here.
	const [size, exactKind, interpolate, truth, turn] = [
		CELL_SIZE,
		EXACT,
		interpolateCell,
		sourceSampleAt,
		nearestTurn,
	];
	const [samples, one] = [CELL_SAMPLES, 2 ** COORDINATE_BITS];
	const rows = Math.min(size, target.height - y);
	let worst = 0;
	for (let i = 0; i < target.width; i += every) {
		const cell = Math.floor(i / size);
		const column = i % size;
		const exact = strip.classes[cell] === exactKind;
		for (let j = (y + i) % every; j < rows; j += every) {
			const at = cell * 2 * samples + j * size + column;
			const found = exact
				? [strip.exact[at]! / one, strip.exact[at + samples]! / one]
				: interpolate(strip, cell, column / size, j / size, period);
			const expected = truth(plane, i, y + j);
			// A NaN stays one.
			const acrossError = turn(found[0]! - expected[0], period);
			const downError = found[1]! - expected[1];
			worst = Math.max(worst, acrossError * acrossError + downError * downError);
		}
	}
	error.worst = Math.max(error.worst, Math.sqrt(worst));
	error.samples += rows * target.width;
}

/** Panoramas of many megabytes, each made once. */
const fixtures = new Map<string, Promise<ProjectionFixture>>();

function fixtureOf(panoramaWidth: number, panoramaHeight: number): Promise<ProjectionFixture> {
	const key = `${panoramaWidth}x${panoramaHeight}`;
	const fixture =
		fixtures.get(key) ??
		ProjectionFixture.create({ panoramaWidth, panoramaHeight, maxWidth: 1920, maxHeight: 1080 });
	fixtures.set(key, fixture);
	return fixture;
}

/** Error of the kernel's own grid over every sample of all planes of a view. */
async function kernelGridError(
	panoramaWidth: number,
	view: PinholeView,
	panoramaHeight = panoramaWidth / 2,
): Promise<GridError> {
	const fixture = await fixtureOf(panoramaWidth, panoramaHeight);
	const warp = fixture.warp(view);
	const error: GridError = { worst: 0, samples: 0 };
	fixture.projector.visitGrid(fixture.panorama, view, (strip, { sampling, planes }: PlaneGroup, y) => {
		const { source, target } = planes[0];
		const plane = { warp, targetSampling: sampling, sourceSampling: sampling, source };
		addStripError(error, strip, plane, target, y);
	});
	return error;
}

describe("the kernel's grid is within 0.05 source samples of the exact mapping, in all planes", () => {
	const random = seededRandom(11);
	const anywhere = (width: number, height: number, fovDeg: number) =>
		viewOf(width, height, 360 * random() - 180, 180 * random() - 90, 360 * random() - 180, fovDeg);

	it.each<[string, number, PinholeView]>([
		["4K, 1080p, front", 3840, viewOf(1920, 1080, 0, 0)],
		["4K, 1080p, zenith", 3840, viewOf(1920, 1080, 30, 90)],
		["4K, 720p, seam, wide", 3840, viewOf(1280, 720, 180, 0, 0, 150)],
		["8K, 1080p, looking down and tilted, wide", 8192, viewOf(1920, 1080, -77, -60, 40, 150)],
		["8K, 720p, nadir", 8192, viewOf(1280, 720, 0, -90)],
	])("%s", async (_, panoramaWidth, view) => {
		const { worst, samples } = await kernelGridError(panoramaWidth, view);
		expect(samples).toBe(view.width * view.height * 1.25);
		expect(worst).toBeLessThanOrEqual(MAX_GRID_ERROR);
	});

	it.each<[number, number, number]>([
		[320, 180, 20],
		[322, 182, 90],
		[130, 322, 90],
		[318, 214, 150],
		[512, 100, 110],
	])("%ix%i at %i degrees, of 4K and 8K, at the poles, the seam and anywhere", async (width, height, fovDeg) => {
		for (const panoramaWidth of [3840, 8192]) {
			const views = [
				viewOf(width, height, 180, 0, 0, fovDeg),
				viewOf(width, height, 45, 90, 13, fovDeg),
				viewOf(width, height, 0, -89.9, 0, fovDeg),
				anywhere(width, height, fovDeg),
				anywhere(width, height, fovDeg),
			];
			for (const view of views)
				expect((await kernelGridError(panoramaWidth, view)).worst).toBeLessThanOrEqual(MAX_GRID_ERROR);
		}
	});

	it("of a panorama that is not 2:1", async () => {
		expect((await kernelGridError(3000, viewOf(640, 360, 100, 40, 20), 1000)).worst).toBeLessThanOrEqual(
			MAX_GRID_ERROR,
		);
	});
});

describe("evaluateStrip", () => {
	const width = 160;
	const height = 96;

	it.each([
		["front", viewOf(width, height, 0, 0)],
		["seam", viewOf(width, height, 180, 10, 30)],
		["zenith", viewOf(width, height, 0, 90)],
	])(
		"is within 0.05 source samples for any pair of projections: a view, and a sphere turned by it, %s",
		async (_, view) => {
			const fixture = await ProjectionFixture.create({
				panoramaWidth: 1024,
				panoramaHeight: 512,
				maxWidth: width,
				maxHeight: height,
			});
			const source = fixture.panorama.layout.y;
			const view360 = new Warp(
				new Equirectangular(width, height),
				view.worldFromView,
				new Equirectangular(1024, 512),
			);
			for (const warp of [fixture.warp(view), view360]) {
				const plane = {
					warp,
					targetSampling: { step: 1, x: 0.5, y: 0.5 },
					sourceSampling: { step: 1, x: 0.5, y: 0.5 },
					source,
				};
				const strip = emptyStrip(width / CELL_SIZE);
				const error: GridError = { worst: 0, samples: 0 };
				for (let y = 0; y < height; y += CELL_SIZE) {
					evaluateStrip(strip, plane, width, y);
					addStripError(error, strip, plane, { offset: 0, width, height, stride: width }, y);
				}
				expect(error.samples).toBe(width * height);
				expect(error.worst).toBeLessThanOrEqual(MAX_GRID_ERROR);
			}
		},
	);
});
