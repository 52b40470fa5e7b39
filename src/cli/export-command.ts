import { Command, InvalidArgumentError, Option } from "commander";
import { DATASET_CODECS } from "../export/dataset-encoding.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../export/dataset-format.ts";
import { parseView, type ViewWish } from "../export/drawn-cameras.ts";
import { EPISODE_CHOICES, type EpisodeChoice } from "../export/episode-history.ts";
import { type ExportReport, GAP_RULES, type GapRule } from "../export/export-options.ts";
import { decimal, inputOption, wholeNumber } from "./flag-values.ts";
import { interruption } from "./interruption.ts";

/** Parsed flags of `panogaze export`. */
interface ExportFlags {
	readonly format: ExportFormat;
	readonly rate?: number;
	readonly action?: readonly string[];
	readonly state?: readonly string[];
	readonly viewer?: string;
	readonly raw?: boolean;
	readonly episodes: EpisodeChoice;
	readonly task?: string;
	readonly maxGap?: number;
	readonly gaps: GapRule;
	readonly size?: { readonly width: number; readonly height: number };
	readonly video: boolean;
	readonly view: readonly ViewWish[];
	readonly source?: string;
	readonly codec?: (typeof DATASET_CODECS)[number];
	readonly encoder?: string;
	readonly crf?: number;
	readonly preset?: string;
	readonly encoderOption?: Readonly<Record<string, string>>;
	readonly robot?: string;
	readonly quiet: boolean;
	readonly json: boolean;
}

const EXAMPLES = `
Examples:
  panogaze export session.rrd pick-and-place                a dataset for LeRobot
  panogaze export sessions/ tables --format csv --rate 50   all recordings of a folder
  panogaze export session.rrd data --action right_controller,head.rotation --state gripper,/robot/battery:previous
  panogaze export session.rrd data --action FullBody.Head,FullBody.LeftHandWrist.position
  panogaze export session.rrd data --source clip.mp4 --view gaze --view back=fixed:180,0,90`;

/** `panogaze export FILE... DIR`: recordings of sessions as datasets for robot learning. */
export function exportCommand(): Command {
	return new Command("export")
		.description("Write recordings of sessions as a dataset for robot learning.")
		.argument("<paths...>", "recordings (.rrd, .mcap) or folders of them, and the dataset's folder last")
		.usage("[options] FILE... DIR")
		.addOption(new Option("--format <name>", "format of the dataset").choices(EXPORT_FORMATS).default("lerobot"))
		.option("--rate <hz>", "rows a second (default: the source's rate)", wholeNumber)
		.option(
			"--action <names>",
			"values: head, left_controller.axes, FullBody.Head, ... (default: head, controllers, hands)",
			names,
		)
		.option("--state <names>", "values: gripper, /robot/battery:previous, ... (default: all logged numbers)", names)
		.option("--raw", "write all poses as they were received too, into poses.jsonl")
		.option("--viewer <id>", "beginning of the operator's id (default: who has the most poses)")
		.addOption(
			new Option("--episodes <which>", "kept: ended and not discarded; successful; all")
				.choices(EPISODE_CHOICES)
				.default("kept"),
		)
		.option("--task <words>", "task of episodes that have none (default: teleoperation)")
		.option("--max-gap <seconds>", "longest time between two samples that is bridged (default: 0.25)", decimal)
		.addOption(
			new Option("--gaps <rule>", "numbers that are not known: nan, or hold those of the row before")
				.choices(GAP_RULES)
				.default("nan"),
		)
		.option("--size <pixels>", "of the pictures, such as 640x360 (default: that of the largest)", size)
		.option("--no-video", "leave the recorded pictures out")
		.option("--view <camera>", "[NAME=]gaze[:FOV] or [NAME=]fixed:YAW,PITCH[,FOV]; may be repeated", view, [])
		.option(
			"--source <file>",
			"video of the sphere that was shown, for --view (default: the source in the recording)",
		)
		.addOption(new Option("--codec <name>", "codec of the pictures (default: h264)").choices(DATASET_CODECS))
		.option("--encoder <name>", "FFmpeg's name of an encoder, such as h264_nvenc")
		.option(
			"--crf <number>",
			"constant quality, by the encoder's own scale; lower is better (default: 18)",
			decimal,
		)
		.option("--preset <name>", "speed of the encoder by its own names, such as slow")
		.option("--encoder-option <key=value>", "FFmpeg option of the encoder; may be repeated", inputOption)
		.option("--robot <name>", "name of the robot in LeRobot's info.json")
		.option("--quiet", "no notices", false)
		.option("--json", "print a report for programs", false)
		.addHelpText("after", EXAMPLES)
		.action(runExport);
}

/** Exit code after Ctrl+C, as a shell names it: there is no dataset. */
const INTERRUPTED = 130;

async function runExport(paths: readonly string[], flags: ExportFlags): Promise<void> {
	try {
		await exportAll(paths, flags);
	} catch (error) {
		if (!interruption.aborted) throw error;
		process.exitCode = INTERRUPTED;
	}
}

async function exportAll(paths: readonly string[], flags: ExportFlags): Promise<void> {
	const [directory, ...recordings] = paths.toReversed();
	if (directory === undefined || recordings.length === 0)
		throw new RangeError("Name a recording, and the folder of the dataset last: panogaze export FILE DIR.");
	const { rate, robot, size: pictures, maxGap, codec, encoder, crf, preset, encoderOption = {} } = flags;
	const { exportRecordings } = await import("../export/export-recordings.ts");
	const report = await exportRecordings({
		...flags,
		recordings: recordings.toReversed(),
		directory,
		rateHz: rate,
		maxGapSec: maxGap,
		size: pictures,
		views: flags.view,
		robotType: robot,
		rawPoses: flags.raw,
		encoding: { codec, encoder, crf, preset, encoderOptions: encoderOption },
		signal: interruption,
		onNotice: (notice) => {
			if (!flags.quiet) console.error(notice);
		},
	});
	process.stdout.write(flags.json ? `${JSON.stringify(report, null, "\t")}\n` : wordsFor(report));
}

function wordsFor({ directory, format, episodes, rows, rateHz, action, state, cameras }: ExportReport): string {
	const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
	const parts = [
		count(episodes.length, "episode"),
		`${count(rows, "row")} at ${rateHz} a second`,
		`${count(action.length, "number")} of actions`,
		`${state.length} of states`,
		...cameras.map(({ key, width, height }) => `${key} ${width}x${height}`),
	];
	return `${directory} (${format}): ${parts.join(", ")}\n`;
}

/** One more camera. */
function view(text: string, before: readonly ViewWish[]): readonly ViewWish[] {
	return [...before, parseView(text, ["view", ...before.map(({ name }) => name)])];
}

/** Names that are separated by commas; the flag may be repeated. */
function names(text: string, before: readonly string[] = []): readonly string[] {
	const list = text.split(",").map((name) => name.trim());
	if (list.includes("")) throw new InvalidArgumentError("It is a list of names, such as head,gripper.");
	return [...before, ...list];
}

/** `640x360`. */
function size(text: string): { readonly width: number; readonly height: number } {
	const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
	if (width === undefined || height === undefined) throw new InvalidArgumentError("It is a size, such as 640x360.");
	return { width: Number(width), height: Number(height) };
}
