import { type CompleteOptions, completeOptions, type OptionTable, text, withDefault } from "../media/option-table.ts";
import { threadFile } from "../threads/thread.ts";
import { LIBAV_OPTIONS, type LibavSourceOptions, requireSpec } from "./libav-source.ts";
import { accessTo, lostByStopping } from "./source-access.ts";
import { sourceName } from "./source-name.ts";
import type { VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

/** As for `libav`; the pictures that `filter` makes are scaled to the input's size. */
export interface FfmpegSourceOptions extends LibavSourceOptions {
	/** The program that decodes. @default "ffmpeg", found on the PATH */
	ffmpegPath?: string | undefined;
	/** The program that finds size and rate. @default "ffprobe", found on the PATH */
	ffprobePath?: string | undefined;
}

/** Checks and defaults of `FfmpegSourceOptions`. */
export const FFMPEG_OPTIONS = {
	...LIBAV_OPTIONS,
	ffmpegPath: withDefault(text(), "ffmpeg"),
	ffprobePath: withDefault(text(), "ffprobe"),
} satisfies OptionTable<FfmpegSourceOptions>;

/** `FfmpegSourceOptions` with every default, and the source's name. Structured-cloneable. */
export interface CompleteFfmpegOptions extends CompleteOptions<typeof FFMPEG_OPTIONS> {
	readonly spec: string;
}

/**
 * A source read by an ffmpeg child process: for FFmpeg builds with devices or codecs that ours has not. Pictures come at the constant rate that the
 * input states; a variable one is evened out.
 *
 * @throws {RangeError} @throws {TypeError} for impossible options.
 */
export function createFfmpegSource(spec: string, options: FfmpegSourceOptions = {}): VideoSource {
	const complete: CompleteFfmpegOptions = {
		...completeOptions(FFMPEG_OPTIONS, options, "createFfmpegSource()"),
		spec: requireSpec(spec),
	};
	const worker = threadFile("./ffmpeg-source-worker", import.meta.url);
	const access = accessTo(spec, complete.inputFormat, complete.inputOptions);
	return new WorkerSource({ name: sourceName(spec), worker, lostByStopping: lostByStopping(access), options: complete });
}
