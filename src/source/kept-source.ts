import type { PacketRingHandle } from "../media/packet-ring.ts";
import type { PlaybackChange } from "../media/playback.ts";
import { threadFile } from "../threads/thread.ts";
import type { KeptJobOptions } from "./kept-source-worker.ts";
import type { SourceInfo, VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

/** Options of `createKeptSource()`. */
export interface KeptSourceOptions {
	readonly past: PacketRingHandle;
	/** Name of the live source. */
	readonly name: string;
	/** Description of the live source. */
	readonly info: SourceInfo;
	/** The first play. `positionSec` is a place of the ring, seconds. */
	readonly playback: PlaybackChange & { readonly positionSec: number };
}

/** A source that plays the kept past of a live one, in a thread and on a clock of its own. */
export function createKeptSource({ past, name, info, playback }: KeptSourceOptions): VideoSource {
	const { sound: _sound, format, ...others } = info;
	const { projection } = format;
	// Functions of the application don't cross threads.
	const isCustom = projection?.kind === "custom";
	const { positionSec, ...play } = playback;
	const options: KeptJobOptions = {
		past,
		info: { ...others, format: isCustom ? { ...format, projection: undefined } : format, live: false },
		startSec: positionSec,
		label: name,
	};
	return new WorkerSource({
		name,
		worker: threadFile("./kept-source-worker", import.meta.url),
		options,
		projection: isCustom ? projection : undefined,
		playback: play,
	});
}
