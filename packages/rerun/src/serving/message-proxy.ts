import { checkOptions, type OptionNames } from "../option-names.ts";
import { REPLAY_OPTIONS, ReplayBuffer, type ReplayOptions, type ReplayReader } from "../replay/replay-buffer.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { SINK_OPTIONS, type Sink, type SinkOptions, type SinkStats } from "../sinks/sink.ts";
import { SinkAccount } from "../sinks/sink-account.ts";
import {
	UNFINISHED_MESSAGES_OPTIONS,
	UnfinishedMessages,
	type UnfinishedMessagesOptions,
} from "./unfinished-messages.ts";
import { ReplayFeed, type ViewerFeed, type ViewerFeeds } from "./viewer-feed.ts";

/** Bounds of a `MessageProxy`, and further sinks. */
export interface MessageProxyOptions extends ReplayOptions, SinkOptions, UnfinishedMessagesOptions {
	/**
	 * Bytes of new messages that a viewer may leave unread. A viewer that stays further behind is
	 * dropped.
	 * @default 128 MiB
	 */
	readonly viewerBacklogBytes?: number | undefined;
	/** Sinks that receive every message, too. They are not closed with the proxy. */
	readonly alsoTo?: readonly Sink[] | undefined;
}

/** The names of `MessageProxyOptions`. */
export const MESSAGE_PROXY_OPTIONS: OptionNames<MessageProxyOptions> = {
	...REPLAY_OPTIONS,
	...SINK_OPTIONS,
	...UNFINISHED_MESSAGES_OPTIONS,
	viewerBacklogBytes: true,
	alsoTo: true,
};

/** Counters of a `MessageProxy`. */
export interface MessageProxyStats extends SinkStats {
	/** Viewers that are connected. */
	readonly viewers: number;
	/** Viewers that stayed too far behind. */
	readonly droppedViewers: number;
	/** Bytes of the history for viewers that connect later. */
	readonly historyBytes: number;
	/** Messages that are no longer part of the history. */
	readonly trimmedMessages: number;
	readonly trimmedBytes: number;
	/** Messages of clients that were broken, and not passed on. */
	readonly refusedMessages: number;
	/** Bytes of messages that have not arrived completely. */
	readonly unfinishedBytes: number;
}

const DEFAULT_VIEWER_BACKLOG_BYTES = 128 * 2 ** 20;

/**
 * Receives messages from programs that log, keeps them, and sends the whole recording to every
 * viewer. Servers for different protocols and ports can share one proxy.
 */
export class MessageProxy implements Sink, ViewerFeeds {
	readonly live = true;
	/** Messages of clients that have not arrived completely. */
	readonly unfinished: UnfinishedMessages;
	readonly #buffer: ReplayBuffer;
	readonly #viewerBacklogBytes: number;
	readonly #alsoTo: readonly Sink[];
	readonly #account: SinkAccount;
	#droppedViewers = 0;
	#refusedMessages = 0;
	#closed = false;

	/**
	 * @throws {TypeError} when an option has an unknown name.
	 * @throws {RangeError} when a bound is not above 0.
	 */
	constructor(options: MessageProxyOptions = {}) {
		checkOptions(options, MESSAGE_PROXY_OPTIONS, "MessageProxy");
		this.unfinished = new UnfinishedMessages(options);
		this.#buffer = new ReplayBuffer(options);
		this.#viewerBacklogBytes = options.viewerBacklogBytes ?? DEFAULT_VIEWER_BACKLOG_BYTES;
		if (!(this.#viewerBacklogBytes > 0))
			throw new RangeError(`viewerBacklogBytes must be above 0, not ${options.viewerBacklogBytes}.`);
		this.#alsoTo = options.alsoTo ?? [];
		this.#account = new SinkAccount("The server for viewers", options);
	}

	get stats(): MessageProxyStats {
		return {
			...this.#account.stats(0),
			viewers: this.#buffer.readers.size,
			droppedViewers: this.#droppedViewers,
			historyBytes: this.#buffer.byteLength,
			trimmedMessages: this.#buffer.trimmedMessages,
			trimmedBytes: this.#buffer.trimmedBytes,
			refusedMessages: this.#refusedMessages,
			unfinishedBytes: this.unfinished.byteLength,
		};
	}

	get closed(): boolean {
		return this.#closed;
	}

	write(messages: readonly LogMessage[]): void {
		if (this.#closed) {
			this.#account.refuse(messages);
			return;
		}
		for (const message of messages) {
			this.#account.take(message);
			this.#buffer.add(message);
		}
		for (const sink of this.#alsoTo) sink.write(messages);
	}

	/**
	 * Flushes the sinks of `alsoTo`. There is nothing else to wait for: viewers read the history at
	 * their own pace.
	 */
	async flush(timeoutSec?: number): Promise<boolean> {
		const arrived = await Promise.all(this.#alsoTo.map((sink) => sink.flush(timeoutSec)));
		return this.#account.settle() && arrived.every(Boolean);
	}

	/** Takes no more messages. Viewers can still read those of the history. */
	async close(): Promise<void> {
		this.#closed = true;
	}

	/** Counts a message of a client that is broken. */
	refuse(_error: Error): void {
		this.#refusedMessages++;
	}

	/**
	 * A reader of the whole recording for one viewer. The caller closes it when the viewer is gone.
	 *
	 * @param onAvailable see `ReplayBuffer.read`. Look at `dropped` when there is no message.
	 */
	read(onAvailable: () => void): ReplayReader {
		const reader = this.#buffer.read(this.#viewerBacklogBytes, () => {
			if (reader.dropped) this.#droppedViewers++;
			onAvailable();
		});
		return reader;
	}

	/**
	 * Forgets what the history has of some entities, for viewers that connect later.
	 * @param isMeant decides by the escaped path.
	 */
	forget(isMeant: (entityPath: string) => boolean): void {
		this.#buffer.forget(isMeant);
	}

	feed(onAvailable: () => void): ViewerFeed {
		return new ReplayFeed(this.read(onAvailable));
	}
}
