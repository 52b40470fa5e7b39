import type { TimeValue } from "../chunk/time-value.ts";
import { timeOf } from "../chunk/time-value.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";

/**
 * Where a range of time begins or ends. A number is a count on timelines of sequences; times are `{
 * seconds }`, or `{ ns }` as a bigint.
 */
export type TimeAmount = number | bigint | { readonly seconds: number } | { readonly ns: bigint };

/** One end of a range of time. */
export type TimeBoundary =
	| { readonly tag: "CursorRelative"; readonly value: bigint }
	| { readonly tag: "Absolute"; readonly value: bigint }
	| { readonly tag: "Infinite" };

/** The ends that a range of time can have. */
export const TimeBoundary = {
	/** So far after the time that is shown; before it if `offset` is negative. */
	cursorRelative: (offset: TimeAmount = 0): TimeBoundary => ({ tag: "CursorRelative", value: ticksOf(offset) }),
	absolute: (time: TimeAmount | Date): TimeBoundary => ({ tag: "Absolute", value: ticksOf(time) }),
	/** The first or the last that there is. */
	infinite: (): TimeBoundary => ({ tag: "Infinite" }),
} as const;

/** Without a `start` or an `end` it reaches to the first or the last that there is. */
export interface TimeRange {
	readonly start?: TimeBoundary | undefined;
	readonly end?: TimeBoundary | undefined;
}

/** How much of a timeline a view shows at once. */
export interface VisibleTimeRange extends TimeRange {
	readonly timeline: string;
}

const RANGE_OPTIONS: OptionNames<TimeRange> = { start: true, end: true };

/**
 * The range as the component stores it, with nothing left out.
 * @throws {TypeError} if a name in it is unknown.
 */
export function completeRange(range: TimeRange): { readonly start: TimeBoundary; readonly end: TimeBoundary } {
	checkOptions(range, RANGE_OPTIONS, "a range of time");
	const { start, end } = range;
	return { start: start ?? TimeBoundary.infinite(), end: end ?? TimeBoundary.infinite() };
}

/** @throws {TypeError} if it is none of the forms. */
export function ticksOf(amount: TimeAmount | Date): bigint {
	if (amount instanceof Date) return timeOf("range", { timestamp: amount }).time;
	if (typeof amount === "object" && amount !== null)
		return timeOf("range", { duration: "ns" in amount ? amount.ns : amount.seconds } satisfies TimeValue).time;
	return timeOf("range", { sequence: amount }).time;
}
