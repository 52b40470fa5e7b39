import type { MeiSpec } from "../media/projection.ts";
import { BrownConrady } from "./brown-conrady.ts";
import { NO_RAY, NOWHERE } from "./continued-projection.ts";
import type { Point, Ray } from "./geometry.ts";
import { LensCamera, type LensModel } from "./lens-camera.ts";
import { maxThetaOf } from "./max-theta.ts";
import { requireNumber } from "./spec-bounds.ts";

/**
 * A camera by Mei and Rives, "Single view point omnidirectional camera calibration from planar
 * grids" (2007), OpenCV's `omnidir`: a ray meets the unit sphere, is seen from a point `xi` behind
 * its centre, and is distorted.
 *
 * @throws {RangeError} when the model is not one to one up to `maxThetaDeg`.
 */
export function createMei(spec: MeiSpec, width: number, height: number): LensCamera {
	const model = new UnifiedSphere(spec.xi, spec.distortion);
	const maxTheta = maxThetaOf(spec, model.limit, "the model of xi and d is one to one");
	return new LensCamera(width, height, spec, model, maxTheta);
}

/** The unit sphere, seen from a point on the axis. */
class UnifiedSphere implements LensModel {
	readonly limit: number;
	readonly #xi: number;
	readonly #distortion: BrownConrady;

	constructor(xi: number, coefficients: readonly number[] | undefined) {
		requireNumber(xi, "xi", "a number, 0 or more", (value) => value >= 0);
		this.#xi = xi;
		this.#distortion = new BrownConrady(coefficients);
		// Farther back the sphere hides itself (xi > 1), or the plane ends (xi < 1).
		const sphereLimit = Math.acos(-Math.min(xi, 1 / xi));
		const distorted = angleAtRadius(this.#distortion.limit, xi);
		this.limit = Number.isNaN(distorted) ? sphereLimit : Math.min(sphereLimit, distorted);
	}

	place([x, y, z]: Ray): Point {
		const depth = this.#xi * Math.sqrt(x * x + y * y + z * z) - z;
		return depth > 0 ? this.#distortion.distort(x / depth, -y / depth) : NOWHERE;
	}

	ray(x: number, y: number): Ray {
		const [px, py] = this.#distortion.undistort(x, y);
		const squared = px * px + py * py;
		const xi = this.#xi;
		const root = 1 + (1 - xi * xi) * squared;
		if (!(root >= 0)) return NO_RAY;
		const scale = (xi + Math.sqrt(root)) / (squared + 1);
		return [scale * px, -scale * py, xi - scale];
	}
}

/** The angle at which the sphere is seen at a distance from the axis; NaN for more than its rim. */
function angleAtRadius(radius: number, xi: number): number {
	const squared = radius * radius;
	const scale = (xi + Math.sqrt(1 + (1 - xi * xi) * squared)) / (squared + 1);
	return Math.atan2(scale * radius, scale - xi);
}
