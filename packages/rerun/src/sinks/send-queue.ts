import { BackOff, doublingDelays } from "../back-off.ts";
import type { OptionNames } from "../option-names.ts";
import { ReplayBuffer, type ReplayReader } from "../replay/replay-buffer.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { SINK_OPTIONS, type SinkOptions } from "./sink.ts";
import { SinkAccount } from "./sink-account.ts";

/** The options of sinks that send over a connection. */
export interface SendQueueOptions extends SinkOptions {
	/**
	 * Bytes kept while the connection is slow or broken, and until messages are acknowledged. When
	 * more come, the oldest are lost: video always up to a key frame.
	 * @default 256 MiB over gRPC, 64 MiB over a WebSocket
	 */
	readonly queueBytes?: number | undefined;
	/** Longest wait of `flush` and `close`, in seconds. @default 10 */
	readonly flushTimeoutSec?: number | undefined;
	/**
	 * Delays between attempts to connect, doubling from the first to the second.
	 * @default [0.1, 5]
	 */
	readonly retrySec?: readonly [number, number] | undefined;
}

/** The names of the options of sinks that send over a connection. */
export const SEND_QUEUE_OPTIONS: OptionNames<SendQueueOptions> = {
	...SINK_OPTIONS,
	queueBytes: true,
	flushTimeoutSec: true,
	retrySec: true,
};

/** Factors of each delay: many programs must not return to a server at the same moment. */
const RETRY_SPREAD = [0.75, 1.25] as const;

/**
 * The queue of a sink whose connection may be slow, break and return, and its attempts to connect.
 */
export class SendQueue {
	readonly account: SinkAccount;
	/** Longest wait of `flush`, unless the call says otherwise. */
	readonly flushTimeoutSec: number;
	readonly #messages: ReplayBuffer;
	readonly #backOff: BackOff;
	#reader: ReplayReader | null = null;
	#retry: ReturnType<typeof setTimeout> | undefined;
	#sent = 0;

	/**
	 * @param name of the sink, as its reports begin: `The viewer at <url>`.
	 * @param queueBytes the default of the option.
	 * @param lastProblem text that ends the report of losses: why the connection broke, or nothing.
	 */
	constructor(name: string, options: SendQueueOptions, queueBytes: number, lastProblem: () => string = () => "") {
		this.account = new SinkAccount(name, options);
		this.flushTimeoutSec = options.flushTimeoutSec ?? 10;
		const [firstSec, longestSec] = options.retrySec ?? [0.1, 5];
		this.#backOff = new BackOff({
			delaysSec: firstSec > 0 ? doublingDelays(firstSec, longestSec) : [0],
			spread: RETRY_SPREAD,
		});
		this.#messages = new ReplayBuffer({
			memoryLimitBytes: options.queueBytes ?? queueBytes,
			onTrim: ({ sequence, bytes }) => {
				if (sequence > this.#sent)
					this.account.lose(
						1,
						bytes.length,
						`does not take messages as fast as they are logged${lastProblem()}`,
					);
			},
		});
	}

	/** Bytes that are kept. */
	get byteLength(): number {
		return this.#messages.byteLength;
	}

	/** The number of the newest message. */
	get sequence(): number {
		return this.#messages.sequence;
	}

	/** Highest number of all messages that were ever sent. */
	get sent(): number {
		return this.#sent;
	}

	/** The connection's place among the messages; `null` without a connection. */
	get reader(): ReplayReader | null {
		return this.#reader;
	}

	/** True when an attempt to connect is due. */
	get retries(): boolean {
		return this.#retry !== undefined;
	}

	add(messages: readonly LogMessage[]): void {
		for (const message of messages) {
			this.account.take(message);
			this.#messages.add(message);
		}
	}

	/** Begins to read for a new connection: first the messages that were kept. */
	open(onAvailable: () => void): ReplayReader {
		this.closeReader();
		this.#reader = this.#messages.read(null, onAvailable);
		return this.#reader;
	}

	closeReader(): void {
		this.#reader?.close();
		this.#reader = null;
	}

	/** Marks all messages up to this number as sent. */
	markSent(sequence: number): void {
		this.#sent = Math.max(this.#sent, sequence);
	}

	/** Forgets messages up to this number, but for static data, stores and blueprints. */
	release(sequence: number): void {
		this.#messages.release(sequence);
	}

	/** Forgets all messages, and counts those behind this number as lost. */
	loseAfter(sequence: number, why: string): void {
		if (sequence >= this.#messages.sequence) return;
		const rest = this.#messages.read(null, () => {});
		let messages = 0;
		let bytes = 0;
		for (let message = rest.next(); message !== null; message = rest.next()) {
			if (message.sequence <= sequence) continue;
			messages++;
			bytes += message.bytes.length;
		}
		rest.close();
		this.account.lose(messages, bytes, why);
		this.#messages.release(this.#messages.sequence);
	}

	/** Calls `connect` after a delay. @returns the timer, which Node lets a caller `unref`. */
	retry(connect: () => void): ReturnType<typeof setTimeout> {
		this.#retry = setTimeout(() => {
			this.#retry = undefined;
			connect();
		}, 1000 * this.#backOff.nextSec());
		return this.#retry;
	}

	/** The connection works: the next delay is the first one again. */
	connected(): void {
		this.#backOff.succeeded();
	}

	/** Ends the reading and the attempts to connect. */
	end(): void {
		clearTimeout(this.#retry);
		this.#retry = undefined;
		this.closeReader();
	}
}
