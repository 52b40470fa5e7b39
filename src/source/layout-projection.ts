import { isWholeSphere } from "../media/panorama.ts";
import type { CubeLayoutName, ProjectionSpec } from "../media/projection.ts";
import type { FoundStatement } from "../metadata/found-statement.ts";
import { boundsOfCrop } from "../metadata/sphere-crop.ts";
import type { Certainty, Finding, LayoutChoice, LayoutClues, WeighedGuess } from "./layout-clues.ts";
import type { EyesDecision } from "./layout-eyes.ts";
import { adviceByShape, isAbout, shownAspect } from "./layout-guess.ts";
import { projectionWords } from "./layout-words.ts";
import type { UprightPicture } from "./picture-orientation.ts";
import { panoramasIn } from "./stereo.ts";

/** The projection of one eye's picture, and the right eye's where it differs. */
export interface ProjectionDecision {
	readonly projection: ProjectionSpec;
	readonly rightProjection?: ProjectionSpec | undefined;
	readonly finding: Finding;
	readonly advice: readonly string[];
}

/** Decides the projection, when the layout of the eyes is known. */
export function decideProjection(
	clues: LayoutClues,
	{ projection: told, filter }: LayoutChoice,
	statements: readonly FoundStatement[],
	guess: WeighedGuess | undefined,
	{ stereo }: EyesDecision,
): ProjectionDecision {
	if (told !== "auto") return decision(told, "the option projection", "told");
	if (filter !== "") return decision({ kind: "equirect" }, "the pictures go through a filter", "assumed");
	const notes = statements.flatMap(({ where, note, projection, eyes }) =>
		note === undefined || eyes === "views"
			? []
			: [`states more than can be read (${where}): ${note}${projection ? "" : ". --in says what it is"}`],
	);
	const stated = statements.find(({ projection }) => projection !== undefined);
	if (stated?.projection !== undefined) {
		const { projection, faults } = completed(stated, stated.projection, clues.picture, stereo);
		return decision(projection, stated.where, "stated", [...notes, ...faults], stated.rightProjection);
	}
	if (guess?.projection !== undefined) {
		const advice = isWholeSphere(guess.projection)
			? []
			: [
					`is read as ${projectionWords(guess.projection)}: ${guess.from}. If that is wrong, the option ` +
						"projection changes it: --in equirect",
				];
		return decision(guess.projection, guess.from, guess.certainty, [...notes, ...advice]);
	}
	return byShape(clues, guess, stereo, notes);
}

function decision(
	projection: ProjectionSpec,
	from: string,
	certainty: Certainty,
	advice: readonly string[] = [],
	rightProjection?: ProjectionSpec,
): ProjectionDecision {
	const found = projectionWords(projection);
	return {
		projection,
		rightProjection,
		finding: { subject: "projection", found, from, certainty, option: optionFor(certainty, projection) },
		advice,
	};
}

/** The option that another projection would be given by; for a guess the likeliest other one. */
function optionFor(certainty: Certainty, projection: ProjectionSpec): string {
	if (certainty === "told" || certainty === "stated") return "--in";
	return projection.kind === "equirect" ? "--in equirect, fisheye, cubemap, perspective, ..." : "--in equirect";
}

function byShape(
	{ picture }: LayoutClues,
	guess: WeighedGuess | undefined,
	stereo: EyesDecision["stereo"],
	notes: readonly string[],
): ProjectionDecision {
	const { across, down } = panoramasIn(stereo === "custom" ? "mono" : stereo);
	const eye = { ...picture, width: picture.width / across, height: picture.height / down };
	const { from, possible, whole } = adviceByShape(eye);
	const square = isAbout(shownAspect(eye), 1) && stereo !== "mono";
	const words = [
		...(guess?.advice === undefined ? [] : [`is read as equirectangular, though ${guess.from}. ${guess.advice}`]),
		...(possible === undefined
			? []
			: [`is read as equirectangular: ${from}. If it is ${possible.what}: ${possible.option}`]),
		...(square && guess?.advice === undefined
			? [
					"is read as whole spheres, though each eye's picture is square, as half spheres are. If they " +
						"are: --in equirect --in-option bounds=0,0,0.25,0.25",
				]
			: []),
	];
	return decision({ kind: "equirect" }, from, whole ? "guessed" : "assumed", [...notes, ...words]);
}

const CUBE_SHAPES: readonly (readonly [aspect: number, layout: CubeLayoutName])[] = [
	[6, "c6x1"],
	[1 / 6, "c1x6"],
	[4 / 3, "cross"],
];

/** A stated projection with what depends on the picture: a crop's bounds, a cube's layout. */
function completed(
	{ crop, where }: FoundStatement,
	projection: ProjectionSpec,
	picture: UprightPicture,
	stereo: EyesDecision["stereo"],
): { readonly projection: ProjectionSpec; readonly faults: readonly string[] } {
	const packing = panoramasIn(stereo === "custom" ? "mono" : stereo);
	const as = (projection: ProjectionSpec, ...faults: string[]) => ({ projection, faults });
	if (projection.kind === "cubemap" && projection.layout === undefined) {
		const aspect = (shownAspect(picture) * packing.down) / packing.across;
		const layout = CUBE_SHAPES.find(([shape]) => isAbout(aspect, shape))?.[1] ?? "google";
		return as(
			{ ...projection, layout },
			`is read as a cubemap with the layout ${layout}, by its shape. Another one: --in cubemap ` +
				"--in-option layout=NAME",
		);
	}
	if (crop === undefined) return as(projection);
	const bounds = boundsOfCrop(crop, picture, packing);
	if (bounds === undefined)
		return as(projection, `states a part of the sphere that can't be (${where}); it is read as the whole`);
	if (projection.kind === "cylindrical") return as({ ...projection, fovDeg: 360 * (1 - bounds.left - bounds.right) });
	const cropped = Object.values(bounds).some((part) => part > 1e-9);
	return as(projection.kind === "equirect" && cropped ? { kind: "equirect", bounds } : projection);
}
