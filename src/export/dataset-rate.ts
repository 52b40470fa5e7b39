import type { SessionSurvey } from "./session-survey.ts";

/** Most rows a second of a dataset. */
export const MOST_RATE_HZ = 1000;
/** Rows a second where a recording has no pictures. */
const DEFAULT_RATE_HZ = 30;
/** A measured rate that differs by a smaller share from the source's is the source's. */
const NEAR_RATE = 0.15;

/** The usual rate of the pictures of the viewer who has the most, or that of the source. */
export function rateOf(surveys: readonly SessionSurvey[]): number {
	const viewers = surveys.flatMap((survey) => [...survey.viewers.values()]);
	const most = viewers.toSorted((a, b) => b.pictures.atSec.length - a.pictures.atSec.length)[0];
	const times = most?.pictures.atSec ?? [];
	const intervals = times.slice(1).map((sec, index) => sec - times[index]!);
	const median = intervals.toSorted((a, b) => a - b)[intervals.length >> 1] ?? 0;
	// Pictures jitter, and some are left out.
	const usual = intervals.filter((sec) => sec < 1.5 * median);
	const meanSec = usual.reduce((sum, sec) => sum + sec, 0) / usual.length;
	const sourceHz = surveys.flatMap(({ sources }) => sources).find(({ frameRate }) => frameRate > 0)?.frameRate;
	const seenHz = meanSec > 0 ? 1 / meanSec : (sourceHz ?? DEFAULT_RATE_HZ);
	// A busy machine leaves out some of the source's pictures.
	const isSources = sourceHz !== undefined && Math.abs(seenHz / sourceHz - 1) < NEAR_RATE;
	const rateHz = isSources ? sourceHz : seenHz;
	return Math.min(MOST_RATE_HZ, Math.max(1, Math.round(rateHz)));
}
