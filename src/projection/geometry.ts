/** A direction in the projection's own axes, +X right, +Y up, -Z forward. Any length but zero. */
export type Ray = readonly [x: number, y: number, z: number];

/**
 * A place in a picture, pixels from its upper left corner. Pixel (i, j) has its centre at (i + 0.5,
 * j + 0.5).
 */
export type Point = readonly [x: number, y: number];

/**
 * The mapping between directions and places of a picture: all that a new projection has to bring.
 * Double precision; the fast paths are measured against it.
 */
export interface Projection {
	/** Size of the whole picture in (luma) pixels. */
	readonly width: number;
	readonly height: number;
	/** Columns after which the picture repeats to the right; 0 if it has edges. */
	readonly periodX: number;
	/**
	 * The direction seen at `(x, y)`. Also defined a little outside of the picture, where a
	 * projection can continue.
	 */
	unproject(x: number, y: number): Ray;
	/** The place at which `ray` is seen; NaN where the projection does not show it. */
	project(ray: Ray): Point;
}
