import type { DataChannelOptions, ViewerSession } from "../session/viewer-session.ts";

/** Most messages that wait for one channel until the client has opened it. */
const MAX_WAITING = 16;

/**
 * Delivery of the channels that the server opens, by label; others are reliable and
 * ordered.
 */
const CHANNEL_OPTIONS: Readonly<Record<string, DataChannelOptions>> = {
	// A frame's description is of no use once the frame has been shown.
	frames: { ordered: false, maxPacketLifeTimeMs: 50 },
};

/**
 * Sends one client's messages. Opens channels that the client has not made, and
 * waits for them.
 */
export class ChannelOutbox {
	readonly #session: ViewerSession;
	readonly #waiting = new Map<string, (string | Uint8Array)[]>();

	/** @param session borrowed. */
	constructor(session: ViewerSession) {
		this.#session = session;
	}

	/**
	 * Sends a message now, or when its channel is open.
	 * @param message kept until it is sent.
	 * @returns false if the message was dropped: the channel's buffer or its
	 * waiting line is full.
	 */
	send(label: string, message: string | Uint8Array): boolean {
		if (this.#session.send(label, message)) return true;
		if (this.#session.isChannelOpen(label)) return false;
		const waiting = this.#waiting.get(label);
		if (waiting === undefined) {
			this.#waiting.set(label, [message]);
			this.#session.openChannel(label, CHANNEL_OPTIONS[label]);
			return true;
		}
		return waiting.length < MAX_WAITING && waiting.push(message) > 0;
	}

	/** Sends the messages that waited for a channel that has just opened. */
	flush(label: string): void {
		for (const message of this.#waiting.get(label) ?? []) this.#session.send(label, message);
		this.#waiting.delete(label);
	}

	/** Drops the messages that wait. */
	clear(): void {
		this.#waiting.clear();
	}
}
