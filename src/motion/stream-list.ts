import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { isSkeletonType, type Side, type SkeletonType } from "../skeleton/tables/skeleton.ts";
import type { MotionAxes } from "./motion-axes.ts";
import { writeFailure } from "./motion-file-error.ts";
import type { RecordedKind } from "./motion-row.ts";

/** The description of one stream of a recording whose files hold only numbers. */
export interface ListedStream {
	readonly name: string;
	/** The file's name, without its folder. */
	readonly file: string;
	readonly kind: RecordedKind;
	readonly id: number;
	readonly skeleton: SkeletonType | undefined;
	readonly hand: Side | undefined;
	readonly space: "tracking" | "parent";
}

/**
 * The file beside a JSONL or CSV recording that describes it: `x.jsonl.streams.json` of
 * `x.jsonl`.
 */
export interface StreamList {
	/** Unix seconds at which the relative times of all its files are 0. */
	readonly startedSec: number;
	readonly axes: MotionAxes;
	readonly streams: readonly ListedStream[];
}

const FORMAT = "panogaze motion streams";

/** The entry of a stream in the list, by its first pose. */
export function listedStream(name: string, path: string, sample: PoseSample): ListedStream {
	const { kind, stream, skeleton, hand, parentSpace } = sample;
	return {
		name,
		file: basename(path),
		kind: kind === "none" ? "skeleton" : kind,
		id: stream,
		skeleton,
		hand,
		space: parentSpace ? "parent" : "tracking",
	};
}

/** Replaces the list beside a recording as a whole. @throws {MotionFileError} */
export function writeStreamList(recording: string, list: StreamList): void {
	const path = streamListPath(recording);
	try {
		writeFileSync(`${path}.part`, `${JSON.stringify({ format: FORMAT, version: 1, ...list }, undefined, "\t")}\n`);
		renameSync(`${path}.part`, path);
	} catch (error) {
		throw writeFailure(path, error);
	}
}

/**
 * @returns the list beside a recording; `undefined` when there is none, as beside recordings of
 * other programs.
 */
export function readStreamList(recording: string): StreamList | undefined {
	try {
		return checked(JSON.parse(readFileSync(streamListPath(recording), "utf8")));
	} catch {
		return undefined;
	}
}

function streamListPath(recording: string): string {
	return `${recording}.streams.json`;
}

function checked(value: unknown): StreamList | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { format, startedSec, axes, streams } = value as Record<string, unknown>;
	if (
		format !== FORMAT ||
		typeof startedSec !== "number" ||
		(axes !== "flu" && axes !== "unity") ||
		!Array.isArray(streams)
	)
		return undefined;
	return { startedSec, axes, streams: streams.flatMap((stream) => checkedStream(stream) ?? []) };
}

function checkedStream(value: unknown): ListedStream | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { name, file, kind, id, skeleton, hand, space } = value as Record<string, unknown>;
	if (typeof name !== "string" || typeof file !== "string" || basename(file) !== file) return undefined;
	if (kind !== "head" && kind !== "skeleton" && kind !== "controller") return undefined;
	return {
		name,
		file,
		kind,
		id: typeof id === "number" ? id : 0,
		skeleton: isSkeletonType(skeleton) ? skeleton : undefined,
		hand: hand === "left" || hand === "right" ? hand : undefined,
		space: space === "parent" ? "parent" : "tracking",
	};
}
