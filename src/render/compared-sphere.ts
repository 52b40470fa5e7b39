import type { ProjectionSpec } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import { layoutOfFile } from "../source/layout-of-file.ts";
import { panoramasIn } from "../source/stereo.ts";

/** The sphere of pictures, and the reason why they are taken for it. */
export interface FoundSphere {
	/** The projection of one eye's picture. */
	readonly projection: ProjectionSpec;
	readonly stereo: StereoLayout;
	/** For people. */
	readonly reason: string;
}

/** A sphere that no file states is twice as wide as high, about. */
const SPHERE_ASPECT = 2;
const ASPECT_TOLERANCE = 0.02;

/**
 * The sphere in a file's pictures as a source of them is read. Pictures of another shape that
 * state nothing are taken as flat.
 *
 * @throws {SourceError} when the file can't be read.
 */
export async function sphereOfFile(path: string): Promise<FoundSphere> {
	const { layout, picture } = await layoutOfFile(path);
	const stereo = layout.stereo === "custom" ? "mono" : layout.stereo;
	const finding = layout.findings.find(({ subject }) => subject === "projection");
	const { across, down } = panoramasIn(stereo);
	const aspect = (picture.width / across / (picture.height / down)) * picture.pixelAspect;
	const isSphere = Math.abs(aspect / SPHERE_ASPECT - 1) < ASPECT_TOLERANCE;
	const known = finding !== undefined && finding.certainty !== "assumed" && finding.certainty !== "guessed";
	if (!known && !isSphere && layout.projection.kind === "equirect")
		return { projection: { kind: "none" }, stereo, reason: "nothing is stated (--in changes it)" };
	const reason = finding === undefined ? "assumed" : `${finding.certainty}: ${finding.from} (--in changes it)`;
	return { projection: layout.projection, stereo, reason };
}
