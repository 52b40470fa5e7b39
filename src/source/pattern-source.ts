import { completeOptions } from "../media/option-table.ts";
import { panoramaLayout } from "../media/panorama.ts";
import { threadFile } from "../threads/thread.ts";
import { type CompletePatternOptions, PATTERN_OPTIONS, type PatternSourceOptions } from "./source-options.ts";
import type { VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

/**
 * The built-in scene as a source: needs no file, and shows a different, known picture at each frame
 * number.
 * @throws {RangeError} for an impossible size or rate.
 */
export function createPatternSource(options: PatternSourceOptions = {}): VideoSource {
	const given = completeOptions(PATTERN_OPTIONS, options, "createPatternSource()");
	const complete: CompletePatternOptions = { ...given, height: given.height ?? 2 * Math.round(given.width / 4) };
	panoramaLayout(complete);
	const worker = threadFile("./pattern-source-worker", import.meta.url);
	return new WorkerSource({ name: complete.stereo ? "pattern:stereo" : "pattern", worker, options: complete });
}
