import { basename } from "node:path";
import { completeLibavOptions, type LibavSourceOptions } from "../../source/source-options.ts";
import type { VideoSource } from "../../source/video-source.ts";
import { WorkerSource } from "../../source/worker-source.ts";
import { threadFile } from "../../threads/thread.ts";
import type { ReplayJobOptions, ReplayPicture } from "./replay-play.ts";

/** Options of `createReplaySource()`. */
export interface ReplaySourceOptions {
	/**
	 * The part of the viewer's id that is in the recording.
	 * @default nobody's view is followed: the source's pictures are shown as they were read
	 */
	readonly viewer?: string | undefined;
	/**
	 * `sphere`: the source's own packets, where the recording holds them; `view`: what the viewer
	 * was shown.
	 * @default "sphere"
	 */
	readonly picture?: ReplayPicture | undefined;
	/**
	 * The file that was served then, to be shown in place of what is recorded.
	 * @default none
	 */
	readonly source?: string | undefined;
	/** How that file is read; `hwaccel` and `threads` also hold for what is recorded. */
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
	{ viewer, picture = "sphere", source, sourceOptions, loop = true, follow = true }: ReplaySourceOptions,
): VideoSource {
	const reading = completeLibavOptions(source ?? path, { ...sourceOptions, loop: false }, "createReplaySource()");
	if (picture !== "sphere" && picture !== "view")
		throw new RangeError(`picture is sphere or view; got ${JSON.stringify(picture)}.`);
	if (picture === "view" && viewer === undefined)
		throw new RangeError("picture is view for what a viewer was shown; there is no viewer.");
	const options: ReplayJobOptions = {
		path,
		viewer,
		picture,
		loop,
		follow,
		source: source === undefined ? undefined : reading,
		// Nothing else is tried here where hardware fails at a picture.
		decoding: { hwaccel: reading.hwaccel === "auto" ? "none" : reading.hwaccel, threads: reading.threads },
	};
	return new WorkerSource({
		name: basename(path),
		worker: threadFile("./replay-worker", import.meta.url),
		options,
	});
}
