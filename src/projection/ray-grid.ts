import type { Projection, Ray } from "./geometry.ts";
import type { PlaneSampling } from "./plane-sampling.ts";
import { CELL_SIZE, RAY_MARGIN, RAY_NODE_BYTES, RAYS_BROKEN, RAYS_NONE, RAYS_SMOOTH } from "./wasm/layout.ts";

/**
 * Largest error of an interpolated ray, radians: 0.01 pixels of a panorama that is 8192 wide. A
 * projection may allow more.
 */
const MAX_RAY_ERROR = 8e-6;

/** Sizes of a grid in memory. */
export interface RayGridSize {
	/** Nodes in a row. */
	readonly pitch: number;
	readonly rows: number;
	/** Classes in a row, one for each cell. */
	readonly classPitch: number;
	readonly classRows: number;
	/** Bytes of the nodes, then of the classes, in all a multiple of 16. */
	readonly byteLength: number;
}

/** Sizes of the grid of a plane of `width` x `height` samples. */
export function rayGridSize(width: number, height: number): RayGridSize {
	const [columns, rows] = [Math.ceil(width / CELL_SIZE), Math.ceil(height / CELL_SIZE)];
	// One node more than cells, RAY_MARGIN before them, and whole fours after them; a row of nodes
	// above the view and two below it.
	const pitch = RAY_MARGIN + 4 * Math.ceil((columns + 2) / 4);
	const nodeBytes = pitch * (rows + 3) * RAY_NODE_BYTES;
	return {
		...{ pitch, rows: rows + 3, classPitch: columns, classRows: rows },
		byteLength: nodeBytes + 16 * Math.ceil((columns * rows) / 16),
	};
}

/**
 * Tabulates the rays of an output at the nodes of one of its planes, as `wasm/layout.ts` describes
 * it, and finds the cells whose rays can't be interpolated between them.
 *
 * @param into `rayGridSize(width, height).byteLength` bytes at a multiple of 16 of their buffer.
 * @returns the greatest angle from a place of a cell to its nearest corner, radians.
 */
export function fillRayGrid(
	output: Projection,
	{ step, x, y }: PlaneSampling,
	width: number,
	height: number,
	into: Uint8Array,
): number {
	const size = rayGridSize(width, height);
	const values = new Float32Array(into.buffer, into.byteOffset, size.pitch * size.rows * 4);
	const rayAt = (column: number, row: number) =>
		unitRay(output.unproject(column * CELL_SIZE * step + x, row * CELL_SIZE * step + y));
	for (let j = 0, at = 0; j < size.rows; j++) {
		// Of the nodes before the first cell, the last one is needed; it stands for all of them.
		for (let i = 0; i < size.pitch; i++, at += 4) values.set(rayAt(Math.max(i - RAY_MARGIN, -1), j - 1), at);
	}
	const classes = into.subarray(values.byteLength, values.byteLength + size.classPitch * size.classRows);
	const slack = output.drawnWithinPx ?? 0;
	let greatest = 0;
	for (let row = 0, cell = 0; row < size.classRows; row++) {
		for (let column = 0; column < size.classPitch; column++, cell++) {
			const { error, reach } = cellRays(values, size.pitch, column, row, rayAt(column + 0.5, row + 0.5));
			const isSmooth = error <= MAX_RAY_ERROR || error <= slack * pixelAngle(rayAt, column, row, step);
			classes[cell] = isSmooth ? RAYS_SMOOTH : brokenClass(rayAt, column, row);
			if (isSmooth) greatest = Math.max(greatest, reach);
		}
	}
	return greatest;
}

function unitRay([x, y, z]: Ray): Ray {
	const length = Math.sqrt(x * x + y * y + z * z);
	return [x / length, y / length, z / length];
}

const MIDWAY = [-1 / 16, 9 / 16, 9 / 16, -1 / 16] as const;

/**
 * Compares the interpolated ray in a cell's middle with the true one.
 * @returns the angle between the two, and the greatest one between the true ray and those of the
 * cell's corners, radians.
 */
function cellRays(
	values: Float32Array,
	pitch: number,
	column: number,
	row: number,
	ray: Ray,
): { readonly error: number; readonly reach: number } {
	const sum = [0, 0, 0];
	let reach = 0;
	for (let j = 0; j < 4; j++) {
		for (let i = 0; i < 4; i++) {
			const at = ((row + j) * pitch + column + i + RAY_MARGIN - 1) * 4;
			const weight = MIDWAY[i]! * MIDWAY[j]!;
			for (let axis = 0; axis < 3; axis++) sum[axis]! += weight * values[at + axis]!;
			if (i % 3 === 0 || j % 3 === 0) continue;
			const [x, y, z] = ray;
			reach = Math.max(reach, Math.hypot(values[at]! - x, values[at + 1]! - y, values[at + 2]! - z));
		}
	}
	const error = Math.hypot(sum[0]! - ray[0], sum[1]! - ray[1], sum[2]! - ray[2]);
	return { error, reach };
}

/** The lesser angle across a pixel in a cell's middle, radians. */
function pixelAngle(rayAt: (column: number, row: number) => Ray, column: number, row: number, step: number): number {
	const [x, y] = [column + 0.5, row + 0.5];
	const half = 1 / (2 * step * CELL_SIZE);
	const angle = (a: Ray, b: Ray) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
	return Math.min(angle(rayAt(x - half, y), rayAt(x + half, y)), angle(rayAt(x, y - half), rayAt(x, y + half)));
}

/** The class of a cell that can't be interpolated: one without any ray is black. */
function brokenClass(rayAt: (column: number, row: number) => Ray, column: number, row: number): number {
	for (let k = 0; k < CELL_SIZE * CELL_SIZE; k++) {
		const [x] = rayAt(column + (k % CELL_SIZE) / CELL_SIZE, row + Math.floor(k / CELL_SIZE) / CELL_SIZE);
		if (!Number.isNaN(x)) return RAYS_BROKEN;
	}
	return RAYS_NONE;
}
