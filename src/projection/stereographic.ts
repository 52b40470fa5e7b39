import { RAD_PER_DEG } from "../media/rotation.ts";
import { ContinuedProjection, NOWHERE } from "./continued-projection.ts";
import type { Point, Ray } from "./geometry.ts";
import { requireFov } from "./spec-bounds.ts";

/** The plane is infinite at 180 degrees from the axis. */
const FARTHEST_THETA = 179.9 * RAD_PER_DEG;

/**
 * The sphere seen from the point behind: `r = k tan(theta / 2)`, over a whole rectangle. Looking
 * down it makes a little planet. Snyder, "Map Projections" (1987), equations 21-2 to 21-15.
 */
export class Stereographic extends ContinuedProjection {
	/** Pixels for each unit of `tan(theta / 2)`. */
	readonly #scale: number;

	/**
	 * @param fovDeg across the width, less than 360 degrees.
	 * @throws {RangeError} when it is not.
	 */
	constructor(width: number, height: number, fovDeg = 280) {
		super(width, height);
		requireFov(fovDeg, "fovDeg of a stereographic picture", 360, true);
		this.#scale = width / 2 / Math.tan((fovDeg / 4) * RAD_PER_DEG);
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		const right = (x - this.width / 2) / this.#scale;
		const up = (this.height / 2 - y) / this.#scale;
		const squared = right * right + up * up;
		return [2 * right, 2 * up, squared - 1];
	}

	/** `Projection.extended`. */
	extended([x, y, z]: Ray): Point {
		const length = Math.hypot(x, y, z);
		// 1 + cos(theta) loses its digits behind; sin squared over 1 - cos(theta) does not.
		const front = z < 0 ? length - z : (x * x + y * y) / (length + z);
		if (!(front > length * (1 + Math.cos(FARTHEST_THETA)))) return NOWHERE;
		return [this.width / 2 + (x / front) * this.#scale, this.height / 2 - (y / front) * this.#scale];
	}

	/** `Projection.visibility`. */
	visibility(ray: Ray): number {
		const [x, y] = this.extended(ray);
		if (Number.isNaN(x)) return -Math.PI;
		const right = (x - this.width / 2) / this.#scale;
		const up = (this.height / 2 - y) / this.#scale;
		const pixelsPerRad = (this.#scale / 2) * (1 + right * right + up * up);
		return Math.min(x, this.width - x, y, this.height - y) / pixelsPerRad;
	}
}
