import type { PerspectiveSpec } from "../media/projection.ts";
import { BrownConrady } from "./brown-conrady.ts";
import { NO_RAY, NOWHERE } from "./continued-projection.ts";
import type { Point, Ray } from "./geometry.ts";
import { LensCamera, type LensModel } from "./lens-camera.ts";

/**
 * A flat camera with OpenCV's intrinsics and distortion. @throws {RangeError} when one is no
 * number.
 */
export function createCalibratedPerspective(
	calibration: NonNullable<PerspectiveSpec["calibration"]>,
	width: number,
	height: number,
): LensCamera {
	return new LensCamera(width, height, calibration, new DistortedPlane(calibration.distortion));
}

/** The plane in front of a camera, distorted. */
class DistortedPlane implements LensModel {
	readonly limit: number;
	readonly #distortion: BrownConrady;

	constructor(coefficients: readonly number[] | undefined) {
		this.#distortion = new BrownConrady(coefficients);
		this.limit = Math.atan(this.#distortion.limit);
	}

	place([x, y, z]: Ray): Point {
		if (!(z < 0)) return NOWHERE;
		return this.#distortion.distort(x / -z, y / z);
	}

	ray(x: number, y: number): Ray {
		const [px, py] = this.#distortion.undistort(x, y);
		return Number.isNaN(px) ? NO_RAY : [px, -py, -1];
	}
}
