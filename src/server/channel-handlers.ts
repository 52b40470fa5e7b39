import type { ClientPicture, ClientSound } from "../client-media/decoded-media.ts";
import type { Speaker } from "../client-media/speaker.ts";
import { CLIENT_MEDIA_KINDS, type ClientMediaPacket } from "../media/client-media.ts";
import { isThenable } from "../media/events.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import type { MessageOf } from "../stream/channel-inbox.ts";
import type { Hold } from "../stream/safety/control-hold.ts";
import type { Viewer } from "../stream/viewer.ts";
import { ViewerDecoding } from "./viewer-decoding.ts";

/** The argument of a channel handler. */
export interface ChannelContext<Message, State> {
	/**
	 * The message: decoded for known labels, as it came for others (the handler's
	 * own bytes).
	 */
	readonly message: Message;
	/** This viewer's state, from the `state` factory; the same object every time. */
	readonly state: State;
	readonly viewer: Viewer;
	/** Time of the message's arrival, seconds on the server's monotonic clock. */
	readonly receivedAt: number;
	/**
	 * The hold of the viewer's control when the message came: act on no pose and no message
	 * that has one. `undefined`: the viewer has control, or `safety` is off.
	 */
	readonly hold: Hold | undefined;
}

/**
 * Handles one channel's messages. May be async. Its errors are logged, with viewer
 * and channel.
 */
export type ChannelHandler<Message, State> = (context: ChannelContext<Message, State>) => void | Promise<void>;

/** A handler for each channel label. */
export type ChannelHandlers<State, Labels extends string> = {
	readonly [Label in Labels]?: ChannelHandler<MessageOf<Label>, State> | undefined;
};

/**
 * The argument of a pose handler. The message is lent: it changes with the next
 * one, so a handler that keeps it, or waits for something, copies it
 * (`new PoseSample().copyFrom(message)`).
 */
export interface PoseContext<State> extends ChannelContext<PoseSample, State> {
	/**
	 * Time at which the client read the pose, seconds on the server's monotonic
	 * clock: the client's time in the message, mapped by the offset and drift that
	 * pings have shown. NaN until they have, and for clients that send no time.
	 */
	readonly capturedAt: number;
	/**
	 * How old the world was, when the pose came, that the person saw when it was read:
	 * milliseconds from the capture, or where the source does not know it, from the decoding of the
	 * picture. NaN for clients that don't say what they show.
	 */
	readonly photonAgeMs: number;
}

/** Handles poses of one kind. May be async. Its errors are logged with the viewer. */
export type PoseHandler<State> = (context: PoseContext<State>) => void | Promise<void>;

/**
 * A handler for each kind of pose, whatever channel and encoding it came by. Poses
 * are in world axes (right-handed, +X right, +Y up, -Z forward, metres), and newer
 * than the poses of their stream before them.
 */
export interface PoseHandlers<State> {
	/**
	 * Heads, by `tracking` or the existing headset client's `camera`:
	 * `orientation`, and where known `position`, velocities and `fovDeg`.
	 */
	readonly head?: PoseHandler<State> | undefined;
	/**
	 * Bodies and hands, by `tracking` or the existing headset client's `body_pose`:
	 * `isSkeletonSample(message, "FullBody")` gives its bones their names.
	 */
	readonly skeleton?: PoseHandler<State> | undefined;
	/** Controllers: grip, aim, buttons and axes. */
	readonly controller?: PoseHandler<State> | undefined;
}

/**
 * Handlers of what clients send from their microphones and cameras: encoded as Opus, H.264 or VP8,
 * or decoded in a thread of the viewer's own. A kind without a handler is refused. Only viewers who
 * may steer can send.
 */
export interface MediaHandlers<State> {
	/** Sound: one packet of Opus each. */
	readonly audio?: ChannelHandler<ClientMediaPacket, State> | undefined;
	/** Pictures, from a key frame on. Damaged ones, and those that need one, are left out. */
	readonly video?: ChannelHandler<ClientMediaPacket, State> | undefined;
	/** Decoded sound: 48 kHz, stereo, 16 bits, left and right in turn. */
	readonly pcm?: ChannelHandler<ClientSound, State> | undefined;
	/** Decoded pictures: I420. */
	readonly pictures?: ChannelHandler<ClientPicture, State> | undefined;
}

/** The handler of each kind's decoded form. */
const DECODED_AS = { audio: "pcm", video: "pictures" } as const;
const POSE_KINDS = ["head", "skeleton", "controller"] as const;

/** A handler's failure. */
export interface HandlerFailure {
	readonly error: unknown;
	/** The channel's label, or the kind of pose or of media. */
	readonly label: string;
	readonly viewer: Viewer;
	/** Number of the handler's failures with this viewer since the last report. */
	readonly unreported: number;
}

/** A handler that throws at each of 250 poses a second must not fill the disk with the log. */
const REPORT_INTERVAL_SEC = 1;

/** Calls one handler for one viewer, and reports its failures. */
class GuardedHandler<Context extends { readonly viewer: Viewer; readonly receivedAt: number }> {
	readonly #handler: (context: Context) => void | Promise<void>;
	readonly #label: string;
	readonly #onError: (failure: HandlerFailure) => void;
	#reportedAtSec = Number.NEGATIVE_INFINITY;
	#unreported = 0;

	constructor(
		handler: (context: Context) => void | Promise<void>,
		label: string,
		onError: (failure: HandlerFailure) => void,
	) {
		this.#handler = handler;
		this.#label = label;
		this.#onError = onError;
	}

	call(context: Context): void {
		try {
			const result = this.#handler(context);
			if (isThenable(result)) result.then(undefined, (error) => this.#fail(error, context));
		} catch (error) {
			this.#fail(error, context);
		}
	}

	#fail(error: unknown, { viewer, receivedAt }: Context): void {
		if (receivedAt - this.#reportedAtSec < REPORT_INTERVAL_SEC) {
			this.#unreported++;
			return;
		}
		this.#onError({ error, label: this.#label, viewer, unreported: this.#unreported });
		this.#reportedAtSec = receivedAt;
		this.#unreported = 0;
	}
}

/** Options of a `ChannelDispatcher`. */
export interface ChannelDispatcherOptions {
	readonly channels: ChannelHandlers<unknown, string>;
	readonly tracking: PoseHandlers<unknown>;
	/** @default none */
	readonly media?: MediaHandlers<unknown> | undefined;
	/** Receives failures, of each handler and viewer one a second at most. */
	readonly onError: (failure: HandlerFailure) => void;
	/** Plays the viewers' sound. @default nothing does */
	readonly speaker?: Pick<Speaker, "leave" | "play"> | undefined;
	/** A viewer's media can't be decoded, in words. @default ignored */
	readonly onTrouble?: ((viewer: Viewer, message: string) => void) | undefined;
}

/** Calls the application's handlers for the messages and the media of all viewers. */
export class ChannelDispatcher {
	readonly #handlers: ReadonlyMap<string, ChannelHandler<unknown, unknown>>;
	readonly #poseHandlers: PoseHandlers<unknown>;
	readonly #mediaHandlers: MediaHandlers<unknown>;
	readonly #speaker: Pick<Speaker, "leave" | "play"> | undefined;
	readonly #onTrouble: (viewer: Viewer, message: string) => void;
	readonly #onError: (failure: HandlerFailure) => void;

	constructor({ channels, tracking, media = {}, speaker, onError, onTrouble = () => {} }: ChannelDispatcherOptions) {
		this.#handlers = new Map(Object.entries(channels) as [string, ChannelHandler<unknown, unknown>][]);
		this.#poseHandlers = tracking;
		this.#mediaHandlers = media;
		this.#speaker = speaker;
		this.#onTrouble = onTrouble;
		this.#onError = onError;
	}

	/** Calls the handlers for `viewer`'s messages from now on, with `state` each time. */
	attach(viewer: Viewer, state: unknown): void {
		for (const kind of POSE_KINDS) {
			const handler = this.#poseHandlers[kind];
			if (handler === undefined) continue;
			const guarded = new GuardedHandler(handler, kind, this.#onError);
			viewer.on(kind, (message, receivedAt, capturedAt, photonAgeMs) =>
				guarded.call({ message, state, viewer, receivedAt, capturedAt, photonAgeMs, hold: viewer.hold }),
			);
		}
		this.#attachMedia(viewer, state);
		if (this.#handlers.size === 0) return;
		// Looked up once for each viewer, not for each message.
		const guarded = new Map(
			[...this.#handlers].map(([label, handler]) => [label, new GuardedHandler(handler, label, this.#onError)]),
		);
		viewer.on("message", (label, message, receivedAt) =>
			guarded.get(label)?.call({ message, state, viewer, receivedAt, hold: viewer.hold }),
		);
	}

	#attachMedia(viewer: Viewer, state: unknown): void {
		for (const kind of CLIENT_MEDIA_KINDS) {
			const handler = this.#mediaHandlers[kind];
			if (handler === undefined) continue;
			const guarded = new GuardedHandler(handler, `media.${kind}`, this.#onError);
			viewer.on("media", (message) => {
				if (message.kind !== kind) return;
				guarded.call({ message, state, viewer, receivedAt: message.receivedSec, hold: viewer.hold });
			});
		}
		this.#attachDecoded(viewer, state);
	}

	#attachDecoded(viewer: Viewer, state: unknown): void {
		const { pcm, pictures } = this.#mediaHandlers;
		const speaker = this.#speaker;
		const kinds = new Set(CLIENT_MEDIA_KINDS.filter((kind) => this.#mediaHandlers[DECODED_AS[kind]] !== undefined));
		if (speaker !== undefined) kinds.add("audio");
		if (kinds.size === 0) return;
		const sound = pcm && new GuardedHandler(pcm, "media.pcm", this.#onError);
		const picture = pictures && new GuardedHandler(pictures, "media.pictures", this.#onError);
		const decoding = new ViewerDecoding({
			kinds,
			onMedia: (message) => {
				const context = { state, viewer, receivedAt: message.receivedSec, hold: viewer.hold };
				if (message.kind === "picture") picture?.call({ message, ...context });
				else {
					speaker?.play(viewer.id, message.samples);
					sound?.call({ message, ...context });
				}
			},
			onKeyframeNeeded: () => viewer.requestMediaKeyframe(),
			onTrouble: (message) => this.#onTrouble(viewer, message),
		});
		viewer.on("media", (packet) => decoding.add(packet));
		void viewer.closed.then(() => {
			decoding.close();
			speaker?.leave(viewer.id);
		});
	}
}
