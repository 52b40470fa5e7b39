import type { SessionRecord } from "../recording/session-record.ts";
import type { EncodingOptions } from "../render/render-protocol.ts";
import type { CameraFeature, ExportFormat } from "./dataset-format.ts";
import type { ViewWish } from "./drawn-cameras.ts";
import type { EpisodeChoice } from "./episode-history.ts";

/** A recorded session that is exported. It is read more than once. */
export interface ExportedSession {
	/** For messages: the name of its file. */
	readonly name: string;
	/** Nanoseconds since 1970 at the origin of the records' clock. */
	readonly epochNs: bigint;
	/** Reads it from its beginning, in the order of the server's time. */
	records(content: RecordContent): AsyncIterable<SessionRecord> | Iterable<SessionRecord>;
}

/**
 * The records that are read: without access units, or with them; or the packets of the source. More
 * than these does no harm.
 */
export type RecordContent = "facts" | "pictures" | "sphere";

/** Options of `exportSessions()`. */
export interface ExportOptions {
	readonly sessions: readonly ExportedSession[];
	/** The folder that is made. One that is there has to be empty. */
	readonly directory: string;
	readonly format: ExportFormat;
	/** Rows a second, a whole number. @default that of the source, or of the pictures */
	readonly rateHz?: number | undefined;
	/**
	 * Names of values: `head`, `left_controller.axes`, `FullBody.Head.position`, `gripper`,
	 * `/robot/battery:previous`. @default head, controllers and tracked hands
	 */
	readonly action?: readonly string[] | undefined;
	/** Names as for `action`. @default all that handlers have logged as `Scalars` */
	readonly state?: readonly string[] | undefined;
	/**
	 * The beginning of a viewer's id; sessions without this viewer are left out.
	 * @default the one with the most poses, in each episode
	 */
	readonly viewer?: string | undefined;
	/** Writes all poses as they were received too, into `poses.jsonl`. @default false */
	readonly rawPoses?: boolean | undefined;
	/**
	 * The episodes of recordings that have some: those that ended and were not discarded, the
	 * successful ones of these, or all. A recording without any is one episode.
	 * @default "kept"
	 */
	readonly episodes?: EpisodeChoice | undefined;
	/** The task of episodes that have none. @default "teleoperation" */
	readonly task?: string | undefined;
	/** Longest time between two samples that is bridged, seconds. @default 0.25 */
	readonly maxGapSec?: number | undefined;
	/** Numbers that are not known: NaN, or those of the row before. @default "nan" */
	readonly gaps?: GapRule | undefined;
	/** Even size of the pictures. @default that of the largest; 640x480 of `views` */
	readonly size?: { readonly width: number; readonly height: number } | undefined;
	/** Writes the recorded view of the operator. @default true */
	readonly video?: boolean | undefined;
	/** Cameras that are drawn from `source`, at the times and directions that were recorded. */
	readonly views?: readonly ViewWish[] | undefined;
	/**
	 * The video of the sphere that the recorded server has shown: a file.
	 * @default the packets of the source that are in the recording
	 */
	readonly source?: string | undefined;
	/** Codec and quality of the videos. @default H.264, crf 18, a key frame every 10 pictures */
	readonly encoding?: Partial<EncodingOptions> | undefined;
	/** Stands in LeRobot's `info.json`. */
	readonly robotType?: string | undefined;
	/** Ends early: nothing is written. */
	readonly signal?: AbortSignal | undefined;
	/** Called with a sentence about the recording that is no error. */
	readonly onNotice?: ((message: string) => void) | undefined;
}

/** The numbers that stand where a value is not known. */
export const GAP_RULES = ["nan", "hold"] as const;
/** One of `GAP_RULES`. */
export type GapRule = (typeof GAP_RULES)[number];

/** A dataset that was written. */
export interface ExportReport {
	readonly directory: string;
	readonly format: ExportFormat;
	readonly rateHz: number;
	readonly episodes: readonly ExportedEpisode[];
	readonly rows: number;
	/** Names of the numbers of an action, and of a state. */
	readonly action: readonly string[];
	readonly state: readonly string[];
	readonly cameras: readonly CameraFeature[];
	/** Rows in which a number of the action, or of the state, is not known. */
	readonly incompleteActions: number;
	readonly incompleteStates: number;
}

/** An episode of a dataset. */
export interface ExportedEpisode {
	/** Name of its session. */
	readonly session: string;
	readonly task: string;
	readonly success: boolean | undefined;
	/** The part of the operator's id that is recorded. */
	readonly viewer: string;
	readonly rows: number;
}
