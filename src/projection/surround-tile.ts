import type { CustomSpec } from "../media/projection.ts";
import { type SurroundSize, surroundPlace, surroundRay, surroundTiles } from "../media/surround.ts";
import { NOWHERE } from "./continued-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";

/** A tile of a surround with its padding, as a picture of its own. */
class SurroundTile implements Projection {
	readonly width: number;
	readonly height: number;
	readonly #tile: number;
	readonly #size: SurroundSize;

	constructor(tile: number, size: SurroundSize) {
		const { width, height } = surroundTiles(size);
		this.width = width;
		this.height = height;
		this.#tile = tile;
		this.#size = size;
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		return surroundRay(this.#tile, x, y, this.#size);
	}

	/** NaN for directions of other tiles. */
	project(ray: Ray): Point {
		const [x, y] = surroundPlace(ray, this.#size);
		const left = this.#tile * this.width;
		return x >= left && x <= left + this.width ? [x - left, y] : NOWHERE;
	}
}

/** The projections of a surround's tiles, from left to right. */
export function surroundTileSpecs(size: SurroundSize): readonly CustomSpec[] {
	return Array.from({ length: surroundTiles(size).count }, (_, tile) => ({
		kind: "custom",
		create: () => new SurroundTile(tile, size),
	}));
}
