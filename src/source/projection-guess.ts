import type { StereoMetadata } from "../metadata/statements.ts";
import { isDivisible, type StereoChoice, type StereoLayout } from "./stereo.ts";

/** The layout of a panorama in its picture. */
export type ProjectionName =
	| "equirectangular"
	| "half-equirectangular"
	| "cubemap"
	| "equi-angular-cubemap"
	| "dual-fisheye"
	| "fisheye"
	| "rectilinear"
	| "unknown";
/**
 * The places of the panoramas for the two eyes; `other` is a layout that is not unfolded, such
 * as alternating lines.
 */
export type StereoName = StereoLayout | "other";

export interface ProjectionClues {
	/** Upright size of the picture. */
	readonly width: number;
	readonly height: number;
	/** Width of a pixel by its height, upright. @default 1 */
	readonly pixelAspect?: number | undefined;
	/** The file's name or the address. */
	readonly name: string;
	/** Number of video tracks and the codec of the first. */
	readonly videoTracks: number;
	readonly codec: string;
	/** The file's own statement, if it makes one. */
	readonly statedProjection?: ProjectionName | undefined;
	readonly statedStereo?: StereoName | undefined;
}

export interface ProjectionGuess {
	readonly projection: ProjectionName;
	readonly stereo: StereoName;
	/** The reason for the guess, for people. */
	readonly reason: string;
	/** The file itself states the eyes' layout. */
	readonly stereoStated: boolean;
	/** The layout that pictures of this shape often have, though only the shape suggests it. */
	readonly stereoPossible?: StereoLayout | undefined;
}

/**
 * Guesses the layout of a video from its own statements first, then from habits of cameras,
 * hints in the name, and the shape of the picture.
 */
export function guessProjection(clues: ProjectionClues): ProjectionGuess {
	const { statedProjection, statedStereo } = clues;
	if (statedProjection !== undefined) {
		return {
			projection: statedProjection,
			stereo: statedStereo ?? "mono",
			reason: "the file says so",
			stereoStated: true,
		};
	}
	const guess = fromCamera(clues) ?? fromName(clues) ?? fromShape(clues);
	if (statedStereo !== undefined) {
		const { projection, reason } = guess;
		return {
			projection,
			stereo: statedStereo,
			reason: `${reason}; the file states the eyes' layout`,
			stereoStated: true,
		};
	}
	return { ...guess, stereoStated: false };
}

/**
 * The eyes' layout that a source is read with, and a line for the log when the layout is only
 * an assumption.
 *
 * @param choice the option's value
 * @param filtered the pictures go through the user's filters, so that the file's statements do
 * not hold for them
 */
export function chooseStereo(
	choice: StereoChoice,
	guess: ProjectionGuess,
	size: { readonly width: number; readonly height: number },
	filtered: boolean,
): { readonly layout: StereoLayout; readonly advice?: string | undefined } {
	if (choice !== "auto") return { layout: choice };
	const { stereo, reason, stereoStated, stereoPossible } = guess;
	if (filtered) return { layout: "mono" };
	if (stereo === "mono")
		return stereoPossible === undefined
			? { layout: "mono" }
			: { layout: "mono", advice: adviceOf(reason, stereoPossible) };
	if (stereo === "other")
		return { layout: "mono", advice: "holds two eyes in a way that is not unfolded; it is shown as it is" };
	if (stereoStated) return { layout: stereo };
	// A guess that does not fit the size is dropped.
	if (!isDivisible(stereo, size)) return { layout: "mono" };
	return {
		layout: stereo,
		advice:
			`is read as two eyes, ${stereo}: ${reason}. If that is wrong, the option stereo changes it: ` +
			"--stereo mono",
	};
}

function adviceOf(reason: string, possible: StereoLayout): string {
	return (
		`is shown as one sphere for both eyes: ${reason}. If it holds two eyes, the option stereo says how: ` +
		`--stereo ${possible}`
	);
}

const STATED_PROJECTIONS: Readonly<Record<string, ProjectionName>> = {
	equirectangular: "equirectangular",
	"tiled equirectangular": "equirectangular",
	"half equirectangular": "half-equirectangular",
	cubemap: "cubemap",
	rectilinear: "rectilinear",
	fisheye: "fisheye",
};

/** The projection by FFmpeg's name of it; `undefined` when the file states none. */
export function projectionFromStated(name: string | undefined): ProjectionName | undefined {
	return name === undefined ? undefined : (STATED_PROJECTIONS[name] ?? "unknown");
}

/** The stated layout; `undefined` when the file states none. */
export function stereoFromStated(stated: StereoMetadata | undefined): StereoName | undefined {
	switch (stated?.layout) {
		case undefined:
			return undefined;
		case "mono":
			return "mono";
		case "top-bottom":
			return stated?.eyesSwapped ? "bottom-top" : "top-bottom";
		case "side by side":
			return stated?.eyesSwapped ? "right-left" : "left-right";
		default:
			return "other";
	}
}

type Guess = Omit<ProjectionGuess, "stereoStated">;

function fromCamera(clues: ProjectionClues): Guess | undefined {
	const { name, videoTracks, codec } = clues;
	if (/\.360$/i.test(name) && videoTracks >= 2 && codec === "hevc") {
		return {
			projection: "equi-angular-cubemap",
			stereo: "mono",
			reason: "a GoPro .360 file: two HEVC tracks of three cube faces each",
		};
	}
	if (/\.(insv|lrv)$/i.test(name)) {
		const both = Math.abs(shownAspect(clues) - 2) < 0.01;
		return {
			projection: both ? "dual-fisheye" : "fisheye",
			stereo: "mono",
			reason: `an Insta360 file: ${both ? "both lenses side by side" : "one lens in this track"}`,
		};
	}
	return undefined;
}

/**
 * Marks that players look for at the end of a name, after a character that is no letter or
 * digit.
 */
const NAME_HINTS: readonly (readonly [pattern: RegExp, guess: Partial<Guess>])[] = [
	[/(^|[^a-z0-9])(tb|ou|3dv|3dtb|top-?bottom|over-?under)([^a-z0-9]|$)/i, { stereo: "top-bottom" }],
	[/(^|[^a-z0-9])(lr|sbs|3dh|left-?right|side-?by-?side)([^a-z0-9]|$)/i, { stereo: "left-right" }],
	[/(^|[^a-z0-9])(vr)?180(x180)?([^a-z0-9]|$)/i, { projection: "half-equirectangular" }],
	[/(^|[^a-z0-9])(vr)?360([^a-z0-9]|$)/i, { projection: "equirectangular" }],
	[/(^|[^a-z0-9])(dual-?fisheye|dfisheye)([^a-z0-9]|$)/i, { projection: "dual-fisheye" }],
	[/(^|[^a-z0-9])(cubemap|cube)([^a-z0-9]|$)/i, { projection: "cubemap" }],
	[/(^|[^a-z0-9])eac([^a-z0-9]|$)/i, { projection: "equi-angular-cubemap" }],
];

function fromName({ name }: ProjectionClues): Guess | undefined {
	const stem = name.replace(/\.[a-z0-9]{2,4}$/i, "");
	let found: Partial<Guess> = {};
	const hints: string[] = [];
	for (const [pattern, hint] of NAME_HINTS) {
		const match = pattern.exec(stem);
		if (match === null) continue;
		found = { ...hint, ...found };
		hints.push(`"${match[0].replace(/^[^a-z0-9]|[^a-z0-9]$/gi, "")}"`);
	}
	if (hints.length === 0) return undefined;
	return {
		projection: found.projection ?? "equirectangular",
		stereo: found.stereo ?? "mono",
		reason: `the name says ${hints.join(" and ")}`,
	};
}

/** Width by height as the pictures are shown. */
function shownAspect({ width, height, pixelAspect = 1 }: ProjectionClues): number {
	return (width * pixelAspect) / height;
}

function fromShape(clues: ProjectionClues): Guess {
	const aspect = shownAspect(clues);
	const is = (value: number) => Math.abs(aspect / value - 1) < 0.03;
	if (is(2)) return { projection: "equirectangular", stereo: "mono", reason: "the picture is twice as wide as high" };
	if (is(1)) {
		return {
			projection: "equirectangular",
			stereo: "mono",
			stereoPossible: "top-bottom",
			reason: "the picture is square, which alone says nothing of its eyes",
		};
	}
	if (is(4)) {
		return {
			projection: "equirectangular",
			stereo: "mono",
			stereoPossible: "left-right",
			reason: "the picture is four times as wide as high, which alone says nothing of its eyes",
		};
	}
	if (is(1.5))
		return {
			projection: "cubemap",
			stereo: "mono",
			reason: "the picture is 3:2, as six cube faces in two rows are",
		};
	const shape = `${Math.round(clues.width * (clues.pixelAspect ?? 1))}x${clues.height}`;
	return {
		projection: "unknown",
		stereo: "mono",
		reason: `no panorama is known to have the shape ${shape}; it is read as equirectangular`,
	};
}
