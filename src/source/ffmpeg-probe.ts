import type { PanoramaFormat, PictureFormat } from "../media/panorama.ts";
import { sourceErrorFromFfmpeg } from "./ffmpeg-failure.ts";
import { FfmpegProcess } from "./ffmpeg-process.ts";
import type { CompleteFfmpegOptions } from "./ffmpeg-source.ts";
import { st3dOfMp4 } from "./mp4-stereo.ts";
import { resolvePictureColor } from "./picture-color.ts";
import { chooseStereo, guessProjection, projectionFromStated, type StereoMetadata, stereoFromStated } from "./projection-guess.ts";
import { isStillContainer, protocolOptions, type SourceAccess } from "./source-access.ts";
import { sourceLabel, sourceName } from "./source-name.ts";
import { Stopping } from "./source-worker.ts";
import { dividedFormat, type StereoLayout } from "./stereo.ts";
import { SourceError } from "./video-source.ts";

/** What ffprobe says of the chosen video track. */
export interface FfprobeVideo {
	/** The pictures that ffmpeg is to make: upright, even, limited range. */
	readonly picture: PictureFormat;
	/** How the eyes lie in them. */
	readonly stereo: StereoLayout;
	/** Of the panoramas that they are divided into. */
	readonly format: PanoramaFormat;
	/** A line for the log, if somebody should look at how the eyes are read. */
	readonly advice: string | undefined;
	readonly frameRate: number;
	readonly codec: string;
	readonly durationSec: number;
	readonly pixelFormat: string;
	readonly still: boolean;
	readonly live: boolean;
}

/** A network that says nothing for this long is given up. */
const PROBE_TIMEOUT_MS = 15_000;

/** Asks ffprobe. @throws {SourceError} if the source can't be read or has no such track. @throws {Stopping} if `signal` aborts. */
export async function ffprobeVideo(options: CompleteFfmpegOptions, access: SourceAccess, signal: AbortSignal): Promise<FfprobeVideo> {
	const label = sourceLabel(options.spec);
	const args = ["-v", "error", "-show_format", "-show_streams", "-of", "json"];
	if (access.format !== "") args.push("-f", access.format);
	for (const [name, value] of Object.entries(protocolOptions(access, options.rtspTransport, options.inputOptions)))
		args.push(`-${name}`, value);
	const child = new FfmpegProcess(options.ffprobePath, [...args, "-i", access.url]);
	const stop = () => void child.stop();
	const timeout = setTimeout(stop, PROBE_TIMEOUT_MS);
	signal.addEventListener("abort", stop);
	try {
		const { text, error } = await child.text();
		if (signal.aborted) throw new Stopping();
		if (error !== undefined) throw sourceErrorFromFfmpeg(error.exitCode === null ? "timed out" : error.message, label, error);
		const json = JSON.parse(text) as ProbeJson;
		return parse(json, options, access, label, await st3dOfMp4(options.spec, json.format?.format_name ?? ""));
	} finally {
		clearTimeout(timeout);
		signal.removeEventListener("abort", stop);
	}
}

/** The fields of ffprobe's JSON that are read here. Numbers come as text where they may be large. */
interface ProbeJson {
	readonly format?: { readonly format_name?: string; readonly duration?: string };
	readonly streams?: readonly ProbeStream[];
}
interface ProbeStream {
	readonly codec_type?: string;
	readonly codec_name?: string;
	readonly width?: number;
	readonly height?: number;
	readonly pix_fmt?: string;
	readonly color_range?: string;
	readonly color_space?: string;
	readonly chroma_location?: string;
	readonly avg_frame_rate?: string;
	readonly r_frame_rate?: string;
	readonly duration?: string;
	readonly disposition?: { readonly attached_pic?: number };
	readonly tags?: { readonly rotate?: string };
	readonly side_data_list?: readonly ProbeSideData[];
}
interface ProbeSideData {
	readonly side_data_type?: string;
	readonly rotation?: number;
	/** Of "Spherical Mapping". */
	readonly projection?: string;
	/** Of "Stereo 3D". */
	readonly type?: string;
	readonly inverted?: number;
}

function parse(
	json: ProbeJson,
	options: CompleteFfmpegOptions,
	access: SourceAccess,
	label: string,
	st3d: StereoMetadata | undefined,
): FfprobeVideo {
	const { track, spec, filter } = options;
	const streams = json.streams ?? [];
	const videos = streams.filter((stream) => stream.codec_type === "video" && stream.disposition?.attached_pic !== 1);
	const video = videos[track];
	if (videos.length === 0) throw new SourceError("not-video", `${label} holds no video.`);
	if (video === undefined)
		throw new SourceError("not-found", `${label} has ${videos.length} video track(s); track ${track} (counted from 0) is not among them.`);
	const { width, height, pix_fmt: pixelFormat } = video;
	if (width === undefined || height === undefined || pixelFormat === undefined || !(width > 0 && height > 0)) {
		throw new SourceError(
			"unknown-codec",
			`${label} is in a video format that can't be decoded here (${video.codec_name ?? "unknown codec"}).`,
		);
	}
	const turned = Math.abs(rotationOf(video)) % 180 === 90;
	const color = resolvePictureColor(
		{ pixelFormat, range: video.color_range, space: video.color_space, chromaLocation: video.chroma_location },
		turned ? width : height,
	);
	const durationSec = Number(video.duration ?? json.format?.duration ?? Number.NaN);
	const still = isStillContainer(json.format?.format_name ?? "");
	const picture: PictureFormat = {
		width: even(turned ? height : width),
		height: even(turned ? width : height),
		color: { ...color, range: "limited" },
	};
	const guess = guessProjection({
		...picture,
		name: sourceName(spec),
		videoTracks: videos.length,
		codec: video.codec_name ?? "unknown",
		statedProjection: projectionFromStated(sideDataOf(video, "Spherical Mapping")?.projection),
		statedStereo: stereoFromStated(st3d ?? stereoMetadata(video)),
	});
	const { layout: stereo, advice } = chooseStereo(options.stereo, guess, picture, filter !== "");
	return {
		picture,
		stereo,
		format: dividedFormat(picture, stereo, label),
		advice,
		frameRate: rate(video.avg_frame_rate) ?? rate(video.r_frame_rate) ?? 30,
		codec: video.codec_name ?? "unknown",
		durationSec,
		pixelFormat,
		still,
		live: access.live || (access.network && Number.isNaN(durationSec) && !still),
	};
}

function rotationOf({ tags, side_data_list }: ProbeStream): number {
	const matrix = side_data_list?.find(({ rotation }) => rotation !== undefined);
	return Number(matrix?.rotation ?? tags?.rotate ?? 0);
}

/** ffprobe has words of its own for the usual layouts (`av_stereo3d_type_name`). */
function stereoMetadata(video: ProbeStream): StereoMetadata | undefined {
	const stated = sideDataOf(video, "Stereo 3D");
	if (stated === undefined) return undefined;
	const { type = "unknown", inverted } = stated;
	const layouts: Readonly<Record<string, string>> = { "2D": "mono", "top and bottom": "top-bottom" };
	return { layout: layouts[type] ?? type, eyesSwapped: inverted === 1 };
}

function sideDataOf({ side_data_list = [] }: ProbeStream, type: string): ProbeSideData | undefined {
	return side_data_list.find(({ side_data_type }) => side_data_type === type);
}

/** "30000/1001" as a number; undefined for "0/0". */
function rate(text: string | undefined): number | undefined {
	const [num, den] = (text ?? "").split("/").map(Number);
	const value = num! / (den ?? 1);
	return value > 0 && value <= 1000 ? value : undefined;
}

function even(size: number): number {
	return Math.ceil(size / 2) * 2;
}
