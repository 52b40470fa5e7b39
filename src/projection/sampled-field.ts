import type { SampledField } from "../media/projection.ts";

/** Numbers at each node. */
const VALUES = 3;
/** Nodes beyond each edge, so that cubic interpolation has neighbours everywhere. */
const FIELD_MARGIN = 1;
/** Finer cells along each side of a cell that is not smooth. */
const FINE = 16;
const FINE_VALUES = (FINE + 1) ** 2 * VALUES;
/** Most cells with finer samples: 14 MB of them. */
const MAX_FINE_CELLS = 4096;
/** Visibility of rays whose places are never drawn, radians. */
const FAR_OUTSIDE = -0.05;
/** A weight that nobody sees. */
const NO_WEIGHT = 1e-3;
/** Places of a cell at which interpolation is compared with the function. */
const PROBES: readonly (readonly [x: number, y: number])[] = [
	[0.5, 0.5],
	[0.1, 0.1],
	[0.9, 0.2],
	[0.2, 0.9],
	[0.9, 0.9],
];

/** Three numbers. */
export type FieldValue = readonly [number, number, number];

/** The form of a field: its grid, and how far interpolation may be off. */
export interface FieldShape {
	readonly layers: number;
	/** Cells of a layer. */
	readonly columns: number;
	readonly rows: number;
	/** Largest error of an interpolated value. */
	readonly tolerance: number;
	/** Values of neighbouring fine nodes that differ by more belong to two sides of a jump. */
	readonly jump: number;
	/**
	 * Meaning of the third value: one like the others, the visibility of a ray (its sign counts,
	 * and places of rays far outside do not), or a weight (places of rays without weight do not
	 * count).
	 */
	readonly third: "value" | "visibility" | "weight";
	/** Period of the first value. @default 0: none */
	readonly period?: number | undefined;
}

/** Samples a function at the nodes of a grid, and finer where interpolation is not good enough. */
export function sampleField(
	shape: FieldShape,
	at: (layer: number, column: number, row: number) => FieldValue,
): SampledField {
	const { layers, columns, rows } = shape;
	const [across, down] = [columns + 1 + 2 * FIELD_MARGIN, rows + 1 + 2 * FIELD_MARGIN];
	const nodes = new Float32Array(layers * across * down * VALUES);
	let next = 0;
	for (let layer = 0; layer < layers; layer++)
		for (let row = -FIELD_MARGIN; row <= rows + FIELD_MARGIN; row++)
			for (let column = -FIELD_MARGIN; column <= columns + FIELD_MARGIN; column++, next += VALUES)
				nodes.set(at(layer, column, row), next);
	const fineCells = new Int32Array(layers * columns * rows).fill(-1);
	const coarse = new FieldReader({ nodes, fineCells, fine: new Float32Array(0) }, shape);
	const fine: Float32Array[] = [];
	for (let layer = 0; layer < layers; layer++) {
		for (let row = 0; row < rows; row++) {
			for (let column = 0; column < columns && fine.length < MAX_FINE_CELLS; column++) {
				const isSmooth = PROBES.every(([x, y]) =>
					areClose(coarse.at(layer, column + x, row + y), at(layer, column + x, row + y), shape),
				);
				if (isSmooth) continue;
				fineCells[(layer * rows + row) * columns + column] = fine.length;
				fine.push(fineSamples((x, y) => at(layer, column + x, row + y)));
			}
		}
	}
	const joined = new Float32Array(fine.length * FINE_VALUES);
	for (const [index, samples] of fine.entries()) joined.set(samples, index * FINE_VALUES);
	return { nodes, fineCells, fine: joined };
}

function fineSamples(at: (x: number, y: number) => FieldValue): Float32Array {
	const samples = new Float32Array(FINE_VALUES);
	let next = 0;
	for (let row = 0; row <= FINE; row++)
		for (let column = 0; column <= FINE; column++, next += VALUES) samples.set(at(column / FINE, row / FINE), next);
	return samples;
}

function areClose(a: FieldValue, b: FieldValue, { tolerance, third, period = 0 }: FieldShape): boolean {
	if (third === "visibility") {
		if (a[2] < FAR_OUTSIDE && b[2] < FAR_OUTSIDE) return true;
		if (a[2] >= 0 !== b[2] >= 0) return false;
	}
	if (third === "weight" && Math.abs(a[2]) < NO_WEIGHT && b[2] < NO_WEIGHT) return true;
	for (let k = 0; k < (third === "visibility" ? 2 : VALUES); k++) {
		if (Number.isNaN(a[k]!) && Number.isNaN(b[k]!)) continue;
		const apart = Math.abs(a[k]! - b[k]!);
		const error = k === 0 && period > 0 ? Math.min(apart, Math.abs(apart - period)) : apart;
		if (!(error <= tolerance)) return false;
	}
	return true;
}

/** Reads a field: cubic between nodes, linear between fine samples, and the nearest at a jump. */
export class FieldReader {
	readonly #field: SampledField;
	readonly #shape: FieldShape;
	readonly #across: number;
	readonly #layerNodes: number;

	/** @throws {RangeError} when the field does not have the shape. */
	constructor(field: SampledField, shape: FieldShape) {
		this.#field = field;
		this.#shape = shape;
		this.#across = shape.columns + 1 + 2 * FIELD_MARGIN;
		this.#layerNodes = this.#across * (shape.rows + 1 + 2 * FIELD_MARGIN);
		if (field.nodes.length !== shape.layers * this.#layerNodes * VALUES)
			throw new RangeError("The samples of a tabulated projection do not belong to a picture of this size.");
	}

	/** The values at a place of a layer, in cells from its first node. */
	at(layer: number, x: number, y: number): FieldValue {
		const { columns, rows } = this.#shape;
		const column = Math.max(0, Math.min(columns - 1, Math.floor(x)));
		const row = Math.max(0, Math.min(rows - 1, Math.floor(y)));
		const [fx, fy] = [x - column, y - row];
		const cell = this.#field.fineCells[(layer * rows + row) * columns + column]!;
		if (cell >= 0) return this.#fine(cell, fx, fy);
		const { nodes } = this.#field;
		const start = (layer * this.#layerNodes + row * this.#across + column) * VALUES;
		const period = this.#shape.period ?? 0;
		const near = nodes[start]!;
		let [first, second, third] = [0, 0, 0];
		for (let down = 0; down < 4; down++) {
			const weightDown = cubicWeight(down, fy);
			for (let right = 0; right < 4; right++) {
				const weight = weightDown * cubicWeight(right, fx);
				const node = start + (down * this.#across + right) * VALUES;
				const value = nodes[node]!;
				first += weight * (period > 0 ? unwrapped(value, near, period) : value);
				second += weight * nodes[node + 1]!;
				third += weight * nodes[node + 2]!;
			}
		}
		return [first, second, third];
	}

	#fine(cell: number, x: number, y: number): FieldValue {
		const [px, py] = [clamp(x) * FINE, clamp(y) * FINE];
		const [column, row] = [Math.min(FINE - 1, Math.floor(px)), Math.min(FINE - 1, Math.floor(py))];
		const [fx, fy] = [px - column, py - row];
		const start = cell * FINE_VALUES + (row * (FINE + 1) + column) * VALUES;
		const down = (FINE + 1) * VALUES;
		const corners = [start, start + VALUES, start + down, start + down + VALUES];
		const nearest = corners[(fy < 0.5 ? 0 : 2) + (fx < 0.5 ? 0 : 1)]!;
		const { fine } = this.#field;
		const value = (k: number): number => {
			const period = k === 0 ? (this.#shape.period ?? 0) : 0;
			const [a, b, c, d] = corners.map((corner) => unwrapped(fine[corner + k]!, fine[nearest + k]!, period));
			const spread = Math.max(a!, b!, c!, d!) - Math.min(a!, b!, c!, d!);
			if (!(spread <= this.#shape.jump)) return fine[nearest + k]!;
			return (a! * (1 - fx) + b! * fx) * (1 - fy) + (c! * (1 - fx) + d! * fx) * fy;
		};
		return [value(0), value(1), value(2)];
	}
}

/** Weight of the node at `index - 1` for a place between 0 and 1: Lagrange's cubic through four. */
function cubicWeight(index: number, t: number): number {
	if (index === 0) return (-t * (t - 1) * (t - 2)) / 6;
	if (index === 1) return ((t + 1) * (t - 1) * (t - 2)) / 2;
	if (index === 2) return (-(t + 1) * t * (t - 2)) / 2;
	return ((t + 1) * t * (t - 1)) / 6;
}

function unwrapped(value: number, near: number, period: number): number {
	return period > 0 ? value - period * Math.round((value - near) / period) : value;
}

function clamp(value: number): number {
	return Math.max(0, Math.min(1, value));
}
