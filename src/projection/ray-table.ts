import type { CubeFaceName } from "../media/projection.ts";
import type { Ray } from "./geometry.ts";
import type { InputLayer } from "./panorama-input.ts";
import { TABLE_FACES, TABLE_GOOD, TABLE_HIDDEN, TABLE_MARGIN, TABLE_NODE_BYTES, TABLE_UNKNOWN } from "./wasm/layout.ts";

/** Cells along each side of a face: 1.4 degrees each. */
export const COARSE_TABLE = 64;
/** The finer table, for inputs that a coarse one does not follow well enough. */
export const FINE_TABLE = 128;

/** Largest error of a table's places, luma pixels. */
const MAX_PLACE_ERROR = 0.01;
/**
 * The same for a mesh of flat triangles, whose edges a table rounds off: triangles differ by more
 * from the lens that they stand for.
 */
export const MAX_MESH_ERROR = 0.1;
/** Largest error of a place in a blend, and the same as a share of its change over a cell. */
const MAX_BLEND_ERROR = 0.05;
const MAX_BLEND_SHARE = 0.002;
/** Negative place in a blend up to which nothing is drawn. */
const HIDDEN_PLACE = 1.6;
/** Largest error of the border's place, as a share of a cell. */
const MAX_BORDER_ERROR = 0.001;
/** Visibility of a place that has none. */
const FAR_OUTSIDE = -Math.PI;

/** The faces in the table's order: +X, -X, +Y, -Y, +Z, -Z. */
const FACES: readonly CubeFaceName[] = ["r", "l", "u", "d", "b", "f"];

const FLAGS = { good: TABLE_GOOD, broken: TABLE_UNKNOWN, hidden: TABLE_HIDDEN } as const;

/** The ray through a place of a face of the table, -1 to 1 along the two other axes. */
function rayOn(face: number, u: number, v: number): Ray {
	const major = face % 2 === 0 ? 1 : -1;
	if (face < 2) return [major, v, u];
	return face < 4 ? [u, major, v] : [u, v, major];
}

/** Bytes of a table with so many cells along each side of a face. */
export function rayTableBytes(cells: number): number {
	const nodes = cells + TABLE_MARGIN;
	return TABLE_FACES * (nodes * nodes * TABLE_NODE_BYTES + cells * cells);
}

/** Weights of the nodes at -1, 0, 1 and 2 for the place midway between the inner two. */
const MIDWAY = [-1 / 16, 9 / 16, 9 / 16, -1 / 16] as const;

/**
 * A layer of an input, tabulated on the faces of a cube of directions, as `wasm/layout.ts`
 * describes it. The kernel interpolates it by cubic polynomials.
 */
export class RayTable {
	/** Cells along each side of a face. */
	readonly cells: number;
	/** Cells that show something and that the table does not follow: they are left to the host. */
	readonly broken: number;
	/** Cells that show something. */
	readonly shown: number;

	/**
	 * @param into `rayTableBytes(cells)` bytes at a multiple of 16 of their buffer. Overwritten.
	 */
	constructor(layer: InputLayer, cells: number, into: Uint8Array, maxPlaceError = MAX_PLACE_ERROR) {
		this.cells = cells;
		const nodes = cells + TABLE_MARGIN;
		const values = new Float32Array(into.buffer, into.byteOffset, TABLE_FACES * nodes * nodes * 4);
		const flags = into.subarray(values.byteLength, values.byteLength + TABLE_FACES * cells * cells);
		let [broken, shown] = [0, 0];
		for (const [face, name] of FACES.entries()) {
			const faceValues = values.subarray(face * nodes * nodes * 4, (face + 1) * nodes * nodes * 4);
			fillFace(layer, face, name, cells, faceValues);
			for (let cell = 0; cell < cells * cells; cell++) {
				const state = stateOf(layer, face, name, cells, faceValues, cell, maxPlaceError);
				if (state !== "hidden") shown++;
				if (state === "broken") broken++;
				flags[face * cells * cells + cell] = FLAGS[state];
			}
		}
		this.broken = broken;
		this.shown = shown;
	}
}

function fillFace(layer: InputLayer, face: number, name: CubeFaceName, cells: number, into: Float32Array): void {
	const nodes = cells + TABLE_MARGIN;
	for (let j = 0, at = 0; j < nodes; j++) {
		for (let i = 0; i < nodes; i++, at += 4) {
			const ray = rayOn(face, (2 * (i - 1)) / cells - 1, (2 * (j - 1)) / cells - 1);
			const [x, y] = layer.continuedAt(ray, name);
			into[at] = x;
			into[at + 1] = y;
			into[at + 2] = Number.isNaN(x) || Number.isNaN(y) ? FAR_OUTSIDE : layer.visibility(ray);
			into[at + 3] = layer.blendPlace(ray);
		}
	}
}

/**
 * Compares a cell's middle with the layer. Places that are no numbers become 0 where they are not
 * needed.
 */
function stateOf(
	layer: InputLayer,
	face: number,
	name: CubeFaceName,
	cells: number,
	values: Float32Array,
	cell: number,
	maxPlaceError: number,
): "hidden" | "good" | "broken" {
	const nodes = cells + TABLE_MARGIN;
	const [column, row] = [cell % cells, Math.floor(cell / cells)];
	const sums = [0, 0, 0, 0];
	let nearest = Number.NEGATIVE_INFINITY;
	let [leastPlace, greatestPlace] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	for (let j = 0; j < 4; j++) {
		for (let i = 0; i < 4; i++) {
			const at = ((row + j) * nodes + column + i) * 4;
			const weight = MIDWAY[i]! * MIDWAY[j]!;
			for (let k = 0; k < 4; k++) sums[k]! += weight * values[at + k]!;
			nearest = Math.max(nearest, values[at + 2]!);
			leastPlace = Math.min(leastPlace, values[at + 3]!);
			greatestPlace = Math.max(greatestPlace, values[at + 3]!);
		}
	}
	// No place of a cell is further from a node than a cell's size, about 2 / cells.
	const size = 2 / cells;
	if (nearest < -2 * size || greatestPlace <= -HIDDEN_PLACE) return "hidden";
	const [u, v] = [(2 * column + 1) / cells - 1, (2 * row + 1) / cells - 1];
	const ray = rayOn(face, u, v);
	const [x, y] = layer.continuedAt(ray, name);
	const visibility = layer.visibility(ray);
	const isBorder = Math.abs(visibility) < 2 * size;
	const blendError = Math.max(MAX_BLEND_ERROR, MAX_BLEND_SHARE * (greatestPlace - leastPlace));
	const isGood =
		Math.abs(sums[0]! - x) <= maxPlaceError &&
		Math.abs(sums[1]! - y) <= maxPlaceError &&
		(leastPlace >= 1 || Math.abs(sums[3]! - layer.blendPlace(ray)) <= blendError) &&
		(!isBorder || Math.abs(sums[2]! - visibility) <= MAX_BORDER_ERROR * size * (maxPlaceError / MAX_PLACE_ERROR));
	return isGood ? "good" : "broken";
}
