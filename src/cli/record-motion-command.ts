import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command, Option } from "commander";
import type { Logger } from "pino";
import type { MotionAxes, MotionFormat, ViewerRecordings } from "../motion/index.ts";
import { MOTION_AXES } from "../motion/motion-axes.ts";
import { MotionFileError, writeFailure } from "../motion/motion-file-error.ts";
import { MOTION_FORMATS } from "../motion/motion-format.ts";
import { completeRecorderOptions } from "../motion/motion-recorder-options.ts";
import { MAX_DECIMALS } from "../motion/python-text.ts";
import { makeFolders } from "../recording/files/make-folders.ts";
import type { PoseHandler } from "../server/channel-handlers.ts";
import type { PanogazeServer } from "../server/server.ts";
import { exitByForce } from "../threads/process-end.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { wholeNumber } from "./flag-values.ts";
import { httpsAdvice } from "./https-flags.ts";
import { interrupted, interruption, withinGrace } from "./interruption.ts";
import { addressLines, mainToken, pageAddresses, printableTokens, printQrCode } from "./page-addresses.ts";
import { wordsForRecovery } from "./recover-motion-command.ts";
import type { TokenOptions } from "./secret-flags.ts";
import { addServerFlags, type ServerFlags, serverOptions } from "./server-flags.ts";

interface RecordMotionFlags extends ServerFlags {
	readonly format?: MotionFormat;
	readonly outputFile?: string;
	readonly outputDir: string;
	readonly decimalPrecision: number;
	readonly absoluteTime: boolean;
	readonly axes: MotionAxes;
}

const DEFAULTS = completeRecorderOptions();

/**
 * `panogaze record-motion [SOURCE]`: a server that records the motion of its viewers' heads,
 * bodies, hands and controllers.
 */
export function recordMotionCommand(): Command {
	const command = new Command("record-motion")
		.description("Serve as `serve` does, and record the poses of every viewer: a file for each, until Ctrl+C.")
		.argument("[source]", "what viewers see, as in `serve`; without it the built-in scene")
		.optionsGroup("Recording:")
		.addOption(
			new Option(
				"--format <name>",
				"jsonl, csv, hdf5 or mcap (default: what the file's ending says, else jsonl)",
			).choices(MOTION_FORMATS),
		)
		.option("--output-file <file>", "file of the first viewer; the others' have a number after the name")
		.option("--output-dir <folder>", "folder of files named body_pose_ and the time", DEFAULTS.directory)
		.option("--decimal-precision <digits>", "decimals of numbers in JSONL and CSV", wholeNumber, DEFAULTS.precision)
		.option(
			"--absolute-time",
			"Unix time and date in JSONL and CSV, in place of the time since the first pose",
			DEFAULTS.absoluteTime,
		)
		.addOption(
			new Option("--axes <name>", "flu: X forward, Y left, Z up; unity: X right, Y up, Z forward")
				.choices(MOTION_AXES)
				.default(DEFAULTS.axes),
		);
	return addServerFlags(command).action(runRecordMotion);
}

async function runRecordMotion(source: string | undefined, flags: RecordMotionFlags): Promise<void> {
	if (flags.decimalPrecision > MAX_DECIMALS)
		throw new RangeError(`precision is a whole number from 0 to ${MAX_DECIMALS}; got ${flags.decimalPrecision}.`);
	const options = serverOptions(source, flags);
	const folder = await prepareFolder(flags);
	const { recoverMotion, ViewerRecordings } = await import("../motion/index.ts");
	for (const file of await recoverMotion(folder)) if (file.outcome !== "in-use") console.log(wordsForRecovery(file));
	const [{ serve }, { startLog }] = await Promise.all([import("../server/server.ts"), import("./start-log.ts")]);
	const { status, logger } = startLog(flags.logLevel);
	const { format, outputFile: path, outputDir: directory, decimalPrecision: precision, absoluteTime, axes } = flags;
	const recordings = new ViewerRecordings({ format, path, directory, precision, absoluteTime, axes });
	report(recordings, logger);
	const record: PoseHandler<unknown> = ({ message, viewer, receivedAt, capturedAt, photonAgeMs }) => {
		const times = { receivedAtSec: receivedAt, capturedAtSec: capturedAt, photonAgeMs };
		recordings.write(viewer.id, message, times);
	};
	const starting = serve({
		...options,
		logger,
		signal: interruption,
		tracking: { head: record, skeleton: record, controller: record },
	});
	const server = await withinGrace(starting);
	server.on("join", (viewer) => void viewer.showRecording());
	server.on("leave", ({ id }) => void recordings.end(id));
	await greet(server, flags, options, folder);
	status.follow(server);
	await interrupted();
	status.clear();
	await withinGrace(server.close());
	await recordings.close();
	// node-datachannel's threads keep the process alive, and its own clean-up is not safe to call.
	exitByForce(recordings.failures > 0 ? EXIT_CODES.notWritable : 0);
}

async function greet(
	server: PanogazeServer,
	flags: RecordMotionFlags,
	options: TokenOptions,
	folder: string,
): Promise<void> {
	const { outputFile, logLevel } = flags;
	const tokens = printableTokens(options, flags, process.stdout.isTTY);
	console.log(
		[
			`Recording the poses of everybody who opens:`,
			"",
			...addressLines(server.urls, tokens),
			...httpsAdvice(server),
			`Poses go to ${outputFile === undefined ? `files in ${folder}` : resolve(outputFile)}. Ctrl+C ends it.`,
		].join("\n"),
	);
	await printQrCode(pageAddresses(server.urls, mainToken(tokens)), logLevel);
}

/**
 * Makes the folder, and tests now whatever would fail at the first pose.
 *
 * @throws {MotionFileError} when the folder or a file can't be made.
 */
async function prepareFolder({ outputFile, outputDir }: RecordMotionFlags): Promise<string> {
	const folder = resolve(outputFile === undefined ? outputDir : dirname(outputFile));
	try {
		if (outputFile === undefined) await makeFolders(folder);
		accessSync(folder, constants.W_OK | constants.X_OK);
	} catch (error) {
		throw writeFailure(folder, error);
	}
	if (outputFile !== undefined && statSync(outputFile, { throwIfNoEntry: false })?.isFile())
		throw new MotionFileError("exists", outputFile, `${outputFile} is there already, and is not overwritten.`);
	return folder;
}

/** Logs what becomes of each viewer's recording, and prints it when it is finished. */
function report(recordings: ViewerRecordings, logger: Logger): void {
	const log = (viewer: string) => logger.child({ viewer: viewer.slice(0, 8) });
	recordings.on("begun", (viewer, { path }) => log(viewer).info(`is recorded to ${path}`));
	recordings.on("failed", (viewer, { message }, recorder) =>
		log(viewer).error(`${recorder === undefined ? "can't be" : "is no longer"} recorded: ${message}`),
	);
	recordings.on("ending", (_, recorder) => {
		if (recorder.format === "hdf5" && recorder.stats().written > MANY_POSES)
			console.log(`Making ${recorder.path} out of its journal.`);
	});
	recordings.on("ended", (_, recorder) => {
		const { written, lost } = recorder.stats();
		console.log(
			`${written} ${written === 1 ? "pose" : "poses"} in ${recorder.path}${lost > 0 ? `; ${lost} lost` : ""}`,
		);
	});
}

/** An HDF5 file of more poses than this takes more than a second to make. */
const MANY_POSES = 5000;
