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
	const slack = (output.drawnWithinPx ?? 0) / (CELL_SIZE * step);
	const judge = new CellJudge(values, size.pitch);
	let greatest = 0;
	for (let row = 0, cell = 0; row < size.classRows; row++) {
		for (let column = 0; column < size.classPitch; column++, cell++) {
			judge.look(column, row, rayAt(column + 0.5, row + 0.5));
			const isSmooth = judge.error <= MAX_RAY_ERROR || judge.error <= slack * judge.extent;
			classes[cell] = isSmooth ? RAYS_SMOOTH : brokenClass(rayAt, column, row);
			if (isSmooth) greatest = Math.max(greatest, judge.reach);
		}
	}
	return greatest;
}

function unitRay([x, y, z]: Ray): Ray {
	const length = Math.sqrt(x * x + y * y + z * z);
	return [x / length, y / length, z / length];
}

const MIDWAY = [-1 / 16, 9 / 16, 9 / 16, -1 / 16] as const;

/** Compares the interpolated ray in a cell's middle with the true one. Angles are radians. */
class CellJudge {
	/** The angle between the two rays; NaN where one of them is not there. */
	error = 0;
	/** The greatest angle between the true ray and those of the cell's corners. */
	reach = 0;
	/** The lesser angle across the cell from corner to corner. */
	extent = 0;
	readonly #values: Float32Array;
	readonly #pitch: number;

	/** @param values rays at nodes, four numbers each; `pitch` nodes in a row. */
	constructor(values: Float32Array, pitch: number) {
		this.#values = values;
		this.#pitch = pitch;
	}

	/** Looks at a cell. @param middle the true ray in its middle, length 1. */
	look(column: number, row: number, [middleX, middleY, middleZ]: Ray): void {
		const values = this.#values;
		let [x, y, z] = [-middleX, -middleY, -middleZ];
		for (let j = 0; j < 4; j++) {
			let at = ((row + j) * this.#pitch + column + RAY_MARGIN - 1) * 4;
			for (let i = 0; i < 4; i++, at += 4) {
				const weight = MIDWAY[i]! * MIDWAY[j]!;
				x += weight * values[at]!;
				y += weight * values[at + 1]!;
				z += weight * values[at + 2]!;
			}
		}
		this.error = Math.sqrt(x * x + y * y + z * z);
		const corner = ((row + 1) * this.#pitch + column + RAY_MARGIN) * 4;
		const below = corner + this.#pitch * 4;
		const reach = (at: number) =>
			Math.sqrt(
				(values[at]! - middleX) ** 2 + (values[at + 1]! - middleY) ** 2 + (values[at + 2]! - middleZ) ** 2,
			);
		this.reach = Math.max(reach(corner), reach(corner + 4), reach(below), reach(below + 4));
		const distance = (a: number, b: number) =>
			Math.sqrt(
				(values[a]! - values[b]!) ** 2 +
					(values[a + 1]! - values[b + 1]!) ** 2 +
					(values[a + 2]! - values[b + 2]!) ** 2,
			);
		this.extent = Math.min(
			distance(corner, corner + 4),
			distance(below, below + 4),
			distance(corner, below),
			distance(corner + 4, below + 4),
		);
	}
}

/** The class of a cell that can't be interpolated: one without any ray is black. */
function brokenClass(rayAt: (column: number, row: number) => Ray, column: number, row: number): number {
	for (let k = 0; k < CELL_SIZE * CELL_SIZE; k++) {
		const [x] = rayAt(column + (k % CELL_SIZE) / CELL_SIZE, row + Math.floor(k / CELL_SIZE) / CELL_SIZE);
		if (!Number.isNaN(x)) return RAYS_BROKEN;
	}
	return RAYS_NONE;
}
