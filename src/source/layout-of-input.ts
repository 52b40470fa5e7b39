import { AV_PKT_DATA_SPHERICAL, AV_PKT_DATA_STEREO3D } from "node-av/constants";
import type { CodecParameters } from "node-av/lib";
import type { CameraName } from "../metadata/exif-camera.ts";
import { type FileStatements, statementsOfFile } from "../metadata/file-statements.ts";
import type { StatedEyes } from "../metadata/found-statement.ts";
import { eyesOfFfmpeg, type FfmpegSphere, statementsOfFfmpeg } from "./ffmpeg-statement.ts";
import type { LibavInput } from "./libav-input.ts";

const FOUND = new WeakMap<LibavInput, Promise<FileStatements>>();

/** All that an opened input says about the sphere and its camera. It is read once. */
export function statementsOfInput(input: LibavInput): Promise<FileStatements> {
	const found = FOUND.get(input) ?? readStatements(input);
	FOUND.set(input, found);
	return found;
}

async function readStatements(input: LibavInput): Promise<FileStatements> {
	const { access, container, still, stream, track } = input;
	const file = await statementsOfFile(access.path, { container, still, trackId: stream.id, track });
	return {
		...file,
		statements: [...file.statements, ...statementsOfFfmpeg(sphereOf(stream.codecpar), eyesOf(stream.codecpar))],
		camera: file.camera ?? cameraOf(input),
	};
}

/** The camera by the container's metadata. */
function cameraOf({ format, stream }: LibavInput): CameraName | undefined {
	const fields = { ...format.metadata?.getAll(), ...stream.metadata?.getAll() };
	const find = (name: string) =>
		Object.entries(fields).find(([key]) => key.toLowerCase().split(".").at(-1) === name)?.[1];
	const [make, model] = [find("make"), find("model")];
	return make === undefined && model === undefined ? undefined : { make: make ?? "", model: model ?? "" };
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
	"2D",
	"side by side",
	"top and bottom",
	"frame alternate",
	"checkerboard",
	"side by side (quincunx subsampling)",
	"interleaved lines",
	"interleaved columns",
	"unspecified",
] as const;

/**
 * AVSphericalMapping as it lies in memory: projection, yaw, pitch, roll (16.16), bounds (0.32) and
 * padding, 32 bits each.
 */
function sphereOf(parameters: CodecParameters): FfmpegSphere | undefined {
	const data = parameters.getCodedSideData(AV_PKT_DATA_SPHERICAL);
	if (data === null || data.length < 36) return undefined;
	const angle = (at: number) => data.readInt32LE(at) / 65_536;
	const part = (at: number) => data.readUInt32LE(at) / 2 ** 32;
	return {
		name: SPHERICAL_PROJECTIONS[data.readInt32LE(0)] ?? "unknown",
		pose: { yawDeg: angle(4), pitchDeg: angle(8), rollDeg: angle(12) },
		bounds: { left: part(16), top: part(20), right: part(24), bottom: part(28) },
		padding: data.readUInt32LE(32),
	};
}

/**
 * AVStereo3D as it lies in memory: type, flags (bit 0: eyes swapped), and fields that are not
 * needed.
 */
function eyesOf(parameters: CodecParameters): StatedEyes | undefined {
	const data = parameters.getCodedSideData(AV_PKT_DATA_STEREO3D);
	if (data === null || data.length < 8) return undefined;
	return eyesOfFfmpeg(STEREO_LAYOUTS[data.readInt32LE(0)] ?? "unknown", (data.readInt32LE(4) & 1) !== 0);
}
