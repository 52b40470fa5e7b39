import { createFfmpegSource, type FfmpegSourceOptions } from "./ffmpeg-source.ts";
import { completeLibavOptions, createLibavSource, type LibavSourceOptions } from "./libav-source.ts";
import { createPatternSource, type PatternSourceOptions } from "./pattern-source.ts";
import type { VideoSource } from "./video-source.ts";

export interface SourceOptions extends LibavSourceOptions, Pick<FfmpegSourceOptions, "ffmpegPath" | "ffprobePath"> {
	/** Who reads and decodes: `libav` is FFmpeg inside the process, `ffmpeg` a child process of the program on the path. @default "libav" */
	backend?: "libav" | "ffmpeg";
	/** Size and rate of the built-in scene, and whether it is for two eyes. */
	pattern?: PatternSourceOptions;
}

/**
 * The source that `spec` names: a file, an address or a device; the built-in scene for `pattern`, `pattern:stereo` (for two eyes) or nothing. A `stereo` layout
 * of two eyes also makes it a scene for two. Nothing is opened before `start()`.
 *
 * @throws {RangeError} @throws {TypeError} for impossible options.
 */
export function createVideoSource(spec: string | undefined, options: SourceOptions = {}): VideoSource {
	const { backend = "libav", pattern, ...rest } = options;
	if (spec === undefined || isPattern(spec)) {
		const { stereo } = completeLibavOptions(spec ?? "pattern", rest);
		const twoEyes = stereo === "auto" ? spec === "pattern:stereo" || pattern?.stereo : stereo !== "mono";
		return createPatternSource({ ...pattern, stereo: twoEyes });
	}
	return backend === "ffmpeg" ? createFfmpegSource(spec, rest) : createLibavSource(spec, rest);
}

/** Whether `spec` names the built-in scene. */
export function isPattern(spec: string): boolean {
	return spec === "pattern" || spec === "pattern:stereo";
}
