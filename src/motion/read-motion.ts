import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { completeOptions, type OptionTable, oneOf, optional } from "../media/option-table.ts";
import { POSE_STREAM } from "../protocol/pose-streams.ts";
import { openHdf5 } from "./hdf5-reader.ts";
import { readMcap } from "./mcap-reader.ts";
import { MOTION_AXES, type MotionAxes } from "./motion-axes.ts";
import { MotionFileError, readFailure } from "./motion-file-error.ts";
import { formatOfName, JOURNAL_EXTENSION, MOTION_FORMATS, type MotionFormat } from "./motion-format.ts";
import { MotionJournal } from "./motion-journal.ts";
import type { MotionRow } from "./motion-row.ts";
import { type ListedStream, readStreamList, type StreamList } from "./stream-list.ts";
import { MAIN_STREAM, StreamNames } from "./stream-names.ts";
import { readCsv, readJsonl, type TextFileInfo } from "./text-reader.ts";

/** Options of `readMotion()`. */
export interface ReadMotionOptions {
	/** @default by the file's name, else by its first bytes */
	readonly format?: MotionFormat | undefined;
	/**
	 * The axes of the numbers, for files that do not state them.
	 * @default the file's, else "flu"
	 */
	readonly axes?: MotionAxes | undefined;
}

const READ_OPTIONS = {
	format: optional(oneOf(MOTION_FORMATS)),
	axes: optional(oneOf(MOTION_AXES)),
} satisfies OptionTable<ReadMotionOptions>;

/** The stream of a file that states none: the body that XR Robot Teleop Server records. */
const THEIR_BODY: Omit<ListedStream, "file"> = {
	name: MAIN_STREAM,
	kind: "skeleton",
	id: POSE_STREAM.body,
	skeleton: "FullBody",
	hand: undefined,
	space: "tracking",
};

/**
 * Reads a recording of motion: JSONL, CSV, HDF5 or MCAP, of this program or of XR Robot Teleop
 * Server, with all streams beside it, in the order of time. Reading begins with the first pose
 * that is taken, and never runs far ahead. A recording may be read again and again.
 *
 * An unfinished file gives its whole poses. For an unfinished HDF5 recording, name the later
 * file: its journal is read.
 */
export function readMotion(path: string, options: ReadMotionOptions = {}): MotionReader {
	return new MotionReader(path, completeOptions(READ_OPTIONS, options, "readMotion()"));
}

/** A reader of one recording, made by `readMotion`. */
export class MotionReader implements AsyncIterable<MotionRow> {
	readonly path: string;
	readonly #options: ReadMotionOptions;
	readonly #notices: string[] = [];

	constructor(path: string, options: ReadMotionOptions) {
		this.path = path;
		this.#options = options;
	}

	/**
	 * Sentences about tolerated faults: a last line that was cut off, a journal in place of a
	 * file. Complete when reading has ended.
	 */
	get notices(): readonly string[] {
		return this.#notices;
	}

	/** @throws {MotionFileError} `not-found` or `broken`, when reading reaches the fault */
	async *[Symbol.asyncIterator](): AsyncGenerator<MotionRow, void, undefined> {
		this.#notices.length = 0;
		const notice = (text: string) => void this.#notices.push(text);
		const { path } = this;
		const journal = path.endsWith(JOURNAL_EXTENSION) ? path : path + JOURNAL_EXTENSION;
		if (path === journal || (!existsSync(path) && existsSync(journal))) {
			yield* readJournal(journal, notice);
			return;
		}
		const format = this.#options.format ?? formatOfName(path) ?? formatOfContent(path);
		if (format === "mcap") yield* readMcap(path, notice);
		else if (format === "hdf5") {
			const recording = await openHdf5(path, this.#options.axes);
			try {
				yield* inOrderOfTime(recording.streams);
			} finally {
				recording.close();
			}
		} else yield* inOrderOfTime(this.#textFiles(format === "csv" ? readCsv : readJsonl, notice));
	}

	#textFiles(
		read: (info: TextFileInfo) => AsyncIterable<MotionRow>,
		notice: (text: string) => void,
	): readonly AsyncIterable<MotionRow>[] {
		const { path } = this;
		const list = readStreamList(path) ?? listOfPart(path);
		const axes = this.#options.axes ?? list?.axes ?? "flu";
		const startedSec = list?.startedSec;
		const streams = list === undefined || list.streams.length === 0 ? [{ ...THEIR_BODY, file: "" }] : list.streams;
		return streams.flatMap((stream) => {
			const file = stream.name === MAIN_STREAM ? path : join(dirname(path), stream.file);
			if (file !== path && !existsSync(file)) {
				notice(`${file} is not there: the stream ${stream.name} is left out.`);
				return [];
			}
			return [read({ path: file, stream, axes, startedSec, notice })];
		});
	}
}

/**
 * The list of streams for a part of a recording: for `x.head.jsonl`, the list of `x.jsonl` with
 * that stream alone.
 */
function listOfPart(path: string): StreamList | undefined {
	const name = basename(path);
	const main = /^(.+)\.[^.]+(\.[^.]+)$/.exec(name);
	const list = main === null ? undefined : readStreamList(join(dirname(path), main[1]! + main[2]!));
	const streams = list?.streams.filter(({ file }) => file === name) ?? [];
	return streams.length === 0 ? undefined : { ...list!, streams };
}

async function* readJournal(path: string, notice: (text: string) => void): AsyncGenerator<MotionRow, void, undefined> {
	const journal = MotionJournal.open(path);
	notice(`${path} is the journal of a recording that was not finished; \`panogaze recover-motion\` makes the file.`);
	const names = new StreamNames();
	for (const row of journal.rows()) yield { ...row, stream: names.nameOf(row.sample) };
	if (journal.leftoverBytes > 0) notice(`${path}: the last pose is cut off and was left out.`);
}

/** Merges several streams, each in the order of its times. */
async function* inOrderOfTime(
	streams: readonly AsyncIterable<MotionRow>[],
): AsyncGenerator<MotionRow, void, undefined> {
	const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
	try {
		const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
		while (true) {
			let earliest = -1;
			for (const [index, { done, value }] of heads.entries()) {
				if (done) continue;
				const best = earliest < 0 ? undefined : (heads[earliest]!.value as MotionRow);
				if (best === undefined || (value as MotionRow).timeSec < best.timeSec) earliest = index;
			}
			if (earliest < 0) return;
			yield heads[earliest]!.value as MotionRow;
			heads[earliest] = await iterators[earliest]!.next();
		}
	} finally {
		await Promise.all(iterators.map((iterator) => iterator.return?.()));
	}
}

/**
 * Finds the format by a file's first bytes.
 * @throws {MotionFileError} when it is none of them.
 */
function formatOfContent(path: string): MotionFormat {
	const start = firstBytes(path, 256);
	if (start.subarray(0, 8).equals(Buffer.from("\x89HDF\r\n\x1a\n", "latin1"))) return "hdf5";
	if (start.subarray(0, 6).equals(Buffer.from("\x89MCAP0", "latin1"))) return "mcap";
	const text = start.toString("utf8");
	if (/^\s*\{/.test(text)) return "jsonl";
	if (/^[^\n]*(?:time_elapsed|timestamp)[^\n]*,/.test(text)) return "csv";
	throw new MotionFileError("broken", path, `${path} is no recording of motion: neither JSONL, CSV, HDF5 nor MCAP.`);
}

function firstBytes(path: string, count: number): Buffer {
	let descriptor: number | undefined;
	try {
		// A pipe without a writer would block the whole program here.
		descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
		const kind = fstatSync(descriptor);
		if (!kind.isFile() && !kind.isDirectory())
			throw new MotionFileError(
				"broken",
				path,
				`${path} is a pipe or a device: its format has to be said, by its name or by \`format\`.`,
			);
		const bytes = Buffer.alloc(count);
		return bytes.subarray(0, readSync(descriptor, bytes, 0, count, 0));
	} catch (error) {
		throw readFailure(path, error);
	} finally {
		if (descriptor !== undefined) closeSync(descriptor);
	}
}
