import { availableParallelism } from "node:os";
import {
	type CompleteOptions,
	numberWithin,
	type OptionTable,
	oneOf,
	wholeNumber,
	withDefault,
} from "../media/option-table.ts";
import type { AccessWord } from "../session/access.ts";

/** Keeps the past of a live source, so that each viewer can watch a place of its own. */
export interface TimeShiftOptions {
	/** Minutes that are kept, 0.1 to 1440. */
	readonly minutes: number;
	/**
	 * Most bytes of video that are kept, 1 MiB to 64 GiB: what is older is dropped before its time.
	 * Memory is taken as it is filled, and up to half more than is kept.
	 * @default 1 GiB
	 */
	readonly maxBytes?: number | undefined;
	/**
	 * Most viewers who watch the past at the same time: each takes a decoder, and a thread that
	 * draws and encodes.
	 * @default half the number of cores
	 */
	readonly maxViewers?: number | undefined;
	/** Right that a viewer needs for it. @default "watch" */
	readonly access?: (typeof PAST_RIGHTS)[number] | undefined;
}

/** The rights that `access` may name, the default first. */
export const PAST_RIGHTS = ["watch", "steer"] as const satisfies readonly AccessWord[];

const GIB = 2 ** 30;

/** The options of `timeShift`, each with its check and its default. */
export const TIME_SHIFT_OPTIONS = {
	minutes: numberWithin(0.1, 1440),
	maxBytes: withDefault(wholeNumber(2 ** 20, 64 * GIB), GIB),
	maxViewers: withDefault(wholeNumber(1, 256), Math.max(1, Math.floor(availableParallelism() / 2))),
	access: withDefault(oneOf(PAST_RIGHTS), PAST_RIGHTS[0]),
} satisfies OptionTable<TimeShiftOptions>;

/** `TimeShiftOptions` with every default. */
export type CompleteTimeShift = CompleteOptions<typeof TIME_SHIFT_OPTIONS>;
