import { checkOptions } from "../option-names.ts";
import { LogMessage } from "../rrd/log-message.ts";
import { rrdOf } from "../rrd/rrd-stream.ts";
import { SEND_QUEUE_OPTIONS, SendQueue, type SendQueueOptions } from "./send-queue.ts";
import type { Sink, SinkStats } from "./sink.ts";

/** A WebSocket of the browser, of Node, or of a library with the same interface. */
export interface WebSocketLike {
	binaryType: string;
	readonly readyState: number;
	readonly bufferedAmount: number;
	send(bytes: Uint8Array<ArrayBuffer>): void;
	close(): void;
	addEventListener(type: "open" | "close" | "error", listener: () => void): void;
}

/** The options of a `WebSocketSink`. */
export type WebSocketSinkOptions = SendQueueOptions;

const DEFAULT_QUEUE_BYTES = 64 * 2 ** 20;
/** `WebSocket.OPEN`. */
const OPEN = 1;
/** Bytes in a socket above which messages wait in the queue, which can drop the oldest. */
const MAX_SOCKET_BYTES = 2 ** 20;
/** Interval at which a full socket is looked at: it has no event for room. */
const POLL_MS = 10;

/**
 * Sends a recording over a WebSocket. Each message of the socket is a recording with its own
 * header, the form that viewers' channels take. A page shows it with `socket.onmessage = ({ data })
 * => channel.send_rrd(new Uint8Array(data))`.
 *
 * There are no acknowledgements: `flush` resolves when all messages were handed to the system, and
 * messages in transit are lost when a connection breaks.
 */
export class WebSocketSink implements Sink {
	readonly live = true;
	readonly #open: () => WebSocketLike;
	readonly #opensAgain: boolean;
	readonly #queue: SendQueue;
	#socket: WebSocketLike | null = null;
	/** Runs while the socket is full. */
	#poll: ReturnType<typeof setTimeout> | undefined;
	#closed: Promise<void> | null = null;

	/**
	 * @param to a URL, to which the sink connects again whenever the connection breaks, or a
	 * socket, with which the sink ends. The sink closes it.
	 * @throws {TypeError} when an option has an unknown name.
	 */
	constructor(to: string | { readonly href: string } | WebSocketLike, options: WebSocketSinkOptions = {}) {
		checkOptions(options, SEND_QUEUE_OPTIONS, "WebSocketSink");
		const address = typeof to === "string" ? to : "href" in to ? to.href : null;
		const name = address === null ? "The WebSocket" : `The WebSocket to ${address}`;
		this.#queue = new SendQueue(name, options, DEFAULT_QUEUE_BYTES);
		this.#opensAgain = address !== null;
		this.#open = address === null ? () => to as WebSocketLike : () => new WebSocket(address);
		this.#connect();
	}

	get stats(): SinkStats {
		return this.#queue.account.stats(this.#queue.byteLength + (this.#socket?.bufferedAmount ?? 0));
	}

	write(messages: readonly LogMessage[]): void {
		if (this.#closed !== null || this.#queue.account.failure !== null) {
			this.#queue.account.refuse(messages);
			return;
		}
		this.#queue.add(messages);
		this.#pump();
	}

	async flush(timeoutSec: number = this.#queue.flushTimeoutSec): Promise<boolean> {
		const { account, sequence } = this.#queue;
		const arrived = () => this.#queue.sent >= sequence && (this.#socket?.bufferedAmount ?? 0) === 0;
		for (let waitedMs = 0; !arrived() && account.failure === null; waitedMs += POLL_MS) {
			if (waitedMs >= 1000 * timeoutSec) return account.settle(`has not taken everything within ${timeoutSec} s`);
			await new Promise((resolve) => setTimeout(resolve, POLL_MS));
		}
		return account.settle();
	}

	close(): Promise<void> {
		this.#closed ??= (async () => {
			try {
				await this.flush();
			} finally {
				this.#end();
			}
		})();
		return this.#closed;
	}

	#connect(): void {
		let socket: WebSocketLike;
		try {
			socket = this.#open();
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			this.#queue.account.fail(`can't be opened: ${reason}`, error);
			return;
		}
		this.#socket = socket;
		socket.binaryType = "arraybuffer";
		const begin = () => {
			if (this.#socket !== socket) return;
			this.#queue.connected();
			this.#queue.open(() => {});
			this.#pump();
		};
		if (socket.readyState === OPEN) begin();
		else if (socket.readyState > OPEN) this.#disconnected();
		else socket.addEventListener("open", begin);
		// "close" follows.
		socket.addEventListener("error", () => {});
		socket.addEventListener("close", () => {
			if (this.#socket === socket) this.#disconnected();
		});
	}

	#disconnected(): void {
		this.#socket = null;
		this.#queue.closeReader();
		this.#endPoll();
		if (this.#opensAgain) {
			this.#queue.retry(() => this.#connect());
			return;
		}
		this.#queue.account.fail("was closed by its other end.");
		this.#queue.loseAfter(this.#queue.sent, "was closed");
	}

	#pump(): void {
		const { reader } = this.#queue;
		const socket = this.#socket;
		if (reader === null || socket === null || this.#poll !== undefined) return;
		while (socket.readyState === OPEN) {
			if (socket.bufferedAmount >= MAX_SOCKET_BYTES) {
				this.#poll = setTimeout(() => {
					this.#poll = undefined;
					this.#pump();
				}, POLL_MS);
				return;
			}
			const message = reader.next();
			if (message === null) {
				this.#queue.markSent(this.#queue.sequence);
				return;
			}
			socket.send(rrdOf([LogMessage.fromBytes(message.kind, message.bytes)]));
			if (reader.caughtUp) this.#queue.markSent(message.sequence);
			if (message.temporal) this.#queue.release(message.sequence);
		}
	}

	#endPoll(): void {
		clearTimeout(this.#poll);
		this.#poll = undefined;
	}

	#end(): void {
		this.#endPoll();
		const socket = this.#socket;
		this.#socket = null;
		this.#queue.end();
		this.#queue.loseAfter(this.#queue.sent, "was closed");
		socket?.close();
	}
}
