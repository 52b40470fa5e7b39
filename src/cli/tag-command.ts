import { readFile } from "node:fs/promises";
import { Command, Option } from "commander";
import type { ProjectionSpec } from "../media/projection.ts";
import type { ViewAngles } from "../media/rotation.ts";
import { STEREO_LAYOUTS, type StereoLayout } from "../media/stereo-layout.ts";
import type { SphereStatement } from "../metadata/sphere-statement.ts";
import { parseProjectionOptions } from "../projection/projection-words.ts";
import { probeSource } from "../source/probe-source.ts";
import { exitByForce } from "../threads/process-end.ts";
import { angles, listed, wholeNumber } from "./flag-values.ts";
import { interruption } from "./interruption.ts";

/** Parsed flags of `panogaze tag`. */
interface TagFlags {
	readonly projection?: string;
	readonly projectionOption: readonly string[];
	readonly bounds?: string;
	readonly stereo?: StereoLayout;
	readonly pose?: ViewAngles;
	readonly initialView?: ViewAngles;
	readonly software?: string;
	readonly from?: string;
	readonly rightEye?: string;
	readonly track?: number;
	readonly remove: boolean;
	readonly show: boolean;
	readonly json: boolean;
	readonly out?: string;
	readonly force: boolean;
}

const EXAMPLES = `
Examples:
  panogaze tag clip.mp4 --projection equirect                the whole sphere; clip.mp4 is replaced when all is written
  panogaze tag vr.mkv --projection equirect --bounds 0,0,0.25,0.25 --stereo left-right --out vr180.mkv
  panogaze tag cube.webm --projection cubemap --projection-option padding=4
  panogaze tag left.jpg --projection equirect --right-eye right.jpg --out vr.jpg
  panogaze tag encoded.mp4 --from original.mp4               also a mesh, which encoders lose
  panogaze tag view.mp4 --remove                             a flat video`;

/** Exit code after Ctrl+C, as a shell names it: nothing was written. */
const INTERRUPTED = 130;

/** `panogaze tag FILE`: a file's statement about the sphere that it shows, without encoding. */
export function tagCommand(): Command {
	return new Command("tag")
		.description(
			"Rewrite a file's statement about its projection, eyes and pose, without encoding anything: " +
				"MP4, MOV, Matroska, WebM, JPEG, PNG, WebP, TIFF, AVIF, HEIC.",
		)
		.argument("<file>", "a video or a photo")
		.optionsGroup("Statement:")
		.option(
			"--projection <word>",
			"equirect, cubemap, or mesh: the mesh that is stated already (default: as it is, or equirect)",
		)
		.option("--projection-option <k=v>", "option of the projection, such as padding=4; may be repeated", listed, [])
		.option("--bounds <top,bottom,left,right>", "parts of the sphere that are cropped away, 0 to 1")
		.addOption(
			new Option("--stereo <layout>", "where two eyes lie in the picture, the left one first").choices(
				STEREO_LAYOUTS,
			),
		)
		.option("--pose <yaw,pitch,roll>", "turn of the projection, degrees, as the file's format counts them", angles)
		.option("--initial-view <yaw,pitch[,roll]>", "where players begin, degrees: + right, + up, + clockwise", angles)
		.option("--software <name>", "the program that made the sphere (default: panogaze)")
		.option("--from <file>", "take the statement of another file, such as the one before encoding")
		.option("--right-eye <file>", "JPEG that the right eye sees, into a JPEG that the left eye sees")
		.option("--remove", "remove the statement: the file is flat", false)
		.option("--show", "print what the file states, and change nothing", false)
		.option("--json", "with --show: for programs", false)
		.optionsGroup("Files:")
		.option("--track <index>", "which of several video tracks, from 0", wholeNumber)
		.option("-o, --out <file>", "the file to write (default: FILE itself, replaced when all is written)")
		.option("-f, --force", "overwrite the file that --out names", false)
		.addHelpText("after", EXAMPLES)
		.action(runTag);
}

async function runTag(path: string, flags: TagFlags): Promise<void> {
	if (flags.show) {
		await show(path, flags);
		return;
	}
	const statement = flags.remove ? undefined : await statementFrom(path, flags);
	const { tagFile } = await import("../metadata/tag-file.ts");
	const rightEye = flags.rightEye === undefined ? undefined : await readFile(flags.rightEye);
	const { out, force: overwrite, track } = flags;
	await tagFile(path, statement, { out, overwrite, track, rightEye, signal: interruption }).catch(
		(error: unknown) => {
			if (!interruption.aborted) throw error;
			console.error(`panogaze: interrupted; ${out ?? path} is as it was.`);
			exitByForce(INTERRUPTED);
		},
	);
	if (flags.initialView !== undefined && /\.(mkv|webm)$/i.test(path))
		console.error("panogaze: Matroska has no words for the initial view, which was left out.");
	console.log(`${out ?? path}: ${statement === undefined ? "states no sphere." : wordsFor(statement)}`);
}

async function show(path: string, { json }: TagFlags): Promise<void> {
	const report = await probeSource(path);
	const { formatProbeReport } = await import("../source/probe.ts");
	process.stdout.write(json ? `${JSON.stringify(report, null, "\t")}\n` : `${formatProbeReport(report)}\n`);
}

/**
 * The statement that the flags make. What they do not say stays as the file states it, or the file
 * that `--from` names.
 *
 * @throws {RangeError} when a word or a number is wrong, or no flag is there.
 * @throws {TagError} when the statement that is there can't be written.
 */
async function statementFrom(path: string, flags: TagFlags): Promise<SphereStatement> {
	const { projection, bounds, stereo, pose, initialView, software, rightEye, from, track } = flags;
	const given = [projection, bounds, stereo, pose, initialView, software, rightEye, from];
	if (given.every((flag) => flag === undefined))
		throw new RangeError("tag takes --projection WORD, or another part of a statement, or --remove; got none.");
	const parsed = projection === undefined && bounds === undefined ? undefined : projectionFrom(flags);
	const { statedSphere } = await import("./stated-sphere.ts");
	const old = await statedSphere(from ?? path, from === undefined ? track : undefined, path);
	if (from !== undefined && old === undefined) throw new RangeError(`--from ${from}: the file states no sphere.`);
	const own = parsed?.kind === "mesh" ? undefined : parsed;
	if (parsed?.kind === "mesh" && old?.projection.kind !== "mesh")
		throw new RangeError("--projection mesh stands for a mesh that the file states, or that of --from; got none.");
	return {
		projection: own ?? old?.projection ?? { kind: "equirect" },
		rightProjection: own === undefined ? old?.rightProjection : undefined,
		stereo: stereo ?? old?.stereo,
		pose: pose ?? old?.pose,
		initialView: initialView ?? old?.initialView,
		software,
	};
}

function projectionFrom({ projection = "equirect", projectionOption, bounds }: TagFlags): ProjectionSpec {
	const options = bounds === undefined ? projectionOption : [...projectionOption, `bounds=${bounds}`];
	const flagNames = { word: "--projection", option: "--projection-option" };
	const spec = parseProjectionOptions(projection, options, flagNames);
	// The only layout that files have words for.
	return spec.kind === "cubemap" ? { ...spec, layout: spec.layout ?? "google" } : spec;
}

function wordsFor({ projection, stereo = "mono" }: SphereStatement): string {
	return `states ${projection.kind}, ${stereo}.`;
}
