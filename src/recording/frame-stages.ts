import type { StageTimes } from "../media/encoded-packet.ts";

/** The times of a picture in the order of `frameStagesMs`: names of their curves. */
export const FRAME_STAGES = [
	"source waits",
	"pose waits",
	"drawing",
	"encoding",
	"first packet",
	"last packet",
] as const;

/** Names of their fields in messages. */
export const FRAME_STAGE_FIELDS: readonly string[] = FRAME_STAGES.map((stage) => `${stage.replace(" ", "_")}_ms`);

/** Milliseconds that each stage of a picture took; NaN: not known. */
export function frameStagesMs(stages: StageTimes, firstPacketSec: number, lastPacketSec: number): readonly number[] {
	const { panoramaReadySec, poseReceivedSec, drawStartSec, drawEndSec, encodeEndSec } = stages;
	return [
		(drawStartSec - panoramaReadySec) * 1000,
		(drawStartSec - poseReceivedSec) * 1000,
		(drawEndSec - drawStartSec) * 1000,
		(encodeEndSec - drawEndSec) * 1000,
		(firstPacketSec - encodeEndSec) * 1000,
		(lastPacketSec - firstPacketSec) * 1000,
	];
}
