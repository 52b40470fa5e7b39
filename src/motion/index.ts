/// <reference types="node" preserve="true" />
/**
 * Recordings of motion: sinks for a server's handlers, readers, and the recovery of interrupted
 * recordings. Node only.
 */
export type { MotionAxes } from "./motion-axes.ts";
export { MotionFileError, type MotionFileErrorCode } from "./motion-file-error.ts";
export { MOTION_FORMATS, type MotionFormat } from "./motion-format.ts";
export {
	createMotionRecorder,
	MotionRecorder,
	type MotionRecorderStats,
	type MotionTimes,
} from "./motion-recorder.ts";
export type { MotionRecorderOptions } from "./motion-recorder-options.ts";
export type { MotionRow, TimedSample } from "./motion-row.ts";
export { type MotionReader, type ReadMotionOptions, readMotion } from "./read-motion.ts";
export { type RecoveredFile, recoverMotion } from "./recover-motion.ts";
export { ViewerRecordings, type ViewerRecordingsEvents } from "./viewer-recordings.ts";
