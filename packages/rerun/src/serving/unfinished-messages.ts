import type { OptionNames } from "../option-names.ts";
import { GrpcError, GrpcStatus } from "./grpc-frames.ts";

/** Bounds of messages that have not arrived completely. */
export interface UnfinishedMessagesOptions {
	/**
	 * Bytes of messages that have not arrived completely, of all clients together. When there are
	 * more, the calls whose message began first are ended. A single message may be as long as
	 * `maxMessageByteLength`.
	 * @default 1 GiB
	 */
	readonly maxUnfinishedBytes?: number | undefined;
	/**
	 * Longest pause within a message, in seconds. The whole message may take as long, and as long
	 * again for each 10 MB of it. A call that takes longer is ended.
	 *
	 * @default 30
	 */
	readonly messageTimeoutSec?: number | undefined;
}

/** The names of `UnfinishedMessagesOptions`. */
export const UNFINISHED_MESSAGES_OPTIONS: OptionNames<UnfinishedMessagesOptions> = {
	maxUnfinishedBytes: true,
	messageTimeoutSec: true,
};

const DEFAULT_MAX_UNFINISHED_BYTES = 2 ** 30;
const DEFAULT_MESSAGE_TIMEOUT_SEC = 30;
/** Bytes that a client has to send within `messageTimeoutSec`: 2.7 Mbit/s with the default. */
const BYTES_PER_TIMEOUT = 10e6;

/** A client's message, a part of which has arrived. */
interface Unfinished {
	bytes: number;
	begunMs: number;
	/** The time of its newest byte. */
	arrivedMs: number;
}

/** Ends a client's call. Its identity stands for the call. */
export type EndCall = (error: GrpcError) => void;

/** Bounds the memory and the time of messages that have not arrived completely. Reads no clock. */
export class UnfinishedMessages {
	readonly #maxBytes: number;
	readonly #timeoutSec: number;
	/** Unfinished messages by the function that ends their call, the oldest first. */
	readonly #messages = new Map<EndCall, Unfinished>();
	#bytes = 0;

	/** @throws {RangeError} when a bound is not above 0. */
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

	/** The number of unfinished messages. */
	get count(): number {
		return this.#messages.size;
	}

	/**
	 * Notes that bytes of a call have arrived.
	 *
	 * @param end is called at most once, and releases the memory of the call.
	 * @param bytes that have arrived of an unfinished message; 0: there is none.
	 * @param isNew whether another message was completed since the last call.
	 */
	update(end: EndCall, bytes: number, isNew: boolean, nowMs: number): void {
		if (isNew || bytes === 0) this.#forget(end);
		if (bytes === 0) return;
		let message = this.#messages.get(end);
		if (message === undefined) {
			message = { bytes: 0, begunMs: nowMs, arrivedMs: nowMs };
			this.#messages.set(end, message);
		}
		this.#bytes += bytes - message.bytes;
		message.bytes = bytes;
		message.arrivedMs = nowMs;
		for (const first of this.#messages.keys()) {
			if (this.#bytes <= this.#maxBytes || this.#messages.size === 1) break;
			this.#end(
				first,
				GrpcStatus.unavailable,
				`Unfinished messages of all clients take more than ${this.#maxBytes} bytes; this one began first.`,
			);
		}
	}

	/** Ends the calls whose messages pause too long, or arrive too slowly. */
	check(nowMs: number): void {
		for (const [end, { bytes, begunMs, arrivedMs }] of this.#messages) {
			const allowedSec = this.#timeoutSec * (1 + bytes / BYTES_PER_TIMEOUT);
			if (nowMs - arrivedMs < 1000 * this.#timeoutSec && nowMs - begunMs < 1000 * allowedSec) continue;
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
