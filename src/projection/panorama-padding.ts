import { isWholeSphere, type PaddedPlaneLayout, type PanoramaFormat, panoramaLayout } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { FacePadding } from "./face-padding.ts";
import { mipSampling } from "./mip.ts";
import { panoramaSpec } from "./panorama-input.ts";
import { chromaSampling, LUMA_SAMPLING, type PlaneSampling } from "./plane-sampling.ts";
import { RimPadding } from "./rim-padding.ts";
import { storedProjection } from "./stored-projection.ts";
import { padSphere, repeatEdges, repeatRows, type SamplePlane, tilePlane, wrapRows } from "./tile-padding.ts";

/** Writes the padding of one plane, whose samples are in place. */
export type PlanePadder = (plane: SamplePlane) => void;

/** Writes the padding of the planes of a panorama: of its own size, then of the smaller copies. */
export interface PanoramaPadding {
	readonly y: readonly PlanePadder[];
	readonly u: readonly PlanePadder[];
	readonly v: readonly PlanePadder[];
}

/** Makes the padding of one plane of one size. */
type PadderOf = (layout: PaddedPlaneLayout, sampling: PlaneSampling) => PlanePadder;

/** Rings of samples around a tile that repeat its outermost ones: as far as filters reach. */
const REPEATED_RINGS = 8;

/** Kinds of pictures that show nothing beyond the rim of a lens. */
const LENSES: readonly ProjectionSpec["kind"][] = ["fisheye", "kannala-brandt", "mei", "double-sphere", "dual-fisheye"];

/**
 * The padding of one eye's panorama: what the sphere shows around a whole sphere, beside a picture
 * that goes all the way around, and beyond the edges of a cube's faces; elsewhere the nearest
 * sample.
 *
 * @param eye 0 is the left one, or the only one.
 * @throws {RangeError} when the format's size or projection is not possible.
 */
export function panoramaPadding(format: PanoramaFormat, eye: 0 | 1): PanoramaPadding {
	const layout = panoramaLayout(format);
	const padderOf = chooseKind(format, eye);
	const ofPlane = (name: "y" | "u", sampling: PlaneSampling) =>
		[layout, ...layout.mips].map((picture, level) => padderOf(picture[name], mipSampling(sampling, level)));
	const chroma = ofPlane("u", chromaSampling(format.color.chromaSiting));
	return { y: ofPlane("y", LUMA_SAMPLING), u: chroma, v: chroma };
}

function chooseKind(format: PanoramaFormat, eye: 0 | 1): PadderOf {
	const { projection, bitDepth = 8 } = format;
	if (isWholeSphere(projection)) {
		return ({ padding }) =>
			(plane) =>
				padSphere(plane, padding);
	}
	const stored = projection?.kind === "none" ? undefined : storedProjection(format, eye);
	const { bytesPerSample, tiles } = stored?.layout ?? panoramaLayout(format);
	const parts = stored?.parts ?? [];
	if (parts.some((part) => part.tiles.length > 1)) {
		return ({ stride }, sampling) => {
			const padding = new FacePadding(parts, stride / bytesPerSample, sampling);
			return (plane) => padding.write(plane, 2 ** bitDepth - 1);
		};
	}
	const hasRim = stored !== undefined && LENSES.includes(panoramaSpec(format, eye).kind);
	return ({ padding, stride }, sampling) => {
		const rim = hasRim ? new RimPadding(stored, stride / bytesPerSample, sampling) : undefined;
		const { step } = sampling;
		return (plane) => {
			rim?.write(plane);
			for (const tile of tiles) {
				const part = tilePlane(plane, tile, step);
				const rings = Math.min(REPEATED_RINGS, padding.rows);
				if ((stored?.periodX ?? 0) === 0) repeatEdges(part, rings);
				else {
					wrapRows(part, padding.left, padding.right);
					repeatRows(part, padding.left, padding.right, rings);
				}
			}
		};
	};
}
