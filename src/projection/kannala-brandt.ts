import type { KannalaBrandtSpec } from "../media/projection.ts";
import { LensCamera, type RadialCurve, RadialLens } from "./lens-camera.ts";
import { maxThetaOf } from "./max-theta.ts";
import { inverseOf, monotonicLimit } from "./monotonic-limit.ts";
import { requireNumber } from "./spec-bounds.ts";

/**
 * A camera by Kannala and Brandt, "A generic camera model and calibration method" (2006), with the
 * four coefficients of OpenCV's `fisheye`, Kalibr's `equidistant` and Basalt's `kb4`:
 * `r = theta (1 + k1 theta^2 + k2 theta^4 + k3 theta^6 + k4 theta^8)`.
 *
 * @throws {RangeError} when the polynomial is not monotonic up to `maxThetaDeg`.
 */
export function createKannalaBrandt(spec: KannalaBrandtSpec, width: number, height: number): LensCamera {
	const curve = kannalaBrandtCurve(spec.k);
	const maxTheta = maxThetaOf(spec, curve.limit, "the polynomial of k is monotonic");
	return new LensCamera(width, height, spec, new RadialLens(curve), maxTheta);
}

/**
 * The polynomial up to its first maximum. @throws {RangeError} when a coefficient is not a number.
 */
function kannalaBrandtCurve(k: KannalaBrandtSpec["k"]): RadialCurve {
	for (const [index, coefficient] of k.entries()) requireNumber(coefficient, `k${index + 1}`, "a number");
	const [k1, k2, k3, k4] = k;
	const radius = (theta: number) => {
		const t = theta * theta;
		return theta * (1 + t * (k1 + t * (k2 + t * (k3 + t * k4))));
	};
	const slope = (theta: number) => {
		const t = theta * theta;
		return 1 + t * (3 * k1 + t * (5 * k2 + t * (7 * k3 + t * 9 * k4)));
	};
	const limit = monotonicLimit(slope, Math.PI);
	return { limit, radius, theta: (value) => inverseOf(value, limit, value, radius, slope) };
}
