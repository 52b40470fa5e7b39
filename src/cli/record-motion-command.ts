import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { Command, Option } from "commander";
import type { Logger } from "pino";
import type * as Motion from "../motion/index.ts";
import type { MotionAxes, MotionFormat, MotionRecorder, MotionRecorderOptions } from "../motion/index.ts";
import { MOTION_AXES } from "../motion/motion-axes.ts";
import { MotionFileError, writeFailure } from "../motion/motion-file-error.ts";
import { MOTION_FORMATS } from "../motion/motion-format.ts";
import { completeRecorderOptions } from "../motion/motion-recorder-options.ts";
import { MAX_DECIMALS } from "../motion/python-text.ts";
import type { PanogazeServer } from "../server/server.ts";
import { exitByForce } from "../threads/process-end.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { httpsAdvice } from "./https-flags.ts";
import { interrupted, interruption, withinGrace } from "./interruption.ts";
import { addressLines, pageAddresses, printableTokens, printQrCode } from "./page-addresses.ts";
import { wordsForRecovery } from "./recover-motion-command.ts";
import type { TokenOptions } from "./secret-flags.ts";
import { addServerFlags, type ServerFlags, serverOptions, wholeNumber } from "./server-flags.ts";

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
 * `panogaze record-motion [SOURCE]`: a server that writes down what its viewers' heads, bodies,
 * hands and controllers do.
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
	const folder = prepareFolder(flags);
	const motion = await import("../motion/index.ts");
	for (const file of await motion.recoverMotion(folder))
		if (file.outcome !== "in-use") console.log(wordsForRecovery(file));
	const [{ serve }, { startLog }] = await Promise.all([import("../server/server.ts"), import("./start-log.ts")]);
	const { status, logger } = startLog(flags.logLevel);
	const recordings = new ViewerRecordings(motion, flags, logger);
	const starting = serve({
		...options,
		logger,
		signal: interruption,
		tracking: {
			head: ({ message, viewer, receivedAt, capturedAt }) =>
				recordings.write(viewer.id, message, receivedAt, capturedAt),
			skeleton: ({ message, viewer, receivedAt, capturedAt }) =>
				recordings.write(viewer.id, message, receivedAt, capturedAt),
			controller: ({ message, viewer, receivedAt, capturedAt }) =>
				recordings.write(viewer.id, message, receivedAt, capturedAt),
		},
	});
	const server = await withinGrace(starting);
	server.on("leave", ({ id }) => recordings.end(id));
	await greet(server, flags, options, folder);
	status.follow(server);
	await interrupted();
	status.clear();
	await withinGrace(server.close());
	const failures = await recordings.endAll();
	// node-datachannel's threads keep the process alive, and its own clean-up is not safe to call.
	exitByForce(failures > 0 ? EXIT_CODES.notWritable : 0);
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
	await printQrCode(pageAddresses(server.urls, tokens.bearerToken ?? tokens.viewToken), logLevel);
}

/**
 * Makes the folder, and finds out now what would go wrong with the first pose.
 *
 * @throws {MotionFileError}
 */
function prepareFolder({ outputFile, outputDir }: RecordMotionFlags): string {
	const folder = resolve(outputFile === undefined ? outputDir : dirname(outputFile));
	try {
		if (outputFile === undefined) mkdirSync(folder, { recursive: true });
		accessSync(folder, constants.W_OK | constants.X_OK);
	} catch (error) {
		throw writeFailure(folder, error);
	}
	if (outputFile !== undefined && statSync(outputFile, { throwIfNoEntry: false })?.isFile())
		throw new MotionFileError("exists", outputFile, `${outputFile} is there already, and is not overwritten.`);
	return folder;
}

/** A recording for each viewer who sends poses, from the first of them until they leave. */
class ViewerRecordings {
	readonly #motion: typeof Motion;
	readonly #flags: RecordMotionFlags;
	readonly #log: Logger;
	/** `undefined` for a viewer whose recording could not be begun. */
	readonly #recorders = new Map<string, MotionRecorder | undefined>();
	readonly #ending = new Set<Promise<void>>();
	#failures = 0;

	constructor(motion: typeof Motion, flags: RecordMotionFlags, log: Logger) {
		this.#motion = motion;
		this.#flags = flags;
		this.#log = log;
	}

	write(
		viewer: string,
		sample: Parameters<MotionRecorder["write"]>[0],
		receivedAtSec: number,
		capturedAtSec: number,
	): void {
		if (!this.#recorders.has(viewer)) this.#recorders.set(viewer, this.#begin(viewer));
		this.#recorders.get(viewer)?.write(sample, { receivedAtSec, capturedAtSec });
	}

	/** Finishes a viewer's recording. */
	end(viewer: string): void {
		const recorder = this.#recorders.get(viewer);
		this.#recorders.delete(viewer);
		if (recorder === undefined) return;
		const ending = this.#end(recorder);
		this.#ending.add(ending);
		void ending.then(() => this.#ending.delete(ending));
	}

	/** @returns how many recordings did not go well. */
	async endAll(): Promise<number> {
		for (const viewer of [...this.#recorders.keys()]) this.end(viewer);
		await Promise.all(this.#ending);
		return this.#failures;
	}

	#begin(viewer: string): MotionRecorder | undefined {
		const log = this.#log.child({ viewer: viewer.slice(0, 8) });
		try {
			const recorder = this.#motion.MotionRecorder.start(this.#options());
			log.info(`is recorded to ${recorder.path}`);
			void recorder.ended.then((failure) => {
				if (failure === undefined) return;
				this.#failures++;
				log.error(`is no longer recorded: ${failure.message}`);
			});
			return recorder;
		} catch (error) {
			this.#failures++;
			log.error(`can't be recorded: ${(error as Error).message}`);
			return undefined;
		}
	}

	#options(): MotionRecorderOptions {
		const { format, outputFile, outputDir, decimalPrecision, absoluteTime, axes } = this.#flags;
		const path = outputFile === undefined ? undefined : this.#firstOrNumbered(outputFile);
		return { path, directory: outputDir, format, precision: decimalPrecision, absoluteTime, axes };
	}

	async #end(recorder: MotionRecorder): Promise<void> {
		if (recorder.format === "hdf5" && recorder.stats().written > MANY_POSES)
			console.log(`Making ${recorder.path} out of its journal.`);
		// A failure was reported when it happened.
		await recorder.close().catch(() => {});
		const { written, lost } = recorder.stats();
		console.log(
			`${written} ${written === 1 ? "pose" : "poses"} in ${recorder.path}${lost > 0 ? `; ${lost} lost` : ""}`,
		);
	}

	/** Pipes and devices have no number two. */
	#firstOrNumbered(file: string): string {
		const special = statSync(file, { throwIfNoEntry: false });
		return special !== undefined && !special.isFile() ? file : this.#motion.freeName(dirname(file), basename(file));
	}
}

/** An HDF5 file of more poses than this takes more than a second to make. */
const MANY_POSES = 5000;
