import { isDeepStrictEqual } from "node:util";
import { type PanoramaFormat, sameColor } from "../media/panorama.ts";
import type { CustomSpec, Projection, ProjectionSpec, TabulatedSpec } from "../media/projection.ts";
import { createProjection } from "../projection/create-projection.ts";
import { tabulate } from "../projection/tabulated.ts";

/**
 * A projection in a form that other threads can use: one of the application's own is tabulated.
 *
 * @throws {RangeError | TypeError} when it can't be made for pictures of this size.
 */
export function shareableProjection(spec: ProjectionSpec, width: number, height: number): ProjectionSpec {
	if (spec.kind === "none") return spec;
	if (spec.kind === "custom") return tabulateOwn(spec, width, height);
	createProjection(spec, width, height);
	return spec;
}

/**
 * The newest samples of each projection of the application's own. Viewers share them, and pictures
 * of the same shape: taking the samples keeps the thread for half a second.
 */
const SAMPLES = new WeakMap<CustomSpec["create"], TabulatedSpec>();
/** Shapes that differ by less are the same. */
const SAME_SHAPE = 1e-3;

function tabulateOwn(spec: CustomSpec, width: number, height: number): TabulatedSpec {
	const known = SAMPLES.get(spec.create);
	if (known !== undefined && Math.abs((known.width * height) / (known.height * width) - 1) < SAME_SHAPE) return known;
	const own: Partial<Projection> | undefined = spec.create(width, height);
	if (typeof own?.project !== "function" || typeof own.unproject !== "function")
		throw new TypeError("A projection of one's own is { width, height, project, unproject }; got something else.");
	if (own.width !== width || own.height !== height) {
		const size = `${width}x${height}`;
		throw new RangeError(
			`A projection made for pictures of ${size} states that size; got ${own.width}x${own.height}.`,
		);
	}
	const samples = tabulate(own as Projection);
	SAMPLES.set(spec.create, samples);
	return samples;
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
	const geometry = ({ width, height, eyes, projection, rightProjection, ...turns }: PanoramaFormat) => [
		[width, height, eyes],
		[projection, rightProjection, turns.worldFromPanorama, turns.rightWorldFromPanorama],
	];
	return sameColor(a.color, b.color) && isDeepStrictEqual(geometry(a), geometry(b));
}
