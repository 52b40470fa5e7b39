import * as z from "zod/mini";
import { VIEWER_LENSES } from "../media/viewer-lens.ts";
import { MAX_BONES } from "../skeleton/pose-sample.ts";
import { type CamerasMessage, camerasSchema, cameraWishes } from "./camera-messages.ts";
import { mediaTerms } from "./client-media-messages.ts";
import { MAX_DISPLAY_HZ, MAX_VIEW_SIDE, MIN_DISPLAY_HZ, MIN_VIEW_SIDE } from "./control-writing.ts";
import {
	type EngageMessage,
	engageSchema,
	type HoldMessage,
	holdSchema,
	rtpTicks,
	type SeenMessage,
	safetySchema,
	seenSchema,
} from "./hold-messages.ts";
import { ignored, type ParseResult, parseJsonObject, refused, understood } from "./parse-result.ts";
import {
	type PlaybackMessage,
	type PlaybackWishMessage,
	playbackSchema,
	playbackWishSchema,
} from "./playback-message.ts";
import {
	type ConsentMessage,
	consentSchema,
	type EpisodeWishMessage,
	episodeWishSchema,
	type RecordingMessage,
	type RecordWishMessage,
	recordingSchema,
	recordWishSchema,
} from "./recording-messages.ts";

// Schemas of the `control` channel stand at this border only; what is behind it sees typed values.
// Unknown types and unknown fields are ignored, so that either end may be newer than the other.

const TEXT_MAX = 200;
const LIST_MAX = 64;

const text = z.string().check(z.maxLength(TEXT_MAX));
const count = z.number().check(z.nonnegative());
const integer = z.int().check(z.nonnegative());
/**
 * A difference of two clock readings: rounding and drift may take a short one below zero, which is
 * no reason to refuse the rest.
 */
const duration = z.number();
const axis = z.enum(["+x", "-x", "+y", "-y", "+z", "-z"]);

const viewSide = z.int().check(z.minimum(MIN_VIEW_SIDE), z.maximum(MAX_VIEW_SIDE), z.multipleOf(2));

const streamId = z.int().check(z.minimum(0), z.maximum(0xffff));
/** Ids of bones, in the order in which a stream's messages hold them. */
const boneList = z.array(z.int().check(z.minimum(0), z.maximum(MAX_BONES - 1))).check(z.maxLength(MAX_BONES));
/**
 * The parent of each bone, in the order of `bones`, or of ids where there is no such list; -1 for
 * none.
 */
const parentList = z.array(z.int().check(z.minimum(-1), z.maximum(MAX_BONES - 1))).check(z.maxLength(MAX_BONES));

/** A pose stream of a client. `id` is `s` of its tracking messages. */
const streamSchema = z.object({
	id: streamId,
	kind: z.enum(["head", "skeleton", "controller"]),
	/** A name of `SKELETON_TYPES`, for messages that name none, and for `bones` and `parents`. */
	skeleton: z.optional(text),
	/** Space of its poses, for people; each message states its own. */
	space: z.optional(z.enum(["tracking", "parent"])),
	bones: z.optional(boneList),
	parents: z.optional(parentList),
	/** The hand that holds the controller. */
	hand: z.optional(z.enum(["left", "right"])),
	label: z.optional(text),
});

/**
 * The camera of an eye. The sides are tangents, positive outward. Frusta that can't be drawn are no
 * reason to refuse the rest of a wish: the view knows the bounds.
 */
const frustumSchema = z.object({
	left: z.number(),
	right: z.number(),
	up: z.number(),
	down: z.number(),
	/** Turns the eye's axes into the head's, xyzw. Absent: the eye looks where the head does. */
	q: z.optional(z.tuple([z.number(), z.number(), z.number(), z.number()])),
});
/** Degrees to the right of straight ahead, and up. */
const gazeAngles = z.tuple([z.number(), z.number()]);

/** The picture that would fit best, pixels of one eye. */
const viewWish = {
	width: viewSide,
	height: viewSide,
	/**
	 * 2 asks for both eyes of a source that has two: one picture, left eye on top, right eye below.
	 */
	eyes: z.optional(z.union([z.literal(1), z.literal(2)])),
	/** The cameras of the eyes, the left one first: as many as `eyes`. */
	frusta: z.optional(z.array(frustumSchema).check(z.minLength(1), z.maxLength(2))),
	/** Full sharpness in the middle, or around the gaze, and less towards the edges. */
	foveated: z.optional(z.union([z.boolean(), z.object({ gaze: gazeAngles })])),
};

/** Parts of pictures and of `frames` messages that only some clients can use. */
const pictureWish = z.object({
	/** Each encoded picture carries its frame message. */
	stamps: z.optional(z.boolean()),
	/** A small picture of the whole sphere is packed below the views. */
	surround: z.optional(z.boolean()),
});

const helloSchema = z.object({
	type: z.literal("hello"),
	/** The highest protocol version that the client speaks. */
	v: z.int().check(z.positive()),
	client: z.optional(z.object({ name: text, version: z.optional(text), device: z.optional(text) })),
	/** The axes its poses come in; absent is `webxr`, ours. */
	frame: z.optional(z.union([z.enum(["webxr", "unity"]), z.object({ right: axis, up: axis, forward: axis })])),
	units: z.optional(z.literal("m")),
	streams: z.optional(z.array(streamSchema).check(z.maxLength(LIST_MAX))),
	encodings: z.optional(z.array(text).check(z.maxLength(LIST_MAX))),
	/**
	 * The picture that would fit its screen best, device pixels. A wish: what it gets is in the
	 * welcome.
	 */
	view: z.optional(z.object(viewWish)),
	/** Pictures are to be drawn in step with the client's display, by its `display` messages. */
	display: z.optional(z.boolean()),
	/** Parts of pictures that it can use. */
	picture: z.optional(pictureWish),
	/** The cameras that it wants to see beside the view. */
	cameras: z.optional(cameraWishes),
});

/**
 * A stream has other bones now, or other proportions: its declaration in the hello no longer holds.
 */
const skeletonChangedSchema = z.object({
	type: z.literal("skeletonChanged"),
	/** The stream's. */
	id: streamId,
	/** Number of changes since the client began, as the headset counts them. */
	count: z.optional(integer),
	skeleton: z.optional(text),
	bones: z.optional(boneList),
	parents: z.optional(parentList),
	/**
	 * The rest pose: x y z and quaternion x y z w of each bone, in the order of `bones`, relative
	 * to its parent, in the client's axes.
	 */
	rest: z.optional(z.array(z.number()).check(z.maxLength(MAX_BONES * 7))),
});

/** Either side may ask for the other's clock. */
const pingSchema = z.object({
	type: z.literal("ping"),
	/** Time of sending, the sender's clock, milliseconds. */
	t0: z.number(),
});

const pongSchema = z.object({
	type: z.literal("pong"),
	/** The ping's own. */
	t0: z.number(),
	/** Arrival of the ping, the answering side's clock, milliseconds. */
	t1: z.number(),
	/** Departure of the pong, the same clock. */
	t2: z.number(),
});

const clientStatsSchema = z.object({
	type: z.literal("stats"),
	/** The picture as it arrives, pixels. */
	width: z.optional(integer),
	height: z.optional(integer),
	/** Pictures shown a second. */
	fps: z.optional(count),
	bitrateBps: z.optional(count),
	roundTripMs: z.optional(duration),
	jitterBufferMs: z.optional(duration),
	/** From reading a pose to showing the first picture drawn with it, over the last seconds. */
	motionToPhotonMs: z.optional(z.object({ p50: duration, p95: duration, samples: integer })),
	framesDecoded: z.optional(integer),
	framesDropped: z.optional(integer),
	/**
	 * Expected minus received (RFC 3550, 6.4.1): below zero when more packets came twice than were
	 * lost.
	 */
	packetsLost: z.optional(z.int()),
	posesSent: z.optional(integer),
	/** Poses that were replaced by a newer one before they could leave. */
	posesReplaced: z.optional(integer),
});

/**
 * The client's display, a few times a second: its refreshes, and when pictures come that it shows.
 * With it the server draws each picture just before it is needed.
 */
const displaySchema = z.object({
	type: z.literal("display"),
	/** Refreshes a second. */
	hz: z.number().check(z.minimum(MIN_DISPLAY_HZ), z.maximum(MAX_DISPLAY_HZ)),
	/**
	 * An RTP time stamp: a picture that bears it is ready `spareMs` before the display begins a
	 * refresh, if it takes as long as all but the slowest few of the last pictures.
	 */
	rtp: z.optional(rtpTicks),
	spareMs: z.optional(z.number().check(z.minimum(0), z.maximum(1000 / MIN_DISPLAY_HZ))),
	/** Difference between the middle time that pictures take and that of the slowest few. */
	spreadMs: z.optional(count),
	/** Refreshes since the message before, while pictures came. */
	refreshes: z.optional(integer),
	/** Those of them that showed a picture for longer than the pictures' own rate makes it last. */
	repeated: z.optional(integer),
	/** Pictures since the message before that no refresh showed. */
	skipped: z.optional(integer),
});

const recenterSchema = z.object({
	type: z.literal("recenter"),
	/** The client's forward from now on, degrees to the right of the panorama's centre. */
	yaw: z.number(),
});

/**
 * The wish of the hello has changed: the window has another shape, or the phone was turned. The
 * pictures show the answer.
 */
const viewSchema = z.object({ type: z.literal("view"), ...viewWish });

/** The lens that the client wants its view to be drawn through. */
const chosenLensSchema = z.object({ type: z.literal("lens"), lens: z.enum(VIEWER_LENSES) });

/** Plays a source that has ended from its beginning, for all viewers. */
const playAgainSchema = z.object({ type: z.literal("playAgain") });

/** Turns the sound on or off for this client; it is off at first. */
const soundWishSchema = z.object({
	type: z.literal("sound"),
	on: z.boolean(),
	/** 1 leaves the sound as loud as it is; nothing is sent at 0. @default 1 */
	volume: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
	/** With the voices of other viewers, where there are any. @default false */
	voices: z.optional(z.boolean()),
});

const clientSchemas = {
	hello: helloSchema,
	skeletonChanged: skeletonChangedSchema,
	ping: pingSchema,
	pong: pongSchema,
	stats: clientStatsSchema,
	display: displaySchema,
	recenter: recenterSchema,
	view: viewSchema,
	lens: chosenLensSchema,
	playAgain: playAgainSchema,
	engage: engageSchema,
	seen: seenSchema,
	playback: playbackWishSchema,
	sound: soundWishSchema,
	record: recordWishSchema,
	consent: consentSchema,
	episode: episodeWishSchema,
};

const welcomeSchema = z.object({
	type: z.literal("welcome"),
	/** The protocol version spoken from here on: the highest that both know. */
	v: z.int().check(z.positive()),
	session: text,
	/**
	 * Rights of the client: `watch`, `steer` if its poses and messages reach the application, and
	 * `record` if it may record. Older servers leave it out: the first two.
	 */
	access: z.optional(z.array(text).check(z.maxLength(LIST_MAX))),
	/** The encoding of the tracking channel, out of the hello's `encodings`. */
	encoding: text,
	/** Poses a second of one stream that the server listens to; more are dropped. */
	maxHz: z.number().check(z.positive()),
	/** Longest message that the server takes, bytes. */
	maxBytes: z.int().check(z.positive()),
	/** Server's monotonic clock, milliseconds: the clock of `pong` and of the frame messages. */
	serverTime: z.number(),
	/**
	 * The view that the server draws until the client asks for another: its answer to the hello's
	 * `view`.
	 */
	view: z.object({
		width: z.int().check(z.positive()),
		height: z.int().check(z.positive()),
		/**
		 * Eyes in the picture: 2 has the left eye's on top, the right eye's below, each `width` x
		 * `height`.
		 * @default 1
		 */
		eyes: z.optional(z.union([z.literal(1), z.literal(2)])),
		fps: z.number().check(z.positive()),
		fovDeg: z.number().check(z.positive()),
		/** The wished frusta, where the view is drawn through them. */
		frusta: z.optional(z.array(frustumSchema).check(z.maxLength(2))),
		/** The view is squeezed towards its edges. @default false */
		foveated: z.optional(z.boolean()),
		/**
		 * The direction in which the source asks viewers to begin, degrees: to the right, up and
		 * clockwise. Absent: straight ahead.
		 */
		initial: z.optional(z.object({ yaw: z.number(), pitch: z.number(), roll: z.number() })),
	}),
	/** The parts of `hello.picture` that the pictures have. Absent: none. */
	picture: z.optional(pictureWish),
	source: z.object({ name: z.string() }),
	/** Names of the cameras that can be seen beside the view. Absent: there are none. */
	cameras: z.optional(z.array(text).check(z.maxLength(LIST_MAX))),
	/** Media of clients. Absent: there is none. */
	media: z.optional(mediaTerms),
	/** The bounds past which this client's control is put on hold. Absent: it never is. */
	safety: z.optional(safetySchema),
	/**
	 * Shown with an offer, it lets a second session take the place of this one: the viewer stays
	 * the same. A secret.
	 */
	resume: z.optional(text),
});

const errorSchema = z.object({
	type: z.literal("error"),
	/** A code for programs, kebab-case. */
	code: text,
	/** A sentence for people. */
	message: z.string(),
	/** The session ends with it. */
	fatal: z.boolean(),
	/** The client is not to come back by itself. */
	final: z.optional(z.boolean()),
});

const serverStatsSchema = z.object({
	type: z.literal("stats"),
	/** Bit rate that congestion control allows the encoder. */
	targetBitrateBps: z.optional(count),
	framesSent: z.optional(integer),
	/** Views that were not drawn or not sent because something was behind. */
	framesDropped: z.optional(integer),
	/**
	 * Size of one eye's view as it is drawn now, pixels: less than was agreed on where `limit` is
	 * `size`.
	 */
	width: z.optional(integer),
	height: z.optional(integer),
	/** Views drawn in the last second. */
	fps: z.optional(count),
	/** Effect of a low bit rate: none, fewer pictures, or also a smaller size. */
	limit: z.optional(z.enum(["none", "frameRate", "size"])),
	/** Pictures a second that the source delivers. */
	sourceFps: z.optional(count),
	/**
	 * Time of one view on the server, milliseconds, mean of the last second. Absent when none was
	 * drawn.
	 */
	drawMs: z.optional(count),
	encodeMs: z.optional(count),
	/** Viewers who have joined and not left. */
	viewers: z.optional(integer),
	/** The application records this session. Absent: it has not said so. */
	recording: z.optional(z.boolean()),
});

/** State of the source: sent after the welcome, and with each change. */
const sourceSchema = z.object({
	type: z.literal("source"),
	/** 2: it has a picture for each eye, as far as is known. @default 1 */
	eyes: z.optional(z.union([z.literal(1), z.literal(2)])),
	state: z.enum(["idle", "opening", "live", "stalled", "reconnecting", "ended", "failed"]),
	/** While reconnecting: the number of the attempt, 1 for the first since pictures came last. */
	attempt: z.optional(integer),
	/** Reconnecting or failed: why, for programs. */
	code: z.optional(text),
	/** The same for people. */
	reason: z.optional(text),
	/** Ended: whether `playAgain` of this client is obeyed. */
	mayPlayAgain: z.optional(z.boolean()),
});

/** The lens of the view: sent after the welcome, and with each change. */
const lensSchema = z.object({
	type: z.literal("lens"),
	/**
	 * A lens by name; `custom`: one of the application's own; `none`: the source has no sphere and
	 * is shown as it is.
	 */
	lens: text,
	/** The lenses that this client may choose now; none where the application has set one. */
	choices: z.array(text).check(z.maxLength(LIST_MAX)),
});

/** The sound of this client: sent after the welcome if any was agreed on, and with each change. */
const soundSchema = z.object({
	type: z.literal("sound"),
	/** The source has sound. */
	available: z.boolean(),
	/** It is sent. */
	on: z.boolean(),
	/** The voices of other viewers can be heard, also where the source has no sound. */
	voices: z.optional(z.boolean()),
	/** `ambisonic`: it turns with the head. Absent where it is not available. */
	layout: z.optional(text),
});

const serverSchemas = {
	welcome: welcomeSchema,
	ping: pingSchema,
	pong: pongSchema,
	error: errorSchema,
	stats: serverStatsSchema,
	source: sourceSchema,
	lens: lensSchema,
	hold: holdSchema,
	playback: playbackSchema,
	sound: soundSchema,
	recording: recordingSchema,
	cameras: camerasSchema,
};

/** A pose stream of a client, in its hello. */
export type StreamDeclaration = z.infer<typeof streamSchema>;
/** A client's introduction: its axes, pose streams and wishes. */
export type HelloMessage = z.infer<typeof helloSchema>;
/** News of the bones of one pose stream. */
export type SkeletonChangedMessage = z.infer<typeof skeletonChangedSchema>;
/** A question for the other side's clock. */
export type PingMessage = z.infer<typeof pingSchema>;
/** The answer to a ping. */
export type PongMessage = z.infer<typeof pongSchema>;
/** A client's report of its pictures and poses. */
export type ClientStatsMessage = z.infer<typeof clientStatsSchema>;
/** A client's report of its display. */
export type DisplayMessage = z.infer<typeof displaySchema>;
/** A new forward of the client. */
export type RecenterMessage = z.infer<typeof recenterSchema>;
/** A new wish for the size of the view. */
export type ViewMessage = z.infer<typeof viewSchema>;
/** A wish for another lens. */
export type ChosenLensMessage = z.infer<typeof chosenLensSchema>;
/** Request to play a source that has ended from its beginning. */
export type PlayAgainMessage = z.infer<typeof playAgainSchema>;
/** A wish to hear the source, or not. */
export type SoundWishMessage = z.infer<typeof soundWishSchema>;
/** A control message of a client. */
export type ClientControlMessage =
	| HelloMessage
	| SkeletonChangedMessage
	| PingMessage
	| PongMessage
	| ClientStatsMessage
	| DisplayMessage
	| RecenterMessage
	| ViewMessage
	| ChosenLensMessage
	| PlayAgainMessage
	| EngageMessage
	| SeenMessage
	| SoundWishMessage
	| PlaybackWishMessage
	| RecordWishMessage
	| ConsentMessage
	| EpisodeWishMessage;

/** The server's answer to a hello. */
export type WelcomeMessage = z.infer<typeof welcomeSchema>;
/** A complaint of the server, or the end of the session. */
export type ErrorMessage = z.infer<typeof errorSchema>;
/** The server's report of the view that it sends. */
export type ServerStatsMessage = z.infer<typeof serverStatsSchema>;
/** The state of the source. */
export type SourceMessage = z.infer<typeof sourceSchema>;
/** The lens of the view that the server draws. */
export type LensMessage = z.infer<typeof lensSchema>;
/** The sound that this client is sent. */
export type SoundMessage = z.infer<typeof soundSchema>;
/** A control message of the server. */
export type ServerControlMessage =
	| WelcomeMessage
	| PingMessage
	| PongMessage
	| ErrorMessage
	| ServerStatsMessage
	| SourceMessage
	| LensMessage
	| HoldMessage
	| SoundMessage
	| CamerasMessage
	| PlaybackMessage
	| RecordingMessage;

/** Reads a control message of a client. */
export function parseClientControlMessage(message: string): ParseResult<ClientControlMessage> {
	return parseControlMessage(message, clientSchemas);
}

/** Reads a control message of the server. */
export function parseServerControlMessage(message: string): ParseResult<ServerControlMessage> {
	return parseControlMessage(message, serverSchemas);
}

type Schemas = { readonly [type: string]: z.ZodMiniType };

function parseControlMessage<S extends Schemas>(message: string, schemas: S): ParseResult<z.infer<S[keyof S]>> {
	const fields = parseJsonObject(message);
	if (fields === undefined) return refused("it is not a JSON object");
	const { type } = fields;
	if (typeof type !== "string") return refused("`type` is not a string");
	const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
	if (schema === undefined) return ignored(type);
	const result = schema.safeParse(fields);
	return result.success
		? understood(result.data as z.infer<S[keyof S]>)
		: refused(wordsFromIssue(type, result.error));
}

function wordsFromIssue(type: string, error: z.core.$ZodError): string {
	const issue = error.issues[0];
	return `\`${[type, ...(issue?.path ?? [])].join(".")}\` is not as the protocol says (${issue?.code ?? "unknown"})`;
}
