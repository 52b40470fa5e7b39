import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { LibavReader } from "../../source/libav-reader.ts";
import { showPictures } from "../../source/show-run.ts";
import type { CompleteLibavOptions } from "../../source/source-options.ts";
import { runSourceJob, type SourceJob } from "../../source/source-worker.ts";
import { SourceError } from "../../source/video-source.ts";
import { readAsRecorded, recordedReading } from "../read/recorded-reading.ts";
import { openRecording, type RecordingReader } from "../read/recording-reader.ts";
import { RecordingError } from "../recording-error.ts";
import { PacketPictures } from "./packet-pictures.ts";
import { frameRateOf, noPicture, playOfReplay, type ReplayedStretch, type ReplayJobOptions } from "./replay-play.ts";
import { ReplaySound } from "./replay-sound.ts";
import { type OpenSource, SourceReader } from "./source-reader.ts";
import { ViewReader } from "./view-reader.ts";

await runSourceJob<ReplayJobOptions>({ inFfmpeg: true }, async (job) => {
	Log.setLevel(AV_LOG_FATAL);
	try {
		await using recording = await openRecording(job.options.path, {
			onDamage: (sentence) => job.notice(sentence, true),
		});
		const stretch = stretchOf(recording, job.options);
		const reader = await readerOf(job, recording, stretch);
		await showPictures(job, reader, () => playOfReplay(recording, stretch, reader.frameRate));
	} catch (error) {
		if (error instanceof RecordingError) throw new SourceError("failed", error.message, { cause: error });
		throw error;
	}
});

/** A viewer's pictures, or the packets of the source, whose number and time are known. */
function stretchOf(recording: RecordingReader, { viewer }: ReplayJobOptions): ReplayedStretch {
	if (viewer !== undefined) return recording.viewer(viewer);
	const { sourcePackets: frames, durationSec: lastFrameSec } = recording.summary;
	return { id: undefined, frames, firstFrameSec: 0, lastFrameSec };
}

async function readerOf(
	job: SourceJob<ReplayJobOptions>,
	recording: RecordingReader,
	stretch: ReplayedStretch,
): Promise<SourceReader | ViewReader> {
	const { source, picture, path } = job.options;
	const { id } = stretch;
	const endSec = stretch.lastFrameSec + 1 / frameRateOf(stretch);
	const sound = id === undefined ? undefined : await ReplaySound.of(recording, id, endSec);
	if (source !== undefined) {
		const asRecorded = asServed(source, recording, stretch);
		return new SourceReader(job, () => openSource(job, asRecorded), recording, stretch, sound);
	}
	if (picture === "sphere" && recording.summary.sourcePackets > 0) {
		const open: OpenSource = async (atSec) => new PacketPictures(job, recording, atSec);
		return new SourceReader(job, open, recording, stretch, sound);
	}
	const viewer = id === undefined ? undefined : recording.viewer(id);
	const choice = { types: ["frame"], viewers: viewer === undefined ? [] : [viewer.id], video: false } as const;
	for await (const record of recording.records(choice))
		if (record.type === "frame" && viewer !== undefined)
			return new ViewReader(job, recording, viewer, record, await recording.largestView(viewer.id), sound);
	throw new SourceError("failed", noPicture(stretch, path));
}

/** The options by which the file is read as it was when the first of the pictures was shown. */
function asServed(
	options: CompleteLibavOptions,
	recording: RecordingReader,
	{ firstFrameSec }: ReplayedStretch,
): CompleteLibavOptions {
	const { sources } = recording.summary;
	const shown = (sources.findLast(({ atSec }) => atSec <= firstFrameSec) ?? sources[0])?.source;
	return shown === undefined ? options : readAsRecorded(options, shown.name, recordedReading(shown));
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
