import type { EpisodeTable } from "./episode-table.ts";
import type { FeatureStats } from "./feature-stats.ts";

/** Formats of a dataset. */
export const EXPORT_FORMATS = ["lerobot", "jsonl", "csv", "hdf5"] as const;
/** One of `EXPORT_FORMATS`. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A stream of pictures of a dataset: picture n is that of row n. */
export interface CameraFeature {
	/** `observation.images.view` */
	readonly key: string;
	readonly width: number;
	readonly height: number;
}

/** The facts about a dataset that are known before its rows. */
export interface DatasetPlan {
	readonly directory: string;
	readonly rateHz: number;
	/** Names of the numbers of each role; none of a role that has none. */
	readonly names: { readonly action: readonly string[]; readonly state: readonly string[] };
	readonly cameras: readonly CameraFeature[];
	/** Codec of the videos: `h264`. */
	readonly videoCodec: string;
	/** In the order of their numbers. */
	readonly tasks: readonly string[];
	/** Some episode has been marked as a success or a failure. */
	readonly hasSuccess: boolean;
	readonly robotType: string | undefined;
}

/** Nanoseconds since 1970 of each row, which no double could hold. */
export type RowTimes = BigInt64Array;

/** The place of an episode's pictures in a camera's files. */
export interface EpisodeVideo {
	/** Number of the file, from 0. */
	readonly file: number;
	/** Number of the episode's first picture in the file. */
	readonly firstPicture: number;
	readonly stats: FeatureStats;
}

/** Writes a dataset of one format. */
export interface DatasetWriter {
	/**
	 * Adds rows, in order; those of a long episode come in parts.
	 * @throws {OutputError} when they can't be written.
	 */
	write(table: EpisodeTable, times: RowTimes): void | Promise<void>;
	/**
	 * Writes what is known at the end.
	 * @param videos of each camera, by its key: an entry for each episode.
	 * @throws {OutputError} when it can't be written.
	 */
	finish(videos: ReadonlyMap<string, readonly EpisodeVideo[]>): void | Promise<void>;
	/** The file of a camera's pictures, by its number. */
	videoPath(key: string, file: number): string;
	/** Size of a video from which on the next episode begins another file. */
	readonly maxVideoBytes: number;
	/** Longest video of several episodes, seconds. */
	readonly maxVideoSec: number;
}

/** Samples of the videos of a dataset, by FFmpeg's name. */
export const VIDEO_PIXEL_FORMAT = "yuv420p";
