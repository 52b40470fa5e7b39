import type { DualFisheyeSpec, ProjectionSpec } from "../media/projection.ts";
import type { LayoutChoice, WeighedGuess } from "./layout-clues.ts";
import { isAbout } from "./layout-guess.ts";
import type { PairArrangement } from "./picture-composer.ts";
import { panoramasIn } from "./stereo.ts";
import { SourceError } from "./video-source.ts";

/** The way in which two pictures are put together, and what they then are. */
export interface PairLayout {
	readonly arrangement: PairArrangement;
	readonly guess: WeighedGuess;
}

/** Two pictures of one size that are to be put together. */
export interface PairClues {
	/** Names of the files, without folders. */
	readonly first: string;
	readonly second: string;
	/** Size of one picture. */
	readonly width: number;
	readonly height: number;
}

/** The names that a GoPro Fusion and an Insta360 give to the files of their two lenses. */
const FRONT = /front|(^|[^a-z])GPFR\d/i;
const BACK = /back|(^|[^a-z])GPBK\d/i;
const INSTA360_PAIR = [/_00_/, /_10_/] as const;

/**
 * Decides how two files are put together: by the options, by the names that cameras give them, and
 * by the shape of their pictures.
 *
 * @throws {SourceError} when nothing says what they are.
 */
export function layoutOfPair(clues: PairClues, choice: Pick<LayoutChoice, "projection" | "stereo">): PairLayout {
	const { projection: told, stereo } = choice;
	const stacked = (projection: ProjectionSpec, from: string): PairLayout => ({
		arrangement: "stacked",
		guess: { projection, from, certainty: "guessed" },
	});
	if (told !== "auto" && told.kind === "gopro-max") return stacked(told, "the option projection");
	if (told !== "auto" && told.kind === "dual-fisheye") return ofLenses(told, "the option projection");
	if (stereo !== "auto" && stereo !== "mono") {
		const arrangement = panoramasIn(stereo).down === 2 ? "stacked" : "beside";
		return { arrangement, guess: { stereo, from: "the option stereo", certainty: "told" } };
	}
	if (told !== "auto") return twoEyes("two files are read as one source, the first for the left eye");
	return byNames(clues) ?? byShape(clues);
}

function ofLenses(projection: DualFisheyeSpec, from: string): PairLayout {
	const arrangement = projection.layout === "stacked" ? "stacked" : "beside";
	return { arrangement, guess: { projection, from, certainty: "guessed" } };
}

function twoEyes(from: string): PairLayout {
	return { arrangement: "beside", guess: { stereo: "left-right", from, certainty: "guessed" } };
}

function byNames({ first, second, width, height }: PairClues): PairLayout | undefined {
	const stacked = { kind: "dual-fisheye", layout: "stacked" } as const;
	if (width < 1.5 * height) {
		if (FRONT.test(first) && BACK.test(second))
			return ofLenses({ ...stacked, left: "front" }, "the files' names say front and back");
		if (BACK.test(first) && FRONT.test(second))
			return ofLenses({ ...stacked, left: "back" }, "the files' names say back and front");
		if (INSTA360_PAIR[0].test(first) && INSTA360_PAIR[1].test(second))
			return ofLenses(stacked, "the files are named as the two lenses of an Insta360 camera");
	}
	const eyes = /(^|[^a-z])(left|l)([^a-z]|$)/i.test(first) && /(^|[^a-z])(right|r)([^a-z]|$)/i.test(second);
	return eyes ? twoEyes("the files' names say left and right") : undefined;
}

function byShape({ first, second, width, height }: PairClues): PairLayout {
	const aspect = width / height;
	const shape = `two pictures of ${width}x${height}`;
	// 4096x1344 and 2272x736: three faces of a cube, and the columns by which lenses overlap.
	if (aspect > 2.95 && aspect < 3.2)
		return {
			arrangement: "stacked",
			guess: { projection: { kind: "gopro-max" }, from: `${shape}, as a GoPro MAX makes`, certainty: "guessed" },
		};
	if (aspect > 0.9 && aspect < 1.2)
		return ofLenses({ kind: "dual-fisheye", layout: "stacked" }, `${shape}, as two fisheye lenses make`);
	if (isAbout(aspect, 2)) return twoEyes(`${shape}, the first for the left eye`);
	throw new SourceError(
		"failed",
		`Nothing says how ${first} and ${second} (${width}x${height}) belong together. The option projection does ` +
			"(--in gopro-max, --in dual-fisheye), or the option stereo for two eyes (--stereo left-right).",
	);
}
