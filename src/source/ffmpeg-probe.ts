import type { PanoramaFormat, PictureFormat } from "../media/panorama.ts";
import { type FileStatements, statementsOfFile } from "../metadata/file-statements.ts";
import type { StatedEyes } from "../metadata/found-statement.ts";
import { sourceErrorFromFfmpeg } from "./ffmpeg-failure.ts";
import { FfmpegProcess } from "./ffmpeg-process.ts";
import { eyesOfFfmpeg, type FfmpegSphere, statementsOfFfmpeg } from "./ffmpeg-statement.ts";
import { heifPictureOf } from "./heif-picture.ts";
import { missingTrack } from "./missing-track.ts";
import type { OneShotBytes } from "./one-shot-bytes.ts";
import { resolvePictureColor } from "./picture-color.ts";
import {
	type Orientation,
	orientationFilters,
	orientationFromMatrix,
	type UprightPicture,
	uprightSize,
} from "./picture-orientation.ts";
import { isStillContainer, protocolOptions, type SourceAccess } from "./source-access.ts";
import { decideLayout, geometryOf, type SourceLayout } from "./source-layout.ts";
import { sourceLabel, sourceName } from "./source-name.ts";
import type { CompleteFfmpegOptions } from "./source-options.ts";
import { Stopping } from "./source-worker.ts";
import { dividedFormat } from "./stereo.ts";
import { SourceError } from "./video-source.ts";
import { bestTrack } from "./video-track.ts";

/** The chosen video track as ffprobe describes it. */
export interface FfprobeVideo {
	/** Index of the track among all of the input's. */
	readonly stream: number;
	/** The pictures that ffmpeg is to make: upright, even, limited range. */
	readonly picture: PictureFormat;
	/** FFmpeg's filters that set the stored pictures upright. */
	readonly filters: readonly string[];
	readonly layout: SourceLayout;
	/** Format of the panoramas that the pictures are divided into. */
	readonly format: PanoramaFormat;
	readonly frameRate: number;
	readonly codec: string;
	readonly durationSec: number;
	readonly pixelFormat: string;
	readonly still: boolean;
	readonly live: boolean;
}

/** A network that sends nothing for this long is given up. */
const PROBE_TIMEOUT_MS = 15_000;

/**
 * Describes the source with ffprobe.
 *
 * @param bytes input of ffprobe in place of a source that can be read only once.
 * @throws {SourceError} when the source can't be read or has no such track.
 * @throws {Stopping} when `signal` aborts.
 */
export async function ffprobeVideo(
	options: CompleteFfmpegOptions,
	access: SourceAccess,
	bytes: OneShotBytes | undefined,
	signal: AbortSignal,
): Promise<FfprobeVideo> {
	const label = sourceLabel(options.spec);
	const ask = (...questions: string[]) => askFfprobe(options, access, bytes, questions, label, signal);
	const tiles = await tilesOf(access.path);
	if (tiles > 1) {
		throw new SourceError(
			"unknown-codec",
			`${label} is a picture of ${tiles} tiles, which the backend "libav" puts together and "ffmpeg" does not.`,
		);
	}
	const json = await ask("-show_format", "-show_streams");
	const container = json.format?.format_name ?? "";
	const videos = (json.streams ?? []).filter(isVideo);
	const packets =
		options.track === undefined && needCounting(videos)
			? await ask("-show_packets", "-read_intervals", "%+2")
			: undefined;
	const video = chooseVideo(videos, options.track, packets?.packets ?? [], label);
	// Some files state the orientation only inside the picture. Live inputs are not asked for it.
	const frames = access.path === undefined ? undefined : await frameOf(ask, video);
	const still = isStillContainer(container);
	const trackId = Number(video.id ?? Number.NaN);
	const file = await statementsOfFile(access.path, { container, still, trackId, track: videos.indexOf(video) });
	return describe(json, video, frames?.frames?.[0], file, options, access, label);
}

async function tilesOf(path: string | undefined): Promise<number> {
	try {
		return (await heifPictureOf(path))?.items.length ?? 1;
	} catch {
		return 1;
	}
}

/**
 * Some versions of ffprobe crash over the first picture of some files, so this is a hint.
 * @throws {Stopping} when `signal` aborts.
 */
async function frameOf(
	ask: (...questions: string[]) => Promise<ProbeJson>,
	{ index }: ProbeStream,
): Promise<ProbeJson | undefined> {
	try {
		return await ask("-select_streams", `${index}`, "-show_frames", "-read_intervals", "%+#1");
	} catch (error) {
		if (error instanceof SourceError) return undefined;
		throw error;
	}
}

async function askFfprobe(
	{ ffprobePath, rtspTransport, inputOptions }: CompleteFfmpegOptions,
	access: SourceAccess,
	bytes: OneShotBytes | undefined,
	questions: readonly string[],
	label: string,
	signal: AbortSignal,
): Promise<ProbeJson> {
	const args = ["-v", "error", ...questions, "-of", "json"];
	args.push(...inputArguments(access, rtspTransport, inputOptions));
	const child = new FfmpegProcess(ffprobePath, args, bytes !== undefined);
	const feeding = bytes?.feed(child.stdin);
	feeding?.catch(() => child.stdin.destroy());
	const stop = () => void child.stop();
	let silent = false;
	const onSilence = () => {
		silent = true;
		stop();
	};
	// A sender or writer may come at any time.
	const timeout = bytes === undefined ? setTimeout(onSilence, PROBE_TIMEOUT_MS) : undefined;
	signal.addEventListener("abort", stop);
	try {
		const { text, error } = await child.text();
		if (signal.aborted) throw new Stopping();
		// An error in reading the bytes is clearer than the error about their end.
		if (error !== undefined) await feeding;
		if (error !== undefined) throw sourceErrorFromFfmpeg(silent ? "timed out" : error.message, label, error);
		return JSON.parse(text) as ProbeJson;
	} finally {
		clearTimeout(timeout);
		signal.removeEventListener("abort", stop);
	}
}

/** FFmpeg's arguments that open a source. A listener passes its bytes on by a pipe. */
export function inputArguments(
	access: SourceAccess,
	rtspTransport: "tcp" | "udp" | "auto",
	inputOptions: Readonly<Record<string, string>>,
): string[] {
	if (access.listener) return ["-f", "nut", "-i", "pipe:0"];
	const options = Object.entries(protocolOptions(access, rtspTransport, inputOptions)).flatMap(([name, value]) => [
		`-${name}`,
		value,
	]);
	return [...(access.format === "" ? [] : ["-f", access.format]), ...options, "-i", access.url];
}

/** The fields of ffprobe's JSON that are read here. Numbers that may be large come as text. */
interface ProbeJson {
	readonly format?: { readonly format_name?: string; readonly duration?: string };
	readonly streams?: readonly ProbeStream[];
	readonly packets?: readonly { readonly stream_index?: number }[];
	readonly frames?: readonly ProbeFrame[];
}
interface ProbeStream {
	readonly index: number;
	/** Number of the track, as text: 0x1. */
	readonly id?: string;
	readonly codec_type?: string;
	readonly codec_name?: string;
	readonly width?: number;
	readonly height?: number;
	readonly pix_fmt?: string;
	readonly color_range?: string;
	readonly color_space?: string;
	readonly chroma_location?: string;
	readonly sample_aspect_ratio?: string;
	readonly avg_frame_rate?: string;
	readonly r_frame_rate?: string;
	readonly nb_frames?: string;
	readonly duration?: string;
	readonly disposition?: {
		readonly attached_pic?: number;
		readonly timed_thumbnails?: number;
		readonly default?: number;
	};
	readonly tags?: { readonly rotate?: string };
	readonly side_data_list?: readonly ProbeSideData[];
}
interface ProbeFrame {
	readonly side_data_list?: readonly ProbeSideData[];
}
interface ProbeSideData {
	readonly side_data_type?: string;
	/**
	 * Side data "Display Matrix" or "3x3 displaymatrix": three lines of three numbers, each after
	 * an address.
	 */
	readonly displaymatrix?: string;
	readonly rotation?: number;
	/**
	 * Side data "Spherical Mapping"; bounds are the missing pixels at each side, in this picture's
	 * pixels.
	 */
	readonly projection?: string;
	readonly bound_left?: number;
	readonly bound_top?: number;
	readonly bound_right?: number;
	readonly bound_bottom?: number;
	/** Layout of the eyes, in the side data "Stereo 3D". */
	readonly type?: string;
	readonly inverted?: number;
}

function isVideo({ codec_type, disposition }: ProbeStream): boolean {
	return codec_type === "video" && disposition?.attached_pic !== 1 && disposition?.timed_thumbnails !== 1;
}

function needCounting(videos: readonly ProbeStream[]): boolean {
	return videos.length > 1 && videos.some(({ nb_frames }) => nb_frames === undefined);
}

function chooseVideo(
	videos: readonly ProbeStream[],
	track: number | undefined,
	packets: readonly { readonly stream_index?: number }[],
	label: string,
): ProbeStream {
	if (videos.length === 0) throw new SourceError("not-video", `${label} holds no video.`);
	const clues = videos.map(({ index, nb_frames, width = 0, height = 0, disposition }) => ({
		pictures: Number(nb_frames ?? packets.filter(({ stream_index }) => stream_index === index).length),
		preferred: disposition?.default === 1,
		pixels: width * height,
	}));
	const index = track ?? bestTrack(clues);
	const video = videos[index];
	if (video === undefined) throw missingTrack(label, "video", videos.length, index);
	return video;
}

function describe(
	json: ProbeJson,
	video: ProbeStream,
	frame: ProbeFrame | undefined,
	file: FileStatements,
	options: CompleteFfmpegOptions,
	access: SourceAccess,
	label: string,
): FfprobeVideo {
	const { width, height, pix_fmt: pixelFormat } = video;
	if (width === undefined || height === undefined || pixelFormat === undefined || !(width > 0 && height > 0)) {
		throw new SourceError(
			"unknown-codec",
			`${label} is in a video format that can't be decoded here (${video.codec_name ?? "unknown codec"}).`,
		);
	}
	const orientation = orientationOf(video, frame);
	const upright = uprightSize({ width, height }, orientation);
	const aspect = ratio(video.sample_aspect_ratio) ?? 1;
	const pixelAspect = orientation.rotationDeg % 180 === 90 ? 1 / aspect : aspect;
	const layout = layoutOf({ ...upright, pixelAspect }, video, file, options, label);
	const color = resolvePictureColor(
		{ pixelFormat, range: video.color_range, space: video.color_space, chromaLocation: video.chroma_location },
		upright.height,
	);
	const picture: PictureFormat = {
		width: even(upright.width),
		height: even(upright.height),
		color: { ...color, range: "limited" },
	};
	const durationSec = Number(video.duration ?? json.format?.duration ?? Number.NaN);
	const still = isStillContainer(json.format?.format_name ?? "");
	return {
		stream: video.index,
		picture,
		filters: orientationFilters(orientation),
		layout,
		format: { ...dividedFormat(picture, layout.stereo, label, layout.projection), ...geometryOf(layout) },
		frameRate: rate(video.avg_frame_rate) ?? rate(video.r_frame_rate) ?? 30,
		codec: video.codec_name ?? "unknown",
		durationSec,
		pixelFormat,
		still,
		live: access.live || (access.network && Number.isNaN(durationSec) && !still),
	};
}

function layoutOf(
	picture: UprightPicture,
	video: ProbeStream,
	file: FileStatements,
	options: CompleteFfmpegOptions,
	label: string,
): SourceLayout {
	const { width = 0, height = 0 } = video;
	const statements = [...file.statements, ...statementsOfFfmpeg(sphereOf(video, width, height), eyesOf(video))];
	const layout = decideLayout({ ...file, statements, name: sourceName(options.spec), picture }, options);
	if (layout.stereo === "custom")
		throw new SourceError(
			"unknown-codec",
			`${label} shows both eyes in parts of one picture that its meshes state, which the backend "libav" reads ` +
				'and "ffmpeg" does not; the option eye reads one of them.',
		);
	return layout;
}

/** The picture's own statement overrides the container's. */
function orientationOf(video: ProbeStream, frame: ProbeFrame | undefined): Orientation {
	for (const { side_data_list = [] } of [frame ?? {}, video]) {
		for (const { displaymatrix, rotation } of side_data_list) {
			const numbers = displaymatrix?.match(/(?<=:).*/gm)?.flatMap((line) => line.trim().split(/\s+/).map(Number));
			if (numbers?.length === 9) return orientationFromMatrix(Buffer.from(Int32Array.from(numbers).buffer));
			if (rotation !== undefined) return turned(-rotation);
		}
	}
	return turned(Number(video.tags?.rotate ?? 0));
}

function turned(clockwiseDeg: number): Orientation {
	return {
		rotationDeg: ((((Math.round(clockwiseDeg / 90) % 4) + 4) % 4) * 90) as Orientation["rotationDeg"],
		mirrored: false,
	};
}

function sphereOf(video: ProbeStream, width: number, height: number): FfmpegSphere | undefined {
	const stated = sideDataOf(video, "Spherical Mapping");
	if (stated === undefined) return undefined;
	const { projection = "unknown", bound_left = 0, bound_top = 0, bound_right = 0, bound_bottom = 0 } = stated;
	const across = bound_left + width + bound_right;
	const down = bound_top + height + bound_bottom;
	const bounds = {
		left: bound_left / across,
		top: bound_top / down,
		right: bound_right / across,
		bottom: bound_bottom / down,
	};
	return { name: projection, bounds, padding: 0 };
}

function eyesOf(video: ProbeStream): StatedEyes | undefined {
	const stated = sideDataOf(video, "Stereo 3D");
	return stated && eyesOfFfmpeg(stated.type ?? "unknown", stated.inverted === 1);
}

function sideDataOf({ side_data_list = [] }: ProbeStream, type: string): ProbeSideData | undefined {
	return side_data_list.find(({ side_data_type }) => side_data_type === type);
}

/** "4:3" as a number; undefined for "0:1" and "N/A". */
function ratio(text: string | undefined): number | undefined {
	const [num = 0, den = 0] = (text ?? "").split(":").map(Number);
	return num > 0 && den > 0 ? num / den : undefined;
}

/** "30000/1001" as a number; undefined for "0/0". */
function rate(text: string | undefined): number | undefined {
	const [num = 0, den = 1] = (text ?? "").split("/").map(Number);
	const value = num / den;
	return value > 0 && value <= 1000 ? value : undefined;
}

function even(size: number): number {
	return Math.ceil(size / 2) * 2;
}
