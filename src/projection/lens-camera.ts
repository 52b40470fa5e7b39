import type { Intrinsics } from "../media/projection.ts";
import { NO_RAY, NOWHERE } from "./continued-projection.ts";
import type { Point, Projection, Ray } from "./geometry.ts";

/**
 * The mathematics of a lens that looks along -Z: directions to places in a plane at unit focal
 * length, x to the right and y down.
 */
export interface LensModel {
	/** Greatest angle from the axis that the model maps one to one, radians. */
	readonly limit: number;
	/** The place of a ray, continued beyond `limit` as far as that is smooth; then NaN. */
	place(ray: Ray): Point;
	/** The ray at a place; NaN beyond `limit`. */
	ray(x: number, y: number): Ray;
}

/** Rounding that a ray at the very border of the lens may suffer, radians. */
const BORDER_TOLERANCE = 1e-9;

/** A camera with a lens model, a sensor and a greatest angle from the axis. */
export class LensCamera implements Projection {
	readonly width: number;
	readonly height: number;
	/** Greatest angle from the axis that is shown, radians. */
	readonly maxTheta: number;
	readonly #model: LensModel;
	readonly #fx: number;
	readonly #fy: number;
	/** The axis's place, the first pixel's centre at 0.5. */
	readonly #cx: number;
	readonly #cy: number;

	/**
	 * @param maxTheta greatest angle that is shown, radians, at most the model's limit.
	 * @throws {RangeError} when the intrinsics are not numbers, or a focal length is not positive.
	 */
	constructor(width: number, height: number, intrinsics: Intrinsics, model: LensModel, maxTheta = model.limit) {
		const { fx, fy, cx, cy, firstPixelCenter = 0 } = intrinsics;
		if (!(fx > 0 && fy > 0 && [fx, fy, cx, cy].every(Number.isFinite)))
			throw new RangeError(
				`fx and fy are positive numbers, cx and cy numbers; got ${[fx, fy, cx, cy].join(", ")}.`,
			);
		this.width = width;
		this.height = height;
		this.maxTheta = maxTheta;
		this.#model = model;
		this.#fx = fx;
		this.#fy = fy;
		this.#cx = cx - firstPixelCenter + 0.5;
		this.#cy = cy - firstPixelCenter + 0.5;
	}

	/** `Projection.unproject`: NaN beyond the greatest angle. */
	unproject(x: number, y: number): Ray {
		const ray = this.#model.ray((x - this.#cx) / this.#fx, (y - this.#cy) / this.#fy);
		return angleFromAxis(ray) <= this.maxTheta + BORDER_TOLERANCE ? ray : NO_RAY;
	}

	/** `Projection.project`: a place, also beside the sensor, up to the greatest angle. */
	project(ray: Ray): Point {
		return angleFromAxis(ray) <= this.maxTheta + BORDER_TOLERANCE ? this.extended(ray) : NOWHERE;
	}

	/** `Projection.extended`. */
	extended(ray: Ray): Point {
		const [x, y] = this.#model.place(ray);
		return [this.#cx + this.#fx * x, this.#cy + this.#fy * y];
	}

	/** `Projection.visibility`: within the greatest angle and the sensor. */
	visibility(ray: Ray): number {
		const inside = this.maxTheta - angleFromAxis(ray);
		if (inside < 0) return inside;
		const [x, y] = this.extended(ray);
		if (Number.isNaN(x)) return inside;
		return Math.min(inside, Math.min(x, this.width - x) / this.#fx, Math.min(y, this.height - y) / this.#fy);
	}
}

/** Angle of a ray from straight ahead, radians. */
function angleFromAxis([x, y, z]: Ray): number {
	return Math.atan2(Math.sqrt(x * x + y * y), -z);
}

/** A lens without tangential distortion: the distance from the axis depends on the angle. */
export class RadialLens implements LensModel {
	readonly limit: number;
	readonly #curve: RadialCurve;
	readonly #limitRadius: number;
	readonly #limitSlope: number;

	/** @param curve the function and its inverse, for angles from 0 to its limit. */
	constructor(curve: RadialCurve) {
		this.limit = curve.limit;
		this.#curve = curve;
		this.#limitRadius = curve.radius(curve.limit);
		// A one-sided difference, because a curve need not exist beyond its limit.
		const step = Math.min(1e-4, curve.limit / 2);
		this.#limitSlope = (this.#limitRadius - curve.radius(curve.limit - step)) / step;
	}

	/** `LensModel.place`: continued with the slope at the limit. */
	place([x, y, z]: Ray): Point {
		const away = Math.sqrt(x * x + y * y);
		if (away === 0) return z < 0 ? [0, 0] : NOWHERE;
		const theta = Math.atan2(away, -z);
		const radius =
			theta <= this.limit
				? this.#curve.radius(theta)
				: this.#limitRadius + this.#limitSlope * (theta - this.limit);
		return [(x / away) * radius, (-y / away) * radius];
	}

	/** `LensModel.ray`. */
	ray(x: number, y: number): Ray {
		const radius = Math.sqrt(x * x + y * y);
		if (radius === 0) return [0, 0, -1];
		const theta = this.#curve.theta(radius);
		const away = Math.sin(theta) / radius;
		return [x * away, -y * away, -Math.cos(theta)];
	}
}

/** Distance from the axis at unit focal length, a strictly increasing function of the angle. */
export interface RadialCurve {
	/** Greatest angle, radians. */
	readonly limit: number;
	/** Distance at an angle from 0 to `limit`. */
	radius(theta: number): number;
	/** The inverse; NaN for a distance that no angle up to `limit` has. */
	theta(radius: number): number;
}
