import type { MessageOf, Viewer } from "../stream/viewer.ts";

/** What a handler gets with each message. */
export interface ChannelContext<Message, State> {
	/** Decoded for known labels, as it came for others (text, or bytes that are the handler's own). */
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
export type ChannelHandlers<State, Labels extends string> = { readonly [Label in Labels]?: ChannelHandler<MessageOf<Label>, State> };

/** Calls the handler for each of one viewer's messages. The handlers are looked up here, once, not per message. */
export class ChannelDispatcher<State> {
	readonly #handlers: ReadonlyMap<string, ChannelHandler<unknown, State>>;
	readonly #onError: (error: unknown, label: string, viewer: Viewer) => void;

	constructor(handlers: ChannelHandlers<State, string>, onError: (error: unknown, label: string, viewer: Viewer) => void) {
		this.#handlers = new Map(Object.entries(handlers) as [string, ChannelHandler<unknown, State>][]);
		this.#onError = onError;
	}

	/** Hands `viewer`'s messages to the handlers from now on. */
	attach(viewer: Viewer, state: State): void {
		if (this.#handlers.size === 0) return;
		viewer.on("message", (label, message, receivedAt) => {
			const handler = this.#handlers.get(label);
			if (handler !== undefined) this.#call(handler, label, { message, state, viewer, receivedAt });
		});
	}

	#call(handler: ChannelHandler<unknown, State>, label: string, context: ChannelContext<unknown, State>): void {
		try {
			const result = handler(context);
			if (result instanceof Promise) result.catch((error: unknown) => this.#onError(error, label, context.viewer));
		} catch (error) {
			this.#onError(error, label, context.viewer);
		}
	}
}
