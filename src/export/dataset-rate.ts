import type { SessionSurvey } from "./session-survey.ts";

/** Most rows a second of a dataset. */
export const MOST_RATE_HZ = 1000;
/** Rows a second where a recording has no pictures. */
const DEFAULT_RATE_HZ = 30;
/**
 * The rate of the source, where one is stated; else the usual one of the pictures of the viewer who
 * has the most. Views that turn are drawn more often than the source has pictures.
 */
export function rateOf(surveys: readonly SessionSurvey[]): number {
	const stated = surveys.flatMap(({ sources }) => sources).find(({ frameRate }) => frameRate > 0)?.frameRate;
	return Math.min(MOST_RATE_HZ, Math.max(1, Math.round(stated ?? measuredRate(surveys) ?? DEFAULT_RATE_HZ)));
}

function measuredRate(surveys: readonly SessionSurvey[]): number | undefined {
	const viewers = surveys.flatMap((survey) => [...survey.viewers.values()]);
	const most = viewers.toSorted((a, b) => b.pictures.atSec.length - a.pictures.atSec.length)[0];
	const times = most?.pictures.atSec ?? [];
	const intervals = times.slice(1).map((sec, index) => sec - times[index]!);
	const median = intervals.toSorted((a, b) => a - b)[intervals.length >> 1] ?? 0;
	// Pictures jitter, and some are left out.
	const usual = intervals.filter((sec) => sec < 1.5 * median);
	const meanSec = usual.reduce((sum, sec) => sum + sec, 0) / usual.length;
	return meanSec > 0 ? 1 / meanSec : undefined;
}
