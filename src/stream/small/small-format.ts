import type { EyeCount, PanoramaFormat } from "../../media/panorama.ts";
import type { ProjectionSpec } from "../../media/projection.ts";
import { scaledSpec } from "../../projection/scaled-spec.ts";
import { type PicturePacking, packingOf } from "../../source/stereo.ts";

/** Longest side of one eye's small picture, pixels. */
const MOST_SMALL_PIXELS = 1024;
/** Shortest side that encoders take. */
const LEAST_PIXELS = 16;

/** A small version of a source's pictures: the eyes' pictures lie one above the other. */
export interface SmallFormat {
	/** One eye's, even. */
	readonly width: number;
	readonly height: number;
	readonly eyes: EyeCount;
	/** Places of the eyes in a picture. */
	readonly packing: PicturePacking;
	readonly projection?: ProjectionSpec | undefined;
	readonly rightProjection?: ProjectionSpec | undefined;
}

/** The form of the small version of pictures of a format. It has the same directions. */
export function smallFormat(format: PanoramaFormat): SmallFormat {
	const { eyes, projection, rightProjection } = format;
	const scale = Math.min(1, MOST_SMALL_PIXELS / Math.max(format.width, format.height));
	const even = (size: number) => Math.max(LEAST_PIXELS, 2 * Math.round((size * scale) / 2));
	const size = { width: even(format.width), height: even(format.height) };
	return {
		...size,
		eyes,
		packing: packingOf(eyes === 2 ? "top-bottom" : "mono"),
		...(projection && { projection: scaledSpec(projection, format, size) }),
		...(rightProjection && { rightProjection: scaledSpec(rightProjection, format, size) }),
	};
}
