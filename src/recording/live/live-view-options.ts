import {
	type CompleteOptions,
	group,
	numberWithin,
	type Option,
	type OptionTable,
	refined,
	wholeNumber,
	withDefault,
} from "../../media/option-table.ts";

/** Options of the live view for Rerun's viewers. */
export interface LiveViewOptions {
	/**
	 * Minutes of the past that a new watcher receives, 0.1 to 60; more take more memory here and in
	 * the watcher's viewer.
	 * @default 1
	 */
	readonly minutes?: number | undefined;
	/**
	 * Most bytes of them: the oldest are dropped before their time. 1 MiB to 8 GiB.
	 * @default 256 MiB
	 */
	readonly maxBytes?: number | undefined;
	/** Most watchers at the same time. @default 8 */
	readonly maxWatchers?: number | undefined;
	/**
	 * Bytes of new data that a watcher may leave unread, 1 MiB to 1 GiB. A watcher that stays
	 * further behind is dropped.
	 * @default 64 MiB
	 */
	readonly maxBacklogBytes?: number | undefined;
}

const MIB = 2 ** 20;

const LIVE_VIEW_OPTIONS = {
	minutes: withDefault(numberWithin(0.1, 60), 1),
	maxBytes: withDefault(wholeNumber(MIB, 8192 * MIB), 256 * MIB),
	maxWatchers: withDefault(wholeNumber(1, 1000), 8),
	maxBacklogBytes: withDefault(wholeNumber(MIB, 1024 * MIB), 64 * MIB),
} satisfies OptionTable<LiveViewOptions>;

/** The options of a live view with every default filled in. */
export type CompleteLiveViewOptions = CompleteOptions<typeof LIVE_VIEW_OPTIONS>;

const LIVE_VIEW_GROUP = group(LIVE_VIEW_OPTIONS);

/**
 * The option `rerun` of `serve()`: `true`, an object, or `false`. `undefined`: it depends on other
 * options.
 */
export const liveViewOption: Option<CompleteLiveViewOptions | false | undefined> = refined(
	LIVE_VIEW_GROUP,
	(value, name) =>
		value === undefined || value === false ? value : LIVE_VIEW_GROUP(value === true ? {} : value, name),
);

/** The default options of a live view. */
export function defaultLiveView(): CompleteLiveViewOptions {
	return LIVE_VIEW_GROUP({}, "rerun");
}
