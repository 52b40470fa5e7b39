import {
	type CompleteOptions,
	completeOptions,
	flag,
	numberWithin,
	type OptionTable,
	oneOf,
	optional,
	text,
	wholeNumber,
	withDefault,
} from "../media/option-table.ts";
import { MOTION_AXES, type MotionAxes } from "./motion-axes.ts";
import { MOTION_FORMATS, type MotionFormat } from "./motion-format.ts";
import { MAX_DECIMALS } from "./python-text.ts";

/** Options of `createMotionRecorder()`. */
export interface MotionRecorderOptions {
	/**
	 * The file. It has to be new: recordings are never overwritten.
	 * @default a name with the time, in `directory`
	 */
	readonly path?: string | undefined;
	/**
	 * The folder of the file when `path` is not given. It is made if it does not exist.
	 * @default "./recordings"
	 */
	readonly directory?: string | undefined;
	/** @default by the path's ending, else "jsonl" */
	readonly format?: MotionFormat | undefined;
	/**
	 * Decimals of positions, rotations and relative times in JSONL and CSV; HDF5 and MCAP keep
	 * every digit.
	 * @default 3
	 */
	readonly precision?: number | undefined;
	/**
	 * In JSONL and CSV `timestamp` (Unix seconds) and `datetime` (local) in place of `time_elapsed`
	 * since the first pose.
	 * @default false
	 */
	readonly absoluteTime?: boolean | undefined;
	/** The axes of the numbers: X forward, Y left, Z up, or Unity's. @default "flu" */
	readonly axes?: MotionAxes | undefined;
	/**
	 * Bytes of poses that may wait to be written. A longer queue bridges longer pauses of the
	 * disk; poses beyond it are lost and counted.
	 * @default 16 MiB
	 */
	readonly maxQueuedBytes?: number | undefined;
	/**
	 * The poses come from a file or a simulation, with times on the application's own clock.
	 * The file's times then begin at zero with the first pose.
	 * @default whether the first pose's time is more than a minute away from `monotonicSec()`,
	 * and `absoluteTime` is not asked for
	 */
	readonly offline?: boolean | undefined;
}

const RECORDER_OPTIONS = {
	path: optional(text()),
	directory: withDefault(text(), "./recordings"),
	format: optional(oneOf(MOTION_FORMATS)),
	precision: withDefault(wholeNumber(0, MAX_DECIMALS), 3),
	absoluteTime: withDefault(flag, false),
	axes: withDefault(oneOf(MOTION_AXES), "flu"),
	maxQueuedBytes: withDefault(numberWithin(0, Number.MAX_SAFE_INTEGER), 16 << 20),
	offline: optional(flag),
} satisfies OptionTable<MotionRecorderOptions>;

/**
 * Fills in the defaults.
 * @throws {RangeError | TypeError} with the option's name, the expected and the given value.
 */
export function completeRecorderOptions(options: MotionRecorderOptions = {}): CompleteOptions<typeof RECORDER_OPTIONS> {
	return completeOptions(RECORDER_OPTIONS, options, "createMotionRecorder()");
}
