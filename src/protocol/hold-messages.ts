import * as z from "zod/mini";

// Schemas of the messages by which control is put on hold and taken. `control-message.ts` reads
// them.

const text = z.string().check(z.maxLength(200));
const milliseconds = z.number().check(z.nonnegative());

/** An RTP time stamp: 90 kHz ticks, unsigned 32 bits. */
export const rtpTicks: z.ZodMiniInt = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));

/** The gesture by which an operator takes control: a button or a grip is held, or let go. */
export const engageSchema = z.object({ type: z.literal("engage"), on: z.boolean() });

/** The picture on the screen, by its RTP time: for clients that send no poses. */
export const seenSchema = z.object({ type: z.literal("seen"), rtp: rtpTicks });

/**
 * The bounds past which a client's control is put on hold, in its welcome; absent ones don't hold.
 */
export const safetySchema = z.object({
	/** `hold`: control needs the gesture of `engage`. */
	engage: text,
	maxPictureAgeMs: z.optional(milliseconds),
	maxPoseAgeMs: z.optional(milliseconds),
	maxSilenceMs: z.optional(milliseconds),
});

/** The client's control is on hold, or no longer: sent after the welcome, and with each change. */
export const holdSchema = z.object({
	type: z.literal("hold"),
	on: z.boolean(),
	/** The reason of the hold, for programs. */
	reason: z.optional(text),
	/** Age of the picture, or of the newest pose or message, that the reason is about. */
	ageMs: z.optional(milliseconds),
	/** The condition that the end of the hold waits for. */
	needs: z.optional(text),
});

/** The gesture by which an operator takes control. */
export type EngageMessage = z.infer<typeof engageSchema>;
/** The picture on a client's screen. */
export type SeenMessage = z.infer<typeof seenSchema>;
/** The bounds of a client's control, milliseconds. */
export type SafetyTerms = z.infer<typeof safetySchema>;
/** The state of the client's control. */
export type HoldMessage = z.infer<typeof holdSchema>;
