import type { TimeValue } from "../chunk/time-value.ts";
import { timeOf } from "../chunk/time-value.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";

/** An amount of time: a count on sequences, `{ seconds }`, or `{ ns }` as a bigint. */
export type TimeAmount = number | bigint | { readonly seconds: number } | { readonly ns: bigint };

/** One end of a range of time. */
export type TimeBoundary =
	| { readonly tag: "CursorRelative"; readonly value: bigint }
	| { readonly tag: "Absolute"; readonly value: bigint }
	| { readonly tag: "Infinite" };

/** Makes the ends of ranges of time. */
export const TimeBoundary = {
	/** An end at an offset from the time that is shown, negative for earlier times. */
	cursorRelative: (offset: TimeAmount = 0): TimeBoundary => ({ tag: "CursorRelative", value: ticksOf(offset) }),
	/** An end at a time. */
	absolute: (time: TimeAmount | Date): TimeBoundary => ({ tag: "Absolute", value: ticksOf(time) }),
	/** An end at the first or the last time of the recording. */
	infinite: (): TimeBoundary => ({ tag: "Infinite" }),
} as const;

/** A range of time. Without `start` or `end` it reaches to the first or the last time. */
export interface TimeRange {
	readonly start?: TimeBoundary | undefined;
	readonly end?: TimeBoundary | undefined;
}

/** The range of a timeline that a view shows at once. */
export interface VisibleTimeRange extends TimeRange {
	readonly timeline: string;
}

const RANGE_OPTIONS: OptionNames<TimeRange> = { start: true, end: true };

/** A range with both ends. @throws {TypeError} when a name in it is unknown. */
export function completeRange(range: TimeRange): { readonly start: TimeBoundary; readonly end: TimeBoundary } {
	checkOptions(range, RANGE_OPTIONS, "a range of time");
	const { start, end } = range;
	return { start: start ?? TimeBoundary.infinite(), end: end ?? TimeBoundary.infinite() };
}

/** The count or the nanoseconds of an amount. @throws {TypeError} when it has none of its forms. */
export function ticksOf(amount: TimeAmount | Date): bigint {
	if (amount instanceof Date) return timeOf("range", { timestamp: amount }).time;
	if (typeof amount === "object" && amount !== null)
		return timeOf("range", { duration: "ns" in amount ? amount.ns : amount.seconds } satisfies TimeValue).time;
	return timeOf("range", { sequence: amount }).time;
}
