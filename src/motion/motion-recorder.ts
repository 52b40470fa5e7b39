import { mkdirSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, extname, resolve } from "node:path";
import { monotonicSec } from "../media/clock.ts";
import { trackedBones } from "../skeleton/bone-table.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import { MotionFileError, writeFailure } from "./motion-file-error.ts";
import {
	defaultName,
	type FileOwner,
	formatOfName,
	JOURNAL_EXTENSION,
	type MotionFileOptions,
	type MotionFormat,
} from "./motion-format.ts";
import { packedBytes, packSample } from "./motion-packing.ts";
import { completeRecorderOptions, type MotionRecorderOptions } from "./motion-recorder-options.ts";
import type { FromRecorderWorker, ToRecorderWorker } from "./motion-recorder-protocol.ts";
import { streamKey } from "./stream-names.ts";

/**
 * The times of a pose, seconds on the server's monotonic clock (`monotonicSec()`); for an
 * `offline` recording, on its own clock.
 */
export interface MotionTimes {
	readonly receivedAtSec: number;
	/** NaN or absent: not known. Times before 1970 or after 2255 count as not known. */
	readonly capturedAtSec?: number | undefined;
	/** `photonAgeMs` of the pose's handler; NaN or absent: not known. */
	readonly photonAgeMs?: number | undefined;
}

/** Counters of a recording. */
export interface MotionRecorderStats {
	/** Poses that are in the file, or in the journal that it becomes. */
	readonly written: number;
	/** Poses that were taken and are on their way to the disk. */
	readonly queued: number;
	/**
	 * Poses that will not be in the file: the queue was full, the recording had stopped, or
	 * there were too many streams.
	 */
	readonly lost: number;
}

/**
 * Samples are collected for this long, or up to this many bytes, before the worker gets them.
 */
const BATCH_MS = 100;
const BATCH_BYTES = 1 << 16;
/**
 * The most streams of one recording; each is a file or a group. A client that declares ever
 * more streams must not use up the machine's open files.
 */
const MAX_STREAMS = 64;
/** A first pose whose time is further from the clock, seconds, makes an offline recording. */
const NOT_NOW_SEC = 60;
/** The latest time that every format can hold, Unix seconds. */
const MAX_UNIX_SEC = 9e9;

/** The part of a thread that a recorder needs. */
type RecorderThread = Pick<Thread<ToRecorderWorker, FromRecorderWorker>, "post" | "exited" | "end">;

/** Starts a thread in which a `RecordingWriter` writes `file`. */
export type StartRecorderThread = (
	file: MotionFileOptions,
	onMessage: (message: FromRecorderWorker) => void,
) => RecorderThread;

const startRecorderThread: StartRecorderThread = (data, onMessage) =>
	new Thread({
		file: threadFile("./motion-recorder-worker", import.meta.url),
		name: "panogaze-recorder",
		data,
		onMessage,
	});

const THIS_PROCESS: FileOwner = { host: hostname(), pid: process.pid };

/**
 * Begins a recording of motion. The file is made at once, so that a fault shows before anything
 * is lost.
 *
 * JSONL, CSV and HDF5 have the layouts of XR Robot Teleop Server's recorder; other streams go
 * into files beside it (text) or groups (HDF5). Every format survives the end of the process,
 * losing at most the last second: text and MCAP stay readable; HDF5 leaves a journal, which
 * `readMotion` reads and `recoverMotion` finishes.
 *
 * @throws {MotionFileError} if the file is there already or can't be made.
 * @throws {RangeError | TypeError} if an option is wrong; the message names it.
 */
export async function createMotionRecorder(options: MotionRecorderOptions = {}): Promise<MotionRecorder> {
	return MotionRecorder.open(options);
}

/** One recording under way. Made by `createMotionRecorder`. */
export class MotionRecorder implements AsyncDisposable {
	/** The main file, absolute. */
	readonly path: string;
	readonly format: MotionFormat;
	/**
	 * Resolves when the recording has ended: with the error that stopped it, or `undefined`
	 * after a good close.
	 */
	readonly ended: Promise<MotionFileError | undefined>;
	readonly #opened: Promise<undefined>;
	readonly #thread: RecorderThread;
	readonly #maxQueuedBytes: number;
	readonly #offline: boolean | undefined;
	/**
	 * Added to the times of poses to make them the file's. Fixed by the first pose, so that setting
	 * the machine's clock does not stretch the recording.
	 */
	#fileFromPoseSec: number | undefined;
	readonly #streams = new Set<string>();
	#batch = new Uint8Array(BATCH_BYTES);
	#batchBytes = 0;
	#batchPoses = 0;
	#batchTimer: NodeJS.Timeout | undefined;
	#queuedBytes = 0;
	#taken = 0;
	#safe = 0;
	#refused = 0;
	#failure: MotionFileError | undefined;
	#accepting = true;
	#closing: Promise<void> | undefined;

	private constructor(
		options: MotionFileOptions,
		maxQueuedBytes: number,
		offline: boolean | undefined,
		startThread: StartRecorderThread,
	) {
		const { path, format } = options;
		this.path = path;
		this.format = format;
		this.#maxQueuedBytes = maxQueuedBytes;
		this.#offline = offline;
		const opened = Promise.withResolvers<undefined>();
		this.#opened = opened.promise;
		const ended = Promise.withResolvers<MotionFileError | undefined>();
		this.ended = ended.promise;
		this.#thread = startThread(options, (message) =>
			message.type === "open" ? opened.resolve(undefined) : this.#receive(message, ended.resolve),
		);
		void this.#thread.exited.then(({ error }) => {
			if (error !== undefined)
				this.#fail(
					new MotionFileError(
						"not-writable",
						path,
						`The thread that writes ${path} failed: ${error.message}`,
						{
							cause: error,
						},
					),
				);
			ended.resolve(this.#failure);
		});
		void this.ended.then(() => NAMES_IN_USE.delete(path));
	}

	/**
	 * Creates a recorder, for `createMotionRecorder`.
	 *
	 * @param startThread starts the writing thread; a test may write in its own thread
	 * @throws {MotionFileError} when the file exists already or can't be made.
	 */
	static async open(options: MotionRecorderOptions, startThread = startRecorderThread): Promise<MotionRecorder> {
		const recorder = MotionRecorder.start(options, startThread);
		const failure = await Promise.race([recorder.#opened, recorder.ended]);
		if (failure !== undefined) throw failure;
		return recorder;
	}

	/**
	 * Like `createMotionRecorder`, but poses can be written at once; if the file can't be made,
	 * `ended` reports it.
	 *
	 * @param startThread starts the thread that writes; a test may write in its own
	 * @throws {RangeError | TypeError} if an option is wrong; the message names it.
	 * @throws {MotionFileError} if the folder can't be made.
	 */
	static start(options: MotionRecorderOptions = {}, startThread = startRecorderThread): MotionRecorder {
		const { file, maxQueuedBytes, offline } = newRecording(options);
		return new MotionRecorder(file, maxQueuedBytes, offline, startThread);
	}

	/**
	 * Puts a pose into the queue; its numbers are copied. Takes some microseconds.
	 *
	 * @param sample world axes; bones that are not tracked are left out, and of `body_pose`
	 * those with ids above 1023
	 * @returns `false` if it was lost, as all poses beyond 64 streams are.
	 * @throws {RangeError} when the time is not finite, or lies before the first pose of an
	 * offline recording.
	 */
	write(sample: PoseSample, { receivedAtSec, capturedAtSec = Number.NaN, photonAgeMs }: MotionTimes): boolean {
		if (!Number.isFinite(receivedAtSec))
			throw new RangeError(`receivedAtSec is a number of seconds; got ${receivedAtSec}.`);
		this.#fileFromPoseSec ??= this.#shiftOfFirst(receivedAtSec, capturedAtSec);
		const shiftSec = this.#fileFromPoseSec;
		if (!isUnixTime(receivedAtSec + shiftSec))
			throw new RangeError(
				"receivedAtSec is seconds of monotonicSec(), or not before an offline recording's first; " +
					`got ${receivedAtSec}.`,
			);
		const capturedSec = isCaptureTime(capturedAtSec + shiftSec) ? capturedAtSec + shiftSec : undefined;
		const ids = trackedBones(sample);
		const bytes = packedBytes(sample, ids.length);
		if (!this.#accepting || this.#queuedBytes + bytes > this.#maxQueuedBytes || !this.#hasStream(sample)) {
			this.#refused++;
			return false;
		}
		if (this.#batchBytes + bytes > this.#batch.byteLength) this.#post(bytes);
		const row = { timeSec: receivedAtSec + shiftSec, capturedSec, photonAgeMs, sample };
		packSample(row, ids, new DataView(this.#batch.buffer), this.#batchBytes);
		this.#batchBytes += bytes;
		this.#batchPoses++;
		this.#queuedBytes += bytes;
		this.#taken++;
		this.#batchTimer ??= setTimeout(() => this.#post(), BATCH_MS);
		return true;
	}

	#shiftOfFirst(receivedAtSec: number, capturedAtSec: number): number {
		const nowSec = monotonicSec();
		const offline = this.#offline ?? Math.abs(receivedAtSec - nowSec) > NOT_NOW_SEC;
		if (!offline) return Date.now() / 1000 - nowSec;
		// MCAP's times are unsigned, and the first pose was read before it was received.
		const readFirst =
			this.format === "mcap" && capturedAtSec < receivedAtSec && capturedAtSec > receivedAtSec - NOT_NOW_SEC;
		return readFirst ? -capturedAtSec : -receivedAtSec;
	}

	stats(): MotionRecorderStats {
		const open = this.#failure === undefined;
		const behind = this.#taken - this.#safe;
		return { written: this.#safe, queued: open ? behind : 0, lost: this.#refused + (open ? 0 : behind) };
	}

	/**
	 * Writes the queue and finishes the file. HDF5 takes some seconds for each recorded hour. A
	 * second call waits for the first.
	 *
	 * @throws {MotionFileError} the error that stopped the recording, if it failed.
	 */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #close(): Promise<void> {
		this.#post();
		this.#accepting = false;
		this.#thread.post({ type: "close" });
		const failure = await this.ended;
		if (failure !== undefined) throw failure;
	}

	/** Checks whether a pose's stream is known, or there is room for another. */
	#hasStream(sample: PoseSample): boolean {
		const key = streamKey(sample);
		if (this.#streams.has(key)) return true;
		return this.#streams.size < MAX_STREAMS && this.#streams.add(key).has(key);
	}

	/**
	 * Hands the batch to the worker.
	 * @param room bytes that the next batch must have room for
	 */
	#post(room = 0): void {
		clearTimeout(this.#batchTimer);
		this.#batchTimer = undefined;
		if (this.#batchBytes === 0 || this.#failure !== undefined) return;
		const packed = this.#batch.subarray(0, this.#batchBytes);
		this.#thread.post({ type: "write", packed, poses: this.#batchPoses }, [this.#batch.buffer]);
		this.#batch = new Uint8Array(Math.max(BATCH_BYTES, room));
		this.#batchBytes = 0;
		this.#batchPoses = 0;
	}

	#receive(
		message: Exclude<FromRecorderWorker, { type: "open" }>,
		end: (failure: MotionFileError | undefined) => void,
	): void {
		switch (message.type) {
			case "written":
				this.#queuedBytes -= message.bytes;
				if (this.#failure === undefined) this.#safe = message.safePoses;
				break;
			case "failed":
				this.#safe = message.safePoses;
				this.#fail(new MotionFileError(message.code, message.path, message.message));
				end(this.#failure);
				if (this.#closing === undefined) void this.#thread.end(0);
				break;
			case "closed":
				if (this.#failure === undefined) this.#safe = message.safePoses;
				end(this.#failure);
				void this.#thread.end(0);
				break;
		}
	}

	#fail(failure: MotionFileError): void {
		this.#failure ??= failure;
		this.#accepting = false;
		clearTimeout(this.#batchTimer);
		this.#batchTimer = undefined;
	}
}

/**
 * Checks whether a capture time can be stored. The first poses of a recording that begins at
 * zero were read before zero. NaN is none.
 */
function isCaptureTime(sec: number): boolean {
	return isUnixTime(sec) || (sec < 0 && sec > -NOT_NOW_SEC);
}

/** Not NaN either. */
function isUnixTime(sec: number): boolean {
	return sec >= 0 && sec <= MAX_UNIX_SEC;
}

function newRecording(options: MotionRecorderOptions): {
	readonly file: MotionFileOptions;
	readonly maxQueuedBytes: number;
	readonly offline: boolean | undefined;
} {
	const complete = completeRecorderOptions(options);
	const { path, directory, precision, absoluteTime, axes, maxQueuedBytes } = complete;
	const format = complete.format ?? (path === undefined ? undefined : formatOfName(path)) ?? "jsonl";
	const began = new Date();
	const file = path === undefined ? freeName(directory, defaultName(format, began)) : resolve(path);
	if (path === undefined) makeFolder(dirname(file));
	NAMES_IN_USE.add(file);
	const createdSec = began.getTime() / 1000;
	return {
		file: { path: file, format, precision, absoluteTime, axes, createdSec, owner: THIS_PROCESS },
		maxQueuedBytes,
		offline: complete.offline ?? (absoluteTime ? false : undefined),
	};
}

/** @throws {MotionFileError} */
function makeFolder(path: string): void {
	try {
		mkdirSync(path, { recursive: true });
	} catch (error) {
		throw writeFailure(path, error);
	}
}

/** Main files of this process's recordings, even before their worker has made them. */
const NAMES_IN_USE = new Set<string>();

/** Checks whether this process records to a file, named by its absolute path. */
export function isBeingRecorded(path: string): boolean {
	return NAMES_IN_USE.has(path);
}

/**
 * Finds a name that no file has: `name`, `name_2`, `name_3`, ... Two recordings may begin in
 * one second.
 */
export function freeName(directory: string, name: string): string {
	const path = resolve(directory, name);
	const isThere = (file: string) => statSync(file, { throwIfNoEntry: false }) !== undefined;
	for (let number = 1; ; number++) {
		const candidate = number === 1 ? path : numbered(path, number);
		if (!NAMES_IN_USE.has(candidate) && !isThere(candidate) && !isThere(candidate + JOURNAL_EXTENSION))
			return candidate;
	}
}

/** `x.jsonl` and 2 are `x_2.jsonl`. */
function numbered(path: string, number: number): string {
	const ending = extname(path);
	return `${path.slice(0, path.length - ending.length)}_${number}${ending}`;
}
