import type { PlaneLayout } from "../media/panorama.ts";
import type { PlaneSampling } from "./plane-sampling.ts";
import type { Warp } from "./warp.ts";
import { CELL_SAMPLES, CELL_SIZE, COORDINATE_BITS, EXACT, INTERPOLATED } from "./wasm/layout.ts";

/**
 * Largest error of an interpolated source coordinate, in samples of the source plane, before the
 * cell is evaluated exactly.
 */
export const MAX_GRID_ERROR = 0.05;

/**
 * A cell is judged by its error, or its derivatives, at a few places. This share of
 * `MAX_GRID_ERROR` leaves room for the places in between and for the rounding of coordinates.
 */
export const GRID_ERROR_SAFETY = 0.7;

/** Largest bulge that the kernel has room for, samples. */
const MAX_BULGE = 4;

const ONE = 2 ** COORDINATE_BITS;

/**
 * The warp of CELL_SIZE rows of one output plane: source coordinates at the corners of cells, to be
 * interpolated, and at each sample of the cells where that is not good enough. Coordinates are in
 * samples of the source plane, sample centres at whole numbers, with `COORDINATE_BITS` fraction
 * bits.
 */
export interface WarpStrip {
	/** Node k is output sample (k * CELL_SIZE, y); one node more than cells. */
	readonly topX: Int32Array;
	readonly topY: Int32Array;
	/** The same at output row y + CELL_SIZE. */
	readonly bottomX: Int32Array;
	readonly bottomY: Int32Array;
	/** Per cell, added to the interpolated coordinates: see ROW_X_ACROSS in wasm/layout.ts. */
	readonly xAcross: Int32Array;
	readonly xDown: Int32Array;
	readonly yAcross: Int32Array;
	readonly yDown: Int32Array;
	/** Per cell INTERPOLATED or EXACT. */
	readonly classes: Int32Array;
	/** Per cell CELL_SAMPLES x, row by row, then as many y; only of EXACT cells. */
	readonly exact: Int32Array;
}

/** A plane of the output, and the plane of the input that it is drawn from. */
export interface PlaneWarp {
	readonly warp: Warp;
	readonly targetSampling: PlaneSampling;
	readonly sourceSampling: PlaneSampling;
	readonly source: PlaneLayout;
}

/**
 * Coordinates in the source plane, with (0, 0) at the centre of its first sample, of sample (i, j)
 * of the target plane.
 */
export function sourceSampleAt(
	{ warp, targetSampling, sourceSampling }: PlaneWarp,
	i: number,
	j: number,
): readonly [x: number, y: number] {
	const [x, y] = warp.sourceAt(
		i * targetSampling.step + targetSampling.x,
		j * targetSampling.step + targetSampling.y,
	);
	return [(x - sourceSampling.x) / sourceSampling.step, (y - sourceSampling.y) / sourceSampling.step];
}

/** Columns after which the samples of the source plane repeat; 0 if it has edges. */
export function periodOf({ warp, source }: PlaneWarp): number {
	return warp.input.periodX === 0 ? 0 : source.width;
}

/**
 * Fills `strip` for output rows `y` and on, for any pair of projections. Far slower than the
 * kernel's own evaluation of the one pair that it has.
 * @param width samples in a row of the output plane.
 */
export function evaluateStrip(strip: WarpStrip, plane: PlaneWarp, width: number, y: number): void {
	const cells = Math.ceil(width / CELL_SIZE);
	for (let k = 0; k <= cells; k++) {
		store(plane, k * CELL_SIZE, y, strip.topX, strip.topY, k);
		store(plane, k * CELL_SIZE, y + CELL_SIZE, strip.bottomX, strip.bottomY, k);
	}
	for (let cell = 0; cell < cells; cell++) {
		const fits = fitBulges(strip, plane, cell, y) < MAX_BULGE;
		const good = fits && interpolationError(strip, plane, cell, y) <= MAX_GRID_ERROR * GRID_ERROR_SAFETY;
		strip.classes[cell] = good ? INTERPOLATED : EXACT;
		if (!good) evaluateCell(strip, plane, cell, y);
	}
}

/**
 * Sets a cell's bulges to the mean error of its corners alone in the middle of opposite edges.
 * @returns the largest bulge, samples.
 */
function fitBulges(strip: WarpStrip, plane: PlaneWarp, cell: number, y: number): number {
	for (const row of [strip.xAcross, strip.xDown, strip.yAcross, strip.yDown]) row[cell] = 0;
	const [top, bottom, left, right] = [missAt(0.5, 0), missAt(0.5, 1), missAt(0, 0.5), missAt(1, 0.5)];
	strip.xAcross[cell] = Math.round(((top[0] + bottom[0]) / 2) * ONE);
	strip.yAcross[cell] = Math.round(((top[1] + bottom[1]) / 2) * ONE);
	strip.xDown[cell] = Math.round(((left[0] + right[0]) / 2) * ONE);
	strip.yDown[cell] = Math.round(((left[1] + right[1]) / 2) * ONE);
	return (
		Math.max(...[strip.xAcross, strip.xDown, strip.yAcross, strip.yDown].map((row) => Math.abs(row[cell]!))) / ONE
	);

	function missAt(s: number, t: number): readonly [x: number, y: number] {
		return interpolationMiss(strip, plane, cell, y, s, t);
	}
}

/**
 * Places in a cell at which a smooth surface differs most from the four corners and the bulges: the
 * middle of each edge, the centre, and halfway to the corners.
 */
const PROBES = [
	[0.5, 0],
	[0, 0.5],
	[0.5, 1],
	[1, 0.5],
	[0.5, 0.5],
	[0.25, 0.25],
	[0.75, 0.25],
	[0.25, 0.75],
	[0.75, 0.75],
] as const;

/**
 * Largest distance between interpolated and true source coordinates at the probes of a cell,
 * samples. NaN where there are none.
 */
function interpolationError(strip: WarpStrip, plane: PlaneWarp, cell: number, y: number): number {
	return Math.max(...PROBES.map(([s, t]) => Math.hypot(...interpolationMiss(strip, plane, cell, y, s, t))));
}

/**
 * Difference of true and interpolated source coordinates at the place (s, t) of a cell, samples.
 */
function interpolationMiss(
	strip: WarpStrip,
	plane: PlaneWarp,
	cell: number,
	y: number,
	s: number,
	t: number,
): readonly [x: number, y: number] {
	const period = periodOf(plane);
	const interpolated = interpolateCell(strip, cell, s, t, period);
	const exact = sourceSampleAt(plane, (cell + s) * CELL_SIZE, y + t * CELL_SIZE);
	return [nearestTurn(exact[0] - interpolated[0], period), exact[1] - interpolated[1]];
}

/**
 * Source coordinates in samples at the place (s, t), each 0 to 1, of an INTERPOLATED cell: the
 * values that the fixed-point arithmetic of the kernel approximates.
 */
export function interpolateCell(
	strip: WarpStrip,
	cell: number,
	s: number,
	t: number,
	period: number,
): readonly [x: number, y: number] {
	const { topX, topY, bottomX, bottomY, xAcross, xDown, yAcross, yDown } = strip;
	const x00 = topX[cell]! / ONE;
	const toRight = nearestTurn(topX[cell + 1]! / ONE - x00, period);
	const toBottom = nearestTurn(bottomX[cell]! / ONE - x00, period);
	const toBottomRight = toBottom + nearestTurn(bottomX[cell + 1]! / ONE - x00 - toBottom, period);
	const x = x00 + (1 - t) * s * toRight + t * ((1 - s) * toBottom + s * toBottomRight);
	const y =
		(1 - t) * ((1 - s) * topY[cell]! + s * topY[cell + 1]!) +
		t * ((1 - s) * bottomY[cell]! + s * bottomY[cell + 1]!);
	const [across, down] = [4 * s * (1 - s), 4 * t * (1 - t)];
	return [
		x + (across * xAcross[cell]! + down * xDown[cell]!) / ONE,
		(y + across * yAcross[cell]! + down * yDown[cell]!) / ONE,
	];
}

/** `distance` moved by whole periods to its least size. */
export function nearestTurn(distance: number, period: number): number {
	return period === 0 ? distance : distance - period * Math.round(distance / period);
}

function evaluateCell(strip: WarpStrip, plane: PlaneWarp, cell: number, y: number): void {
	const first = cell * 2 * CELL_SAMPLES;
	const xs = strip.exact.subarray(first, first + CELL_SAMPLES);
	const ys = strip.exact.subarray(first + CELL_SAMPLES, first + 2 * CELL_SAMPLES);
	for (let k = 0; k < CELL_SAMPLES; k++) {
		store(plane, cell * CELL_SIZE + (k % CELL_SIZE), y + Math.floor(k / CELL_SIZE), xs, ys, k);
	}
}

function store(plane: PlaneWarp, i: number, j: number, xs: Int32Array, ys: Int32Array, at: number): void {
	const [x, y] = sourceSampleAt(plane, i, j);
	const { width, height } = plane.source;
	// A picture with edges continues with its outermost samples; one without continues in its
	// padding, at most half a sample away.
	xs[at] = Math.round((periodOf(plane) === 0 ? clamp(x, 0, width - 1) : x) * ONE);
	ys[at] = Math.round((periodOf(plane) === 0 ? clamp(y, 0, height - 1) : clamp(y, -1, height)) * ONE);
}

function clamp(value: number, least: number, greatest: number): number {
	return Math.min(Math.max(value, least), greatest);
}
