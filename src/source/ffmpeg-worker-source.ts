import { accessTo, isListener, lostByStopping } from "./source-access.ts";
import { sourceName } from "./source-name.ts";
import type { CompleteFfmpegOptions, CompleteLibavOptions } from "./source-options.ts";
import { WorkerSource, type WorkerSourceOptions } from "./worker-source.ts";

/**
 * A source that FFmpeg opens by its text, in the thread of `worker`.
 *
 * @param how as of `WorkerSource`.
 */
export function ffmpegWorkerSource(
	worker: URL,
	options: CompleteLibavOptions | CompleteFfmpegOptions,
	how: Pick<WorkerSourceOptions, "stopTimeoutMs" | "keepsPast"> = {},
): WorkerSource {
	const { spec, inputFormat, inputOptions, projection, rate } = options;
	const isCustom = projection !== "auto" && projection.kind === "custom";
	return new WorkerSource({
		name: sourceName(spec),
		worker,
		lostByStopping: isListener(spec, inputOptions) ? "sender" : undefined,
		findLoss: async () => lostByStopping(await accessTo(spec, inputFormat, inputOptions)),
		// Functions can't be sent to the worker, which needs only know that the projection is told.
		options: isCustom ? { ...options, projection: { kind: "none" } } : options,
		...(rate !== 1 && { playback: { rate } }),
		...(isCustom && { projection }),
		...how,
	});
}
