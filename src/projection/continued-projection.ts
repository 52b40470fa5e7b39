import type { Point, Projection, Ray } from "./geometry.ts";

/** The place of a ray that a picture does not show. */
export const NOWHERE: Point = [Number.NaN, Number.NaN];
/** The direction of a place that shows nothing. */
export const NO_RAY: Ray = [Number.NaN, Number.NaN, Number.NaN];

/** Rounding that a ray at the very border of a picture may suffer, radians. */
const BORDER_TOLERANCE = 1e-9;

/** A projection whose two functions continue smoothly beyond the border of its picture. */
export abstract class ContinuedProjection implements Projection {
	readonly width: number;
	readonly height: number;

	/** @param width and `height`: size of the picture, pixels. */
	constructor(width: number, height: number) {
		this.width = width;
		this.height = height;
	}

	/** `Projection.unproject`. */
	abstract unproject(x: number, y: number): Ray;
	/** `Projection.extended`. */
	abstract extended(ray: Ray): Point;
	/** `Projection.visibility`. */
	abstract visibility(ray: Ray): number;

	/** NaN where `visibility` is negative. */
	project(ray: Ray): Point {
		return this.visibility(ray) >= -BORDER_TOLERANCE ? this.extended(ray) : NOWHERE;
	}
}
