import { Command, Option } from "commander";
import { STEREO_LAYOUTS, type StereoLayout } from "../media/stereo-layout.ts";
import { parseProjectionOptions } from "../projection/projection-words.ts";
import type { Comparison, Measures } from "../render/compare.ts";
import { CompareError } from "../render/compare-error.ts";
import type { FoundSphere } from "../render/compared-sphere.ts";
import { decimal, listed } from "./flag-values.ts";
import { signalsEndAtOnce } from "./interruption.ts";

/** Parsed flags of `panogaze compare`. */
interface CompareFlags {
	readonly in: string;
	readonly inOption: readonly string[];
	readonly stereo: StereoLayout | "auto";
	readonly minPsnr?: number;
	readonly json: boolean;
}

const EXAMPLES = `
Examples:
  panogaze compare original.mp4 encoded.mp4
  panogaze compare view.png other.png --in none              flat pictures
  panogaze compare a.mp4 b.mp4 --json --min-psnr 40          for programs: exit code 12 below 40 dB`;

/** `panogaze compare A B`: how much the pictures of two files differ. */
export function compareCommand(): Command {
	return new Command("compare")
		.description("Measure how much the pictures of two videos or photos differ: PSNR, WS-PSNR, SSIM, by regions.")
		.argument("<a>", "the original")
		.argument("<b>", "the other one, of the same size")
		.option("--in <word>", "projection of the pictures: auto, none (flat), equirect, cubemap, ...", "auto")
		.option("--in-option <k=v>", "option of the projection; may be repeated", listed, [])
		.addOption(
			new Option("--stereo <layout>", "where two eyes lie in the pictures")
				.choices(["auto", ...STEREO_LAYOUTS])
				.default("auto"),
		)
		.option("--min-psnr <db>", "fail below this PSNR of all samples of all pictures", decimal)
		.option("--json", "for programs", false)
		.addHelpText("after", EXAMPLES)
		.action(runCompare);
}

/** @throws {CompareError} `different` below `--min-psnr`. */
async function runCompare(a: string, b: string, flags: CompareFlags): Promise<void> {
	await signalsEndAtOnce();
	const sphere = await sphereOf(a, flags);
	const { compareFiles } = await import("../render/compare.ts");
	const comparison = await compareFiles(a, b, sphere);
	process.stdout.write(flags.json ? json(a, b, comparison, sphere) : table(comparison, sphere));
	const all = comparison.psnr["all"] ?? Number.NaN;
	if (flags.minPsnr === undefined || all >= flags.minPsnr) return;
	throw new CompareError("different", `The PSNR is ${decibels(all)} dB, below --min-psnr ${flags.minPsnr}.`);
}

/** @throws {RangeError} for a wrong word or option. */
async function sphereOf(path: string, flags: CompareFlags): Promise<FoundSphere> {
	const stated = flags.stereo === "auto" ? undefined : flags.stereo;
	if (flags.in !== "auto") {
		const projection = parseProjectionOptions(flags.in, flags.inOption);
		return { projection, stereo: stated ?? "mono", reason: "by --in" };
	}
	const { sphereOfFile } = await import("../render/compared-sphere.ts");
	const found = await sphereOfFile(path);
	return { ...found, stereo: stated ?? found.stereo };
}

function json(a: string, b: string, comparison: Comparison, sphere: FoundSphere): string {
	const { projection, stereo } = sphere;
	const report = { a, b, projection: projection.kind, stereo, ...comparison };
	// JSON has no infinite numbers: the PSNR of equal pictures is null.
	return `${JSON.stringify(report, (_, value) => (value === undefined ? null : value), "\t")}\n`;
}

function table(comparison: Comparison, { projection, stereo, reason }: FoundSphere): string {
	const { psnr, wsPsnr, ssim, regions, worst, pictures, width, height, pixelFormat, notes } = comparison;
	const seconds = Number.isFinite(worst.timeSec) ? `, ${worst.timeSec.toFixed(3)} s` : "";
	const rows: [string, string][] = [
		["pictures", `${pictures} of ${width}x${height}, ${pixelFormat}`],
		["read as", `${projection.kind}, ${stereo}: ${reason}`],
		["PSNR", `${measures(psnr, decibels)} dB`],
		...(wsPsnr === undefined ? [] : [["WS-PSNR", `${measures(wsPsnr, decibels)} dB`] as [string, string]]),
		["SSIM", measures(ssim, (value) => value.toFixed(5))],
		...Object.entries(regions).map(([name, value]): [string, string] => [name, `${decibels(value)} dB`]),
		["worst", `picture ${worst.picture}${seconds}: ${measures(worst.psnr, decibels)} dB`],
		...notes.map((note): [string, string] => ["note", note]),
	];
	const widest = Math.max(...rows.map(([name]) => name.length));
	return `${rows.map(([name, value]) => `${name.padEnd(widest)}  ${value}`).join("\n")}\n`;
}

function measures(values: Measures, format: (value: number) => string): string {
	return Object.entries(values)
		.map(([name, value]) => `${name} ${format(value)}`)
		.join("  ");
}

function decibels(value: number): string {
	return Number.isNaN(value) ? "none" : value === Number.POSITIVE_INFINITY ? "inf" : value.toFixed(3);
}
