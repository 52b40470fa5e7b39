import {
	bounded,
	type CompleteOptions,
	completeOptions,
	flag,
	type OptionTable,
	oneOf,
	optional,
	recordOf,
	text,
	wholeNumber,
	withDefault,
	wrongKind,
} from "../media/option-table.ts";
import { threadFile } from "../threads/thread.ts";
import { accessTo, lostByStopping } from "./source-access.ts";
import { sourceName } from "./source-name.ts";
import { STEREO_CHOICES, type StereoChoice } from "./stereo.ts";
import type { VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

export interface LibavSourceOptions {
	/** Begins again at the end. Live inputs have none. @default true */
	loop?: boolean | undefined;
	/** Where a file begins, and begins again, seconds from its first picture. @default 0 */
	startSec?: number | undefined;
	/** `auto` takes what the machine has, `none` decodes in software, a name (`cuda`, `vaapi`, `qsv`, `videotoolbox`, ...) that device. Falls back to software. @default "auto" */
	hwaccel?: string | undefined;
	/** Decoding threads; 0 chooses. More keep up with larger pictures; for live inputs each one above 1 delays by a picture. @default 0 */
	threads?: number | undefined;
	/**
	 * Which of the input's video tracks, counted from 0.
	 * @default the best, as FFmpeg chooses; never a cover beside a video
	 */
	track?: number | undefined;
	/** FFmpeg filters for odd inputs, as for `ffmpeg -vf`, applied before the conversion to 8-bit 4:2:0. @default none */
	filter?: string | undefined;
	/**
	 * Where the panoramas of two eyes lie in the pictures, the left eye's named first; `mono` is one panorama for both. `auto` goes by what the file says of
	 * itself and its name, and takes pictures that go through a `filter` for `mono`. @default "auto"
	 */
	stereo?: StereoChoice | undefined;
	/** Opens a network input again when it fails or ends, with growing pauses, for as long as it takes. @default true */
	reconnect?: boolean | undefined;
	/** How RTSP carries the video: `tcp` loses nothing and passes firewalls, `udp` never waits for a lost packet. @default "tcp" */
	rtspTransport?: "tcp" | "udp" | "auto" | undefined;
	/** FFmpeg's name of a demuxer or device, where it can't be seen from the input (`mjpeg`, `v4l2`, `rawvideo`). @default found out */
	inputFormat?: string | undefined;
	/** Options of FFmpeg's demuxer or protocol, such as `video_size` of a camera. @default none */
	inputOptions?: Readonly<Record<string, string>> | undefined;
}

/** The options of every source that FFmpeg reads: checks and defaults. */
export const LIBAV_OPTIONS = {
	loop: withDefault(flag, true),
	startSec: withDefault(
		bounded("a number of seconds, 0 or more", (sec) => sec >= 0 && Number.isFinite(sec)),
		0,
	),
	hwaccel: withDefault(text(), "auto"),
	threads: withDefault(wholeNumber(0, 64), 0),
	track: optional(wholeNumber(0, 1_000)),
	filter: withDefault(anyText, ""),
	stereo: withDefault(oneOf(STEREO_CHOICES), "auto"),
	reconnect: withDefault(flag, true),
	rtspTransport: withDefault(oneOf(["tcp", "udp", "auto"]), "tcp"),
	inputFormat: withDefault(anyText, ""),
	inputOptions: withDefault(recordOf(anyText), {}),
} satisfies OptionTable<LibavSourceOptions>;

/** `LibavSourceOptions` with every default, and the source's name. Structured-cloneable. */
export interface CompleteLibavOptions extends CompleteOptions<typeof LIBAV_OPTIONS> {
	readonly spec: string;
}

/**
 * Options with every default filled in.
 * @throws {RangeError} for an impossible number.
 * @throws {TypeError} for an unknown option or an empty source.
 */
export function completeLibavOptions(spec: string, options: LibavSourceOptions, owner = "createLibavSource()"): CompleteLibavOptions {
	return { ...completeOptions(LIBAV_OPTIONS, options, owner), spec: requireSpec(spec) };
}

/** @throws {TypeError} for an empty source. */
export function requireSpec(spec: string): string {
	if (typeof spec === "string" && spec !== "") return spec;
	throw new TypeError(`A source is a file's path, an address or a device; got ${spec === "" ? "an empty one" : String(spec)}.`);
}

/**
 * A source for all that FFmpeg reads: files, HTTP(S), RTSP, RTMP, SRT, UDP, cameras (`/dev/video0`, `v4l2:...`, `avfoundation:...`, `dshow:...`).
 * FFmpeg runs inside the process, in a thread of its own.
 */
export function createLibavSource(spec: string, options: LibavSourceOptions = {}): VideoSource {
	const complete = completeLibavOptions(spec, options);
	const worker = threadFile("./libav-source-worker", import.meta.url);
	const access = accessTo(spec, complete.inputFormat, complete.inputOptions);
	return new WorkerSource({ name: sourceName(spec), worker, lostByStopping: lostByStopping(access), options: complete });
}

/** FFmpeg may take an empty text for none. */
function anyText(value: unknown, name: string): string {
	if (typeof value !== "string") throw wrongKind(name, "a text", value);
	return value;
}
