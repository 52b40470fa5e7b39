import type { CustomSpec } from "../media/projection.ts";
import { type SurroundSize, surroundPlace, surroundRay, surroundTiles } from "../media/surround.ts";
import { NOWHERE } from "./continued-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";

/** A tile is drawn this many times as wide and high, and then halved: the mean of 2 x 2 samples. */
export const TILE_SCALE = 2;

/** A tile of a surround with its padding, as a picture of its own that is `TILE_SCALE` larger. */
export class SurroundTile implements Projection {
	readonly drawnWithinPx = 0.1;
	readonly width: number;
	readonly height: number;
	readonly #tile: number;
	readonly #size: SurroundSize;

	constructor(tile: number, size: SurroundSize) {
		const { width, height } = surroundTiles(size);
		this.width = width * TILE_SCALE;
		this.height = height * TILE_SCALE;
		this.#tile = tile;
		this.#size = size;
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		return surroundRay(this.#tile, x / TILE_SCALE, y / TILE_SCALE, this.#size);
	}

	/** NaN for directions of other tiles. */
	project(ray: Ray): Point {
		const [x, y] = surroundPlace(ray, this.#size);
		const { width } = surroundTiles(this.#size);
		const left = this.#tile * width;
		return x >= left && x <= left + width ? [(x - left) * TILE_SCALE, y * TILE_SCALE] : NOWHERE;
	}
}

/**
 * The projections of a surround's tiles, from left to right. Keep them: the same objects are the
 * same projections, whose tables projectors keep.
 */
export function surroundTileSpecs(size: SurroundSize): readonly CustomSpec[] {
	return Array.from({ length: surroundTiles(size).count }, (_, tile): CustomSpec => {
		const projection = new SurroundTile(tile, size);
		return { kind: "custom", create: () => projection };
	});
}
