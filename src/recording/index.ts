/// <reference lib="esnext.disposable" preserve="true" />
/** Recordings of whole sessions for Rerun: video, poses and latency on one clock. */

export type { Episode, EpisodeState, RecordedEpisode } from "./episode.ts";
export type { CurveRecord, ReadFrame, ReadRecord } from "./read/read-record.ts";
export {
	type OpenOptions,
	openRecording,
	type ReadOptions,
	type RecordingReader,
	type RecordingSummary,
	type ViewerSummary,
} from "./read/recording-reader.ts";
export type { RecordOptions, RecordRotation } from "./record-options.ts";
export type { RecordedSound, SoundRecord } from "./recorded-sound.ts";
export { RecordingError, type RecordingErrorCode, type RecordingErrorOptions } from "./recording-error.ts";
export type { RecordedFile, RecordedFormat } from "./recording-protocol.ts";
export { SessionRecorder, type SessionRecorderOptions } from "./session-recorder.ts";
export type {
	LossCause,
	RecordingState,
	SessionRecording,
	SessionRecordingEvents,
	SessionRecordingStats,
} from "./session-recording.ts";
export type { EpisodeButton, EpisodeButtons } from "./tap/episode-buttons.ts";
export type { RecordedServer } from "./tap/session-tap.ts";
