import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { LibavReader } from "../../source/libav-reader.ts";
import { showPictures } from "../../source/show-run.ts";
import type { CompleteLibavOptions } from "../../source/source-options.ts";
import { runSourceJob, type SourceJob } from "../../source/source-worker.ts";
import { SourceError } from "../../source/video-source.ts";
import { openRecording, type RecordingReader, type ViewerSummary } from "../read/recording-reader.ts";
import { RecordingError } from "../recording-error.ts";
import { PacketPictures } from "./packet-pictures.ts";
import { frameRateOf, playOfReplay, type ReplayJobOptions } from "./replay-play.ts";
import { ReplaySound } from "./replay-sound.ts";
import { type OpenSource, SourceReader } from "./source-reader.ts";
import { ViewReader } from "./view-reader.ts";

await runSourceJob<ReplayJobOptions>({ inFfmpeg: true }, async (job) => {
	Log.setLevel(AV_LOG_FATAL);
	try {
		await using recording = await openRecording(job.options.path);
		const viewer = recording.viewer(job.options.viewer);
		const reader = await readerOf(job, recording, viewer);
		await showPictures(job, reader, () => playOfReplay(recording, viewer, reader.frameRate));
	} catch (error) {
		if (error instanceof RecordingError) throw new SourceError("failed", error.message, { cause: error });
		throw error;
	}
});

async function readerOf(
	job: SourceJob<ReplayJobOptions>,
	recording: RecordingReader,
	viewer: ViewerSummary,
): Promise<SourceReader | ViewReader> {
	const { source, picture } = job.options;
	const endSec = viewer.lastFrameSec + 1 / frameRateOf(viewer);
	const sound = await ReplaySound.of(recording, viewer.id, endSec);
	if (source !== undefined) return new SourceReader(job, () => openSource(job, source), recording, viewer, sound);
	if (picture === "sphere" && recording.summary.sourcePackets > 0) {
		const open: OpenSource = async (atSec) => new PacketPictures(job, recording, atSec);
		return new SourceReader(job, open, recording, viewer, sound);
	}
	const choice = { types: ["frame"], viewers: [viewer.id], video: false } as const;
	for await (const record of recording.records(choice))
		if (record.type === "frame")
			return new ViewReader(job, recording, viewer, record, await recording.largestView(viewer.id), sound);
	throw new SourceError("failed", `Viewer ${viewer.id} was shown no picture in ${job.options.path}.`);
}

/** A reader that has been told to end reads no more: each run has one of its own. */
function openSource(job: SourceJob<ReplayJobOptions>, options: CompleteLibavOptions): Promise<LibavReader> {
	return LibavReader.open({
		...job,
		options,
		get stopping() {
			return job.stopping;
		},
	});
}
