import * as z from "zod/mini";
import {
	MAX_PLAYBACK_RATE,
	MAX_POSITION_SEC,
	MIN_PLAYBACK_RATE,
	type PlaybackChange,
	type PlaybackState,
} from "../media/playback.ts";

const TEXT_MAX = 200;
const LIST_MAX = 64;

const seconds = z.number().check(z.minimum(0), z.maximum(MAX_POSITION_SEC));
const rate = z.number().check(z.minimum(MIN_PLAYBACK_RATE), z.maximum(MAX_PLAYBACK_RATE));

/**
 * A wish of a client to change the source's play: for all viewers, or its own where the source
 * keeps its past; what is missing stays.
 */
export const playbackWishSchema = z.object({
	type: z.literal("playback"),
	paused: z.optional(z.boolean()),
	/** Place to go on at, seconds from the first picture. */
	positionSec: z.optional(seconds),
	rate: z.optional(rate),
	loop: z.optional(z.boolean()),
	/** Back from the kept past to the present. */
	live: z.optional(z.literal(true)),
	/** Lets the recorded head lead the view, or not. */
	follow: z.optional(z.boolean()),
});

/** The play of the source: sent after the welcome, and with each change. */
export const playbackSchema = z.object({
	type: z.literal("playback"),
	/** Place at `atMs`, seconds from the first picture. Absent: unknown. */
	positionSec: z.optional(z.number()),
	/** Time of the statement, server's monotonic clock, milliseconds. */
	atMs: z.number(),
	/** Length of the source, seconds. Absent: endless or unknown. */
	durationSec: z.optional(z.number().check(z.nonnegative())),
	rate: z.number().check(z.positive()),
	paused: z.boolean(),
	/** The picture of `positionSec` is being looked for. @default false */
	seeking: z.optional(z.boolean()),
	loop: z.boolean(),
	/** It shows the present: a camera, or a stream from one. */
	live: z.boolean(),
	/** Changes that the source obeys: `pause`, `seek`, `rate`, `loop`, `live`, `follow`. */
	can: z.array(z.string().check(z.maxLength(TEXT_MAX))).check(z.maxLength(LIST_MAX)),
	/** Whether the server obeys `playback` of this client. */
	mayControl: z.boolean(),
	chapters: z.optional(
		z
			.array(z.object({ startSec: seconds, title: z.string().check(z.maxLength(TEXT_MAX)) }))
			.check(z.maxLength(LIST_MAX)),
	),
	/** The past that can be watched, at `atMs`, on the scale of `positionSec`. */
	timeShift: z.optional(z.object({ oldestSec: z.number(), newestSec: z.number(), full: z.boolean() })),
	/** The recorded head leads the view. Absent: there is none. */
	follow: z.optional(z.boolean()),
	/** Author of the change: `you`, another `viewer`, the `server`. Absent: the source itself. */
	by: z.optional(z.string().check(z.maxLength(TEXT_MAX))),
});

/** A wish of a client to change the play. */
export type PlaybackWishMessage = z.infer<typeof playbackWishSchema>;
/** The play of the source, as a client learns of it. */
export type PlaybackMessage = z.infer<typeof playbackSchema>;
/** Author of a change, as a client learns of it. */
export type PlaybackAuthor = "you" | "viewer" | "server";

/** The change that a client wishes for. */
export function changeOfWish({ type: _type, ...change }: PlaybackWishMessage): PlaybackChange {
	return change;
}

/**
 * The statement of a play for one client.
 * @param state as of now: its place at its time.
 */
export function playbackMessage(
	{ atSec, chapters, can, seeking, timeShift, ...state }: PlaybackState,
	{ mayControl, by }: { readonly mayControl: boolean; readonly by: PlaybackAuthor | undefined },
): PlaybackMessage {
	return {
		type: "playback",
		...state,
		atMs: atSec * 1000,
		...(seeking && { seeking }),
		can: [...can],
		mayControl,
		...(chapters.length > 0 && { chapters: [...chapters] }),
		...(timeShift && { timeShift }),
		by,
	};
}
