import type { SphereBounds } from "../media/projection.ts";
import type { ViewAngles } from "../media/rotation.ts";
import type { FoundStatement, StatedEyes } from "../metadata/found-statement.ts";
import { equirectWithin } from "../metadata/projection-boxes.ts";
import { HALF_SPHERE } from "./layout-guess.ts";

/** FFmpeg's reading of a container's statement about the sphere. */
export interface FfmpegSphere {
	/** FFmpeg's name of the projection (libavutil/spherical.c). */
	readonly name: string;
	readonly bounds: SphereBounds;
	/** Padding of a cubemap's faces, pixels. */
	readonly padding: number;
	readonly pose?: ViewAngles | undefined;
}

const WHERE = "the container, as FFmpeg reads it";

/**
 * FFmpeg's reading of the container as statements. They count after our own reading, for inputs
 * that are no files and for other formats.
 */
export function statementsOfFfmpeg(
	sphere: FfmpegSphere | undefined,
	eyes: StatedEyes | undefined,
): readonly FoundStatement[] {
	return [
		...(sphere === undefined
			? []
			: [{ ...projectionOf(sphere), pose: sphere.pose, yaw: "counter-clockwise" as const, where: WHERE }]),
		...(eyes === undefined ? [] : [{ eyes, where: WHERE }]),
	];
}

function projectionOf({ name, bounds, padding }: FfmpegSphere): Pick<FoundStatement, "projection" | "note"> {
	switch (name) {
		case "equirectangular":
		case "tiled equirectangular":
			return equirectWithin(bounds);
		case "half equirectangular":
			return equirectWithin(HALF_SPHERE);
		case "cubemap":
			return { projection: { kind: "cubemap", layout: "google", ...(padding > 0 && { padding }) } };
		case "rectilinear":
			return { projection: { kind: "none" } };
		case "fisheye":
			return {
				projection: { kind: "fisheye", fovDeg: 180 },
				note: "the fisheye's field of view is not stated; 180 degrees are assumed",
			};
		default:
			return { note: `its projection ${JSON.stringify(name)} is not known` };
	}
}

/**
 * The layout of the eyes by FFmpeg's name of it (libavutil/stereo3d.c).
 *
 * @param swapped the right eye's picture comes first
 */
export function eyesOfFfmpeg(name: string, swapped: boolean): StatedEyes | undefined {
	switch (name) {
		case "unspecified":
			return undefined;
		case "2D":
			return "mono";
		case "side by side":
			return swapped ? "right-left" : "left-right";
		case "top and bottom":
			return swapped ? "bottom-top" : "top-bottom";
		default:
			return "other";
	}
}
