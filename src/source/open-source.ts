import { completeOptions, group, type OptionTable, oneOf, withDefault } from "../media/option-table.ts";
import { createFfmpegSource, FFMPEG_OPTIONS, type FfmpegSourceOptions } from "./ffmpeg-source.ts";
import { createLibavSource, type LibavSourceOptions, requireSpec } from "./libav-source.ts";
import { createPatternSource, PATTERN_OPTIONS, type PatternSourceOptions } from "./pattern-source.ts";
import type { VideoSource } from "./video-source.ts";

export interface SourceOptions extends LibavSourceOptions, Pick<FfmpegSourceOptions, "ffmpegPath" | "ffprobePath"> {
	/** Who reads and decodes: `libav` is FFmpeg inside the process, `ffmpeg` a child process of the program on the path. @default "libav" */
	backend?: "libav" | "ffmpeg" | undefined;
	/** Size and rate of the built-in scene, and whether it is for two eyes. */
	pattern?: PatternSourceOptions | undefined;
}

/** Checks and defaults of `SourceOptions`. */
export const SOURCE_OPTIONS = {
	...FFMPEG_OPTIONS,
	backend: withDefault(oneOf(["libav", "ffmpeg"]), "libav"),
	pattern: group(PATTERN_OPTIONS),
} satisfies OptionTable<SourceOptions>;

/**
 * The source that `spec` names: a file, an address or a device; the built-in scene for `pattern`, `pattern:stereo` (for two eyes) or nothing. A `stereo` layout
 * of two eyes also makes it a scene for two. Nothing is opened before `start()`.
 *
 * @throws {RangeError} @throws {TypeError} for impossible options.
 */
export function createVideoSource(spec: string | undefined, options: SourceOptions = {}): VideoSource {
	const complete = completeOptions(SOURCE_OPTIONS, options, "createVideoSource()");
	const { backend, pattern, ffmpegPath, ffprobePath, ...libav } = complete;
	if (spec === undefined || isPattern(requireSpec(spec))) {
		const twoEyes = libav.stereo === "auto" ? spec === "pattern:stereo" || pattern.stereo : libav.stereo !== "mono";
		return createPatternSource({ ...pattern, stereo: twoEyes });
	}
	return backend === "ffmpeg" ? createFfmpegSource(spec, { ...libav, ffmpegPath, ffprobePath }) : createLibavSource(spec, libav);
}

/** Whether `spec` names the built-in scene. */
export function isPattern(spec: string): boolean {
	return spec === "pattern" || spec === "pattern:stereo";
}
