import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { wordsForFileError } from "../media/file-error-words.ts";
import { type Quaternion, quaternionFromAngles } from "../media/rotation.ts";
import { formatOfName } from "../motion/motion-format.ts";
import { readMotion } from "../motion/read-motion.ts";
import { SourceError } from "../source/video-source.ts";
import type { CameraPath } from "./options.ts";
import { PATH_INTERPOLATIONS, type PathInterpolation } from "./path-interpolation.ts";
import { slerp, squad } from "./quaternion-curve.ts";

/** A direction at a time. */
export interface Keyframe {
	/** Seconds from the source's first picture. */
	readonly timeSec: number;
	readonly yawDeg?: number | undefined;
	readonly pitchDeg?: number | undefined;
	readonly rollDeg?: number | undefined;
	/** @default the view's own */
	readonly fovDeg?: number | undefined;
}

/** A keyframe with its rotation. */
interface PathPoint {
	readonly timeSec: number;
	readonly rotation: Quaternion;
	readonly fovDeg: number | undefined;
}

/** Most bytes of a file of keyframes. */
const MAX_BYTES = 64 << 20;

/**
 * A camera path through keyframes. Before the first and after the last one the camera rests. Turns
 * go the shorter way: keyframes lie less than half a turn apart.
 *
 * @throws {RangeError} when there are no keyframes, or their times do not rise.
 */
export function cameraPath(
	keyframes: readonly Keyframe[],
	interpolation: PathInterpolation = PATH_INTERPOLATIONS[0],
): CameraPath {
	return pathThrough(
		keyframes.map(({ timeSec, yawDeg = 0, pitchDeg = 0, rollDeg = 0, fovDeg }) => ({
			timeSec,
			rotation: quaternionFromAngles({ yawDeg, pitchDeg, rollDeg }),
			fovDeg,
		})),
		interpolation,
	);
}

/**
 * Reads a camera path: keyframes as JSON, `[{ "time": 0, "yaw": 0, "pitch": 0, "fov": 90 }]` or
 * `{ "interpolation": "slerp", "keyframes": [...] }`; as CSV with those names in its first line;
 * or the head of a recording of motion, whose first pose is at 0 s.
 *
 * @param interpolation that of keyframes where the file names none.
 * @throws {SourceError} when there is no such file.
 * @throws {MotionFileError} when it is a recording and can't be read.
 * @throws {RangeError} when it is no camera path.
 */
export async function readCameraPath(path: string, interpolation?: PathInterpolation): Promise<CameraPath> {
	const ending = extname(path).toLowerCase();
	const isRecording = formatOfName(path) !== undefined && ending !== ".csv";
	if (isRecording) return recordedHead(path);
	const text = readText(path);
	if (ending !== ".csv") return pathFromJson(path, text, interpolation);
	const [header = ""] = text.split("\n", 1);
	if (!/\byaw\b/i.test(header)) return recordedHead(path);
	return named(path, () => cameraPath(keyframesFromCsv(text), interpolation));
}

function readText(path: string): string {
	let bytes: Buffer;
	try {
		bytes = readFileSync(path);
	} catch (error) {
		throw new SourceError("not-found", `The camera path ${path} ${wordsForFileError(error)}.`);
	}
	if (bytes.byteLength === 0) throw new RangeError(`The camera path ${path} can't be used: the file is empty.`);
	if (bytes.byteLength > MAX_BYTES)
		throw new RangeError(
			`The camera path ${path} is ${bytes.byteLength} bytes long; at most ${MAX_BYTES} are read.`,
		);
	return bytes.toString("utf8");
}

/** @throws {RangeError} with the file's name in front. */
function named<Result>(path: string, work: () => Result): Result {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
		throw new RangeError(`The camera path ${path} can't be used: ${error.message}`, { cause: error });
	}
}

function pathFromJson(path: string, text: string, asked: PathInterpolation | undefined): CameraPath {
	return named(path, () => {
		const value: unknown = JSON.parse(text);
		const { keyframes, interpolation } = (Array.isArray(value) ? { keyframes: value } : Object(value)) as {
			readonly keyframes?: unknown;
			readonly interpolation?: unknown;
		};
		if (!Array.isArray(keyframes)) throw new RangeError("it is a list of keyframes, or holds one as `keyframes`.");
		const known = PATH_INTERPOLATIONS.find((name) => name === interpolation);
		if (interpolation !== undefined && known === undefined)
			throw new RangeError(
				`interpolation is one of ${PATH_INTERPOLATIONS.join(", ")}; got ${String(interpolation)}.`,
			);
		return cameraPath(
			keyframes.map((keyframe, index) => keyframeFrom(Object(keyframe), `keyframe ${index}`)),
			asked ?? known,
		);
	});
}

const FIELDS = { time: "timeSec", yaw: "yawDeg", pitch: "pitchDeg", roll: "rollDeg", fov: "fovDeg" } as const;

/** @throws {RangeError} when a field is no number or is not known. */
function keyframeFrom(values: Readonly<Record<string, unknown>>, name: string): Keyframe {
	const keyframe: Partial<Record<keyof Keyframe, number>> = {};
	for (const [key, value] of Object.entries(values)) {
		if (!Object.hasOwn(FIELDS, key))
			throw new RangeError(`${name} has time, yaw, pitch, roll and fov; got ${key}.`);
		if (typeof value !== "number" || !Number.isFinite(value))
			throw new RangeError(`${name}: ${key} is a number; got ${JSON.stringify(value)}.`);
		keyframe[FIELDS[key as keyof typeof FIELDS]] = value;
	}
	const { timeSec } = keyframe;
	if (timeSec === undefined) throw new RangeError(`${name} has a time; got none.`);
	return { ...keyframe, timeSec };
}

function keyframesFromCsv(text: string): readonly Keyframe[] {
	const [header = "", ...lines] = text.split(/\r?\n/);
	const names = header
		.replace(/^\ufeff/, "")
		.split(",")
		.map((name) => name.trim().toLowerCase());
	return lines.flatMap((line, index) => {
		if (line.trim() === "") return [];
		const cells = line.split(",").map((cell) => cell.trim());
		const filled = names.flatMap((name, column) => {
			const cell = cells[column] ?? "";
			return cell === "" ? [] : [[name, Number(cell)] as const];
		});
		return [keyframeFrom(Object.fromEntries(filled), `line ${index + 2}`)];
	});
}

async function recordedHead(path: string): Promise<CameraPath> {
	const points: PathPoint[] = [];
	let firstSec: number | undefined;
	for await (const { timeSec, capturedSec, sample } of readMotion(path)) {
		if (sample.kind !== "head") continue;
		const sec = capturedSec ?? timeSec;
		firstSec ??= sec;
		const rotation = sample.orientation;
		const last = points.at(-1);
		// Poses that arrive out of order, or twice, add nothing.
		if (last !== undefined && sec - firstSec <= last.timeSec) continue;
		points.push({ timeSec: sec - firstSec, rotation, fovDeg: undefined });
	}
	return named(path, () => pathThrough(points, "slerp"));
}

/** @throws {RangeError} when there are no points, or their times do not rise. */
function pathThrough(points: readonly PathPoint[], interpolation: PathInterpolation): CameraPath {
	const [first] = points;
	if (first === undefined) throw new RangeError("it has no keyframes, and no poses of a head.");
	for (const [index, { timeSec }] of points.entries()) {
		const before = points[index - 1];
		if (before !== undefined && !(timeSec > before.timeSec))
			throw new RangeError(`times rise from keyframe to keyframe; ${timeSec} s follows ${before.timeSec} s.`);
	}
	const rotations = points.map(({ rotation }) => rotation);
	return (timeSec) => {
		const index = lastBefore(points, timeSec);
		const from = points[index] ?? first;
		const to = points[index + 1];
		if (to === undefined || timeSec <= from.timeSec) return { worldFromView: from.rotation, fovDeg: from.fovDeg };
		const t = (timeSec - from.timeSec) / (to.timeSec - from.timeSec);
		const worldFromView =
			interpolation === "squad" ? squad(rotations, index, t) : slerp(from.rotation, to.rotation, t);
		return { worldFromView, fovDeg: fovAt(points, index, t, interpolation) };
	};
}

/** Index of the last point at or before a time; 0 before the first. */
function lastBefore(points: readonly PathPoint[], timeSec: number): number {
	let [low, high] = [0, points.length - 1];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((points[middle]?.timeSec ?? 0) <= timeSec) low = middle;
		else high = middle - 1;
	}
	return low;
}

/** The field of view after point `index`: linear, or a cubic that has no kinks at the points. */
function fovAt(
	points: readonly PathPoint[],
	index: number,
	t: number,
	interpolation: PathInterpolation,
): number | undefined {
	const at = (i: number) => points[Math.min(points.length - 1, Math.max(0, i))];
	const [from, to] = [at(index), at(index + 1)];
	if (from?.fovDeg === undefined || to?.fovDeg === undefined) return from?.fovDeg ?? to?.fovDeg;
	if (interpolation === "slerp") return from.fovDeg + t * (to.fovDeg - from.fovDeg);
	const span = to.timeSec - from.timeSec;
	const slope = (a: PathPoint | undefined, b: PathPoint | undefined) =>
		a?.fovDeg === undefined || b?.fovDeg === undefined || b.timeSec <= a.timeSec
			? 0
			: ((b.fovDeg - a.fovDeg) / (b.timeSec - a.timeSec)) * span;
	const [m0, m1] = [slope(at(index - 1), to), slope(from, at(index + 2))];
	const [t2, t3] = [t * t, t * t * t];
	return (
		(2 * t3 - 3 * t2 + 1) * from.fovDeg + (t3 - 2 * t2 + t) * m0 + (3 * t2 - 2 * t3) * to.fovDeg + (t3 - t2) * m1
	);
}
