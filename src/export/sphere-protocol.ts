import type { Quaternion } from "../media/rotation.ts";
import type { RecordedSource } from "../recording/session-record.ts";
import type { CompleteLibavOptions } from "../source/source-options.ts";
import type { SourceErrorCode } from "../source/video-source.ts";
import type { CameraStart } from "./camera-protocol.ts";
import type { EpisodeVideo } from "./dataset-format.ts";

/** A camera that is drawn from the sphere. */
export interface DrawnCamera {
	readonly start: CameraStart;
	/** Horizontal field of view, radians. */
	readonly fovRad: number;
	/** The direction of all pictures; `undefined`: that of each row's recorded picture. */
	readonly worldFromView: Quaternion | undefined;
	/** The eye whose panorama it shows, where there are two: 0 is the left one. */
	readonly eye: 0 | 1;
}

/** A video of the sphere, for some of the rows. */
export interface SphereSource {
	readonly options: CompleteLibavOptions;
	/** The source as it was recorded. */
	readonly recorded: RecordedSource | undefined;
	/** The file states nothing about its pictures. */
	readonly isBare: boolean;
	/** Row after its last one. */
	readonly endRow: number;
}

/** Start data of the thread that draws cameras from a video of the sphere. */
export interface SphereStart {
	/** Files for all rows, in their order. */
	readonly sources: readonly SphereSource[];
	readonly cameras: readonly DrawnCamera[];
	/** Time stamp in its file of the source's picture in each row of the dataset, seconds. */
	readonly stampSec: Float64Array;
	/** Direction of each row's recorded picture, x y z w. */
	readonly directions: Float64Array;
	/** Rows whose picture no file has. */
	readonly missed: number;
}

export type FromSphere =
	| { readonly type: "finished"; readonly videos: readonly (readonly EpisodeVideo[])[]; readonly missed: number }
	/** `code`: the source can't be read. */
	| { readonly type: "failed"; readonly code: SourceErrorCode | undefined; readonly message: string };
