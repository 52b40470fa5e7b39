import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { showPictures } from "../../source/show-run.ts";
import { runSourceJob } from "../../source/source-worker.ts";
import { SourceError } from "../../source/video-source.ts";
import { openRecording } from "../read/recording-reader.ts";
import { RecordingError } from "../recording-error.ts";
import { CameraReader } from "./camera-reader.ts";
import type { CameraReplayOptions } from "./camera-replay.ts";

// The thread that plays a recorded camera.

await runSourceJob<CameraReplayOptions>({ inFfmpeg: true }, async (job) => {
	Log.setLevel(AV_LOG_FATAL);
	try {
		const { path, camera } = job.options;
		await using recording = await openRecording(path, { onDamage: (sentence) => job.notice(sentence, true) });
		const play = { can: ["pause", "seek", "rate"], chapters: [], durationSec: Number.NaN, live: false } as const;
		await showPictures(job, new CameraReader(job, recording, camera), async () => play);
	} catch (error) {
		if (error instanceof RecordingError) throw new SourceError("failed", error.message, { cause: error });
		throw error;
	}
});
