import type { StereoLayout } from "../media/stereo-layout.ts";
import type { SphereStatement } from "./sphere-statement.ts";

/**
 * The eyes of a picture as a file states them. `custom`: the two meshes say where each eye's
 * picture lies. `views`: the eyes are coded apart (MV-HEVC), and the decoder gives one of them.
 * `other`: a layout that is not unfolded, such as alternating lines.
 */
export type StatedEyes = StereoLayout | "custom" | "views" | "other";

/** The numbers of `CroppedArea*` and `FullPano*`, pixels. They may count both eyes' pictures. */
export interface CropNumbers {
	readonly fullWidth: number;
	readonly fullHeight: number;
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
}

/** A statement about the sphere as it was found at one place of a file. */
export interface FoundStatement extends Partial<Omit<SphereStatement, "stereo">> {
	/** The place, for people: "the boxes sv3d > proj > equi". */
	readonly where: string;
	/** The part of the sphere, where the place states numbers that depend on the picture. */
	readonly crop?: CropNumbers | undefined;
	readonly eyes?: StatedEyes | undefined;
	/**
	 * The sign of `pose.yawDeg`: Google's boxes and Matroska count counter-clockwise, seen from
	 * above; the heading of GPano and panogaze clockwise. @default "clockwise"
	 */
	readonly yaw?: "clockwise" | "counter-clockwise" | undefined;
	/** A part of the statement that was not understood or is not right, for people. */
	readonly note?: string | undefined;
}
