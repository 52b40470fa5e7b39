import type { FisheyeModel, FisheyeSpec } from "../media/projection.ts";
import { RAD_PER_DEG } from "../media/rotation.ts";
import { LensCamera, type RadialCurve, RadialLens } from "./lens-camera.ts";
import { requireFov, requireNumber } from "./spec-bounds.ts";

/** Widest field of view of the stereographic model, degrees: at 360 its picture is infinite. */
const MAX_STEREOGRAPHIC_FOV_DEG = 350;
/** Rounding of the distance at the limit of a model, relative. */
const RADIUS_TOLERANCE = 1e-9;

/**
 * Distance from the axis at focal length 1. Kannala and Brandt, "A generic camera model and
 * calibration method" (2006), equations 2 to 5.
 */
const FISHEYE_CURVES: Readonly<Record<FisheyeModel, RadialCurve>> = {
	equidistant: { limit: Math.PI, radius: (theta) => theta, theta: (radius) => radius },
	equisolid: {
		limit: Math.PI,
		radius: (theta) => 2 * Math.sin(theta / 2),
		theta: (radius) => 2 * Math.asin(atMost(radius / 2, 1)),
	},
	stereographic: {
		limit: (MAX_STEREOGRAPHIC_FOV_DEG / 2) * RAD_PER_DEG,
		radius: (theta) => 2 * Math.tan(theta / 2),
		theta: (radius) => 2 * Math.atan(radius / 2),
	},
	orthographic: {
		limit: Math.PI / 2,
		radius: (theta) => Math.sin(theta),
		theta: (radius) => Math.asin(atMost(radius, 1)),
	},
};

/** Widest field of view that each model draws, degrees. */
function greatestFisheyeFovDeg(model: FisheyeModel): number {
	return Math.round((FISHEYE_CURVES[model].limit * 2) / RAD_PER_DEG);
}

/**
 * The circle of an ideal fisheye lens.
 *
 * @throws {RangeError} when the field of view is wider than the model allows, or the radius is not
 * positive.
 */
export function createFisheye(spec: FisheyeSpec, width: number, height: number): LensCamera {
	const { model = "equidistant", fovDeg = 180, center = [width / 2, height / 2] } = spec;
	const { radius = Math.min(width, height) / 2 } = spec;
	requireFov(fovDeg, `fovDeg of a fisheye lens (${model})`, greatestFisheyeFovDeg(model));
	requireNumber(radius, "radius", "a positive number of pixels", (value) => value > 0);
	for (const coordinate of center) requireNumber(coordinate, "center", "two numbers of pixels");
	const curve = FISHEYE_CURVES[model];
	const maxTheta = (fovDeg / 2) * RAD_PER_DEG;
	const focalLength = radius / curve.radius(maxTheta);
	const [cx, cy] = center;
	const intrinsics = { fx: focalLength, fy: focalLength, cx, cy, firstPixelCenter: 0.5 } as const;
	return new LensCamera(width, height, intrinsics, new RadialLens(curve), maxTheta);
}

/** `value`, where rounding has put it a little above `most`; NaN far above. */
function atMost(value: number, most: number): number {
	return value > most && value <= most * (1 + RADIUS_TOLERANCE) ? most : value;
}
