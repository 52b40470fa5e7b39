import { completeOptions } from "../media/option-table.ts";
import { createFfmpegSource } from "./ffmpeg-source.ts";
import { createLibavSource } from "./libav-source.ts";
import { createPatternSource } from "./pattern-source.ts";
import { isPattern } from "./source-name.ts";
import { requireRealTime, requireSpec, SOURCE_OPTIONS, type SourceOptions } from "./source-options.ts";
import type { VideoSource } from "./video-source.ts";

/**
 * The source that `spec` names: a file, an address or a device; the built-in scene for `pattern`,
 * `pattern:stereo` (for two eyes) or nothing. A `stereo` layout of two eyes also makes it a scene
 * for two. Nothing is opened before `start()`.
 *
 * @throws {RangeError} @throws {TypeError} for impossible options.
 */
export function createVideoSource(spec: string | undefined, options: SourceOptions = {}): VideoSource {
	const complete = completeOptions(SOURCE_OPTIONS, options, "createVideoSource()");
	const { backend, pattern, ffmpegPath, ffprobePath, ...libav } = complete;
	if (spec === undefined || isPattern(requireSpec(spec))) {
		requireRealTime(libav.rate, "The built-in scene");
		const twoEyes = libav.stereo === "auto" ? spec === "pattern:stereo" || pattern.stereo : libav.stereo !== "mono";
		return createPatternSource({ ...pattern, stereo: twoEyes });
	}
	return backend === "ffmpeg"
		? createFfmpegSource(spec, { ...libav, ffmpegPath, ffprobePath })
		: createLibavSource(spec, libav);
}
