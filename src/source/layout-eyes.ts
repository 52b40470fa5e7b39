import { isWholeSphere } from "../media/panorama.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import type { FoundStatement } from "../metadata/found-statement.ts";
import type { Certainty, Finding, LayoutChoice, LayoutClues, WeighedGuess } from "./layout-clues.ts";
import { adviceByShape } from "./layout-guess.ts";
import { isDivisible } from "./stereo.ts";

/** The layout of the eyes; `custom`: each eye's mesh has its own part of the whole picture. */
export interface EyesDecision {
	readonly stereo: StereoLayout | "custom";
	readonly finding: Finding;
	/** Ends of sentences that begin with the source's name. */
	readonly advice: readonly string[];
}

/** Decides the layout of the eyes in the pictures. */
export function decideEyes(
	clues: LayoutClues,
	{ stereo: told, filter }: LayoutChoice,
	statements: readonly FoundStatement[],
	guess: WeighedGuess | undefined,
): EyesDecision {
	if (told !== "auto") return decision(told, "the option stereo", "told");
	if (filter !== "") return decision("mono", "the pictures go through a filter", "assumed");
	if (clues.pair?.stereo !== undefined) return guessed(clues.pair.stereo, clues.pair.from, clues.pair.certainty);
	return statedEyes(statements) ?? unstatedEyes(clues, guess);
}

function decision(
	stereo: EyesDecision["stereo"],
	from: string,
	certainty: Certainty,
	...advice: readonly string[]
): EyesDecision {
	const words = stereo === "custom" ? "each by its own mesh" : stereo;
	return {
		stereo,
		finding: {
			subject: "eyes",
			found: stereo === "mono" ? "one picture for both eyes" : `two eyes, ${words}`,
			from,
			certainty,
			option: stereo === "mono" ? "--stereo top-bottom" : "--stereo mono",
		},
		advice,
	};
}

/** The first statement about the eyes; a statement about the sphere alone means one picture. */
function statedEyes(statements: readonly FoundStatement[]): EyesDecision | undefined {
	const meshes = statements.find(({ projection, rightProjection }) => projection && rightProjection);
	const stated = statements.find(({ eyes }) => eyes !== undefined && (eyes !== "custom" || meshes !== undefined));
	switch (stated?.eyes) {
		case undefined:
			break;
		case "views":
			return decision(
				"mono",
				stated?.where ?? "",
				"stated",
				...(stated?.note === undefined ? [] : [stated.note]),
			);
		case "other":
			return decision(
				"mono",
				stated?.where ?? "",
				"stated",
				"holds two eyes in a way that is not unfolded; it is shown as it is",
			);
		default:
			return decision(stated?.eyes ?? "mono", stated?.where ?? "", "stated");
	}
	if (meshes !== undefined) return decision("custom", meshes.where, "stated");
	const sphere = statements.find(({ projection }) => projection !== undefined);
	return sphere && decision("mono", sphere.where, "stated");
}

function unstatedEyes({ picture }: LayoutClues, guess: WeighedGuess | undefined): EyesDecision {
	// A guess that does not fit the size is dropped.
	if (guess?.stereo !== undefined && isDivisible(guess.stereo, picture))
		return guessed(guess.stereo, guess.from, guess.certainty);
	// A name that says "360" says nothing of the eyes: the shape still may.
	const other = guess?.projection !== undefined && (guess.certainty === "likely" || !isWholeSphere(guess.projection));
	if (guess !== undefined && other && guess.stereo === undefined)
		return decision("mono", guess.from, guess.certainty);
	const { from, stereo } = adviceByShape(picture);
	if (stereo === undefined) return decision("mono", from, "assumed");
	const advice =
		`is shown as one sphere for both eyes: ${from}. If it holds two eyes, the option stereo says how: ` +
		`--stereo ${stereo}`;
	return decision("mono", from, "assumed", advice);
}

function guessed(stereo: StereoLayout, from: string, certainty: Certainty): EyesDecision {
	if (stereo === "mono" || certainty === "stated") return decision(stereo, from, certainty);
	const change = "If that is wrong, the option stereo changes it: --stereo mono";
	const advice = `is read as two eyes, ${stereo}: ${from}. ${change}`;
	return decision(stereo, from, certainty, advice);
}
