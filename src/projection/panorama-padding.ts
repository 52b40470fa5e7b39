import { isWholeSphere, type PaddedPlaneLayout, type PanoramaFormat, panoramaLayout } from "../media/panorama.ts";
import { FacePadding } from "./face-padding.ts";
import { chromaSampling, LUMA_SAMPLING } from "./plane-sampling.ts";
import { storedProjection } from "./stored-projection.ts";
import { padSphere, repeatEdges, repeatRows, type SamplePlane, tilePlane, wrapRows } from "./tile-padding.ts";

/** Writes the padding of one plane, whose samples are in place. */
type PlanePadding = (plane: SamplePlane) => void;

/** Writes the padding of the planes of a panorama. */
export interface PanoramaPadding {
	readonly y: PlanePadding;
	readonly u: PlanePadding;
	readonly v: PlanePadding;
}

/** Rings of samples around a tile that repeat its outermost ones: as far as filters reach. */
const REPEATED_RINGS = 8;

/**
 * The padding of one eye's panorama: what the sphere shows around a whole sphere, beside a picture
 * that goes all the way around, and beyond the edges of a cube's faces; elsewhere the nearest
 * sample.
 *
 * @param eye 0 is the left one, or the only one.
 * @throws {RangeError} when the format's size or projection is not possible.
 */
export function panoramaPadding(format: PanoramaFormat, eye: 0 | 1): PanoramaPadding {
	const { projection, bitDepth = 8 } = format;
	const layout = panoramaLayout(format);
	if (isWholeSphere(projection))
		return forPlanes(
			({ padding }) =>
				(plane) =>
					padSphere(plane, padding),
		);
	const stored = projection?.kind === "none" ? undefined : storedProjection(format, eye);
	const parts = stored?.parts ?? [];
	if (parts.some(({ tiles }) => tiles.length > 1)) {
		return forPlanes(({ stride }, sampling) => {
			const padding = new FacePadding(parts, stride / layout.bytesPerSample, sampling);
			return (plane) => padding.write(plane, 2 ** bitDepth - 1);
		});
	}
	return forPlanes(({ padding }, { step }) => (plane) => {
		for (const tile of layout.tiles) {
			const part = tilePlane(plane, tile, step);
			if ((stored?.periodX ?? 0) === 0) repeatEdges(part, REPEATED_RINGS);
			else {
				wrapRows(part, padding.left, padding.right);
				repeatRows(part, padding.left, padding.right, REPEATED_RINGS);
			}
		}
	});

	/** The planes of chroma share their padding. */
	function forPlanes(make: (layout: PaddedPlaneLayout, sampling: typeof LUMA_SAMPLING) => PlanePadding) {
		const chroma = make(layout.u, chromaSampling(format.color.chromaSiting));
		return { y: make(layout.y, LUMA_SAMPLING), u: chroma, v: chroma };
	}
}
