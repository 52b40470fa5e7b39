import type { PlaybackState } from "../media/playback.ts";
import type { LiveViewStats } from "../recording/live/live-view.ts";
import type { RecordingState, SessionRecordingStats } from "../recording/session-recording.ts";
import type { CaptureStatement, SourceError, SourceInfo } from "../source/video-source.ts";
import type { SourceState } from "../stream/source-state.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { ViewerStats } from "../stream/viewer-events.ts";
import type { CameraEvents } from "./served-cameras.ts";

/** Events of a `PanogazeServer`. */
export interface ServerEvents extends CameraEvents {
	/** A viewer has asked to join; its connection may still be under way. */
	join: [viewer: Viewer];
	/** A viewer is gone, with the reason in words. */
	leave: [viewer: Viewer, reason: string];
	/** The source was opened for the first viewer, or again. */
	sourceStarted: [info: SourceInfo];
	/** The source was stopped: the last viewer has left. */
	sourceStopped: [];
	/** The source is at its end and does not loop. */
	sourceEnded: [];
	/** The source is in another state than before. */
	sourceState: [state: SourceState];
	/** The source states capture times from now on; they are used, or late, now or no more. */
	sourceCapture: [statement: CaptureStatement];
	/**
	 * The play has changed, or its place has leapt. `by` is the viewer who has changed it;
	 * `undefined`: the program or the source itself.
	 */
	playback: [state: PlaybackState, by: Viewer | undefined];
	/** The source failed; it is tried again while it has viewers or is to be kept running. */
	sourceError: [error: SourceError];
}

/** Statistics of a server and its viewers. */
export interface ServerStats {
	readonly viewers: readonly ({ readonly id: string } & ViewerStats)[];
	readonly source: {
		readonly name: string;
		readonly running: boolean;
		readonly framesDecoded: number;
		readonly framesDropped: number;
	};
	/** The live view for Rerun; `undefined`: it is off. */
	readonly rerun: LiveViewStats | undefined;
	/** `undefined`: the server does not record. */
	readonly recording: ({ readonly state: RecordingState["name"] } & SessionRecordingStats) | undefined;
	/** Bytes of panoramas, views and tables. */
	readonly pictureMemoryBytes: number;
}
