/** Datasets for robot learning out of recorded sessions. */

export type { CameraFeature, ExportFormat } from "./dataset-format.ts";
export type { ViewWish } from "./drawn-cameras.ts";
export type { EpisodeChoice } from "./episode-history.ts";
export type { ExportedEpisode, ExportReport, GapRule } from "./export-options.ts";
export { type ExportRecordingsOptions, exportRecordings } from "./export-recordings.ts";
