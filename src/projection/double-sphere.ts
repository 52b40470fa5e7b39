import type { DoubleSphereSpec } from "../media/projection.ts";
import { NO_RAY, NOWHERE } from "./continued-projection.ts";
import type { Point, Ray } from "./geometry.ts";
import { LensCamera, type LensModel } from "./lens-camera.ts";
import { maxThetaOf } from "./max-theta.ts";
import { requireNumber } from "./spec-bounds.ts";

/**
 * A camera by Usenko, Demmel and Cremers, "The double sphere camera model" (2018), Basalt's `ds`.
 *
 * @throws {RangeError} when the model is not one to one up to `maxThetaDeg`, `alpha` is not from 0
 * to less than 1, or `xi` is not above -1 and at most 1.
 */
export function createDoubleSphere(spec: DoubleSphereSpec, width: number, height: number): LensCamera {
	const model = new DoubleSphere(spec.xi, spec.alpha);
	const maxTheta = maxThetaOf(spec, model.limit, "the model of xi and alpha is one to one");
	return new LensCamera(width, height, spec, model, maxTheta);
}

/** Two unit spheres, `xi` apart, and a plane: equations 40 to 52 of the paper. */
class DoubleSphere implements LensModel {
	readonly limit: number;
	readonly #xi: number;
	readonly #alpha: number;

	constructor(xi: number, alpha: number) {
		requireNumber(xi, "xi", "a number of more than -1 and at most 1", (value) => value > -1 && value <= 1);
		requireNumber(alpha, "alpha", "a number from 0 to less than 1", (value) => value >= 0 && value < 1);
		this.#xi = xi;
		this.#alpha = alpha;
		const w1 = alpha <= 0.5 ? alpha / (1 - alpha) : (1 - alpha) / alpha;
		const w2 = (w1 + xi) / Math.sqrt(2 * w1 * xi + xi * xi + 1);
		this.limit = Math.acos(-Math.min(1, w2));
	}

	place([x, y, z]: Ray): Point {
		const [xi, alpha] = [this.#xi, this.#alpha];
		const across = x * x + y * y;
		const shifted = xi * Math.sqrt(across + z * z) - z;
		const depth = alpha * Math.sqrt(across + shifted * shifted) + (1 - alpha) * shifted;
		return depth > 0 ? [x / depth, -y / depth] : NOWHERE;
	}

	ray(x: number, y: number): Ray {
		const [xi, alpha] = [this.#xi, this.#alpha];
		const squared = x * x + y * y;
		const root = 1 - (2 * alpha - 1) * squared;
		if (!(root >= 0)) return NO_RAY;
		const depth = (1 - alpha * alpha * squared) / (alpha * Math.sqrt(root) + 1 - alpha);
		const reach = depth * depth + (1 - xi * xi) * squared;
		if (!(reach >= 0)) return NO_RAY;
		const scale = (depth * xi + Math.sqrt(reach)) / (depth * depth + squared);
		return [scale * x, -scale * y, xi - scale * depth];
	}
}
