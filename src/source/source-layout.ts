import { type EyeCount, isWholeSphere, type PanoramaFormat } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import type { Quaternion, ViewAngles } from "../media/rotation.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import { type Finding, guessOf, type LayoutChoice, type LayoutClues } from "./layout-clues.ts";
import { decideEyes, type EyesDecision } from "./layout-eyes.ts";
import { decideProjection, type ProjectionDecision } from "./layout-projection.ts";
import { decideView } from "./layout-view.ts";
import { eyesOfMeshes } from "./mesh-eyes.ts";
import { type EyeChoice, type PicturePacking, packingOf } from "./stereo.ts";

/** The layout of a source's pictures, and where it is known from. */
export interface SourceLayout {
	/** One eye's projection: the left one's, unless only the right eye is read. */
	readonly projection: ProjectionSpec;
	/** The right eye's, where it differs. */
	readonly rightProjection?: ProjectionSpec | undefined;
	/** The camera's orientation in the world. @default upright, straight ahead */
	readonly orientation?: ViewAngles | undefined;
	readonly worldFromPanorama?: Quaternion | undefined;
	/** `custom`: each eye's mesh has its own part of the whole picture. */
	readonly stereo: StereoLayout | "custom";
	readonly packing: PicturePacking;
	readonly initialView?: ViewAngles | undefined;
	readonly findings: readonly Finding[];
	/**
	 * Ends of sentences for the log that begin with the source's name: guesses are never silent.
	 */
	readonly advice: readonly string[];
}

/**
 * Decides the layout: options first, then the file's statements in their order, the camera, marks
 * in the name, and the shape.
 */
export function decideLayout(clues: LayoutClues, choice: LayoutChoice): SourceLayout {
	const filtered = choice.filter !== "";
	const statements = filtered ? [] : clues.statements;
	const guess = filtered ? undefined : guessOf(clues);
	const eyes = decideEyes(clues, choice, statements, guess);
	const projection = decideProjection(clues, choice, statements, guess, eyes);
	const view = decideView(choice, statements);
	return {
		...forEye(eyes.stereo, projection, choice.eye),
		...view.layout,
		findings: [projection.finding, eyes.finding, ...view.findings],
		advice: [...eyes.advice, ...projection.advice, ...view.advice],
	};
}

/** The layout as a panorama's format has it. A whole sphere is the default there. */
export function geometryOf(
	layout: SourceLayout,
): Pick<PanoramaFormat, "eyes" | "projection" | "rightProjection" | "worldFromPanorama"> {
	const { projection, rightProjection, worldFromPanorama, packing } = layout;
	return {
		eyes: packing.parts.length as EyeCount,
		...(!isWholeSphere(projection) && { projection }),
		...(rightProjection !== undefined && { rightProjection }),
		...(worldFromPanorama !== undefined && { worldFromPanorama }),
	};
}

/** One line for the log: "equirectangular (stated: the box sv3d); two eyes, top-bottom (...)". */
export function layoutWords({ findings }: SourceLayout): string {
	return findings
		.map(({ subject, found, from, certainty }) => {
			const what = subject === "orientation" || subject === "initial view" ? `${subject} ${found}` : found;
			return `${what} (${certainty}: ${from})`;
		})
		.join("; ");
}

/** Projections and packing for the eyes that are read. */
function forEye(
	stereo: EyesDecision["stereo"],
	{ projection, rightProjection }: ProjectionDecision,
	eye: EyeChoice,
): Pick<SourceLayout, "projection" | "rightProjection" | "stereo" | "packing"> {
	const meshes =
		stereo === "custom" && projection.kind === "mesh" && rightProjection?.kind === "mesh"
			? eyesOfMeshes(projection, rightProjection)
			: undefined;
	const layout = stereo === "custom" ? (meshes?.layout ?? "custom") : stereo;
	const left = meshes?.left ?? projection;
	const right = meshes?.right ?? rightProjection ?? projection;
	const packing = packingOf(layout, eye);
	if (packing.parts.length === 2)
		return { projection: left, stereo: layout, packing, ...(right !== left && { rightProjection: right }) };
	return { projection: eye === "right" && layout !== "mono" ? right : left, stereo: layout, packing };
}
