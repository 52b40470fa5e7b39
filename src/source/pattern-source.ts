import { panoramaLayout } from "../media/panorama.ts";
import type { VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

export interface PatternSourceOptions {
	/** Of one eye's panorama. Even, at least 128. @default 3840 */
	width?: number;
	/** Even. @default half of `width` */
	height?: number;
	/** Pictures a second. @default 30 */
	frameRate?: number;
	/** A panorama for each eye, in which near things are shifted and each eye sees its letter, L or R. @default false */
	stereo?: boolean;
}

export type CompletePatternOptions = Required<PatternSourceOptions>;

/** The built-in scene as a source: needs no file, and shows a different, known picture at each frame number. @throws {RangeError} for an impossible size or rate. */
export function createPatternSource(options: PatternSourceOptions = {}): VideoSource {
	const { width = 3840, frameRate = 30, stereo = false } = options;
	const height = options.height ?? 2 * Math.round(width / 4);
	panoramaLayout(width, height);
	if (!(frameRate > 0 && frameRate <= 1000)) throw new RangeError(`The pattern's frameRate is above 0 and at most 1000; got ${frameRate}.`);
	const complete: CompletePatternOptions = { width, height, frameRate, stereo };
	const worker = new URL(import.meta.url.endsWith(".ts") ? "./pattern-source-worker.ts" : "./pattern-source-worker.js", import.meta.url);
	return new WorkerSource({ name: stereo ? "pattern:stereo" : "pattern", worker, options: complete });
}
