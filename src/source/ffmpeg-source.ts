import { completeOptions } from "../media/option-table.ts";
import { threadFile } from "../threads/thread.ts";
import { ffmpegWorkerSource } from "./ffmpeg-worker-source.ts";
import {
	type CompleteFfmpegOptions,
	FFMPEG_OPTIONS,
	type FfmpegSourceOptions,
	requireRealTime,
	requireSpec,
} from "./source-options.ts";
import type { VideoSource } from "./video-source.ts";

/**
 * A source read by an ffmpeg child process, for FFmpeg builds with devices or codecs that the
 * built-in one lacks. Pictures come at the constant rate that the input states; a variable rate is
 * evened out.
 *
 * @throws {RangeError} when an option is out of bounds.
 * @throws {TypeError} when an option is of another kind.
 */
export function createFfmpegSource(spec: string, options: FfmpegSourceOptions = {}): VideoSource {
	const complete: CompleteFfmpegOptions = {
		...completeOptions(FFMPEG_OPTIONS, options, "createFfmpegSource()"),
		spec: requireSpec(spec),
	};
	requireRealTime(complete.rate, 'The backend "ffmpeg"');
	return ffmpegWorkerSource(threadFile("./ffmpeg-source-worker", import.meta.url), complete);
}
