import { extname } from "node:path";
import type { MotionAxes } from "./motion-axes.ts";
import { timeInName } from "./python-text.ts";

export const MOTION_FORMATS = ["jsonl", "csv", "hdf5", "mcap"] as const;
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
 * What HDF5 recordings are until they are closed: poses as they came, beside the file that they
 * become.
 */
export const JOURNAL_EXTENSION = ".journal";

/** @returns what a file's name says of its format. */
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

/**
 * Everything that a writer has to know, all of it filled in. Goes to the worker, and into the
 * journal's header.
 */
export interface MotionFileOptions {
	/** The main file. */
	readonly path: string;
	readonly format: MotionFormat;
	/** Decimals of positions, rotations and relative times in JSONL and CSV. */
	readonly precision: number;
	readonly absoluteTime: boolean;
	readonly axes: MotionAxes;
	/** When it was begun, Unix seconds. */
	readonly createdSec: number;
	readonly owner: FileOwner;
}

/** Who writes a file, so that nobody takes it for one that was left behind. */
export interface FileOwner {
	readonly host: string;
	readonly pid: number;
}

/**
 * A recorder touches its file this often, so that one that nobody writes any more can be told from
 * one to which nothing comes.
 */
export const TOUCH_MS = 5000;
