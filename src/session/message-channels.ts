import { EventListeners } from "../media/events.ts";
import { TokenBucket } from "../media/token-bucket.ts";
import type { PeerDataChannel, PeerTransport } from "./peer-transport.ts";
import type { RunningTotals } from "./session-stats.ts";
import type { ChannelMessage, DataChannelOptions } from "./viewer-session.ts";

/** Bounds of one client's data channels. */
export interface ChannelLimits {
	/**
	 * Data channels that a client may have open at once; more are closed as they come.
	 */
	readonly maxClientChannels: number;
	/** Longest message that is read, bytes; longer ones are dropped and counted. */
	readonly maxMessageBytes: number;
	/**
	 * Messages a second that one channel may bring on average; twice as many may arrive
	 * at once.
	 */
	readonly maxMessagesPerSec: number;
	/** Bytes that may wait in one channel before `send` refuses. */
	readonly maxBufferedBytes: number;
}

export interface MessageChannelsOptions {
	/** Borrowed: the session closes it. */
	readonly transport: PeerTransport;
	/** True when the client's offer has data channels. */
	readonly offered: boolean;
	readonly limits: ChannelLimits;
	/** Counted in. */
	readonly totals: RunningTotals;
	readonly nowSec: () => number;
}

export interface MessageChannelsEvents {
	/** A data channel, the client's or ours, is open. */
	channelOpen: [label: string];
	/** Something has arrived, also a message that is refused: the client is there. */
	activity: [nowSec: number];
	message: [label: string, message: ChannelMessage, receivedAtSec: number];
}

interface OpenChannel {
	readonly channel: PeerDataChannel;
	readonly bucket: TokenBucket;
	readonly byClient: boolean;
}

/** Characters of a label. Ours have at most 13; a page's own need a bound too. */
const MAX_LABEL_LENGTH = 64;

/**
 * The data channels of one session, by label: the client's and ours, bounded in number
 * and rate.
 */
export class MessageChannels {
	readonly #options: MessageChannelsOptions;
	readonly #listeners = new EventListeners<MessageChannelsEvents>();
	readonly #channels = new Map<string, OpenChannel>();
	#isClosed = false;

	constructor(options: MessageChannelsOptions) {
		this.#options = options;
		options.transport.on("channel", (channel) => this.#onClientChannel(channel));
	}

	/** Opens a channel from our side, unless one is open or the client offered none. */
	open(label: string, options?: DataChannelOptions): void {
		const { transport, offered } = this.#options;
		if (this.#isClosed || !offered || this.#channels.has(label)) return;
		this.#add(transport.createChannel(label, options), false);
	}

	isOpen(label: string): boolean {
		return this.#channels.get(label)?.channel.open === true;
	}

	/**
	 * @param mostBufferedBytes a lower bound for this message than that of the channels.
	 * @returns false when the channel is not open or its buffer is full: nothing is
	 * sent then.
	 */
	send(label: string, message: string | Uint8Array, mostBufferedBytes: number = Number.POSITIVE_INFINITY): boolean {
		const channel = this.#channels.get(label)?.channel;
		if (channel === undefined || !channel.open) return false;
		const mostBytes = Math.min(mostBufferedBytes, this.#options.limits.maxBufferedBytes);
		return channel.bufferedBytes <= mostBytes && channel.send(message);
	}

	/** Lets go of all channels; the transport closes them. No event comes after it. */
	close(): void {
		this.#isClosed = true;
		this.#channels.clear();
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof MessageChannelsEvents>(
		name: Name,
		listener: (...args: MessageChannelsEvents[Name]) => void,
	): () => void {
		return this.#listeners.on(name, listener);
	}

	#onClientChannel(channel: PeerDataChannel): void {
		const { limits, totals } = this.#options;
		let count = 0;
		for (const { byClient } of this.#channels.values()) if (byClient) count++;
		if (this.#isClosed || count >= limits.maxClientChannels || channel.label.length > MAX_LABEL_LENGTH) {
			totals.channelMessagesRefused++;
			channel.close();
			return;
		}
		// A second channel of the same name takes the first one's place. One of ours
		// stays open: both ends may have opened the same name at the same time, and
		// messages on either are read.
		const former = this.#channels.get(channel.label);
		if (former?.byClient) former.channel.close();
		this.#add(channel, true);
	}

	#add(channel: PeerDataChannel, byClient: boolean): void {
		const { maxMessagesPerSec } = this.#options.limits;
		const entry = { channel, bucket: new TokenBucket(maxMessagesPerSec, 2 * maxMessagesPerSec), byClient };
		this.#channels.set(channel.label, entry);
		channel.on("open", () => this.#listeners.emit("channelOpen", channel.label));
		channel.on("message", (message) => this.#onMessage(entry, message));
		channel.on("closed", () => {
			if (this.#channels.get(channel.label) === entry) this.#channels.delete(channel.label);
		});
	}

	#onMessage({ channel, bucket }: OpenChannel, message: ChannelMessage): void {
		if (this.#isClosed) return;
		const { limits, totals, nowSec: now } = this.#options;
		const nowSec = now();
		this.#listeners.emit("activity", nowSec);
		if (isLongerThan(limits.maxMessageBytes, message) || !bucket.take(nowSec)) {
			totals.channelMessagesRefused++;
			return;
		}
		totals.channelMessagesReceived++;
		this.#listeners.emit("message", channel.label, message, nowSec);
	}
}

/** @param maxBytes of text in UTF-8 */
function isLongerThan(maxBytes: number, message: ChannelMessage): boolean {
	if (typeof message !== "string") return message.length > maxBytes;
	// A UTF-16 unit takes at most three bytes: most texts need no counting.
	return message.length * 3 > maxBytes && Buffer.byteLength(message) > maxBytes;
}
