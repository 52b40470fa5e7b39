import { RAD_PER_DEG } from "../media/rotation.ts";
import { ContinuedProjection, NO_RAY, NOWHERE } from "./continued-projection.ts";
import type { Point, Ray } from "./geometry.ts";
import { requireFov, requireNumber } from "./spec-bounds.ts";

/** Greatest `d`: from about there on the picture hardly changes. */
const MAX_D = 100;
/** Part of the longitudes that a picture of a given `d` reaches. */
const WIDEST = 0.98;

/**
 * Sharpless, Postle and German, "Pannini: a new projection for rendering wide angle perspective
 * images" (2010), equations 1 and 2: the sphere on a cylinder, which is seen from `d` behind its
 * axis. Vertical lines stay straight, as do lines to the picture's centre.
 */
export class Pannini extends ContinuedProjection {
	readonly #d: number;
	/** Pixels for each unit of the picture plane at distance 1. */
	readonly #scale: number;
	/** Greatest longitude that the picture plane can show. */
	readonly #limit: number;

	/**
	 * @param d 0 is a flat camera, 1 the projection's name giver.
	 * @param fovDeg across the width.
	 * @throws {RangeError} when `d` can't show such a field of view.
	 */
	constructor(width: number, height: number, d = 1, fovDeg = 150) {
		super(width, height);
		requireNumber(
			d,
			"d of a Pannini picture",
			`a number from 0 to ${MAX_D}`,
			(value) => value >= 0 && value <= MAX_D,
		);
		// For d <= 1 the plane ends there; beyond, the cylinder hides itself.
		this.#limit = d <= 1 ? Math.acos(-d) : Math.acos(-1 / d);
		const widest = Math.floor((2 * this.#limit * WIDEST) / RAD_PER_DEG);
		requireFov(fovDeg, `fovDeg of a Pannini picture with d = ${d}`, widest);
		this.#d = d;
		const half = (fovDeg / 2) * RAD_PER_DEG;
		this.#scale = width / 2 / (this.#zoom(Math.cos(half)) * Math.sin(half));
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		const right = (x - this.width / 2) / this.#scale;
		const up = (this.height / 2 - y) / this.#scale;
		const d = this.#d;
		const k = (right / (d + 1)) ** 2;
		const root = k * k * d * d - (k + 1) * (k * d * d - 1);
		if (!(root >= 0)) return NO_RAY;
		const cosine = (-k * d + Math.sqrt(root)) / (k + 1);
		const zoom = this.#zoom(cosine);
		return [right / zoom, up / zoom, -cosine];
	}

	/** `Projection.extended`. */
	extended([x, y, z]: Ray): Point {
		const away = Math.sqrt(x * x + z * z);
		const cosine = -z / away;
		if (!(Math.atan2(Math.abs(x), -z) < this.#limit)) return NOWHERE;
		const scale = (this.#zoom(cosine) / away) * this.#scale;
		return [this.width / 2 + x * scale, this.height / 2 - y * scale];
	}

	/** `Projection.visibility`. */
	visibility(ray: Ray): number {
		const [x, y] = this.extended(ray);
		if (Number.isNaN(x)) return -1;
		return Math.min(x, this.width - x, y, this.height - y) / this.#scale;
	}

	/** Distance of a point of the cylinder, seen from the axis, to its place in the plane. */
	#zoom(cosine: number): number {
		return (this.#d + 1) / (this.#d + cosine);
	}
}
