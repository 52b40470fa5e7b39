import { basename } from "node:path";
import { completeLibavOptions, type LibavSourceOptions } from "../../source/source-options.ts";
import type { VideoSource } from "../../source/video-source.ts";
import { WorkerSource } from "../../source/worker-source.ts";
import { threadFile } from "../../threads/thread.ts";
import type { ReplayJobOptions } from "./replay-play.ts";

/** Options of `createReplaySource()`. */
export interface ReplaySourceOptions {
	/** The part of the viewer's id that is in the recording. */
	readonly viewer: string;
	/**
	 * The file that was served then, to be shown in place of what the viewer was shown.
	 * @default what the viewer was shown
	 */
	readonly source?: string | undefined;
	/** How that file is read. */
	readonly sourceOptions?: Omit<LibavSourceOptions, "loop" | "startSec" | "rate"> | undefined;
	/** Begins again at the end. @default true */
	readonly loop?: boolean | undefined;
	/** The recorded head leads the view at first. @default true */
	readonly follow?: boolean | undefined;
}

/**
 * A source that plays a recorded session, for `serve({ source })`. Nothing is opened before
 * `start()`.
 *
 * @param path the recording's file.
 * @throws {TypeError | RangeError} for impossible options.
 */
export function createReplaySource(
	path: string,
	{ viewer, source, sourceOptions, loop = true, follow = true }: ReplaySourceOptions,
): VideoSource {
	const options: ReplayJobOptions = {
		path,
		viewer,
		loop,
		follow,
		source:
			source === undefined
				? undefined
				: completeLibavOptions(source, { ...sourceOptions, loop: false }, "createReplaySource()"),
	};
	return new WorkerSource({
		name: basename(path),
		worker: threadFile("./replay-worker", import.meta.url),
		options,
	});
}
