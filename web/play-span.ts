import type { PlaybackState } from "../src/client/index.ts";
import { timeShiftAt } from "../src/media/playback.ts";

/** The places that can be watched, seconds; NaN where they are not known. */
export interface PlaySpan {
	readonly startSec: number;
	readonly endSec: number;
}

/** The span of a file, or the kept past of a live source at `nowSec` on the clock of the play. */
export function playSpan(state: PlaybackState, nowSec: number): PlaySpan {
	const past = timeShiftAt(state, nowSec);
	return past === undefined
		? { startSec: 0, endSec: state.durationSec }
		: { startSec: past.oldestSec, endSec: past.newestSec };
}

/** The present span on the page's clock. */
export function presentSpan(state: PlaybackState): PlaySpan {
	return playSpan(state, performance.now() / 1000);
}
