import { threadFile } from "../threads/thread.ts";
import { accessTo, isListener, lostByStopping } from "./source-access.ts";
import { sourceName } from "./source-name.ts";
import { completeLibavOptions, type LibavSourceOptions } from "./source-options.ts";
import type { VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

/**
 * A source for all that FFmpeg reads: files, HTTP(S), RTSP, RTMP, SRT, UDP, cameras (`/dev/video0`, `v4l2:...`, `avfoundation:...`, `dshow:...`).
 * FFmpeg runs inside the process, in a thread of its own.
 */
export function createLibavSource(spec: string, options: LibavSourceOptions = {}): VideoSource {
	const complete = completeLibavOptions(spec, options);
	const worker = threadFile("./libav-source-worker", import.meta.url);
	const { inputFormat, inputOptions } = complete;
	return new WorkerSource({
		name: sourceName(spec),
		worker,
		lostByStopping: isListener(spec, inputOptions) ? "sender" : undefined,
		findLoss: async () => lostByStopping(await accessTo(spec, inputFormat, inputOptions)),
		options: complete,
	});
}
