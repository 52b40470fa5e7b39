import * as z from "zod/mini";
import { MAX_RECORDING_NAME, MAX_TASK_LENGTH } from "../media/message-bounds.ts";
import type { PlaybackAuthor } from "./playback-message.ts";

// Schemas of the messages about the recording of sessions. `control-message.ts` reads them.

const count = z.int().check(z.nonnegative());
const text = z.string().check(z.maxLength(MAX_TASK_LENGTH));

/** Begins a recording of the server, or ends the present one. */
export const recordWishSchema = z.object({
	type: z.literal("record"),
	on: z.boolean(),
	/** Stands in the names of its files. */
	name: z.optional(z.string().check(z.maxLength(MAX_RECORDING_NAME))),
});

/** Begins, ends or discards an episode of the present recording. */
export const episodeWishSchema = z.object({
	type: z.literal("episode"),
	action: z.enum(["start", "end", "discard"]),
	/** For `start`: the label of what is done. Absent: that of the episode before. */
	task: z.optional(text),
	/** For `end`. Absent: nobody says. */
	success: z.optional(z.boolean()),
});

/** The client's answer to `consent`, which it may change at any time. */
export const consentSchema = z.object({ type: z.literal("consent"), given: z.boolean() });

/** The recording of the server: sent after the welcome if it may record, and with each change. */
export const recordingSchema = z.object({
	type: z.literal("recording"),
	/** `off`, `recording`, `losing`: it has gaps, or `failed`: it has ended against its will. */
	state: text,
	/** Its beginning, server's monotonic clock, milliseconds. Absent: it is off. */
	sinceMs: z.optional(z.number()),
	name: z.optional(text),
	/** Pictures or poses of this client are recorded. */
	recorded: z.boolean(),
	/**
	 * The answer of this client: `needed`, `given` or `refused`. Absent: the server does not ask.
	 */
	consent: z.optional(text),
	/** Whether the server obeys `record` of this client. */
	mayRecord: z.boolean(),
	/** A live view takes this client as recordings do. Absent: there is none. */
	live: z.optional(z.boolean()),
	/** Author of its beginning: as of `by`. Absent: it is off. */
	begunBy: z.optional(text),
	/** Author of the change: `you`, another `viewer`, the `server`. Absent: nobody. */
	by: z.optional(text),
	/** The episode that was begun last. Absent: the recording has none. */
	episode: z.optional(
		z.object({
			number: z.int().check(z.positive()),
			task: z.optional(text),
			/** `running`, `ended`, `unfinished` or `discarded`. */
			state: text,
			success: z.optional(z.boolean()),
			/** Its beginning, server's monotonic clock, milliseconds. Absent: it is not running. */
			sinceMs: z.optional(z.number()),
		}),
	),
	/** Episodes that have ended and are not discarded, and the successes among them. */
	episodes: z.optional(z.object({ ended: count, successes: count })),
});

/** A wish of a client to begin or end a recording. */
export type RecordWishMessage = z.infer<typeof recordWishSchema>;
/** A wish of a client about an episode. */
export type EpisodeWishMessage = z.infer<typeof episodeWishSchema>;
/** The same without its type. */
export type EpisodeWish = Omit<EpisodeWishMessage, "type">;
/** The answer of a client to the question whether it may be recorded. */
export type ConsentMessage = z.infer<typeof consentSchema>;
/** The recording of the server, as a client learns of it. */
export type RecordingMessage = z.infer<typeof recordingSchema>;
/** The consent of a client to be recorded. */
export type RecordingConsent = "needed" | "given" | "refused";
/** Author of a recording, as a client learns of it. */
export type RecordingAuthor = PlaybackAuthor;
