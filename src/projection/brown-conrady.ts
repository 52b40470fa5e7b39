import type { Point } from "./geometry.ts";
import { inverseOf, monotonicLimit } from "./monotonic-limit.ts";
import { requireNumber } from "./spec-bounds.ts";

/**
 * Distance from the axis, focal length 1, at which a search for the first fold ends: 89.9 degrees.
 */
const MOST_RADIUS = 573;
/** Directions around the axis in which tangential distortion is searched for a fold. */
const AZIMUTHS = 32;
/** Newton steps for tangential distortion; two or three are enough for real lenses. */
const NEWTON_STEPS = 30;

/**
 * Radial and tangential distortion of a flat picture: Brown, "Decentering distortion of lenses"
 * (1966), with OpenCV's coefficients k1, k2, p1, p2, k3 and, for the rational model, k4, k5, k6.
 * x is to the right and y down, at focal length 1.
 */
export class BrownConrady {
	/** Distance from the axis, before distortion, up to which the model is one to one. */
	readonly limit: number;
	readonly #radial: readonly [k1: number, k2: number, k3: number];
	readonly #divisor: readonly [k4: number, k5: number, k6: number];
	readonly #p1: number;
	readonly #p2: number;

	/**
	 * @param coefficients none, or the first 4, 5 or 8 in OpenCV's order.
	 * @throws {RangeError} when they are another number of coefficients, or not numbers.
	 */
	constructor(coefficients: readonly number[] = []) {
		if (![0, 4, 5, 8].includes(coefficients.length)) {
			throw new RangeError(
				"distortion has 4, 5 or 8 coefficients in OpenCV's order, k1, k2, p1, p2, k3, k4, k5, k6; " +
					`got ${coefficients.length}.`,
			);
		}
		for (const coefficient of coefficients) requireNumber(coefficient, "A coefficient of distortion", "a number");
		const [k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0, k4 = 0, k5 = 0, k6 = 0] = coefficients;
		this.#radial = [k1, k2, k3];
		this.#divisor = [k4, k5, k6];
		this.#p1 = p1;
		this.#p2 = p2;
		const tangential = p1 !== 0 || p2 !== 0;
		// Searched by angle: the distance itself would spend all its steps far from the axis.
		const limitAngle = monotonicLimit(
			(angle) => this.#leastScale(Math.tan(angle), tangential),
			Math.atan(MOST_RADIUS),
		);
		this.limit = Math.tan(limitAngle);
	}

	/** The distorted place of a place. */
	distort(x: number, y: number): Point {
		const squared = x * x + y * y;
		const factor = this.#factor(squared);
		const cross = 2 * x * y;
		return [
			x * factor + this.#p1 * cross + this.#p2 * (squared + 2 * x * x),
			y * factor + this.#p1 * (squared + 2 * y * y) + this.#p2 * cross,
		];
	}

	/** The place of a distorted place; NaN when no place up to `limit` has it. */
	undistort(x: number, y: number): Point {
		const radius = Math.sqrt(x * x + y * y);
		const inner =
			radius === 0
				? 0
				: inverseOf(
						radius,
						this.limit,
						radius,
						(r) => r * this.#factor(r * r),
						(r) => this.#radialSlope(r),
					);
		const scale = radius === 0 ? 1 : inner / radius;
		if (this.#p1 === 0 && this.#p2 === 0) return [x * scale, y * scale];
		// Without tangential distortion that is the place; with it, it is near.
		return this.#undistortByNewton(x, y, Number.isNaN(scale) ? [x, y] : [x * scale, y * scale]);
	}

	#undistortByNewton(x: number, y: number, start: Point): Point {
		// Kept within the limit, where the model is one to one; beyond it lies another solution.
		let [px, py] = this.#withinLimit(...start);
		for (let k = 0; k < NEWTON_STEPS; k++) {
			const [dx, dy] = this.distort(px, py);
			const [ex, ey] = [dx - x, dy - y];
			const { a, b, d } = this.#jacobian(px, py);
			const determinant = a * d - b * b;
			const [nx, ny] = this.#withinLimit(
				px - (d * ex - b * ey) / determinant,
				py - (a * ey - b * ex) / determinant,
			);
			const step = Math.abs(nx - px) + Math.abs(ny - py);
			[px, py] = [nx, ny];
			// The error after a step is about its square.
			if (step <= 1e-9 * (1 + Math.abs(px) + Math.abs(py))) break;
		}
		const [dx, dy] = this.distort(px, py);
		const error = Math.abs(dx - x) + Math.abs(dy - y);
		return error <= 1e-9 * (1 + Math.abs(x) + Math.abs(y)) ? [px, py] : [Number.NaN, Number.NaN];
	}

	#withinLimit(x: number, y: number): Point {
		const radius = Math.sqrt(x * x + y * y);
		if (!(radius > this.limit)) return [x, y];
		return [(x / radius) * this.limit, (y / radius) * this.limit];
	}

	/** The matrix [[a, b], [b, d]] of derivatives: it is symmetric. */
	#jacobian(x: number, y: number): { readonly a: number; readonly b: number; readonly d: number } {
		const squared = x * x + y * y;
		const factor = this.#factor(squared);
		const slope = 2 * this.#factorSlope(squared);
		const [p1, p2] = [this.#p1, this.#p2];
		return {
			a: factor + slope * x * x + 2 * p1 * y + 6 * p2 * x,
			b: slope * x * y + 2 * p1 * x + 2 * p2 * y,
			d: factor + slope * y * y + 6 * p1 * y + 2 * p2 * x,
		};
	}

	/** A number that is positive as long as the model is one to one at a distance from the axis. */
	#leastScale(radius: number, tangential: boolean): number {
		const radial = Math.min(this.#radialSlope(radius), this.#factor(radius * radius));
		if (!tangential) return radial;
		let least = radial;
		for (let k = 0; k < AZIMUTHS; k++) {
			const azimuth = (2 * Math.PI * k) / AZIMUTHS;
			const { a, b, d } = this.#jacobian(radius * Math.cos(azimuth), radius * Math.sin(azimuth));
			// The smaller eigenvalue: at 0 the map folds.
			least = Math.min(least, (a + d) / 2 - Math.hypot((a - d) / 2, b));
		}
		return least;
	}

	/** Factor by which a place is moved along its radius, of the squared distance. */
	#factor(squared: number): number {
		const [k1, k2, k3] = this.#radial;
		const [k4, k5, k6] = this.#divisor;
		const divisor = 1 + squared * (k4 + squared * (k5 + squared * k6));
		return (1 + squared * (k1 + squared * (k2 + squared * k3))) / divisor;
	}

	/** Derivative of `#factor` by the squared distance. */
	#factorSlope(squared: number): number {
		const [k1, k2, k3] = this.#radial;
		const [k4, k5, k6] = this.#divisor;
		const divisor = 1 + squared * (k4 + squared * (k5 + squared * k6));
		const slope = k1 + squared * (2 * k2 + squared * 3 * k3);
		const divisorSlope = k4 + squared * (2 * k5 + squared * 3 * k6);
		return (slope - this.#factor(squared) * divisorSlope) / divisor;
	}

	/** Derivative of the distorted distance by the distance. */
	#radialSlope(radius: number): number {
		const squared = radius * radius;
		return this.#factor(squared) + 2 * squared * this.#factorSlope(squared);
	}
}
