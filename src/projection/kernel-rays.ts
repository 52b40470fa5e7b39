import type { PanoramaLayout } from "../media/panorama.ts";
import { type Matrix3, matrixFromQuaternion, multiplyQuaternions, type Quaternion } from "../media/rotation.ts";
import { MAX_SURROUND_FACE } from "../media/surround.ts";
import type { View } from "../media/view.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import { Equirectangular } from "./equirectangular.ts";
import type { Projection } from "./geometry.ts";
import { BASE_LAYER_REACH, type PanoramaInput, specKey } from "./panorama-input.ts";
import { Perspective } from "./perspective.ts";
import type { DrawnPlane } from "./picture-planes.ts";
import type { PlaneSampling } from "./plane-sampling.ts";
import { fillRayGrid, rayGridSize } from "./ray-grid.ts";
import { COARSE_TABLE, FINE_TABLE, MAX_MESH_ERROR, RayTable, rayTableBytes } from "./ray-table.ts";
import { viewProjection } from "./warp.ts";
import { coordinateBounds, GRID_ERROR_SAFETY, MAX_GRID_ERROR } from "./warp-grid.ts";
import * as layout from "./wasm/layout.ts";

/** Room for ray tables: four coarse ones, for two eyes with two lenses each, or two fine ones. */
const TABLE_ROOM = Math.max(4 * rayTableBytes(COARSE_TABLE), 2 * rayTableBytes(FINE_TABLE));
/** A finer table is tried where more than this share of the cells would be left to the host. */
const MOST_BROKEN = 0.02;
/** Opacity of the lowest layer wherever its weight is more than nothing. */
const BASE_LAYER_GAIN = 1e6;
/** A longitude that no ray has: there is no border. */
const NO_BORDER = 10;

/** The memory of a kernel's parameter block and what belongs to it. */
export interface KernelScratch {
	readonly memory: WasmMemory;
	/** First byte of the parameter block. */
	readonly address: number;
	/** First of `KernelRays.byteLength` bytes, a multiple of 16. */
	readonly raysAddress: number;
	/** The parameter block in its three readings. */
	readonly words: Int32Array;
	readonly floats: Float32Array;
	readonly doubles: Float64Array;
}

/** A table in the kernel's memory. */
interface KeptTable {
	readonly address: number;
	readonly cells: number;
}

/** Rays of an output in the kernel's memory. */
interface KeptGrid {
	readonly key: string;
	readonly radius: number;
}

/**
 * Writes the part of the kernel's parameter block that says which rays an output has and where an
 * input shows them, and keeps the tables of both.
 */
export class KernelRays {
	readonly #scratch: KernelScratch;
	/** Grids of luma and chroma of large views, and then of small ones. */
	readonly #gridAddresses: readonly number[];
	readonly #grids: KeptGrid[] = [];
	/** Copies of grids that were there, of large views and of small ones. */
	readonly #copies = { large: new GridCopies(MOST_LARGE_GRIDS), small: new GridCopies(MOST_SMALL_GRIDS) };
	readonly #tables = new Map<string, KeptTable>();
	#tableBytes = 0;

	/** @param maxWidth and `maxHeight`: the largest view. */
	constructor(scratch: KernelScratch, maxWidth: number, maxHeight: number) {
		this.#scratch = scratch;
		let address = scratch.raysAddress + TABLE_ROOM;
		this.#gridAddresses = gridBytes(maxWidth, maxHeight).map((byteLength) => {
			address += byteLength;
			return address - byteLength;
		});
	}

	/** Bytes of memory for views of up to `maxWidth` x `maxHeight` pixels. */
	static byteLength(maxWidth: number, maxHeight: number): number {
		return TABLE_ROOM + gridBytes(maxWidth, maxHeight).reduce((sum, byteLength) => sum + byteLength);
	}

	/**
	 * Sets the output's rays.
	 *
	 * @param inputFromView turns the view's axes into the input's.
	 * @returns true when they are linear in columns and rows.
	 */
	setOutput(view: View, inputFromView: Quaternion, sampling: PlaneSampling, { target }: DrawnPlane): boolean {
		const { words, floats } = this.#scratch;
		const output = viewProjection(view);
		const matrix = matrixFromQuaternion(inputFromView);
		floats[layout.ERROR_SQUARED] = (MAX_GRID_ERROR * GRID_ERROR_SAFETY) ** 2;
		if (output instanceof Perspective) {
			this.#setLinearRays(output, matrix, sampling);
			words[layout.RAY_NODES] = words[layout.RAY_CLASSES] = 0;
			const diagonal = Math.SQRT2 * layout.CELL_SIZE * sampling.step;
			floats[layout.CELL_RADIUS] = diagonal / 2 / Math.min(output.focalLength, output.focalLengthY);
			return true;
		}
		floats.set(matrix, layout.RAY_TURN);
		// The whole view's grid, also when a band of rows is drawn.
		const { width } = target;
		const height = Math.ceil(view.height / sampling.step);
		floats[layout.CELL_RADIUS] = this.#gridOf(view, output, sampling, width, height).radius;
		const { pitch, rows, classPitch } = rayGridSize(width, height);
		const address = this.#gridAddresses[gridIndex(view, sampling)]!;
		words[layout.RAY_NODES] = address;
		words[layout.RAY_PITCH] = pitch;
		words[layout.RAY_CLASSES] = address + pitch * rows * layout.RAY_NODE_BYTES;
		words[layout.RAY_CLASS_PITCH] = classPitch;
		return false;
	}

	/** Sets the places at which a layer of an input shows rays. */
	setInput(
		input: PanoramaInput,
		layer: number,
		stored: PanoramaLayout,
		sampling: PlaneSampling,
		{ source }: DrawnPlane,
	): void {
		const { words, floats } = this.#scratch;
		const { step, x, y } = sampling;
		const { leastX, greatestX, leastY, greatestY } = coordinateBounds(source);
		const { projection, layers } = input;
		const periodX = layers[layer]?.periodX ?? 0;
		floats[layout.LEAST_X] = leastX;
		floats[layout.GREATEST_X] = greatestX;
		floats[layout.LEAST_Y] = leastY;
		floats[layout.GREATEST_Y] = greatestY;
		words[layout.SOURCE_PERIOD] = (periodX / step) * 2 ** layout.COORDINATE_BITS;
		words[layout.IS_OVERLAY] = layer > 0 ? 1 : 0;
		// The lowest layer hides the black below it wherever it has any weight.
		const isBase = layer === 0 && layers.length > 1;
		floats[layout.BLEND_GAIN] = isBase ? BASE_LAYER_GAIN : 1;
		floats[layout.BLEND_OFFSET] = isBase ? BASE_LAYER_REACH * BASE_LAYER_GAIN : 0;
		floats[layout.BLEND_SHAPE] = layers[layer]?.isSmoothStep === true ? 1 : 0;
		if (projection instanceof Equirectangular) {
			const [tile] = stored.tiles;
			this.#setSphere(projection, sampling, (tile?.x ?? 0) - (tile?.source.x ?? 0));
			return;
		}
		const { address, cells } = this.#tableOf(input, layer);
		words[layout.TABLE] = address;
		words[layout.TABLE_CELLS] = cells;
		floats[layout.SCALE_X] = floats[layout.SCALE_Y] = 1 / step;
		floats[layout.CENTER_X] = -x / step;
		floats[layout.CENTER_Y] = -y / step;
	}

	#setLinearRays(output: Perspective, m: Matrix3, { step, x, y }: PlaneSampling): void {
		const { floats, doubles } = this.#scratch;
		const first = output.unproject(x, y);
		const column = output.unproject(x + step, y)[0] - first[0];
		const row = output.unproject(x, y + step)[1] - first[1];
		for (let axis = 0; axis < 3; axis++) {
			const [right, up, back] = [m[3 * axis]!, m[3 * axis + 1]!, m[3 * axis + 2]!];
			const ray = right * first[0] + up * first[1] + back * first[2];
			floats[layout.RAY + axis] = doubles[layout.EXACT_RAY / 2 + axis] = ray;
			floats[layout.RAY_PER_COLUMN + axis] = doubles[layout.EXACT_RAY_PER_COLUMN / 2 + axis] = right * column;
			floats[layout.RAY_PER_ROW + axis] = doubles[layout.EXACT_RAY_PER_ROW / 2 + axis] = up * row;
		}
	}

	/** @param right columns by which the picture is moved in the stored one. */
	#setSphere(sphere: Equirectangular, { step, x, y }: PlaneSampling, right: number): void {
		const { words, floats } = this.#scratch;
		const { width, height } = sphere;
		const { top, bottom, left, right: cropped } = sphere.bounds;
		const sphereWidth = width / (1 - left - cropped);
		const sphereHeight = height / (1 - top - bottom);
		const middle = ((bottom - top) * Math.PI) / 2;
		words[layout.TABLE] = 0;
		floats[layout.SCALE_X] = sphereWidth / (2 * Math.PI * step);
		floats[layout.CENTER_X] = (width / 2 + right - x) / step;
		floats[layout.SCALE_Y] = -sphereHeight / (Math.PI * step);
		floats[layout.CENTER_Y] = (height / 2 + (middle / Math.PI) * sphereHeight - y) / step;
		floats[layout.HALF_LONGITUDE] = left + cropped === 0 ? NO_BORDER : (1 - left - cropped) * Math.PI;
		floats[layout.HIGHEST_LATITUDE] = top === 0 ? NO_BORDER : (0.5 - top) * Math.PI;
		floats[layout.LOWEST_LATITUDE] = bottom === 0 ? -NO_BORDER : (bottom - 0.5) * Math.PI;
	}

	#gridOf(view: View, output: Projection, sampling: PlaneSampling, width: number, height: number): KeptGrid {
		const spec = view.lens === "projection" ? specKey(view.projection) : "";
		const { step, x, y } = sampling;
		const key = `${spec} ${view.width} ${view.height} ${step} ${x} ${y}`;
		const index = gridIndex(view, sampling);
		const kept = this.#grids[index];
		if (kept?.key === key) return kept;
		const { byteLength } = rayGridSize(width, height);
		const into = new Uint8Array(this.#scratch.memory.buffer, this.#gridAddresses[index]!, byteLength);
		const copies = isSmallView(view) ? this.#copies.small : this.#copies.large;
		const copied = copies.take(key, into);
		const grid = { key, radius: copied ?? fillRayGrid(output, sampling, width, height, into) };
		this.#grids[index] = grid;
		if (copied === undefined) copies.put(grid, into);
		return grid;
	}

	/** The table of a layer, kept as long as there is room. */
	#tableOf({ key, layers, isMesh }: PanoramaInput, index: number): KeptTable {
		const tableKey = `${index} ${key}`;
		const kept = this.#tables.get(tableKey);
		if (kept !== undefined) return kept;
		const layer = layers[index]!;
		const fill = (cells: number, maxError?: number) => {
			if (this.#tableBytes + rayTableBytes(cells) > TABLE_ROOM) {
				this.#tables.clear();
				this.#tableBytes = 0;
			}
			const address = this.#scratch.raysAddress + this.#tableBytes;
			const table = new RayTable(
				layer,
				cells,
				new Uint8Array(this.#scratch.memory.buffer, address, rayTableBytes(cells)),
				maxError,
			);
			return { address, table };
		};
		let { address, table } = isMesh ? fill(FINE_TABLE, MAX_MESH_ERROR) : fill(COARSE_TABLE);
		if (!isMesh && layers.length === 1 && table.broken > MOST_BROKEN * table.shown)
			({ address, table } = fill(FINE_TABLE));
		this.#tableBytes = address - this.#scratch.raysAddress + rayTableBytes(table.cells);
		this.#tables.set(tableKey, { address, cells: table.cells });
		return { address, cells: table.cells };
	}
}

/**
 * Longest side of a small view, pixels: a tile of a surround, drawn twice as large. What is kept
 * for such a view is kept apart, so that drawing one costs a larger view nothing.
 */
const MAX_SMALL_SIDE = 2 * MAX_SURROUND_FACE;

/** Copies of small views' grids, of luma and of chroma, some 10 kB each: of 32 surrounds. */
const MOST_SMALL_GRIDS = 768;
/**
 * Copies of other views' grids, of luma and of chroma. The eyes of a headset take turns, and so do
 * the viewers of a thread.
 */
const MOST_LARGE_GRIDS = 16;

/** Copies of grids by their keys, the one that was used last at the end. */
class GridCopies {
	readonly #most: number;
	readonly #kept = new Map<string, { readonly radius: number; readonly bytes: Uint8Array }>();

	constructor(most: number) {
		this.#most = most;
	}

	/** Copies a grid into its place. @returns its radius; `undefined`: there is no such grid. */
	take(key: string, into: Uint8Array): number | undefined {
		const kept = this.#kept.get(key);
		if (kept === undefined) return undefined;
		this.#kept.delete(key);
		this.#kept.set(key, kept);
		into.set(kept.bytes);
		return kept.radius;
	}

	/** Keeps a copy of a grid, perhaps in place of the one that has not been used for longest. */
	put({ key, radius }: KeptGrid, grid: Uint8Array): void {
		let bytes: Uint8Array | undefined;
		const [oldest] = this.#kept;
		if (oldest !== undefined && this.#kept.size >= this.#most) {
			this.#kept.delete(oldest[0]);
			// A view that zooms would leave a copy behind with each picture.
			if (oldest[1].bytes.length === grid.length) ({ bytes } = oldest[1]);
		}
		bytes ??= new Uint8Array(grid.length);
		bytes.set(grid);
		this.#kept.set(key, { radius, bytes });
	}
}

/** True for views whose tables are kept apart from those of larger ones. */
export function isSmallView({ width, height }: { readonly width: number; readonly height: number }): boolean {
	return width <= MAX_SMALL_SIDE && height <= MAX_SMALL_SIDE;
}

/** Bytes of the grids of luma and chroma, of the largest view and of the largest small one. */
function gridBytes(maxWidth: number, maxHeight: number): number[] {
	const sizes = [
		[maxWidth, maxHeight],
		[MAX_SMALL_SIDE, MAX_SMALL_SIDE],
	] as const;
	return sizes.flatMap(([width, height]) => [
		rayGridSize(width, height).byteLength,
		rayGridSize(Math.ceil(width / 2), Math.ceil(height / 2)).byteLength,
	]);
}

function gridIndex(view: View, { step }: PlaneSampling): number {
	return (isSmallView(view) ? 2 : 0) + (step === 1 ? 0 : 1);
}

/** Turns the axes of a view into those in which an input's middle is straight ahead. */
export function turnToInput({ projection }: PanoramaInput, inputFromView: Quaternion): Quaternion {
	if (!(projection instanceof Equirectangular)) return inputFromView;
	const { left, right } = projection.bounds;
	const longitude = (left - right) * Math.PI;
	return multiplyQuaternions([0, Math.sin(longitude / 2), 0, Math.cos(longitude / 2)], inputFromView);
}
