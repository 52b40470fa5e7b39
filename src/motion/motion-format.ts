import { extname } from "node:path";
import type { MotionAxes } from "./motion-axes.ts";
import { timeInName } from "./python-text.ts";

/** The formats of recordings. */
export const MOTION_FORMATS = ["jsonl", "csv", "hdf5", "mcap"] as const;
/** One of `MOTION_FORMATS`. */
export type MotionFormat = (typeof MOTION_FORMATS)[number];

const EXTENSIONS: Readonly<Record<MotionFormat, string>> = { jsonl: "jsonl", csv: "csv", hdf5: "h5", mcap: "mcap" };
const FORMATS: Readonly<Record<string, MotionFormat>> = {
	".jsonl": "jsonl",
	".ndjson": "jsonl",
	".csv": "csv",
	".h5": "hdf5",
	".hdf5": "hdf5",
	".mcap": "mcap",
};

/**
 * Ending of the journal of an HDF5 recording that is not closed yet. It lies beside the later
 * file.
 */
export const JOURNAL_EXTENSION = ".journal";

/** @returns the format by a file's name; `undefined` for other names. */
export function formatOfName(path: string): MotionFormat | undefined {
	return FORMATS[extname(path).toLowerCase()];
}

/** body_pose_20260131_235959.jsonl, as XR Robot Teleop Server names its recordings. */
export function defaultName(format: MotionFormat, began: Date): string {
	return `body_pose_${timeInName(began)}.${EXTENSIONS[format]}`;
}

/** `x.jsonl` and `head` are `x.head.jsonl`: a name beside a recording's main file. */
export function nameBeside(path: string, part: string): string {
	const ending = extname(path);
	return `${path.slice(0, path.length - ending.length)}.${part}${ending}`;
}

/** The complete options of a writer. They go to the worker, and into the journal's header. */
export interface MotionFileOptions {
	/** The main file. */
	readonly path: string;
	readonly format: MotionFormat;
	/** Decimals of positions, rotations and relative times in JSONL and CSV. */
	readonly precision: number;
	readonly absoluteTime: boolean;
	readonly axes: MotionAxes;
	/** Time of the beginning, Unix seconds. */
	readonly createdSec: number;
	readonly owner: FileOwner;
}

/** The writer of a file, so that a recovery does not take the file for an abandoned one. */
export interface FileOwner {
	readonly host: string;
	readonly pid: number;
}

/**
 * Time between two touches of a recorder's file. An abandoned file is not touched, even when no
 * poses arrive for a living one.
 */
export const TOUCH_MS = 5000;
