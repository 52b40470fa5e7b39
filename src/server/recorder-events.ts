import type { Episode } from "../recording/episode.ts";
import type { LossCause, SessionRecording } from "../recording/session-recording.ts";
import type { Viewer } from "../stream/viewer.ts";

/** What a server's recorder does now. Each change is sent to viewers and programs. */
export type RecorderState =
	| { readonly name: "off" }
	| {
			readonly name: "recording";
			readonly since: Date;
			readonly recording: SessionRecording;
	  }
	/** There are gaps now. */
	| {
			readonly name: "losing";
			readonly since: Date;
			readonly recording: SessionRecording;
			readonly cause: LossCause;
	  }
	/** The present recording has ended against its will; what it has can be read. */
	| { readonly name: "failed"; readonly since: Date; readonly recording: SessionRecording; readonly reason: string };

/** Events of a `ServerRecorder`. */
export interface ServerRecorderEvents {
	/** It has another state. `by` is the viewer who wished for it; `undefined`: the program. */
	state: [state: RecorderState, by: Viewer | undefined];
	/** An episode has begun, has ended, or is discarded, by a viewer or the program. */
	episode: [episode: Episode, by: Viewer | undefined];
}

/** Options of `ServerRecorder.start()`. */
export interface StartRecordingOptions {
	/**
	 * Stands in the names of the recording's files, up to 64 characters.
	 * @default `name` of `serve({ record })`
	 */
	readonly name?: string | undefined;
}

/** Options of `ServerRecorder.startEpisode()`. */
export interface StartEpisodeOptions {
	/** Label of what is done, up to 200 characters. @default that of the episode before */
	readonly task?: string | undefined;
}

/** Options of `ServerRecorder.endEpisode()`. */
export interface EndEpisodeOptions {
	/** @default nobody says */
	readonly success?: boolean | undefined;
}
