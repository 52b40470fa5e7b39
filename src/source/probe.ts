import {
	AV_LOG_FATAL,
	AV_PKT_DATA_SPHERICAL,
	AV_PKT_DATA_STEREO3D,
	AVCOL_PRI_BT470BG,
	AVCOL_PRI_BT709,
	AVCOL_PRI_BT2020,
	AVCOL_PRI_SMPTE170M,
	AVCOL_PRI_SMPTE432,
	AVCOL_RANGE_JPEG,
	AVCOL_RANGE_MPEG,
	AVCOL_TRC_ARIB_STD_B67,
	AVCOL_TRC_BT709,
	AVCOL_TRC_BT2020_10,
	AVCOL_TRC_BT2020_12,
	AVCOL_TRC_IEC61966_2_1,
	AVCOL_TRC_LINEAR,
	AVCOL_TRC_SMPTE170M,
	AVCOL_TRC_SMPTE2084,
	AVMEDIA_TYPE_AUDIO,
	AVMEDIA_TYPE_VIDEO,
	type AVPixelFormat,
} from "node-av/constants";
import { avGetCodecName, avGetPixFmtName, Codec, type CodecParameters, Log } from "node-av/lib";
import { locationName, spaceName } from "./libav-converter.ts";
import { LibavInput } from "./libav-input.ts";
import { completeLibavOptions, type LibavSourceOptions } from "./libav-source.ts";
import { guessProjection, type ProjectionGuess, type ProjectionName, type StereoName } from "./projection-guess.ts";
import { isStillContainer } from "./source-access.ts";
import { sourceName } from "./source-name.ts";

/** Which of an input's tracks, and how to reach it. */
export type ProbeOptions = Pick<LibavSourceOptions, "track" | "rtspTransport" | "inputFormat" | "inputOptions">;

/** What a source is. `null` where it does not say. Also the program-readable output of `panogaze probe --json`. */
export interface ProbeReport {
	readonly source: string;
	/** FFmpeg's name of the container or protocol. */
	readonly container: string;
	readonly live: boolean;
	readonly durationSec: number | null;
	/** Of everything in the container, bits a second. */
	readonly bitrateBps: number | null;
	readonly videoTracks: number;
	readonly audioTracks: number;
	/** Index of the described track among the video tracks. */
	readonly track: number;
	readonly codec: string;
	readonly profile: string | null;
	/** As stored, before any turning. */
	readonly width: number;
	readonly height: number;
	/** Pictures a second, on average. */
	readonly frameRate: number | null;
	readonly pixelFormat: string | null;
	readonly videoBitrateBps: number | null;
	/** As tagged, in FFmpeg's words. */
	readonly color: {
		readonly range: "limited" | "full" | null;
		readonly matrix: string | null;
		readonly primaries: string | null;
		readonly transfer: string | null;
		readonly chromaSiting: string | null;
	};
	/** Clockwise turn that sets the picture upright, degrees. */
	readonly rotationDeg: number;
	/** What the file states about its projection. */
	readonly spherical: {
		readonly projection: string;
		readonly yawDeg: number;
		readonly pitchDeg: number;
		readonly rollDeg: number;
		/** Cropped away at each side, as parts of the whole sphere's picture. */
		readonly bounds: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
		/** Of a cubemap's faces, pixels. */
		readonly padding: number;
	} | null;
	readonly stereo: { readonly layout: string; readonly eyesSwapped: boolean } | null;
	readonly guess: ProjectionGuess;
}

/**
 * Says what a source is, without decoding it. The waiting is done off the event loop.
 *
 * @throws {SourceError} if it can't be opened or holds no video. @throws {RangeError} @throws {TypeError} for impossible options.
 */
export async function probeSource(spec: string, options: ProbeOptions = {}): Promise<ProbeReport> {
	const complete = completeLibavOptions(spec, options);
	Log.setLevel(AV_LOG_FATAL);
	const input = await LibavInput.open(complete, new AbortController().signal);
	try {
		return report(input, complete.track, sourceName(spec));
	} finally {
		await input.close();
	}
}

/** The report as a table for people. */
export function formatProbeReport(report: ProbeReport): string {
	const { color, spherical, stereo, guess } = report;
	const rows: (readonly [string, string])[] = [
		["source", report.source],
		["container", `${report.container}${report.live ? " (live)" : ""}`],
		["duration", report.durationSec === null ? (report.live ? "live" : "none") : durationText(report.durationSec)],
		["tracks", `${report.videoTracks} video${report.videoTracks > 1 ? ` (this is ${report.track})` : ""}, ${report.audioTracks} audio`],
		["codec", report.codec + (report.profile === null ? "" : ` (${report.profile})`)],
		["size", `${report.width}x${report.height}`],
		["rate", report.frameRate === null ? "none stated" : `${Number(report.frameRate.toFixed(3))} fps`],
		["bit rate", bitrateText(report.videoBitrateBps ?? report.bitrateBps)],
		["pixel format", report.pixelFormat ?? "unknown"],
		[
			"colour",
			[
				`range ${color.range ?? "untagged"}`,
				`matrix ${color.matrix ?? "untagged"}`,
				`primaries ${color.primaries ?? "untagged"}`,
				`transfer ${color.transfer ?? "untagged"}`,
				`chroma ${color.chromaSiting ?? "untagged"}`,
			].join(", "),
		],
		["rotation", report.rotationDeg === 0 ? "none" : `${report.rotationDeg} degrees clockwise`],
		["spherical", spherical === null ? "not stated" : sphericalText(spherical)],
		["stereo", stereo === null ? "not stated" : `${stereo.layout}${stereo.eyesSwapped ? ", eyes swapped" : ""}`],
		["read as", `${guess.projection}, ${guess.stereo}: ${guess.reason}`],
	];
	const width = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function report(input: LibavInput, track: number, source: string): ProbeReport {
	const { stream, format } = input;
	const parameters = stream.codecpar;
	const { streams } = format;
	// FFmpeg gives a picture the length of a video frame, and a bit rate with it.
	const still = isStillContainer(input.container);
	const codec = avGetCodecName(parameters.codecId) ?? "unknown";
	const spherical = sphericalOf(parameters);
	const stereo = stereoOf(parameters);
	const videoTracks = streams.filter((other) => other.codecpar.codecType === AVMEDIA_TYPE_VIDEO).length;
	const turned = input.rotationDeg % 180 === 90;
	const [width, height] = turned ? [parameters.height, parameters.width] : [parameters.width, parameters.height];
	return {
		source,
		container: input.container,
		live: input.live,
		durationSec: input.live || still ? null : known(input.durationSec),
		bitrateBps: still ? null : positive(format.bitRate),
		videoTracks,
		audioTracks: streams.filter((other) => other.codecpar.codecType === AVMEDIA_TYPE_AUDIO).length,
		track,
		codec,
		profile: profileName(parameters),
		width: parameters.width,
		height: parameters.height,
		frameRate: still ? null : known(input.frameRate),
		pixelFormat: avGetPixFmtName(parameters.format as AVPixelFormat),
		videoBitrateBps: still ? null : positive(parameters.bitRate),
		color: {
			range: parameters.colorRange === AVCOL_RANGE_JPEG ? "full" : parameters.colorRange === AVCOL_RANGE_MPEG ? "limited" : null,
			matrix: spaceName(parameters.colorSpace) ?? null,
			primaries: PRIMARIES.get(parameters.colorPrimaries) ?? null,
			transfer: TRANSFERS.get(parameters.colorTrc) ?? null,
			chromaSiting: locationName(parameters.chromaLocation) ?? null,
		},
		rotationDeg: input.rotationDeg,
		spherical,
		stereo,
		guess: guessProjection({
			width,
			height,
			name: source,
			videoTracks,
			codec,
			statedProjection: spherical === null ? undefined : (STATED_PROJECTIONS[spherical.projection] ?? "unknown"),
			statedStereo: stereo === null ? undefined : (STATED_STEREO[stereo.layout] ?? "other"),
		}),
	};
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

const STATED_PROJECTIONS: Readonly<Record<string, ProjectionName>> = {
	equirectangular: "equirectangular",
	"tiled equirectangular": "equirectangular",
	"half equirectangular": "half-equirectangular",
	cubemap: "cubemap",
	rectilinear: "rectilinear",
	fisheye: "fisheye",
};
const STATED_STEREO: Readonly<Record<string, StereoName>> = { mono: "mono", "side by side": "left-right", "top-bottom": "top-bottom" };

/** AVSphericalMapping as it lies in memory: projection, yaw, pitch, roll (16.16), bounds (0.32) and padding, 32 bits each. */
function sphericalOf(parameters: CodecParameters): ProbeReport["spherical"] {
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
function stereoOf(parameters: CodecParameters): ProbeReport["stereo"] {
	const data = parameters.getCodedSideData(AV_PKT_DATA_STEREO3D);
	if (data === null || data.length < 8) return null;
	return { layout: STEREO_LAYOUTS[data.readInt32LE(0)] ?? "unknown", eyesSwapped: (data.readInt32LE(4) & 1) !== 0 };
}

function profileName(parameters: CodecParameters): string | null {
	const profiles = Codec.findDecoder(parameters.codecId)?.profiles ?? [];
	return profiles.find(({ profile }) => profile === parameters.profile)?.name ?? null;
}

const PRIMARIES: ReadonlyMap<number, string> = new Map([
	[AVCOL_PRI_BT709, "bt709"],
	[AVCOL_PRI_BT470BG, "bt470bg"],
	[AVCOL_PRI_SMPTE170M, "smpte170m"],
	[AVCOL_PRI_BT2020, "bt2020"],
	[AVCOL_PRI_SMPTE432, "smpte432 (Display P3)"],
]);
const TRANSFERS: ReadonlyMap<number, string> = new Map([
	[AVCOL_TRC_BT709, "bt709"],
	[AVCOL_TRC_SMPTE170M, "smpte170m"],
	[AVCOL_TRC_LINEAR, "linear"],
	[AVCOL_TRC_IEC61966_2_1, "iec61966-2-1 (sRGB)"],
	[AVCOL_TRC_BT2020_10, "bt2020-10"],
	[AVCOL_TRC_BT2020_12, "bt2020-12"],
	[AVCOL_TRC_SMPTE2084, "smpte2084 (PQ)"],
	[AVCOL_TRC_ARIB_STD_B67, "arib-std-b67 (HLG)"],
]);

function sphericalText({ projection, yawDeg, pitchDeg, rollDeg, bounds, padding }: NonNullable<ProbeReport["spherical"]>): string {
	const turned = yawDeg !== 0 || pitchDeg !== 0 || rollDeg !== 0 ? `, turned by yaw ${yawDeg} pitch ${pitchDeg} roll ${rollDeg}` : "";
	const { left, top, right, bottom } = bounds;
	const cropped = left + top + right + bottom > 0 ? `, cropped left ${left} top ${top} right ${right} bottom ${bottom}` : "";
	return `${projection}${turned}${cropped}${padding > 0 ? `, padding ${padding} px` : ""}`;
}

function durationText(seconds: number): string {
	const whole = Math.floor(seconds);
	const two = (n: number) => String(n).padStart(2, "0");
	const clock = `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
	return `${clock}.${two(Math.floor((seconds - whole) * 100))}`;
}

function bitrateText(bps: number | null): string {
	if (bps === null) return "none stated";
	return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`;
}

function known(value: number): number | null {
	return Number.isFinite(value) ? value : null;
}

function positive(value: bigint): number | null {
	return value > 0n ? Number(value) : null;
}
