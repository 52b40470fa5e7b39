import { type Command, Option } from "commander";
import { ENCODER_CHOICES, type EncoderChoice } from "../encoder/video-encoder.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import type { ViewAngles } from "../media/rotation.ts";
import { VIEW_CODECS, type ViewCodec } from "../media/video-format.ts";
import { PROJECTION_WORDS, parseProjectionOptions } from "../projection/projection-words.ts";
import { SAMPLING_KERNELS, type SamplingKernel } from "../projection/projector.ts";
import { completeServeOptions } from "../server/options.ts";
import { type IceServer, LOG_LEVELS, type LogLevel, type ServeOptions } from "../server/serve-options.ts";
import {
	CAPTURE_CLOCK_CHOICES,
	type CaptureClockChoice,
	SOUND_CHOICES,
	type SoundChoice,
} from "../source/source-options.ts";
import { STEREO_CHOICES, type StereoChoice } from "../source/stereo.ts";
import { addCameraFlags, type CameraFlags, sourcesFromFlags } from "./camera-flags.ts";
import {
	angles,
	bitrate,
	codecList,
	decimal,
	iceServer,
	iceServersFromEnvironment,
	inputOption,
	listed,
	publicAddress,
	trustedProxy,
	wholeNumber,
} from "./flag-values.ts";
import { addHttpsFlags, type HttpsFlags, httpsFromFlags } from "./https-flags.ts";
import { addMediaFlags, type MediaFlags, mediaFromFlags } from "./media-flags.ts";
import { addSafetyFlags, type SafetyFlags, safetyFromFlags } from "./safety-flags.ts";
import {
	addFurtherTokenFlags,
	addTokenFlags,
	sourceFrom,
	type TokenFlags,
	type TokenOptions,
	tokensFromFlags,
} from "./secret-flags.ts";
import { addTimeShiftFlags, type TimeShiftFlags, timeShiftFromFlags } from "./time-shift-flags.ts";

/** Parsed flags of a command that serves. */
export interface ServerFlags extends CameraFlags, HttpsFlags, MediaFlags, SafetyFlags, TimeShiftFlags, TokenFlags {
	readonly port: number;
	readonly host: string;
	readonly mediaHost?: string;
	readonly width: number;
	readonly height: number;
	readonly fov: number;
	readonly fps: number;
	readonly bitrate: number;
	readonly kernel: SamplingKernel;
	readonly antialias: "auto" | "off";
	readonly in?: string;
	readonly inOption?: readonly string[];
	readonly orientation?: ViewAngles;
	readonly hwaccel: string;
	readonly encoder: EncoderChoice;
	readonly codecs: readonly ViewCodec[];
	readonly stamps: boolean;
	readonly udpPort?: number;
	readonly publicAddress?: readonly string[];
	readonly iceServer?: readonly IceServer[];
	readonly publicHost?: readonly string[];
	readonly allowOrigin?: readonly string[];
	readonly maxViewers: number;
	readonly trustProxy?: readonly string[];
	readonly loop: boolean;
	readonly start?: number;
	readonly speed: number;
	readonly filter?: string;
	readonly stereo: StereoChoice;
	readonly sound: SoundChoice;
	readonly soundTrack?: number;
	readonly backend: "libav" | "ffmpeg";
	readonly track?: number;
	readonly threads?: number;
	readonly inputFormat?: string;
	readonly inputOption?: Readonly<Record<string, string>>;
	readonly rtspTransport: "tcp" | "udp" | "auto";
	readonly captureClock: CaptureClockChoice;
	readonly keepRunning: boolean;
	readonly logLevel: LogLevel;
}

const DEFAULTS = completeServeOptions();

/**
 * The flags of every command that serves, under the headings of `--help`. Each flag belongs below
 * one of them: `optionsGroup` holds for all that follow. A flag that a command adds of its own
 * follows its own `optionsGroup`; a test finds flags without a heading.
 */
export function addServerFlags(command: Command): Command {
	addSourceFlags(command.optionsGroup("Source:"));
	addViewFlags(command.optionsGroup("View:"));
	addNetworkFlags(command.optionsGroup("Network:"));
	command.optionsGroup("Security:");
	addFurtherTokenFlags(addTokenFlags(command, "bearer token of those who may watch, steer and record"));
	addSafetyFlags(addHttpsFlags(command).optionsGroup("Safety:"), decimal);
	addMediaFlags(command.optionsGroup("Microphones and cameras of viewers:"));
	return command
		.optionsGroup("Log:")
		.addOption(
			new Option("--log-level <level>", "least important lines to print")
				.choices(LOG_LEVELS)
				.default(DEFAULTS.logLevel),
		);
}

function addSourceFlags(command: Command): void {
	command
		.option("--no-loop", "stop at the end of a file")
		.option("--start <seconds>", "where in a file to begin", decimal)
		.option("--speed <rate>", "speed of a file, 0.25 to 4", decimal, DEFAULTS.sourceOptions.rate)
		.addOption(
			new Option(
				"--stereo <layout>",
				"where two eyes lie in the pictures, the left one first; auto: as the file or its name says",
			)
				.choices(STEREO_CHOICES)
				.default(DEFAULTS.sourceOptions.stereo),
		)
		.addOption(
			new Option("--sound <kind>", "sound: found out, ambisonics of the whole sphere, mixed to stereo, or none")
				.choices(SOUND_CHOICES)
				.default(DEFAULTS.sourceOptions.sound),
		)
		.option("--sound-track <index>", "which of several sound tracks, from 0", wholeNumber)
		.option("--in <projection>", `projection of the pictures: ${PROJECTION_WORDS.join(", ")} (default: found out)`)
		.option(
			"--in-option <name=value>",
			"option of the projection, such as fov=190 or center=960,960; may be repeated",
			listed,
		)
		.option(
			"--orientation <yaw,pitch,roll>",
			"turn of the camera in the world, degrees: its front lies to the right and up, it is tilted clockwise",
			angles,
		)
		.option("--filter <string>", "FFmpeg video filter for odd inputs, such as crop=3840:1920")
		.option("--track <index>", "which of several video tracks, from 0", wholeNumber)
		.option(
			"--hwaccel <name>",
			"decoding hardware: auto, none, or FFmpeg's name for it (cuda, vaapi, qsv, videotoolbox, ...)",
			DEFAULTS.sourceOptions.hwaccel,
		)
		.option("--threads <number>", "decoding threads; 0 chooses", wholeNumber)
		.addOption(
			new Option("--backend <name>", "how the source is read: in process, or by an ffmpeg program")
				.choices(["libav", "ffmpeg"])
				.default(DEFAULTS.sourceOptions.backend),
		)
		.option("--input-format <name>", "FFmpeg's name of the device or format, such as v4l2")
		.option(
			"--input-option <key=value>",
			"FFmpeg option of the input, such as video_size=3840x1920; may be repeated",
			inputOption,
		)
		.addOption(
			new Option("--rtsp-transport <name>", "how RTSP media travels")
				.choices(["tcp", "udp", "auto"])
				.default(DEFAULTS.sourceOptions.rtspTransport),
		)
		.addOption(
			new Option("--capture-clock <name>", "what states when pictures were captured; pts: the time stamps do")
				.choices(CAPTURE_CLOCK_CHOICES)
				.default(DEFAULTS.sourceOptions.captureClock),
		)
		.option("--keep-running", "read the source also while nobody watches", DEFAULTS.keepSourceRunning);
	addTimeShiftFlags(command, decimal, wholeNumber);
	addCameraFlags(command);
}

function addViewFlags(command: Command): void {
	command
		.option("--width <pixels>", "width of the view, even", wholeNumber, DEFAULTS.view.width)
		.option("--height <pixels>", "height of the view, even", wholeNumber, DEFAULTS.view.height)
		.option("--fov <degrees>", "horizontal field of view to begin with, 20 to 150", decimal, DEFAULTS.view.fovDeg)
		.option("--fps <number>", "pictures a second of the view", decimal, DEFAULTS.view.frameRate)
		.addOption(
			new Option("--kernel <name>", "filter of the drawing")
				.choices(SAMPLING_KERNELS)
				.default(DEFAULTS.view.kernel),
		)
		.addOption(
			new Option(
				"--antialias <when>",
				"several samples where the view has fewer pixels than the source: auto, or off",
			)
				.choices(["auto", "off"])
				.default(DEFAULTS.view.antialias),
		)
		.option(
			"--bitrate <rate>",
			"most bits a second for one viewer, such as 10M or 800k",
			bitrate,
			DEFAULTS.bitrateBps,
		)
		.addOption(new Option("--encoder <name>", "encoder").choices(ENCODER_CHOICES).default(DEFAULTS.encoder))
		.option(
			"--codecs <names>",
			`codecs that viewers may get, best first, of ${VIEW_CODECS.join(", ")}`,
			codecList,
			DEFAULTS.codecs,
		)
		.option("--no-stamps", "leave pose and times out of pictures, also for clients that ask for them");
}

function addNetworkFlags(command: Command): void {
	command
		.option(
			"-p, --port <number>",
			"TCP port of the page and the signalling; 0 takes a free one",
			wholeNumber,
			DEFAULTS.port,
		)
		.option("--host <address>", "address to listen on", DEFAULTS.host)
		.option(
			"--media-host <address>",
			"local address of the media, such as 0.0.0.0 behind a proxy on this machine (default: that of --host)",
		)
		.option(
			"--udp-port <number>",
			"one UDP port for the media of all viewers (default: a free one for each)",
			wholeNumber,
		)
		.option(
			"--public-address <address>",
			"address that viewers outside reach this machine at, behind NAT; may be repeated",
			publicAddress,
		)
		.option(
			"--ice-server <url>",
			"stun:HOST:PORT, or turn:USER:PASSWORD@HOST:PORT; may be repeated " +
				"(or the environment's PANOGAZE_ICE_SERVERS)",
			iceServer,
		)
		.option(
			"--public-host <name>",
			"name under which browsers reach the page, such as robot.example.org; may be repeated",
			listed,
		)
		.option(
			"--allow-origin <origin>",
			"origin whose pages may connect and frame the page, such as https://console.example.org; " +
				"* for all; may be repeated",
			listed,
		)
		.option("--max-viewers <number>", "more are turned away", wholeNumber, DEFAULTS.maxViewers)
		.option(
			"--trust-proxy <network>",
			"reverse proxy whose X-Forwarded-For is believed, such as 10.0.0.0/8; may be repeated",
			trustedProxy,
		);
}

/**
 * The options of `serve()` that the flags stand for.
 * @throws {RangeError | TypeError} as `serve()` does, but without its modules.
 */
export function serverOptions(
	source: string | undefined,
	flags: ServerFlags,
): ServeOptions<undefined, never> & TokenOptions {
	const options = {
		...sourcesFromFlags(sourceFrom(source), flags),
		sourceOptions: {
			hwaccel: flags.hwaccel,
			loop: flags.loop,
			backend: flags.backend,
			startSec: flags.start,
			rate: flags.speed,
			filter: flags.filter,
			stereo: flags.stereo,
			sound: flags.sound,
			soundTrack: flags.soundTrack,
			projection: projectionFrom(flags),
			orientation: flags.orientation,
			track: flags.track,
			threads: flags.threads,
			inputFormat: flags.inputFormat,
			inputOptions: flags.inputOption,
			rtspTransport: flags.rtspTransport,
			captureClock: flags.captureClock,
		},
		keepSourceRunning: flags.keepRunning,
		timeShift: timeShiftFromFlags(flags),
		view: {
			width: flags.width,
			height: flags.height,
			fovDeg: flags.fov,
			frameRate: flags.fps,
			kernel: flags.kernel,
			antialias: flags.antialias,
		},
		bitrateBps: flags.bitrate,
		encoder: flags.encoder,
		codecs: flags.codecs,
		stamps: flags.stamps,
		safety: safetyFromFlags(flags),
		media: mediaFromFlags(flags),
		port: flags.port,
		host: flags.host,
		mediaHost: flags.mediaHost,
		https: httpsFromFlags(flags),
		udpPort: flags.udpPort,
		publicAddresses: flags.publicAddress,
		iceServers: flags.iceServer ?? iceServersFromEnvironment(),
		publicHosts: flags.publicHost,
		allowedOrigins: flags.allowOrigin,
		maxViewers: flags.maxViewers,
		trustedProxies: flags.trustProxy,
		...tokensFromFlags(flags),
	};
	completeServeOptions(options);
	return options;
}

function projectionFrom({ in: word, inOption }: ServerFlags): ProjectionSpec | undefined {
	if (word !== undefined) return parseProjectionOptions(word, inOption);
	if (inOption === undefined) return undefined;
	throw new RangeError(`--in-option ${inOption[0]} needs --in PROJECTION, whose option it is.`);
}
