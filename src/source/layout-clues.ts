import type { FileStatements } from "../metadata/file-statements.ts";
import { type CameraSigns, guessByCamera, guessByName, type LayoutGuess } from "./layout-guess.ts";
import type { UprightPicture } from "./picture-orientation.ts";
import type { CompleteLibavOptions } from "./source-options.ts";

/** The options that win over all that a source says about itself. */
export type LayoutChoice = Pick<CompleteLibavOptions, "projection" | "stereo" | "eye" | "orientation" | "filter">;

/** All that is known of a source's pictures before their layout is decided. */
export interface LayoutClues extends Omit<FileStatements, "rightEye">, CameraSigns {
	readonly picture: UprightPicture;
	/** The layout that two files or tracks make, which are put together as one picture. */
	readonly pair?: WeighedGuess | undefined;
}

/**
 * How sure a finding is. `told`: by an option. `stated`: the file says so. `likely`: the camera is
 * known. `guessed`: by the name or the shape. `assumed`: there is no sign.
 */
export type Certainty = "told" | "stated" | "likely" | "guessed" | "assumed";

/** One thing that was found out about a source. */
export interface Finding {
	readonly subject: "projection" | "eyes" | "orientation" | "initial view";
	readonly found: string;
	/** The place or sign that says so. */
	readonly from: string;
	readonly certainty: Certainty;
	/** The command line's option that changes it. */
	readonly option: string;
}

/** A guess, and how sure it is. */
export type WeighedGuess = LayoutGuess & { readonly certainty: Certainty };

/** The first guess that there is: by the camera, two files, or the name. */
export function guessOf(clues: LayoutClues): WeighedGuess | undefined {
	if (clues.pair !== undefined) return clues.pair;
	const camera = guessByCamera(clues, clues.picture);
	if (camera !== undefined) return { ...camera, certainty: "likely" };
	const name = guessByName(clues.name, clues.picture);
	return name && { ...name, certainty: "guessed" };
}
