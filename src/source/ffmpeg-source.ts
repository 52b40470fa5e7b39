import { type CompleteLibavOptions, completeLibavOptions, type LibavSourceOptions } from "./libav-source.ts";
import { sourceName } from "./source-name.ts";
import type { VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

/** As for `libav`; the pictures that `filter` makes are scaled to the input's size. */
export interface FfmpegSourceOptions extends LibavSourceOptions {
	/** The program that decodes. @default "ffmpeg", found on the PATH */
	ffmpegPath?: string;
	/** The program that finds size and rate. @default "ffprobe", found on the PATH */
	ffprobePath?: string;
}

export interface CompleteFfmpegOptions extends CompleteLibavOptions {
	readonly ffmpegPath: string;
	readonly ffprobePath: string;
}

/**
 * A source read by an ffmpeg child process: for FFmpeg builds with devices or codecs that ours has not. Pictures come at the constant rate that the
 * input states; a variable one is evened out.
 *
 * @throws {RangeError} @throws {TypeError} for impossible options.
 */
export function createFfmpegSource(spec: string, options: FfmpegSourceOptions = {}): VideoSource {
	const { ffmpegPath = "ffmpeg", ffprobePath = "ffprobe", ...rest } = options;
	const complete: CompleteFfmpegOptions = { ...completeLibavOptions(spec, rest), ffmpegPath, ffprobePath };
	const worker = new URL(import.meta.url.endsWith(".ts") ? "./ffmpeg-source-worker.ts" : "./ffmpeg-source-worker.js", import.meta.url);
	return new WorkerSource({ name: sourceName(spec), worker, options: complete });
}
