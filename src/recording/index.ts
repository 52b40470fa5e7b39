/// <reference lib="esnext.disposable" preserve="true" />
/** Recordings of whole sessions for Rerun: video, poses and latency on one clock. */

export { SessionRecorder, type SessionRecorderOptions } from "./session-recorder.ts";
