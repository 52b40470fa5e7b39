import { RAD_PER_DEG } from "../media/rotation.ts";
import { ContinuedProjection, NO_RAY, NOWHERE } from "./continued-projection.ts";
import type { Point, Ray } from "./geometry.ts";
import { requireFov } from "./spec-bounds.ts";

/** Height on a cylinder of radius 1 as a function of the latitude, by its sine and cosine. */
export interface CylinderHeight {
	/** Infinite at a pole that the picture does not reach. */
	height(sine: number, cosine: number): number;
	/** The tangent of the latitude at a height; NaN for a height beyond the cylinder. */
	slope(height: number): number;
}

/** The picture on the cylinder that is seen from its middle. */
export const CENTRAL: CylinderHeight = { height: (sine, cosine) => sine / cosine, slope: (height) => height };

/** Lambert's equal areas: Snyder, "Map Projections" (1987), equation 10-2. */
export const EQUAL_AREA: CylinderHeight = {
	height: (sine) => sine,
	slope: (height) => height / Math.sqrt(1 - height * height),
};

/** Mercator's: Snyder, "Map Projections" (1987), equation 7-2. */
export const MERCATOR: CylinderHeight = {
	height: (sine, cosine) => Math.asinh(sine / cosine),
	slope: (height) => Math.sinh(height),
};

/** Beyond this height a cylinder is so long that its coordinates are useless. */
const GREATEST_HEIGHT = 1e4;

/** A map on a vertical cylinder: longitude across, a function of the latitude down. */
export class Cylinder extends ContinuedProjection {
	/** `Projection.periodX`: the width when the picture goes all the way around. */
	readonly periodX: number;
	readonly #shape: CylinderHeight;
	readonly #halfFov: number;
	readonly #scaleX: number;
	readonly #scaleY: number;
	/** Latitude of the upper edge. */
	readonly #latitude: number;

	/**
	 * @param fovDeg across the width, at most 360 degrees.
	 * @param verticalFovDeg down the height; by default pixels are square.
	 * @throws {RangeError} when a field of view is too wide.
	 */
	constructor(width: number, height: number, shape: CylinderHeight, fovDeg = 360, verticalFovDeg?: number) {
		super(width, height);
		requireFov(fovDeg, "fovDeg of a cylindrical picture", 360);
		this.periodX = fovDeg === 360 ? width : 0;
		this.#shape = shape;
		this.#halfFov = (fovDeg / 2) * RAD_PER_DEG;
		this.#scaleX = width / (2 * this.#halfFov);
		if (verticalFovDeg === undefined) this.#scaleY = this.#scaleX;
		else {
			const reachesPole = shape.height(1, 0) < GREATEST_HEIGHT;
			requireFov(verticalFovDeg, "verticalFovDeg", 180, !reachesPole);
			const half = (verticalFovDeg / 2) * RAD_PER_DEG;
			this.#scaleY = height / 2 / shape.height(Math.sin(half), Math.cos(half));
		}
		const edge = shape.slope(height / 2 / this.#scaleY);
		this.#latitude = Number.isNaN(edge) ? Math.PI : Math.atan(edge);
	}

	/** `Projection.unproject`: NaN where the map has ended. */
	unproject(x: number, y: number): Ray {
		const longitude = (x - this.width / 2) / this.#scaleX;
		const slope = this.#shape.slope((this.height / 2 - y) / this.#scaleY);
		if (Number.isNaN(slope)) return NO_RAY;
		if (!Number.isFinite(slope)) return [0, slope > 0 ? 1 : -1, 0];
		return [Math.sin(longitude), slope, -Math.cos(longitude)];
	}

	/** `Projection.extended`. */
	extended([x, y, z]: Ray): Point {
		const away = Math.sqrt(x * x + z * z);
		const length = Math.sqrt(away * away + y * y);
		const height = this.#shape.height(y / length, away / length);
		if (!(Math.abs(height) < GREATEST_HEIGHT)) return NOWHERE;
		return [this.width / 2 + Math.atan2(x, -z) * this.#scaleX, this.height / 2 - height * this.#scaleY];
	}

	/** `Projection.visibility`. */
	visibility([x, y, z]: Ray): number {
		const away = Math.sqrt(x * x + z * z);
		const inside = this.#latitude - Math.abs(Math.atan2(y, away));
		if (this.periodX > 0) return inside;
		const across = this.#halfFov - Math.abs(Math.atan2(x, -z));
		return Math.min(inside, across * (away / Math.hypot(x, y, z)));
	}
}
