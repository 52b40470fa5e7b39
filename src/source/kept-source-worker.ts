import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { PacketRing, type PacketRingHandle } from "../media/packet-ring.ts";
import { KeptReader, type KeptReaderOptions } from "./kept-reader.ts";
import { showPictures } from "./show-run.ts";
import { runSourceJob } from "./source-worker.ts";

/** The options of a job that plays the kept past. */
export interface KeptJobOptions extends KeptReaderOptions {
	readonly past: PacketRingHandle;
}

await runSourceJob<KeptJobOptions>({ inFfmpeg: true }, async (job) => {
	Log.setLevel(AV_LOG_FATAL);
	const reader = new KeptReader(job, PacketRing.attach(job.options.past));
	await showPictures(job, reader, async () => ({
		can: ["pause", "seek", "rate"],
		chapters: [],
		durationSec: Number.NaN,
		live: false,
	}));
});
