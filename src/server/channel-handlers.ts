import { isThenable } from "../media/events.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import type { MessageOf } from "../stream/channel-inbox.ts";
import type { Viewer } from "../stream/viewer.ts";

/** What a handler gets with each message. */
export interface ChannelContext<Message, State> {
	/**
	 * Decoded for known labels, as it came for others (text, or bytes that are the handler's own).
	 */
	readonly message: Message;
	/** This viewer's own, from the `state` factory; the same object every time. */
	readonly state: State;
	readonly viewer: Viewer;
	/** When the message arrived, seconds on the server's monotonic clock. */
	readonly receivedAt: number;
}

/** May be async. What it throws is logged with its viewer and channel and harms nobody else. */
export type ChannelHandler<Message, State> = (context: ChannelContext<Message, State>) => void | Promise<void>;

/** One handler per channel label. */
export type ChannelHandlers<State, Labels extends string> = {
	readonly [Label in Labels]?: ChannelHandler<MessageOf<Label>, State> | undefined;
};

/**
 * What a pose handler gets. The message is lent: it changes with the next one, so a handler that
 * keeps it, or waits for something, copies it (`new PoseSample().copyFrom(message)`).
 */
export interface PoseContext<State> extends ChannelContext<PoseSample, State> {
	/**
	 * When the client read the pose, seconds on the server's monotonic clock: its own time, mapped
	 * by the offset and drift that pings have shown. NaN until they have, and for clients that tell
	 * no time. The client's own time is in the message.
	 */
	readonly capturedAt: number;
}

/** May be async. What it throws is logged with its viewer and harms nobody else. */
export type PoseHandler<State> = (context: PoseContext<State>) => void | Promise<void>;

/**
 * One handler per kind of pose, whatever channel and encoding it came by. All are in world axes
 * (right-handed, +X right, +Y up, -Z forward, metres), and newer than those of their stream before
 * them.
 */
export interface PoseHandlers<State> {
	/**
	 * Heads, by `tracking` or the existing headset client's `camera`: `orientation`, and where
	 * known `position`, velocities and `fovDeg`.
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

const POSE_KINDS = ["head", "skeleton", "controller"] as const;

/** What a handler threw. */
export interface HandlerFailure {
	readonly error: unknown;
	/** The channel's label, or the kind of pose. */
	readonly label: string;
	readonly viewer: Viewer;
	/** How often it has thrown for this viewer since the last report. */
	readonly untold: number;
}

/** A handler that throws at each of 250 poses a second must not fill the disk with the log. */
const TELL_INTERVAL_SEC = 1;

/** Reports of one handler's failures with one viewer. */
interface Complaints {
	toldAtSec: number;
	untold: number;
}

/**
 * Calls the handler for each of one viewer's messages. The handlers are looked up here, once, not
 * per message.
 */
export class ChannelDispatcher<State> {
	readonly #handlers: ReadonlyMap<string, ChannelHandler<unknown, State>>;
	readonly #poseHandlers: PoseHandlers<State>;
	readonly #onError: (failure: HandlerFailure) => void;

	/** @param onError hears what a handler threw, of each once a second at most. */
	constructor(
		handlers: ChannelHandlers<State, string>,
		poseHandlers: PoseHandlers<State>,
		onError: (failure: HandlerFailure) => void,
	) {
		this.#handlers = new Map(Object.entries(handlers) as [string, ChannelHandler<unknown, State>][]);
		this.#poseHandlers = poseHandlers;
		this.#onError = onError;
	}

	/** Hands `viewer`'s messages to the handlers from now on. */
	attach(viewer: Viewer, state: State): void {
		for (const kind of POSE_KINDS) {
			const handler = this.#poseHandlers[kind];
			if (handler === undefined) continue;
			const complaints = { toldAtSec: Number.NEGATIVE_INFINITY, untold: 0 };
			viewer.on(kind, (message, receivedAt, capturedAt) => {
				this.#call(handler, kind, complaints, { message, state, viewer, receivedAt, capturedAt });
			});
		}
		if (this.#handlers.size === 0) return;
		const complaints = new Map(
			[...this.#handlers.keys()].map((label) => [label, { toldAtSec: Number.NEGATIVE_INFINITY, untold: 0 }]),
		);
		viewer.on("message", (label, message, receivedAt) => {
			const handler = this.#handlers.get(label);
			if (handler !== undefined)
				this.#call(handler, label, complaints.get(label)!, { message, state, viewer, receivedAt });
		});
	}

	#call<Context extends ChannelContext<unknown, State>>(
		handler: (context: Context) => void | Promise<void>,
		label: string,
		complaints: Complaints,
		context: Context,
	): void {
		const { viewer, receivedAt } = context;
		const fail = (error: unknown) => {
			if (receivedAt - complaints.toldAtSec < TELL_INTERVAL_SEC) {
				complaints.untold++;
				return;
			}
			this.#onError({ error, label, viewer, untold: complaints.untold });
			complaints.toldAtSec = receivedAt;
			complaints.untold = 0;
		};
		try {
			const result = handler(context);
			if (isThenable(result)) result.then(undefined, fail);
		} catch (error) {
			fail(error);
		}
	}
}
