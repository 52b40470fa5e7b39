import {
	bounded,
	type CompleteOptions,
	completeOptions,
	flag,
	type OptionTable,
	optional,
	wholeNumber,
	withDefault,
} from "../media/option-table.ts";
import { panoramaLayout } from "../media/panorama.ts";
import { threadFile } from "../threads/thread.ts";
import type { VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

export interface PatternSourceOptions {
	/** Of one eye's panorama. Even, at least 128. @default 3840 */
	width?: number | undefined;
	/** Even. @default half of `width` */
	height?: number | undefined;
	/** Pictures a second. @default 30 */
	frameRate?: number | undefined;
	/** A panorama for each eye, in which near things are shifted and each eye sees its letter, L or R. @default false */
	stereo?: boolean | undefined;
}

/** Checks and defaults of `PatternSourceOptions`. */
export const PATTERN_OPTIONS = {
	width: withDefault(wholeNumber(1, 65_536), 3840),
	height: optional(wholeNumber(1, 65_536)),
	frameRate: withDefault(
		bounded("a number above 0, at most 1000", (rate) => rate > 0 && rate <= 1000),
		30,
	),
	stereo: withDefault(flag, false),
} satisfies OptionTable<PatternSourceOptions>;

export interface CompletePatternOptions extends CompleteOptions<typeof PATTERN_OPTIONS> {
	readonly height: number;
}

/** The built-in scene as a source: needs no file, and shows a different, known picture at each frame number. @throws {RangeError} for an impossible size or rate. */
export function createPatternSource(options: PatternSourceOptions = {}): VideoSource {
	const given = completeOptions(PATTERN_OPTIONS, options, "createPatternSource()");
	const complete: CompletePatternOptions = { ...given, height: given.height ?? 2 * Math.round(given.width / 4) };
	panoramaLayout(complete.width, complete.height);
	const worker = threadFile("./pattern-source-worker", import.meta.url);
	return new WorkerSource({ name: complete.stereo ? "pattern:stereo" : "pattern", worker, options: complete });
}
