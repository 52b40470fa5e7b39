import { isDeepStrictEqual } from "node:util";
import { type PanoramaFormat, sameColor } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { createProjection } from "../projection/create-projection.ts";

/**
 * A projection in a form that other threads can use: one of the application's own is tabulated.
 *
 * @throws {RangeError | TypeError} when it can't be made for pictures of this size.
 */
export function shareableProjection(spec: ProjectionSpec, width: number, height: number): ProjectionSpec {
	if (spec.kind === "none") return spec;
	createProjection(spec, width, height);
	return spec;
}

/**
 * The format of a store for a source's pictures.
 *
 * @throws {RangeError | TypeError} when the source's projection can't be made for them.
 */
export function storedFormat(format: PanoramaFormat): PanoramaFormat {
	const { width, height, projection, rightProjection } = format;
	return {
		...format,
		...(projection && { projection: shareableProjection(projection, width, height) }),
		...(rightProjection && { rightProjection: shareableProjection(rightProjection, width, height) }),
	};
}

/** True when both formats describe the same pictures of the same directions. */
export function sameFormat(a: PanoramaFormat, b: PanoramaFormat): boolean {
	const geometry = ({ width, height, eyes, projection, rightProjection, worldFromPanorama }: PanoramaFormat) => [
		[width, height, eyes],
		[projection, rightProjection, worldFromPanorama],
	];
	return sameColor(a.color, b.color) && isDeepStrictEqual(geometry(a), geometry(b));
}
