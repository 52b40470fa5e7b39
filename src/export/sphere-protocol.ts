import type { Quaternion } from "../media/rotation.ts";
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
}

/** A video of the sphere, for some of the rows. */
export interface SphereSource {
	readonly options: CompleteLibavOptions;
	/** The turn of the panorama in the world, as it was recorded. @default that of the file */
	readonly worldFromPanorama: Quaternion | undefined;
	/** Seconds that the file's stamps are later than the recorded ones. */
	readonly shiftSec: number;
	/** Row after its last one. */
	readonly endRow: number;
}

/** Start data of the thread that draws cameras from a video of the sphere. */
export interface SphereStart {
	/** Files for all rows, in their order. */
	readonly sources: readonly SphereSource[];
	readonly cameras: readonly DrawnCamera[];
	/** Time stamp of the source's picture in each row of the dataset, seconds; NaN: as before. */
	readonly stampSec: Float64Array;
	/** Direction of each row's recorded picture, x y z w. */
	readonly directions: Float64Array;
}

export type FromSphere =
	| { readonly type: "finished"; readonly videos: readonly (readonly EpisodeVideo[])[]; readonly missed: number }
	/** `code`: the source can't be read. */
	| { readonly type: "failed"; readonly code: SourceErrorCode | undefined; readonly message: string };
