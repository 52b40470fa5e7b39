import type { OptionNames } from "../option-names.ts";
import { GrpcError, GrpcStatus } from "./grpc-frames.ts";

/** Bounds of messages that have not arrived completely. */
export interface UnfinishedMessagesOptions {
	/**
	 * How many bytes of messages that have not arrived as a whole are kept, of all clients
	 * together. Beyond it the calls of those whose message began first are ended. A single message
	 * may be as long as `maxMessageByteLength` says.
	 * @default 1 GiB
	 */
	readonly maxUnfinishedBytes?: number | undefined;
	/**
	 * A message has to go on within so many seconds, and to be whole within as many, and as many
	 * more for each 10 MB of it. Otherwise its call is ended.
	 *
	 * @default 30
	 */
	readonly messageTimeoutSec?: number | undefined;
}

export const UNFINISHED_MESSAGES_OPTIONS: OptionNames<UnfinishedMessagesOptions> = {
	maxUnfinishedBytes: true,
	messageTimeoutSec: true,
};

const DEFAULT_MAX_UNFINISHED_BYTES = 2 ** 30;
const DEFAULT_MESSAGE_TIMEOUT_SEC = 30;
/** Bytes that a client has to send within `messageTimeoutSec`: 2.7 Mbit/s with the default. */
const BYTES_PER_TIMEOUT = 10e6;

/** A client's message of which some has arrived. */
interface Unfinished {
	bytes: number;
	begunMs: number;
	heardMs: number;
}

/** Ends a client's call, and stands for it. */
export type EndCall = (error: GrpcError) => void;

/**
 * Bounds the memory and the time that messages of all clients take until they are whole. Reads no
 * clock.
 */
export class UnfinishedMessages {
	readonly #maxBytes: number;
	readonly #timeoutSec: number;
	/** Unfinished messages by the function that ends their call, the oldest first. */
	readonly #messages = new Map<EndCall, Unfinished>();
	#bytes = 0;

	constructor(options: UnfinishedMessagesOptions = {}) {
		this.#maxBytes = options.maxUnfinishedBytes ?? DEFAULT_MAX_UNFINISHED_BYTES;
		this.#timeoutSec = options.messageTimeoutSec ?? DEFAULT_MESSAGE_TIMEOUT_SEC;
		if (!(this.#maxBytes > 0)) throw new RangeError(`maxUnfinishedBytes must be above 0, not ${this.#maxBytes}.`);
		if (!(this.#timeoutSec > 0))
			throw new RangeError(`messageTimeoutSec must be above 0, not ${this.#timeoutSec}.`);
	}

	/** Bytes kept of all unfinished messages. */
	get byteLength(): number {
		return this.#bytes;
	}

	/** How many there are. */
	get count(): number {
		return this.#messages.size;
	}

	/**
	 * Something of a call has arrived.
	 *
	 * @param end is called at most once. The call's memory is given back then.
	 * @param bytes of the message that is not whole yet; 0: there is none.
	 * @param isNew whether another message was completed since the last time.
	 */
	update(end: EndCall, bytes: number, isNew: boolean, nowMs: number): void {
		if (isNew || bytes === 0) this.#forget(end);
		if (bytes === 0) return;
		let message = this.#messages.get(end);
		if (message === undefined) {
			message = { bytes: 0, begunMs: nowMs, heardMs: nowMs };
			this.#messages.set(end, message);
		}
		this.#bytes += bytes - message.bytes;
		message.bytes = bytes;
		message.heardMs = nowMs;
		for (const first of this.#messages.keys()) {
			if (this.#bytes <= this.#maxBytes || this.#messages.size === 1) break;
			this.#end(
				first,
				GrpcStatus.unavailable,
				`Unfinished messages of all clients take more than ${this.#maxBytes} bytes; this one began first.`,
			);
		}
	}

	/** Ends the calls whose messages don't go on, or too slowly. */
	check(nowMs: number): void {
		for (const [end, { bytes, begunMs, heardMs }] of this.#messages) {
			const allowedSec = this.#timeoutSec * (1 + bytes / BYTES_PER_TIMEOUT);
			if (nowMs - heardMs < 1000 * this.#timeoutSec && nowMs - begunMs < 1000 * allowedSec) continue;
			this.#end(
				end,
				GrpcStatus.deadlineExceeded,
				`A message of which ${bytes} bytes arrived was not finished in time.`,
			);
		}
	}

	#end(end: EndCall, status: number, why: string): void {
		this.#forget(end);
		end(new GrpcError(why, status));
	}

	#forget(end: EndCall): void {
		this.#bytes -= this.#messages.get(end)?.bytes ?? 0;
		this.#messages.delete(end);
	}
}
