import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readAsRecorded } from "../recording/read/recorded-reading.ts";
import { requireNativeLibrary } from "../source/requirements.ts";
import { completeLibavOptions } from "../source/source-options.ts";
import type { RenderOptions, RenderOutput, RenderReport } from "./options.ts";
import { OutputError } from "./output-error.ts";
import { type OutputKind, outputKind, sequenceName } from "./output-kind.ts";
import { Pipeline, type PlannedOutput } from "./pipeline.ts";
import { pathBetween } from "./recorded-path.ts";
import type { SampleWishName } from "./render-protocol.ts";
import { removeUnfinished } from "./unfinished-file.ts";

/**
 * Draws a view of each picture of a 360 degree photo or video, in any projection, and writes them
 * as a photo, a video or a series of pictures.
 *
 * @returns the files that were written.
 * @throws {SourceError} when the input can't be read.
 * @throws {OutputError} when an output can't be written, or is there and `force` is not set.
 * @throws {RangeError | TypeError} for impossible options.
 */
export async function render(options: RenderOptions): Promise<RenderReport> {
	await requireNativeLibrary("node-av");
	// SVT-AV1 prints its settings otherwise; it reads this variable, and has no option for it.
	process.env["SVT_LOG"] ??= "1";
	const startedMs = performance.now();
	const elapsedSec = () => (performance.now() - startedMs) / 1000;
	const { startSec = 0, endSec = Number.POSITIVE_INFINITY } = options;
	if (!(endSec > startSec)) throw new RangeError(`endSec is a time after the start, ${startSec} s; got ${endSec}.`);
	const outputs = options.outputs.map((output) => planOutput(output, options));
	if (outputs.length === 0) throw new RangeError("outputs is a list of at least one file; got none.");
	const { recordedPath: path, audio } = options;
	const pipeline = new Pipeline({
		...options,
		source: readAsRecorded(
			completeLibavOptions(
				options.input,
				{ ...options.source, loop: false, startSec: path === undefined ? startSec : 0, reconnect: true },
				"render()",
			),
			path?.sourceName,
			path?.reading,
		),
		wish: wishOf(outputs),
		outputs,
		endSec,
		recordedPath: path && pathBetween(path, startSec, endSec),
		audio: path === undefined ? audio : false,
		onWritten: (pictures, picturesExpected, timeSec) =>
			options.onProgress?.({ pictures, picturesExpected, timeSec, elapsedSec: elapsedSec() }),
	});
	try {
		const files = await pipeline.run();
		return { files, interrupted: options.signal?.aborted === true, elapsedSec: elapsedSec() };
	} finally {
		for (const { temporaryPath } of outputs) removeUnfinished(temporaryPath);
	}
}

function planOutput(output: RenderOutput, { force = false, input }: RenderOptions): PlannedOutput {
	const { path } = output;
	const kind = outputKind(path);
	const firstNumber = 1;
	const first = kind.kind === "sequence" ? sequenceName(path, firstNumber) : path;
	if (!force && existsSync(first))
		throw new OutputError("exists", first, `${first} is there already; --force overwrites it.`);
	if (resolve(first) === resolve(input))
		throw new RangeError(`The output is another file than the input; got ${path} for both.`);
	return { ...output, kind, firstNumber, temporaryPath: temporaryPath(path) };
}

/** A name beside the file, which it is written under until it is whole. */
function temporaryPath(path: string): string {
	return join(dirname(path), `.${basename(path).replaceAll("%", "")}.${process.pid}.part`);
}

/** The samples in memory that serve all outputs. */
function wishOf(outputs: readonly PlannedOutput[]): SampleWishName {
	// Transforms change I420.
	if (outputs.some(({ transform }) => transform !== undefined)) return "video-8";
	const wishes = new Set(outputs.map(({ kind }) => wishOfKind(kind)));
	if (wishes.has("video")) return "video";
	return wishes.has("rgb") ? "rgb" : "jpeg";
}

function wishOfKind(kind: OutputKind): "video" | "jpeg" | "rgb" {
	if (kind.kind === "video" || kind.format === "avif") return "video";
	return kind.format === "jpeg" ? "jpeg" : "rgb";
}
