import type { ProjectionSpec, SphereBounds } from "../media/projection.ts";
import type { ViewAngles } from "../media/rotation.ts";

/** A projection in words: "equirectangular, 180 x 180 degrees of the sphere". */
export function projectionWords(spec: ProjectionSpec): string {
	switch (spec.kind) {
		case "equirect":
			return spec.bounds === undefined ? "equirectangular" : `equirectangular, ${extentWords(spec.bounds)}`;
		case "cubemap": {
			const layout = typeof spec.layout === "object" ? "faces as given" : (spec.layout ?? "c3x2");
			return `cubemap (${layout}${paddingWords(spec.padding)})`;
		}
		case "eac":
			return `equi-angular cubemap${spec.padding ? ` (padding ${spec.padding} px)` : ""}`;
		case "gopro-max":
			return "the two halves of a GoPro MAX";
		case "perspective":
			return spec.fovDeg === undefined ? "perspective" : `perspective, ${degrees(spec.fovDeg)} across`;
		case "fisheye":
			return `fisheye, ${spec.model ?? "equidistant"}, ${degrees(spec.fovDeg ?? 180)}`;
		case "dual-fisheye": {
			const place = spec.layout === "stacked" ? "one above the other" : "side by side";
			return `two fisheyes ${place}, the first looks ${spec.left ?? "back"}`;
		}
		case "mesh":
			return `a mesh of ${spec.triangles.length / 3} triangles`;
		case "none":
			return "none: pictures are shown as they are";
		default:
			return spec.kind;
	}
}

function extentWords({ top, bottom, left, right }: SphereBounds): string {
	const wide = degrees(360 * (1 - left - right));
	const bounds = [top, bottom, left, right].map((part) => Number(part.toFixed(4))).join(",");
	return `${wide.replace(" degrees", "")} x ${degrees(180 * (1 - top - bottom))} of the sphere (bounds=${bounds})`;
}

function paddingWords(padding: number | undefined): string {
	return padding ? `, padding ${padding} px` : "";
}

/** "22.5 degrees" */
function degrees(angle: number): string {
	return `${Number(angle.toFixed(2))} degrees`;
}

/** "yaw 90, pitch 0, roll 5" */
export function anglesWords({ yawDeg, pitchDeg, rollDeg }: ViewAngles): string {
	const [yaw, pitch, roll] = [yawDeg, pitchDeg, rollDeg].map((angle) => Number(angle.toFixed(2)));
	return `yaw ${yaw}, pitch ${pitch}, roll ${roll}`;
}

/** A projection as JSON shows it: long lists of numbers by their lengths. */
export function projectionSummary(spec: ProjectionSpec): Readonly<Record<string, unknown>> {
	if (spec.kind === "mesh")
		return { kind: "mesh", vertices: spec.vertices.length / 5, triangles: spec.triangles.length / 3 };
	if (spec.kind === "tabulated") return { kind: "tabulated", width: spec.width, height: spec.height };
	return spec.kind === "custom" ? { kind: "custom" } : { ...spec };
}
