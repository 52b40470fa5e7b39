import { AV_PKT_DATA_SPHERICAL, AV_PKT_DATA_STEREO3D, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { avGetCodecName, type CodecParameters } from "node-av/lib";
import type { LibavInput } from "./libav-input.ts";
import { st3dOfMp4 } from "./mp4-stereo.ts";
import { guessProjection, type ProjectionGuess, projectionFromStated, type StereoMetadata, stereoFromStated } from "./projection-guess.ts";
import { sourceName } from "./source-name.ts";

/** What a file states about its projection. */
export interface SphericalMetadata {
	readonly projection: string;
	readonly yawDeg: number;
	readonly pitchDeg: number;
	readonly rollDeg: number;
	/** Cropped away at each side, as parts of the whole sphere's picture. */
	readonly bounds: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
	/** Of a cubemap's faces, pixels. */
	readonly padding: number;
}

/** What an input states about itself, `null` where it does not, and the most likely layout of its pictures. */
export interface LayoutReport {
	readonly spherical: SphericalMetadata | null;
	readonly stereo: StereoMetadata | null;
	readonly guess: ProjectionGuess;
}

/** @param spec what was opened */
export async function layoutOfInput(input: LibavInput, spec: string): Promise<LayoutReport> {
	const { codecpar } = input.stream;
	const spherical = sphericalMetadata(codecpar);
	const stereo = (await st3dOfMp4(spec, input.container)) ?? stereoMetadata(codecpar);
	const guess = guessProjection({
		...uprightSize(input),
		name: sourceName(spec),
		videoTracks: videoTracksOf(input),
		codec: avGetCodecName(codecpar.codecId) ?? "unknown",
		statedProjection: projectionFromStated(spherical?.projection),
		statedStereo: stereoFromStated(stereo ?? undefined),
	});
	return { spherical, stereo, guess };
}

/** Size of an input's pictures after they were set upright. */
export function uprightSize({ stream: { codecpar }, rotationDeg }: LibavInput): { readonly width: number; readonly height: number } {
	const { width, height } = codecpar;
	return rotationDeg % 180 === 90 ? { width: height, height: width } : { width, height };
}

export function videoTracksOf({ format }: LibavInput): number {
	return format.streams.filter(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_VIDEO).length;
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

/** AVSphericalMapping as it lies in memory: projection, yaw, pitch, roll (16.16), bounds (0.32) and padding, 32 bits each. */
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

/** AVStereo3D as it lies in memory: type, flags (bit 0: eyes swapped), and more that is not needed. */
function stereoMetadata(parameters: CodecParameters): StereoMetadata | null {
	const data = parameters.getCodedSideData(AV_PKT_DATA_STEREO3D);
	if (data === null || data.length < 8) return null;
	return { layout: STEREO_LAYOUTS[data.readInt32LE(0)] ?? "unknown", eyesSwapped: (data.readInt32LE(4) & 1) !== 0 };
}
