import type { PerspectiveSpec, Projection, ProjectionSpec } from "../media/projection.ts";
import { RAD_PER_DEG } from "../media/rotation.ts";
import { createCalibratedPerspective } from "./calibrated-perspective.ts";
import { createCubemap, createEac } from "./cubemap.ts";
import { CENTRAL, Cylinder, EQUAL_AREA, MERCATOR } from "./cylindrical.ts";
import { createLens, DualFisheye } from "./dual-fisheye.ts";
import { Equirectangular } from "./equirectangular.ts";
import { createFoveated } from "./foveated.ts";
import { GoproMax } from "./gopro-max.ts";
import { MeshProjection } from "./mesh-projection.ts";
import { Pannini } from "./pannini.ts";
import { Perspective } from "./perspective.ts";
import { requireFov, requireNumber, requirePictureSize } from "./spec-bounds.ts";
import { SphereMapProjection } from "./sphere-maps.ts";
import { Stereographic } from "./stereographic.ts";
import { Tabulated } from "./tabulated.ts";

/** Horizontal field of view of a flat camera without one, degrees. */
const DEFAULT_PERSPECTIVE_FOV_DEG = 90;

/**
 * Makes the two functions of a projection for pictures of a size.
 *
 * @param width and `height`: of the whole picture, or of one eye's part of it, pixels.
 * @throws {RangeError} when a number of the description is out of bounds.
 * @throws {TypeError} when the description is `none`: such a picture has no directions.
 */
export function createProjection(spec: ProjectionSpec, width: number, height: number): Projection {
	requirePictureSize(width, height);
	switch (spec.kind) {
		case "equirect":
			return new Equirectangular(width, height, spec.bounds);
		case "perspective":
			return createPerspective(spec, width, height);
		case "foveated":
			return createFoveated(spec, width, height);
		case "cubemap":
			return createCubemap(spec, width, height);
		case "eac":
			return createEac(spec, width, height);
		case "gopro-max":
			return new GoproMax(spec, width, height);
		case "fisheye":
		case "kannala-brandt":
		case "mei":
		case "double-sphere":
			return createLens(spec, width, height);
		case "dual-fisheye":
			return new DualFisheye(spec, width, height);
		case "mesh":
			return new MeshProjection(spec, width, height);
		case "pannini":
			return new Pannini(width, height, spec.d, spec.fovDeg);
		case "stereographic":
			return new Stereographic(width, height, spec.fovDeg);
		case "cylindrical": {
			const shape = spec.equalArea === true ? EQUAL_AREA : CENTRAL;
			return new Cylinder(width, height, shape, spec.fovDeg, spec.verticalFovDeg);
		}
		case "mercator":
			return new Cylinder(width, height, MERCATOR, spec.fovDeg);
		case "ball":
		case "hammer":
		case "sinusoidal":
		case "octahedron":
		case "tetrahedron":
		case "barrel":
		case "barrelsplit":
		case "tspyramid":
			return new SphereMapProjection(spec.kind, width, height);
		case "tabulated":
			return new Tabulated(spec, width, height);
		case "custom":
			return spec.create(width, height);
		case "none":
			throw new TypeError("A picture with the projection none has no directions: it is shown as it is.");
	}
}

function createPerspective(spec: PerspectiveSpec, width: number, height: number): Projection {
	const { fovDeg = DEFAULT_PERSPECTIVE_FOV_DEG, anglesDeg, calibration } = spec;
	if (calibration !== undefined) return createCalibratedPerspective(calibration, width, height);
	if (anglesDeg === undefined) {
		requireFov(fovDeg, "fovDeg of a perspective picture", 180, true);
		return new Perspective(width, height, fovDeg * RAD_PER_DEG);
	}
	const expected = "an angle between -90 and 90 degrees";
	const angle = (side: "left" | "right" | "up" | "down") =>
		requireNumber(anglesDeg[side], `anglesDeg.${side}`, expected, (value) => Math.abs(value) < 90) * RAD_PER_DEG;
	const angles = { left: angle("left"), right: angle("right"), up: angle("up"), down: angle("down") };
	return new Perspective(width, height, angles);
}
