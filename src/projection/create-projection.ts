import type { Projection, ProjectionSpec } from "../media/projection.ts";
import { Equirectangular } from "./equirectangular.ts";

/** The two functions of a projection. */
export function createProjection(spec: ProjectionSpec, width: number, height: number): Projection {
	if (spec.kind === "equirect") return new Equirectangular(width, height);
	if (spec.kind === "custom") return spec.create(width, height);
	throw new RangeError(`A projection is "equirect" or "custom"; got "${spec.kind}".`);
}
