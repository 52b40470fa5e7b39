import type { PlaneSampling } from "./plane-sampling.ts";
import type { StoredProjection, StoredProjectionTile } from "./stored-projection.ts";
import { type SamplePlane, tilePlane } from "./tile-padding.ts";

/** Samples beyond the rim of a lens's picture that filters reach. */
const REACH = 4;
/** Samples between the places that are tried first: what shows something is one large piece. */
const COARSE = 8;

/**
 * The samples beyond the rim of a lens's picture, where the sensor is black: each gets the nearest
 * sample inside, so that filters see nothing of the black. A table, made once.
 */
export class RimPadding {
	/** Index of the sample to write and of the one to copy, relative to the plane's first. */
	readonly #copies: Int32Array;

	/** @param stride samples from one row of the plane to the next. */
	constructor(stored: StoredProjection, stride: number, sampling: PlaneSampling) {
		const copies: number[] = [];
		for (const { tiles } of stored.parts)
			for (const tile of tiles) addRim(copies, tile, shownSamples(stored, tile, sampling), stride, sampling.step);
		this.#copies = Int32Array.from(copies);
	}

	/** Writes what lies beyond the rims of `plane`. */
	write({ samples, first }: SamplePlane): void {
		const copies = this.#copies;
		for (let at = 0; at < copies.length; at += 2) samples[first + copies[at]!] = samples[first + copies[at + 1]!]!;
	}
}

/** Samples of a tile, row by row: 1 where they show something. */
interface ShownSamples {
	readonly width: number;
	readonly height: number;
	readonly shown: Uint8Array;
	/** First column and row of each block of COARSE x COARSE samples near the rim. */
	readonly blocks: readonly (readonly [column: number, row: number])[];
}

function shownSamples(
	{ projection }: StoredProjection,
	tile: StoredProjectionTile,
	{ step, x, y }: PlaneSampling,
): ShownSamples {
	const [width, height] = [Math.ceil(tile.source.width / step), Math.ceil(tile.source.height / step)];
	const isShown = (column: number, row: number) => {
		const ray = projection.unproject(tile.source.x + column * step + x, tile.source.y + row * step + y);
		return !Number.isNaN(ray[0]) && tile.contains(ray);
	};
	const columns = Math.ceil(width / COARSE) + 1;
	const rows = Math.ceil(height / COARSE) + 1;
	const coarse = Uint8Array.from({ length: columns * rows }, (_, at) => {
		const [column, row] = [(at % columns) * COARSE, Math.floor(at / columns) * COARSE];
		return Number(isShown(Math.min(column, width - 1), Math.min(row, height - 1)));
	});
	const shown = new Uint8Array(width * height);
	const blocks: [column: number, row: number][] = [];
	for (let row = 0; row < height; row += COARSE) {
		for (let column = 0; column < width; column += COARSE) {
			const all = uniform(coarse, columns, rows, column / COARSE, row / COARSE);
			if (all === undefined) blocks.push([column, row]);
			for (let j = row; j < Math.min(height, row + COARSE); j++) {
				for (let i = column; i < Math.min(width, column + COARSE); i++)
					shown[j * width + i] = all ?? Number(isShown(i, j));
			}
		}
	}
	return { width, height, shown, blocks };
}

/** The state of all places around a coarse cell; `undefined` if they differ. */
function uniform(coarse: Uint8Array, columns: number, rows: number, column: number, row: number): number | undefined {
	const value = coarse[row * columns + column];
	for (let j = Math.max(0, row - 1); j <= Math.min(rows - 1, row + 2); j++) {
		for (let i = Math.max(0, column - 1); i <= Math.min(columns - 1, column + 2); i++)
			if (coarse[j * columns + i] !== value) return undefined;
	}
	return value;
}

function addRim(
	copies: number[],
	tile: StoredProjectionTile,
	{ width, height, shown, blocks }: ShownSamples,
	stride: number,
	step: number,
): void {
	const plane = { samples: shown, first: 0, stride, width: 0, height: 0 };
	const { first } = tilePlane(plane, tile, step);
	for (const [left, top] of blocks) {
		for (let row = top; row < Math.min(height, top + COARSE); row++) {
			for (let column = left; column < Math.min(width, left + COARSE); column++) {
				if (shown[row * width + column] === 1) continue;
				const nearest = nearestShown(column, row);
				if (nearest !== undefined) copies.push(first + row * stride + column, first + nearest);
			}
		}
	}

	/** Offset in the plane of the nearest sample that shows something. */
	function nearestShown(column: number, row: number): number | undefined {
		const left = Math.max(0, column - REACH);
		const right = Math.min(width - 1, column + REACH);
		let nearest: number | undefined;
		let least = REACH * REACH + 1;
		for (let j = Math.max(0, row - REACH); j <= Math.min(height - 1, row + REACH); j++) {
			for (let i = left; i <= right; i++) {
				const distance = (i - column) ** 2 + (j - row) ** 2;
				if (shown[j * width + i] === 1 && distance < least) [nearest, least] = [j * stride + i, distance];
			}
		}
		return nearest;
	}
}
