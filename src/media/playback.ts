import { flag, numberWithin, type OptionTable, only, optional } from "./option-table.ts";

/** Slowest speed of a player. */
export const MIN_PLAYBACK_RATE = 0.25;
/** Fastest speed of a player. */
export const MAX_PLAYBACK_RATE = 4;
/** Latest place that can be asked for, seconds: some ten years. */
export const MAX_POSITION_SEC = 3e8;

/** Changes that a source may obey. */
export const PLAYBACK_ABILITIES = ["pause", "seek", "rate", "loop", "live", "follow"] as const;
/** A change that a source may obey. */
export type PlaybackAbility = (typeof PLAYBACK_ABILITIES)[number];

/** A named part of a file; it ends where the next one begins. */
export interface Chapter {
	/** Seconds from the file's first picture. */
	readonly startSec: number;
	readonly title: string;
}

/** The kept past of a live source, on the scale of `positionSec`, at `atSec` of its statement. */
export interface TimeShift {
	/** Oldest place that can be watched, seconds. */
	readonly oldestSec: number;
	/** The present, seconds. It moves on by a second in each second. */
	readonly newestSec: number;
	/** No more is kept: the oldest place moves on as the newest one does. */
	readonly full: boolean;
}

/** The play of a source at one moment. */
export interface PlaybackState {
	/** Place at `atSec`, seconds from the source's first picture; NaN: unknown. */
	readonly positionSec: number;
	/** Time of the statement, seconds on the server's monotonic clock. */
	readonly atSec: number;
	/** Length in seconds; NaN: endless or unknown. */
	readonly durationSec: number;
	/** Seconds of the source that pass in one second. */
	readonly rate: number;
	readonly paused: boolean;
	/** The picture of `positionSec` is being looked for; the former one is still shown. */
	readonly seeking: boolean;
	/** It begins again at its end. */
	readonly loop: boolean;
	/** Changes that it obeys. */
	readonly can: readonly PlaybackAbility[];
	readonly chapters: readonly Chapter[];
	/** It shows the present: a camera, or a stream from one. */
	readonly live: boolean;
	/** The past that can be watched; `undefined`: the source keeps none. */
	readonly timeShift?: TimeShift | undefined;
	/**
	 * The recorded head leads the view, to which each viewer's own turn is added; `false`: viewers
	 * look around freely. @default the source has no recorded head
	 */
	readonly follow?: boolean | undefined;
}

/** A change of a source's play; what is missing stays. */
export interface PlaybackChange {
	readonly paused?: boolean | undefined;
	/** Place to go on at, seconds from the first picture. Later than the end means the end. */
	readonly positionSec?: number | undefined;
	/** 0.25 to 4. */
	readonly rate?: number | undefined;
	readonly loop?: boolean | undefined;
	/** Goes back from the kept past to the present. */
	readonly live?: true | undefined;
	/** Lets the recorded head lead the view, or not. */
	readonly follow?: boolean | undefined;
}

/** The checks of a `PlaybackChange`. */
export const PLAYBACK_CHANGE = {
	paused: optional(flag),
	positionSec: optional(numberWithin(0, MAX_POSITION_SEC)),
	rate: optional(numberWithin(MIN_PLAYBACK_RATE, MAX_PLAYBACK_RATE)),
	loop: optional(flag),
	live: optional(only(true)),
	follow: optional(flag),
} satisfies OptionTable<PlaybackChange>;

/** The play of a source that obeys no change. */
export function fixedPlayback(live: boolean, durationSec: number): PlaybackState {
	return {
		positionSec: Number.NaN,
		atSec: 0,
		durationSec,
		rate: 1,
		paused: false,
		seeking: false,
		loop: false,
		can: [],
		chapters: [],
		live,
	};
}

/** Place of a source at `nowSec`, seconds from its first picture. */
export function positionAt(state: PlaybackState, nowSec: number): number {
	const { positionSec, atSec, durationSec, rate, paused, seeking } = state;
	const sec = positionSec + (paused || seeking ? 0 : Math.max(0, nowSec - atSec) * rate);
	return Number.isNaN(durationSec) ? sec : Math.min(sec, durationSec);
}

/** The kept past as it is at `nowSec`, by its newest statement. */
export function timeShiftAt({ timeShift, atSec }: PlaybackState, nowSec: number): TimeShift | undefined {
	if (timeShift === undefined) return undefined;
	const passedSec = Math.max(0, nowSec - atSec);
	const { oldestSec, newestSec, full } = timeShift;
	return { oldestSec: full ? oldestSec + passedSec : oldestSec, newestSec: newestSec + passedSec, full };
}

const REFUSALS: Readonly<Record<PlaybackAbility, string>> = {
	pause: "can't be paused",
	seek: "can't be played from another place",
	rate: "can't be played at another speed",
	loop: "can't be told what to do at its end",
	live: "has no present to go back to",
	follow: "has no recorded head to follow",
};

/**
 * The reason why a source does not obey a change, in a sentence for people; `undefined`: it does.
 */
export function refusalOfChange(
	change: PlaybackChange,
	{ can, live }: Pick<PlaybackState, "can" | "live">,
): string | undefined {
	const needed: Readonly<Record<PlaybackAbility, unknown>> = {
		pause: change.paused,
		seek: change.positionSec,
		rate: change.rate,
		loop: change.loop,
		live: live ? undefined : change.live,
		follow: change.follow,
	};
	const missing = PLAYBACK_ABILITIES.find((ability) => needed[ability] !== undefined && !can.includes(ability));
	if (missing === undefined) return undefined;
	return `${live ? "A live source" : "This source"} ${REFUSALS[missing]}.`;
}
