import { type PlaybackChange, type PlaybackState, refusalOfChange, type TimeShift } from "../media/playback.ts";

/** Places this near to the present mean the present, seconds. */
const NEAR_SEC = 1;
/** One whose place is no longer kept goes on this long after the oldest one, seconds, at most. */
const MARGIN_SEC = 2;
const MARGIN_SHARE = 0.1;

/** A viewer's play, as far as the rules need it. */
export type PlayNow = Pick<PlaybackState, "positionSec" | "paused" | "rate" | "seeking">;

/** The step that follows from a wish, or from the passing of time. */
export type PastStep =
	/** The viewer is shown the present. */
	| { readonly to: "live" }
	/** The viewer is shown the past: begins there, or goes on otherwise. */
	| { readonly to: "past"; readonly change: PlaybackChange }
	| { readonly to: "nothing" }
	/** The wish is refused, with a reason in a sentence. */
	| { readonly to: "refusal"; readonly reason: string };

/** Changes that a viewer's own play obeys. */
export const PAST_ABILITIES = ["pause", "seek", "rate", "live"] as const;

/**
 * The step that a viewer's wish leads to.
 * @param play the viewer's play in the past; `undefined`: the viewer is shown the present.
 */
export function stepForWish(wish: PlaybackChange, window: TimeShift, play: PlayNow | undefined): PastStep {
	const reason = refusalOfChange(wish, { can: PAST_ABILITIES, live: false });
	if (reason !== undefined) return { to: "refusal", reason };
	if (wish.live === true) return play === undefined ? { to: "nothing" } : { to: "live" };
	const paused = wish.paused ?? play?.paused ?? false;
	const rate = wish.rate ?? play?.rate ?? 1;
	const staysBehind = paused || rate < 1;
	const { positionSec } = wish;
	if (positionSec !== undefined && positionSec >= window.newestSec - NEAR_SEC && !staysBehind)
		return play === undefined ? { to: "nothing" } : { to: "live" };
	const place =
		positionSec === undefined ? undefined : Math.max(window.oldestSec, Math.min(positionSec, window.newestSec));
	if (play !== undefined)
		return { to: "past", change: { ...wish, ...(place !== undefined && { positionSec: place }) } };
	if (positionSec === undefined && !staysBehind)
		return rate > 1
			? { to: "refusal", reason: "The present can't be played faster than it happens." }
			: { to: "nothing" };
	return { to: "past", change: { positionSec: place ?? window.newestSec, paused, rate } };
}

/**
 * The step that follows from the passing of time: one who catches up with the present is shown it;
 * one whose place is no longer kept goes on from the oldest.
 */
export function stepForTime({ positionSec, paused, rate, seeking }: PlayNow, window: TimeShift): PastStep {
	const { oldestSec, newestSec } = window;
	if (seeking) return { to: "nothing" };
	const staysBehind = paused || rate < 1;
	if (!staysBehind && newestSec - positionSec < NEAR_SEC) return { to: "live" };
	if (!staysBehind || positionSec >= oldestSec) return { to: "nothing" };
	const marginSec = Math.min(MARGIN_SEC, MARGIN_SHARE * (newestSec - oldestSec));
	return { to: "past", change: { positionSec: oldestSec + marginSec, paused: false, rate: 1 } };
}
