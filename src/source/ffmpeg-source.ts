import { completeOptions } from "../media/option-table.ts";
import { threadFile } from "../threads/thread.ts";
import { ffmpegWorkerSource } from "./ffmpeg-worker-source.ts";
import { type CompleteFfmpegOptions, FFMPEG_OPTIONS, type FfmpegSourceOptions, requireSpec } from "./source-options.ts";
import type { VideoSource } from "./video-source.ts";

/**
 * A source read by an ffmpeg child process: for FFmpeg builds with devices or codecs that ours has
 * not. Pictures come at the constant rate that the input states; a variable one is evened out.
 *
 * @throws {RangeError} @throws {TypeError} for impossible options.
 */
export function createFfmpegSource(spec: string, options: FfmpegSourceOptions = {}): VideoSource {
	const complete: CompleteFfmpegOptions = {
		...completeOptions(FFMPEG_OPTIONS, options, "createFfmpegSource()"),
		spec: requireSpec(spec),
	};
	return ffmpegWorkerSource(threadFile("./ffmpeg-source-worker", import.meta.url), complete);
}
