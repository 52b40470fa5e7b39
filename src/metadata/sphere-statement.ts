import type { ProjectionSpec } from "../media/projection.ts";
import type { ViewAngles } from "../media/rotation.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";

/**
 * A file's statement about the sphere that its pictures show, whatever the format: read from MP4
 * boxes, Matroska elements and XMP, and written into them.
 */
export interface SphereStatement {
	/** The projection of one eye's picture. */
	readonly projection: ProjectionSpec;
	/** The right eye's projection, where it differs: the second mesh of Google's `mshp`. */
	readonly rightProjection?: ProjectionSpec | undefined;
	/** @default "mono" */
	readonly stereo?: StereoLayout | undefined;
	/**
	 * The turn of the projection, degrees, with the signs of Google's `prhd`, Matroska's
	 * `ProjectionPose*` and `GPano:Pose*`, whose numbers these are: the picture's front is turned
	 * up by `pitchDeg`, and clockwise by `rollDeg`. Of `yawDeg` these formats differ: `prhd` and
	 * Matroska turn it counter-clockwise about up, and `GPano:PoseHeadingDegrees` is its compass
	 * heading, clockwise from north. @default 0
	 */
	readonly pose?: ViewAngles | undefined;
	/** The direction in which a player begins: yaw + right, pitch + up. @default straight ahead */
	readonly initialView?: ViewAngles | undefined;
	/** The program that made the sphere. */
	readonly software?: string | undefined;
}

/** A statement can't be written into a file, or the file can't be rewritten. */
export class TagError extends Error {
	override readonly name = "TagError";
	readonly code: TagErrorCode;

	constructor(code: TagErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

/** The kind of a `TagError`. */
export type TagErrorCode =
	/** There is no such file. */
	| "not-found"
	/** The file is broken, or of a kind that is not written. */
	| "unsupported"
	/** The format has no words for the statement. */
	| "not-statable"
	/** The file can't be written: no rights, no space, or it is there already. */
	| "not-writable";
