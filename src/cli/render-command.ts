import { basename } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { ViewAngles } from "../media/rotation.ts";
import { parseProjectionOptions } from "../projection/projection-words.ts";
import { SAMPLING_KERNELS, type SamplingKernel } from "../projection/projector.ts";
import { VIDEO_CODECS, type VideoCodec } from "../render/encoding.ts";
import { type RenderOutput, type RenderReport, STEREO_OUTPUTS, type StereoOutput } from "../render/options.ts";
import { PATH_INTERPOLATIONS, type PathInterpolation } from "../render/path-interpolation.ts";
import type { RecordedPath } from "../render/recorded-path.ts";
import { EYE_CHOICES, type EyeChoice, STEREO_CHOICES, type StereoChoice } from "../source/stereo.ts";
import { angles, bitrate, decimal, inputOption, listed, wholeNumber } from "./flag-values.ts";
import { interruption } from "./interruption.ts";
import { nameOfView, type RenderPair, renderPairs } from "./render-plan.ts";
import { RenderProgressLine } from "./render-progress.ts";

/** Parsed flags of `panogaze render`. */
interface RenderFlags {
	readonly in: string;
	readonly inOption: readonly string[];
	readonly stereoIn: StereoChoice;
	readonly eye: EyeChoice;
	readonly orientation?: ViewAngles;
	readonly start: number;
	readonly end?: number;
	readonly duration?: number;
	readonly track?: number;
	readonly hwaccel: string;
	readonly filter?: string;
	readonly inputFormat?: string;
	readonly inputOption?: Readonly<Record<string, string>>;
	readonly out: string;
	readonly outOption: readonly string[];
	readonly stereoOut: StereoOutput;
	readonly width?: number;
	readonly height?: number;
	readonly yaw: number;
	readonly pitch: number;
	readonly roll: number;
	readonly fov?: number;
	readonly path?: string | undefined;
	readonly interpolation?: PathInterpolation;
	readonly view: readonly NamedView[];
	readonly kernel?: SamplingKernel;
	readonly antialias: "auto" | "off";
	readonly codec?: VideoCodec;
	readonly encoder?: string;
	readonly crf?: number;
	readonly quality?: number;
	readonly bitrate?: number;
	readonly preset?: string;
	readonly encoderOption?: Readonly<Record<string, string>>;
	readonly audio: boolean;
	readonly format?: string;
	readonly force: boolean;
	readonly threads?: number;
	readonly quiet: boolean;
	readonly json: boolean;
}

/** A view of several. */
interface NamedView {
	readonly name: string;
	readonly yawDeg: number;
	readonly pitchDeg: number;
	readonly rollDeg: number;
	readonly fovDeg: number | undefined;
}

const EXAMPLES = `
Examples:
  panogaze render tour.mp4 view.mp4 --yaw 90 --fov 100       a flat view to the right
  panogaze render tour.mp4 view.mp4 --path look.csv          a view that moves
  panogaze render tour.mp4 view.mp4 --path session.rrd --width 3840
                                                             what a viewer was shown, sharper
  panogaze render pano.jpg planet.jpg --out stereographic --pitch -90
  panogaze render pano.png cube.png --out cubemap
  panogaze render lens.mp4 pano.mp4 --in fisheye --in-option fov=190 --out equirect
  panogaze render photos/ views/ --format jpg --width 1920   a folder in one go
  panogaze render tour.mp4 frame_%04d.png --start 10 --duration 2`;

/** The flags of the output's projection, for errors. */
const OUT_FLAGS = { word: "--out", option: "--out-option" };

/** Exit code after Ctrl+C, as a shell names it: the files are not whole. */
const INTERRUPTED = 130;

/**
 * A source's notice, which names flags of `serve`, with the flags that have the same meaning here.
 */
function withOwnFlags(notice: string): string {
	return notice
		.replace("The option orientation changes it", "--orientation changes it")
		.replaceAll("--stereo ", "--stereo-in ");
}

/** `panogaze render IN... OUT`: views of photos and videos as files. */
export function renderCommand(): Command {
	const command = new Command("render")
		.description("Render 360 degree photos and videos into files: flat views, other projections, moving cameras.")
		.argument("<paths...>", "files, series (frame_%04d.png), addresses or folders, and the output last")
		.usage("[options] IN... OUT");
	addSourceFlags(command.optionsGroup("Input:"));
	addViewFlags(command.optionsGroup("View:"));
	addEncodingFlags(command.optionsGroup("Output:"));
	return command.addHelpText("after", EXAMPLES).action(runRender);
}

function addSourceFlags(command: Command): void {
	command
		.option(
			"--in <word>",
			"projection of the input: auto, equirect, fisheye, cubemap, eac, ... (docs/cli.md)",
			"auto",
		)
		.option("--in-option <k=v>", "option of the input's projection, such as fov=190; may be repeated", listed, [])
		.addOption(
			new Option("--stereo-in <layout>", "where two eyes lie in the input's pictures")
				.choices(STEREO_CHOICES)
				.default("auto"),
		)
		.addOption(new Option("--eye <name>", "the eye that is read").choices(EYE_CHOICES).default("both"))
		.option("--orientation <yaw,pitch,roll>", "turn of the camera in the world, degrees", angles)
		.option("--start <seconds>", "where to begin", decimal, 0)
		.option("--end <seconds>", "where to end, from the input's beginning", decimal)
		.option("--duration <seconds>", "how long, from --start", decimal)
		.option("--track <index>", "which of several video tracks, from 0", wholeNumber)
		.option("--hwaccel <name>", "decoding hardware: auto, none, or FFmpeg's name for it", "none")
		.option("--filter <string>", "FFmpeg video filter for odd inputs")
		.option("--input-format <name>", "FFmpeg's name of the format")
		.option("--input-option <key=value>", "FFmpeg option of the input, such as framerate=30", inputOption);
}

function addViewFlags(command: Command): void {
	command
		.option("--out <word>", "projection of the output: perspective, equirect, stereographic, ...", "perspective")
		.option("--out-option <k=v>", "option of the output's projection, such as fov=100; may be repeated", listed, [])
		.addOption(
			new Option(
				"--stereo-out <layout>",
				"eyes of the output; auto: panoramas keep both, flat views show the left",
			)
				.choices(STEREO_OUTPUTS)
				.default("auto"),
		)
		.option("--width <pixels>", "of the written picture, even (default: the input's pixel density)", wholeNumber)
		.option("--height <pixels>", "of the written picture, even", wholeNumber)
		.option("--yaw <degrees>", "direction that is looked at, + right", decimal, 0)
		.option("--pitch <degrees>", "+ up", decimal, 0)
		.option("--roll <degrees>", "+ clockwise", decimal, 0)
		.option("--fov <degrees>", "horizontal field of view: short for --out-option fov=", decimal)
		.option(
			"--path <file[#viewer]>",
			"camera path: keyframes (CSV, JSON), motion, or a viewer's pictures in a session (.rrd, .mcap)",
		)
		.addOption(
			new Option(
				"--interpolation <name>",
				"way between keyframes: a smooth curve, or even turns (default: squad)",
			).choices(PATH_INTERPOLATIONS),
		)
		.option("--view <name=yaw,pitch[,roll[,fov]]>", "one of several views, each in a file OUT-NAME", namedView, [])
		.addOption(
			new Option("--kernel <name>", "sampling (default: bicubic for photos, bilinear for videos)").choices(
				SAMPLING_KERNELS,
			),
		)
		.addOption(
			new Option("--antialias <mode>", "mean of several samples where the view is coarser than the input")
				.choices(["auto", "off"])
				.default("auto"),
		);
}

function addEncodingFlags(command: Command): void {
	command
		.option("-f, --force", "overwrite", false)
		.addOption(
			new Option("--codec <name>", "codec of video (default: h264; hevc for 10 bits)").choices(VIDEO_CODECS),
		)
		.option("--encoder <name>", "FFmpeg's name of an encoder, such as hevc_nvenc")
		.option("--crf <number>", "constant quality of video, by the encoder's own scale; lower is better", decimal)
		.option(
			"--quality <1-100>",
			"quality of JPEG, WebP and AVIF (default: 95; 100 is lossless in WebP)",
			wholeNumber,
		)
		.option("--bitrate <rate>", "mean bits a second in place of a constant quality, such as 20M", bitrate)
		.option("--preset <name>", "speed of the encoder by its own names, such as slow")
		.option("--encoder-option <key=value>", "FFmpeg option of the encoder; may be repeated", inputOption)
		.option("--no-audio", "leave the audio out")
		.option("--format <ending>", "format of files in a folder, such as jpg")
		.option(
			"--threads <number>",
			"threads that draw (default: one for each core); the file is the same",
			wholeNumber,
		)
		.option("--quiet", "no progress", false)
		.option("--json", "print a report for programs", false);
}

async function runRender(paths: readonly string[], flags: RenderFlags): Promise<void> {
	if (flags.duration !== undefined && !(flags.duration > 0))
		throw new RangeError(`--duration is seconds above 0; got ${flags.duration}.`);
	const recordedPath = await recordedPathOf(flags);
	const outputs = await outputsFor(recordedPath === undefined ? flags : { ...flags, path: undefined }, recordedPath);
	const pairs = await renderPairs(paths, flags.format);
	const { render } = await import("../render/render.ts");
	const reports: RenderReport[] = [];
	for (const pair of pairs) {
		if (interruption.aborted) break;
		reports.push(await renderPair(pair, outputs(pair.output), { ...flags, recordedPath }, render));
	}
	if (flags.json) process.stdout.write(`${JSON.stringify(reports, null, "\t")}\n`);
	if (interruption.aborted) process.exitCode = INTERRUPTED;
}

async function renderPair(
	{ input, output }: RenderPair,
	outputs: readonly RenderOutput[],
	flags: RenderFlags & { readonly recordedPath: RecordedPath | undefined },
	render: typeof import("../render/render.ts").render,
): Promise<RenderReport> {
	const line = new RenderProgressLine(process.stderr, output);
	const say = (message: string) => {
		if (flags.quiet) return;
		line.clear();
		console.error(message);
	};
	const { sourceName, viewer } = flags.recordedPath ?? {};
	if (sourceName !== undefined && sourceName !== basename(input))
		say(`Viewer ${viewer} was shown ${sourceName}; ${basename(input)} is drawn in its place.`);
	try {
		const report = await render({
			input,
			outputs,
			recordedPath: flags.recordedPath,
			source: sourceOptions(flags),
			startSec: flags.start,
			endSec: flags.duration === undefined ? flags.end : flags.start + flags.duration,
			kernel: flags.kernel,
			antialias: flags.antialias,
			audio: flags.audio,
			force: flags.force,
			threads: flags.threads,
			signal: interruption,
			onProgress: (progress) => {
				if (!flags.quiet) line.show(progress);
			},
			onNotice: (message) => say(withOwnFlags(message)),
		});
		line.clear();
		for (const file of report.files) say(wordsForFile(file, report));
		return report;
	} finally {
		line.clear();
	}
}

function wordsForFile({ path, width, height, pictures }: RenderReport["files"][number], report: RenderReport): string {
	const { elapsedSec, interrupted } = report;
	const many = pictures === 1 ? "" : `, ${pictures} pictures`;
	const cut = interrupted ? " (interrupted: it ends early)" : "";
	return `${path}: ${width}x${height}${many} in ${elapsedSec.toFixed(1)} s${cut}`;
}

function sourceOptions(flags: RenderFlags) {
	return {
		projection: isFileStated(flags.in) ? ("auto" as const) : parseProjectionOptions(flags.in, flags.inOption),
		orientation: flags.orientation,
		stereo: flags.stereoIn,
		eye: flags.eye,
		track: flags.track,
		hwaccel: flags.hwaccel,
		filter: flags.filter,
		inputFormat: flags.inputFormat,
		inputOptions: flags.inputOption,
	};
}

/** True for words that leave the projection to the file: a mesh has no options. */
function isFileStated(word: string): boolean {
	return word === "auto" || word === "mesh";
}

/**
 * The pictures of a recorded session, if that is what the flag names; the viewer stands behind `#`.
 */
async function recordedPathOf({ path, quiet }: RenderFlags): Promise<RecordedPath | undefined> {
	const [, file, viewer] = /^(.*\.(?:rrd|mcap))(?:#(.*))?$/i.exec(path ?? "") ?? [];
	if (file === undefined) return undefined;
	// Recordings of motion are MCAP files, too.
	const { holdsSession } = await import("../recording/read/mcap-file.ts");
	if (/\.mcap$/i.test(file) && viewer === undefined && !(await holdsSession(file))) return undefined;
	const { readRecordedPath } = await import("../render/recorded-path.ts");
	return readRecordedPath(file, viewer || undefined, (notice) => {
		if (!quiet) console.error(notice);
	});
}

/** The outputs that the flags ask for, for the name of each. */
async function outputsFor(
	flags: RenderFlags,
	recordedPath: RecordedPath | undefined,
): Promise<(path: string) => readonly RenderOutput[]> {
	const { yaw, pitch, roll, fov, width, height, stereoOut, path: pathFile } = flags;
	const options = [...flags.outOption, ...(fov === undefined ? [] : [`fov=${fov}`])];
	const isRecordedLens = recordedPath !== undefined && flags.out === "perspective" && options.length === 0;
	const projection = isRecordedLens ? undefined : parseProjectionOptions(flags.out, options, OUT_FLAGS);
	const cameraPath =
		pathFile === undefined
			? undefined
			: await (await import("../render/camera-path.ts")).readCameraPath(pathFile, flags.interpolation);
	const common = { cameraPath, encoding: encodingOf(flags) };
	const view = { projection, width, height, stereo: stereoOut, yawDeg: yaw, pitchDeg: pitch, rollDeg: roll };
	if (flags.view.length === 0) return (path) => [{ ...common, path, view }];
	return (path) =>
		flags.view.map(({ name, fovDeg, ...angles }) => ({
			...common,
			path: nameOfView(path, name),
			view: {
				...view,
				...angles,
				projection:
					fovDeg === undefined
						? projection
						: parseProjectionOptions(flags.out, [...flags.outOption, `fov=${fovDeg}`], OUT_FLAGS),
			},
		}));
}

function encodingOf(flags: RenderFlags): RenderOutput["encoding"] {
	return {
		codec: flags.codec,
		encoder: flags.encoder,
		crf: flags.crf,
		quality: flags.quality,
		bitrateBps: flags.bitrate,
		preset: flags.preset,
		encoderOptions: flags.encoderOption ?? {},
	};
}

/** `NAME=yaw,pitch,roll,fov`, of which the last two may be left out. */
function namedView(text: string, before: readonly NamedView[]): readonly NamedView[] {
	const [, name = "", list = ""] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
	const [yawDeg, pitchDeg = 0, rollDeg = 0, fovDeg, ...rest] = list.split(",").map(Number);
	const numbers = [yawDeg, pitchDeg, rollDeg, fovDeg ?? 90];
	if (yawDeg === undefined || rest.length > 0 || !numbers.every(Number.isFinite) || list === "")
		throw new InvalidArgumentError("It is NAME=yaw,pitch,roll,fov in degrees, such as back=180,0.");
	return [...before, { name, yawDeg, pitchDeg, rollDeg, fovDeg }];
}
