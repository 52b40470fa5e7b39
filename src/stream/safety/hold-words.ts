import type { Hold, HoldReason } from "./control-hold.ts";

const WORDS: Readonly<Record<HoldReason, string>> = {
	starting: "no picture and no pose was fresh yet",
	"picture-old": "the picture is old",
	"picture-frozen": "the picture is frozen",
	"source-stalled": "the source sends no pictures",
	"pose-old": "the newest pose is old",
	"operator-silent": "the operator's client is silent",
	"not-engaged": "the operator has let go",
};

/** The reason of a hold as a clause for the log, with the age that passed its bound. */
export function wordsForHold({ reason, ageMs }: Hold): string {
	const age = Number.isFinite(ageMs) ? ` (${Math.round(ageMs)} ms)` : "";
	return WORDS[reason] + age;
}
