import { createFfmpegSource, type FfmpegSourceOptions } from "./ffmpeg-source.ts";
import { createLibavSource, type LibavSourceOptions } from "./libav-source.ts";
import { createPatternSource, type PatternSourceOptions } from "./pattern-source.ts";
import type { VideoSource } from "./video-source.ts";

export interface SourceOptions extends LibavSourceOptions, Pick<FfmpegSourceOptions, "ffmpegPath" | "ffprobePath"> {
	/** Who reads and decodes: `libav` is FFmpeg inside the process, `ffmpeg` a child process of the program on the path. @default "libav" */
	backend?: "libav" | "ffmpeg";
	/** Size and rate of the built-in scene. */
	pattern?: PatternSourceOptions;
}

/**
 * The source that `spec` names: a file, an address or a device; the built-in scene for `pattern` or nothing. Nothing is opened before `start()`.
 *
 * @throws {RangeError} @throws {TypeError} for impossible options.
 */
export function createVideoSource(spec: string | undefined, options: SourceOptions = {}): VideoSource {
	const { backend = "libav", pattern, ...rest } = options;
	if (spec === undefined || spec === "pattern") return createPatternSource(pattern);
	return backend === "ffmpeg" ? createFfmpegSource(spec, rest) : createLibavSource(spec, rest);
}
