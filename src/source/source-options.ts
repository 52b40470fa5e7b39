import {
	bounded,
	type CompleteOptions,
	completeOptions,
	flag,
	group,
	numberWithin,
	type OptionTable,
	oneOf,
	optional,
	recordOf,
	text,
	wholeNumber,
	withDefault,
	wrongKind,
} from "../media/option-table.ts";
import { MAX_PLAYBACK_RATE, MIN_PLAYBACK_RATE } from "../media/playback.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import type { ViewAngles } from "../media/rotation.ts";
import { type AnyProjection, projectionSpecFrom } from "../projection/custom-projection.ts";
import { EYE_CHOICES, type EyeChoice, STEREO_CHOICES, type StereoChoice } from "./stereo.ts";

// The options of all sources stand apart from the sources: the command line names them in its help,
// and does not load the readers for it.

/** The kinds of sound that a source may be told to have. */
export const SOUND_CHOICES = ["auto", "ambisonic", "stereo", "none"] as const;
/** A choice of `SOUND_CHOICES`. */
export type SoundChoice = (typeof SOUND_CHOICES)[number];

/** The ways in which an input may state when its pictures were captured. */
export const CAPTURE_CLOCK_CHOICES = ["auto", "pts", "none"] as const;
/** A choice of `CAPTURE_CLOCK_CHOICES`. */
export type CaptureClockChoice = (typeof CAPTURE_CLOCK_CHOICES)[number];

export interface LibavSourceOptions {
	/** Begins again at the end. Live inputs have none. @default true */
	loop?: boolean | undefined;
	/** The start of each pass through a file, seconds from its first picture. @default 0 */
	startSec?: number | undefined;
	/**
	 * Seconds of a file that pass in one second, 0.25 to 4, until viewers or the program choose
	 * another speed. Only `libav` has others than 1.
	 * @default 1
	 */
	rate?: number | undefined;
	/**
	 * `auto` takes what the machine has, `none` decodes in software, a name (`cuda`, `vaapi`,
	 * `qsv`, `videotoolbox`, ...) that device. Falls back to software.
	 * @default "auto"
	 */
	hwaccel?: string | undefined;
	/**
	 * Decoding threads; 0 chooses. More keep up with larger pictures; for live inputs each one
	 * above 1 delays by a picture.
	 * @default 0
	 */
	threads?: number | undefined;
	/**
	 * The video track of the input, counted from 0.
	 * @default the best, as FFmpeg chooses; never a cover beside a video
	 */
	track?: number | undefined;
	/**
	 * FFmpeg filters for odd inputs, as for `ffmpeg -vf`, applied before the conversion to 8-bit
	 * 4:2:0.
	 * @default none
	 */
	filter?: string | undefined;
	/**
	 * The places of the two eyes' panoramas in the pictures, the left eye's named first; `mono`
	 * is one panorama for both. `auto` goes by the file's statements and its name, and takes
	 * pictures that go through a `filter` for `mono`.
	 * @default "auto"
	 */
	stereo?: StereoChoice | undefined;
	/** The eye whose panorama is read of pictures for two. @default "both" */
	eye?: EyeChoice | undefined;
	/**
	 * The projection of one eye's picture. `auto` goes by the file's statements, the camera that
	 * made it, its name and its shape, and takes pictures that go through a `filter` for whole
	 * spheres.
	 * @default "auto"
	 */
	projection?: AnyProjection | "auto" | undefined;
	/**
	 * The camera's orientation in the world: the picture's front lies at `yawDeg` and `pitchDeg`,
	 * and the camera is tilted clockwise by `rollDeg`.
	 * @default as the file states it, else upright and straight ahead
	 */
	orientation?: Partial<ViewAngles> | undefined;
	/**
	 * The kind of the input's sound. `ambisonic` is first-order sound of the whole sphere, whose
	 * first four channels are W, Y, Z and X (ACN order, SN3D); `stereo` mixes all channels to two;
	 * `none` leaves it out. `auto` goes by the file's statements, and takes sound without one for
	 * stereo. The `ffmpeg` backend gives none.
	 * @default "auto"
	 */
	sound?: SoundChoice | undefined;
	/**
	 * The track of the input's sound, counted from 0.
	 * @default the best, as FFmpeg chooses
	 */
	soundTrack?: number | undefined;
	/**
	 * The statement by which the capture time of pictures is known. `auto` takes what the input
	 * states: RTCP sender reports of RTSP and RTP, and of files `prft` boxes and tracks with GPS
	 * time (camm, GPMF). `pts` takes the time stamps themselves, of inputs whose stamps are the
	 * camera's time, seconds since 1970. The `ffmpeg` backend knows none.
	 * @default "auto"
	 */
	captureClock?: CaptureClockChoice | undefined;
	/**
	 * Opens a network input again when it fails or ends, with growing pauses, without end.
	 * @default true
	 */
	reconnect?: boolean | undefined;
	/**
	 * The transport of RTSP: `tcp` loses nothing and passes firewalls, `udp` never waits for a
	 * lost packet.
	 * @default "tcp"
	 */
	rtspTransport?: "tcp" | "udp" | "auto" | undefined;
	/**
	 * FFmpeg's name of a demuxer or device, where the input does not show it (`mjpeg`, `v4l2`,
	 * `rawvideo`).
	 * @default found out
	 */
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
	rate: withDefault(numberWithin(MIN_PLAYBACK_RATE, MAX_PLAYBACK_RATE), 1),
	hwaccel: withDefault(text(), "auto"),
	threads: withDefault(wholeNumber(0, 64), 0),
	track: optional(wholeNumber(0, 1_000)),
	filter: withDefault(anyText, ""),
	stereo: withDefault(oneOf(STEREO_CHOICES), "auto"),
	eye: withDefault(oneOf(EYE_CHOICES), "both"),
	projection: withDefault(projectionChoice, "auto"),
	orientation: optional(
		group({
			yawDeg: withDefault(numberWithin(-360, 360), 0),
			pitchDeg: withDefault(numberWithin(-180, 180), 0),
			rollDeg: withDefault(numberWithin(-360, 360), 0),
		}),
	),
	sound: withDefault(oneOf(SOUND_CHOICES), "auto"),
	soundTrack: optional(wholeNumber(0, 1_000)),
	captureClock: withDefault(oneOf(CAPTURE_CLOCK_CHOICES), "auto"),
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
export function completeLibavOptions(
	spec: string,
	options: LibavSourceOptions,
	owner = "createLibavSource()",
): CompleteLibavOptions {
	return { ...completeOptions(LIBAV_OPTIONS, options, owner), spec: requireSpec(spec) };
}

/** Checks that a source is named. @throws {TypeError} for an empty source. */
export function requireSpec(spec: string): string {
	if (typeof spec === "string" && spec !== "") return spec;
	throw new TypeError(
		`A source is a file's path, an address or a device; got ${spec === "" ? "an empty one" : String(spec)}.`,
	);
}

/** Options as for `libav`; the pictures that `filter` makes are scaled to the input's size. */
export interface FfmpegSourceOptions extends LibavSourceOptions {
	/** The program that decodes. @default "ffmpeg", found on the PATH */
	ffmpegPath?: string | undefined;
	/** The program that finds size and rate. @default "ffprobe", found on the PATH */
	ffprobePath?: string | undefined;
}

/** Checks and defaults of `FfmpegSourceOptions`. */
export const FFMPEG_OPTIONS = {
	...LIBAV_OPTIONS,
	ffmpegPath: withDefault(text(), "ffmpeg"),
	ffprobePath: withDefault(text(), "ffprobe"),
} satisfies OptionTable<FfmpegSourceOptions>;

/** `FfmpegSourceOptions` with every default, and the source's name. Structured-cloneable. */
export interface CompleteFfmpegOptions extends CompleteOptions<typeof FFMPEG_OPTIONS> {
	readonly spec: string;
}

export interface PatternSourceOptions {
	/** Width of one eye's panorama. Even, at least 128. @default 3840 */
	width?: number | undefined;
	/** Even. @default half of `width` */
	height?: number | undefined;
	/** Pictures a second. @default 30 */
	frameRate?: number | undefined;
	/**
	 * A panorama for each eye, in which near things are shifted and each eye sees its letter, L or
	 * R.
	 * @default false
	 */
	stereo?: boolean | undefined;
}

/** Checks and defaults of `PatternSourceOptions`. */
export const PATTERN_OPTIONS = {
	width: withDefault(wholeNumber(1, 65_536), 3840),
	height: optional(wholeNumber(1, 65_536)),
	frameRate: withDefault(
		bounded("a number above 0, at most 1000", (rate) => rate > 0 && rate <= 1000),
		30,
	),
	stereo: withDefault(flag, false),
} satisfies OptionTable<PatternSourceOptions>;

export interface CompletePatternOptions extends CompleteOptions<typeof PATTERN_OPTIONS> {
	readonly height: number;
}

/** Options of `createVideoSource()`. */
export interface SourceOptions extends LibavSourceOptions, Pick<FfmpegSourceOptions, "ffmpegPath" | "ffprobePath"> {
	/**
	 * The reader and decoder: `libav` is FFmpeg inside this process, `ffmpeg` the program as a
	 * child process.
	 * @default "libav"
	 */
	backend?: "libav" | "ffmpeg" | undefined;
	/** Size and rate of the built-in scene, and whether it is for two eyes. */
	pattern?: PatternSourceOptions | undefined;
}

/** Checks and defaults of `SourceOptions`. */
export const SOURCE_OPTIONS = {
	...FFMPEG_OPTIONS,
	backend: withDefault(oneOf(["libav", "ffmpeg"]), "libav"),
	pattern: group(PATTERN_OPTIONS),
} satisfies OptionTable<SourceOptions>;

/**
 * Checks the speed of a source that has only one.
 * @param owner the source, as the subject of a sentence.
 * @throws {RangeError} for another speed.
 */
export function requireRealTime(rate: number, owner: string): void {
	if (rate !== 1) throw new RangeError(`${owner} plays at a rate of 1 only; got rate ${rate}.`);
}

/** An empty text is allowed: FFmpeg takes it for none. */
function anyText(value: unknown, name: string): string {
	if (typeof value !== "string") throw wrongKind(name, "a text", value);
	return value;
}

/** A projection is checked where it is made, for pictures of a known size. */
function projectionChoice(value: unknown, name: string): ProjectionSpec | "auto" {
	if (value === "auto") return value;
	const spec = projectionSpecFrom(value);
	if (spec !== undefined) return spec;
	throw wrongKind(name, '"auto" or a projection, such as { kind: "fisheye", fovDeg: 190 }', value);
}
