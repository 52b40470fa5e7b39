import { threadFile } from "../threads/thread.ts";
import { ffmpegWorkerSource } from "./ffmpeg-worker-source.ts";
import { completeLibavOptions, type LibavSourceOptions } from "./source-options.ts";
import type { VideoSource } from "./video-source.ts";

/**
 * A source for all that FFmpeg reads: files, HTTP(S), RTSP, RTMP, SRT, UDP, cameras (`/dev/video0`,
 * `v4l2:...`, `avfoundation:...`, `dshow:...`). FFmpeg runs inside the process, in a thread of its
 * own.
 *
 * @param stopTimeoutMs time that FFmpeg has to come to an end by itself, milliseconds.
 */
export function createLibavSource(spec: string, options: LibavSourceOptions = {}, stopTimeoutMs?: number): VideoSource {
	const complete = completeLibavOptions(spec, options);
	return ffmpegWorkerSource(threadFile("./libav-source-worker", import.meta.url), complete, {
		keepsPast: true,
		...(stopTimeoutMs !== undefined && { stopTimeoutMs }),
	});
}
