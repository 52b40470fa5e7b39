import type { PlaneLayout, PlanePadding } from "../media/panorama.ts";
import type { Point } from "./geometry.ts";
import type { LayerPlace } from "./panorama-input.ts";
import type { PlaneSampling } from "./plane-sampling.ts";
import type { WarpLayer } from "./warp.ts";
import {
	BLANK,
	CELL_SAMPLES,
	CELL_SIZE,
	COORDINATE_BITS,
	EXACT,
	INTERPOLATED,
	MASKED,
	OPAQUE,
	SKIPPED,
} from "./wasm/layout.ts";

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
	/** Per cell INTERPOLATED or EXACT, with or without MASKED; or BLANK, or SKIPPED. */
	readonly classes: Int32Array;
	/** Per cell CELL_SAMPLES x, row by row, then as many y; only of EXACT cells. */
	readonly exact: Int32Array;
	/** Per cell the opacities of its samples, 0 to OPAQUE; only of MASKED cells. */
	readonly masks: Int16Array;
}

/** A strip of so many cells, in memory of its own. */
export function emptyStrip(cells: number): WarpStrip {
	const row = () => new Int32Array(cells + 1);
	return {
		...{ topX: row(), topY: row(), bottomX: row(), bottomY: row() },
		...{ xAcross: row(), xDown: row(), yAcross: row(), yDown: row() },
		classes: row(),
		exact: new Int32Array(cells * 2 * CELL_SAMPLES),
		masks: new Int16Array(cells * CELL_SAMPLES),
	};
}

/** A plane of the output, and the plane of the input that it is drawn from. */
export interface PlaneWarp {
	/** One layer of the warp. */
	readonly warp: WarpLayer;
	/** True for a layer that is drawn over another one. @default false */
	readonly isOverlay?: boolean | undefined;
	readonly targetSampling: PlaneSampling;
	readonly sourceSampling: PlaneSampling;
	readonly source: PlaneLayout & { readonly padding?: PlanePadding | undefined };
}

/** Coordinates that may be read, samples. */
export interface CoordinateBounds {
	readonly leastX: number;
	readonly greatestX: number;
	readonly leastY: number;
	readonly greatestY: number;
}

/** Half of a plane's padding is for places, and half for the taps of filters around them. */
export function coordinateBounds({ width, height, padding }: PlaneWarp["source"]): CoordinateBounds {
	const { left, right, rows } = padding ?? { left: 0, right: 0, rows: 0 };
	return {
		leastX: -left / 2,
		greatestX: width - 1 + right / 2,
		leastY: -rows / 2,
		greatestY: height - 1 + rows / 2,
	};
}

/**
 * Coordinates in the source plane, with (0, 0) at the centre of its first sample, of sample (i, j)
 * of the target plane, and the opacity there.
 */
export function sourceSampleAt({ warp, targetSampling, sourceSampling }: PlaneWarp, i: number, j: number): LayerPlace {
	const [x, y, opacity] = warp.placeAt(
		i * targetSampling.step + targetSampling.x,
		j * targetSampling.step + targetSampling.y,
	);
	return [(x - sourceSampling.x) / sourceSampling.step, (y - sourceSampling.y) / sourceSampling.step, opacity];
}

/** Columns after which the samples of the source plane repeat; 0 if it has edges. */
export function periodOf({ warp, sourceSampling }: PlaneWarp): number {
	return warp.periodX === 0 ? 0 : warp.periodX / sourceSampling.step;
}

/**
 * Fills `strip` for output rows `y` and on, for any warp. Far slower than the kernel's own
 * evaluation.
 * @param width samples in a row of the output plane.
 */
export function evaluateStrip(strip: WarpStrip, plane: PlaneWarp, width: number, y: number): void {
	const cells = Math.ceil(width / CELL_SIZE);
	const [top, bottom]: number[][] = [[], []];
	for (let k = 0; k <= cells; k++) {
		top!.push(store(plane, k * CELL_SIZE, y, strip.topX, strip.topY, k));
		bottom!.push(store(plane, k * CELL_SIZE, y + CELL_SIZE, strip.bottomX, strip.bottomY, k));
	}
	const nothing = plane.isOverlay === true ? SKIPPED : BLANK;
	for (let cell = 0; cell < cells; cell++) {
		const probes = PROBES.map(([s, t]) => sourceSampleAt(plane, (cell + s) * CELL_SIZE, y + t * CELL_SIZE));
		const opacities = probes.map(([, , opacity]) => opacity);
		opacities.push(top![cell]!, top![cell + 1]!, bottom![cell]!, bottom![cell + 1]!);
		if (opacities.every((opacity) => opacity === 0)) {
			strip.classes[cell] = nothing;
		} else if (opacities.every((opacity) => opacity === 1) && isInterpolated(strip, plane, cell, probes)) {
			strip.classes[cell] = INTERPOLATED;
		} else {
			strip.classes[cell] = evaluateCell(strip, plane, cell, y, nothing);
		}
	}
}

/** Sets a cell's bulges, and says whether that is good enough. */
function isInterpolated(strip: WarpStrip, plane: PlaneWarp, cell: number, probes: readonly LayerPlace[]): boolean {
	const period = periodOf(plane);
	if (!(fitBulges(strip, cell, probes, period) < MAX_BULGE)) return false;
	return interpolationError(strip, cell, probes, period) <= MAX_GRID_ERROR * GRID_ERROR_SAFETY;
}

/**
 * Places in a cell at which a smooth surface differs most from the four corners and the bulges: the
 * middles of the upper, lower, left and right edge, the centre, and halfway to the corners.
 */
const PROBES = [
	[0.5, 0],
	[0.5, 1],
	[0, 0.5],
	[1, 0.5],
	[0.5, 0.5],
	[0.25, 0.25],
	[0.75, 0.25],
	[0.25, 0.75],
	[0.75, 0.75],
] as const;

/**
 * Sets a cell's bulges to the mean error of its corners alone in the middle of opposite edges.
 * @param probes places at PROBES.
 * @returns the largest bulge, samples.
 */
function fitBulges(strip: WarpStrip, cell: number, probes: readonly LayerPlace[], period: number): number {
	const { xAcross, xDown, yAcross, yDown } = strip;
	for (const row of [xAcross, xDown, yAcross, yDown]) row[cell] = 0;
	const [top, bottom, left, right] = PROBES.slice(0, 4).map((_, index) =>
		interpolationMiss(strip, cell, index, probes, period),
	);
	xAcross[cell] = Math.round(((top![0] + bottom![0]) / 2) * ONE);
	yAcross[cell] = Math.round(((top![1] + bottom![1]) / 2) * ONE);
	xDown[cell] = Math.round(((left![0] + right![0]) / 2) * ONE);
	yDown[cell] = Math.round(((left![1] + right![1]) / 2) * ONE);
	return Math.max(...[xAcross, xDown, yAcross, yDown].map((row) => Math.abs(row[cell]!))) / ONE;
}

/** Largest distance between interpolated and true source coordinates at the probes, samples. */
function interpolationError(strip: WarpStrip, cell: number, probes: readonly LayerPlace[], period: number): number {
	let worst = 0;
	for (let index = 0; index < PROBES.length; index++) {
		const [x, y] = interpolationMiss(strip, cell, index, probes, period);
		worst = Math.max(worst, Math.hypot(x, y));
	}
	return worst;
}

/** Difference of true and interpolated source coordinates at one of the probes, samples. */
function interpolationMiss(
	strip: WarpStrip,
	cell: number,
	index: number,
	probes: readonly LayerPlace[],
	period: number,
): Point {
	const [s, t] = PROBES[index]!;
	const [x, y] = probes[index]!;
	const interpolated = interpolateCell(strip, cell, s, t, period);
	return [nearestTurn(x - interpolated[0], period), y - interpolated[1]];
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

/**
 * Evaluates each sample of a cell.
 * @param nothing the class of a cell in which there is nothing to draw.
 * @returns the cell's class.
 */
export function evaluateCell(strip: WarpStrip, plane: PlaneWarp, cell: number, y: number, nothing: number): number {
	const first = cell * 2 * CELL_SAMPLES;
	const xs = strip.exact.subarray(first, first + CELL_SAMPLES);
	const ys = strip.exact.subarray(first + CELL_SAMPLES, first + 2 * CELL_SAMPLES);
	const mask = strip.masks.subarray(cell * CELL_SAMPLES, (cell + 1) * CELL_SAMPLES);
	let opaque = 0;
	let empty = 0;
	for (let k = 0; k < CELL_SAMPLES; k++) {
		const opacity = store(plane, cell * CELL_SIZE + (k % CELL_SIZE), y + Math.floor(k / CELL_SIZE), xs, ys, k);
		mask[k] = Math.round(opacity * OPAQUE);
		if (mask[k] === OPAQUE) opaque++;
		if (mask[k] === 0) empty++;
	}
	if (empty === CELL_SAMPLES) return nothing;
	return opaque === CELL_SAMPLES ? EXACT : EXACT | MASKED;
}

/** Stores the coordinates of a sample, 0 where it shows nothing. @returns its opacity. */
function store(plane: PlaneWarp, i: number, j: number, xs: Int32Array, ys: Int32Array, at: number): number {
	const [x, y, opacity] = sourceSampleAt(plane, i, j);
	const { leastX, greatestX, leastY, greatestY } = coordinateBounds(plane.source);
	// What is no number becomes 0.
	xs[at] = Math.round((periodOf(plane) === 0 ? clamp(x, leastX, greatestX) : x) * ONE);
	ys[at] = Math.round(clamp(y, leastY, greatestY) * ONE);
	return opacity;
}

function clamp(value: number, least: number, greatest: number): number {
	return Math.min(Math.max(value, least), greatest);
}
