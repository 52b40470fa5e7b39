import { AV_PKT_DATA_SPHERICAL, AV_PKT_DATA_STEREO3D } from "node-av/constants";
import { avGetCodecName, type CodecParameters } from "node-av/lib";
import { sphericalV1OfMp4, st3dOfMp4 } from "../metadata/mp4-stereo.ts";
import { type PanoramaXmp, panoramaXmpOf } from "../metadata/panorama-xmp.ts";
import type { SphericalMetadata, StereoMetadata } from "../metadata/statements.ts";
import type { LibavInput } from "./libav-input.ts";
import { guessProjection, type ProjectionGuess, projectionFromStated, stereoFromStated } from "./projection-guess.ts";
import { sourceName } from "./source-name.ts";

/** A picture as it is shown, before it is divided into eyes. */
export interface UprightPicture {
	/** Pixels, upright. */
	readonly width: number;
	readonly height: number;
	/** Width of a pixel by its height, upright. */
	readonly pixelAspect: number;
}

/**
 * The statements of an input about itself (`null` where it makes none), and the most likely
 * layout of its pictures.
 */
export interface LayoutReport {
	readonly spherical: SphericalMetadata | null;
	readonly stereo: StereoMetadata | null;
	readonly guess: ProjectionGuess;
}

/**
 * Finds the layout of an input.
 * @param spec the source's text, as opened
 * @param picture one of its pictures
 */
export async function layoutOfInput(input: LibavInput, spec: string, picture: UprightPicture): Promise<LayoutReport> {
	const { codecpar } = input.stream;
	const spherical = withXmp(sphericalMetadata(codecpar), await xmpOf(input));
	const stereo = (await st3dOfMp4(input.access.path, input.container)) ?? stereoMetadata(codecpar);
	const guess = guessProjection({
		...picture,
		name: sourceName(spec),
		videoTracks: input.videoTracks,
		codec: avGetCodecName(codecpar.codecId) ?? "unknown",
		statedProjection: projectionFromStated(spherical?.projection),
		statedStereo: stereoFromStated(stereo ?? undefined),
	});
	return { spherical, stereo, guess };
}

/** Parts of the whole sphere that lie beside the pictures, 0 to 1. */
export function missingParts(spherical: SphericalMetadata | null): SphericalMetadata["bounds"] {
	if (spherical === null) return NOTHING_MISSING;
	const { projection, bounds } = spherical;
	const stated = bounds.left + bounds.top + bounds.right + bounds.bottom > 0;
	return projection === "half equirectangular" && !stated ? { ...NOTHING_MISSING, left: 0.25, right: 0.25 } : bounds;
}

/** Bounds of a picture that covers the whole sphere. */
export const NOTHING_MISSING: SphericalMetadata["bounds"] = { left: 0, top: 0, right: 0, bottom: 0 };

/**
 * XMP is looked for where panoramas have it: in pictures, and in MP4 with Spherical Video V1, whose
 * crop FFmpeg does not pass on.
 */
async function xmpOf({ access, container, still }: LibavInput): Promise<PanoramaXmp | undefined> {
	if (still) return panoramaXmpOf(access.path);
	return /\bmp4\b/.test(container) ? sphericalV1OfMp4(access.path) : undefined;
}

/** FFmpeg's metadata, completed by the file's XMP. */
export function withXmp(stated: SphericalMetadata | null, xmp: PanoramaXmp | undefined): SphericalMetadata | null {
	if (xmp === undefined) return stated;
	if (stated === null) {
		return {
			projection: xmp.projection,
			yawDeg: 0,
			pitchDeg: 0,
			rollDeg: 0,
			bounds: xmp.bounds ?? NOTHING_MISSING,
			padding: 0,
		};
	}
	const { left, top, right, bottom } = stated.bounds;
	return left + top + right + bottom > 0 ? stated : { ...stated, bounds: xmp.bounds ?? stated.bounds };
}

/** In the order of FFmpeg's AVSphericalProjection (libavutil/spherical.h). */
const SPHERICAL_PROJECTIONS = [
	"equirectangular",
	"cubemap",
	"tiled equirectangular",
	"half equirectangular",
	"rectilinear",
	"fisheye",
	"parametric immersive",
] as const;
/** In the order of FFmpeg's AVStereo3DType (libavutil/stereo3d.h). */
const STEREO_LAYOUTS = [
	"mono",
	"side by side",
	"top-bottom",
	"frame sequence",
	"checkerboard",
	"side by side, quincunx",
	"interleaved lines",
	"interleaved columns",
	"unspecified",
] as const;

/**
 * AVSphericalMapping as it lies in memory: projection, yaw, pitch, roll (16.16), bounds (0.32) and
 * padding, 32 bits each.
 */
function sphericalMetadata(parameters: CodecParameters): SphericalMetadata | null {
	const data = parameters.getCodedSideData(AV_PKT_DATA_SPHERICAL);
	if (data === null || data.length < 36) return null;
	const angle = (at: number) => data.readInt32LE(at) / 65_536;
	const part = (at: number) => data.readUInt32LE(at) / 2 ** 32;
	return {
		projection: SPHERICAL_PROJECTIONS[data.readInt32LE(0)] ?? "unknown",
		yawDeg: angle(4),
		pitchDeg: angle(8),
		rollDeg: angle(12),
		bounds: { left: part(16), top: part(20), right: part(24), bottom: part(28) },
		padding: data.readUInt32LE(32),
	};
}

/**
 * AVStereo3D as it lies in memory: type, flags (bit 0: eyes swapped), and fields that are not
 * needed.
 */
function stereoMetadata(parameters: CodecParameters): StereoMetadata | null {
	const data = parameters.getCodedSideData(AV_PKT_DATA_STEREO3D);
	if (data === null || data.length < 8) return null;
	return { layout: STEREO_LAYOUTS[data.readInt32LE(0)] ?? "unknown", eyesSwapped: (data.readInt32LE(4) & 1) !== 0 };
}
