import { checkOptions, type OptionNames } from "../option-names.ts";
import { ReplayBuffer, type ReplayReader } from "../replay/replay-buffer.ts";
import { LogMessage } from "../rrd/log-message.ts";
import { rrdOf } from "../rrd/rrd-stream.ts";
import { SINK_OPTIONS, type Sink, type SinkOptions, type SinkStats } from "./sink.ts";
import { SinkAccount } from "./sink-account.ts";

/** A WebSocket of the browser, of Node, or of a library that looks the same. */
export interface WebSocketLike {
	binaryType: string;
	readonly readyState: number;
	readonly bufferedAmount: number;
	send(bytes: Uint8Array<ArrayBuffer>): void;
	close(): void;
	addEventListener(type: "open" | "close" | "error", listener: () => void): void;
}

export interface WebSocketSinkOptions extends SinkOptions {
	/**
	 * What is kept while the connection is not there or slow. Beyond that the oldest is lost, video
	 * always up to a key frame.
	 * @default 64 MiB
	 */
	readonly queueBytes?: number | undefined;
	/** How long `flush` waits if it isn't told. @default 10 */
	readonly flushTimeoutSec?: number | undefined;
	/** Between attempts to connect: doubles from the first to the second. @default [0.1, 5] */
	readonly retrySec?: readonly [number, number] | undefined;
}

const OPTIONS: OptionNames<WebSocketSinkOptions> = {
	...SINK_OPTIONS,
	queueBytes: true,
	flushTimeoutSec: true,
	retrySec: true,
};

const OPEN = 1;
/** How much a socket holds before messages wait here, where the oldest can be left out. */
const AHEAD_BYTES = 2 ** 20;
/** Sockets don't tell when they have room again. */
const POLL_MS = 10;

/**
 * Sends recordings over a WebSocket: each of its messages is one with a header of its own, as
 * viewers' channels take them. A page shows them by `socket.onmessage = ({ data }) =>
 * channel.send_rrd(new Uint8Array(data))`.
 *
 * There are no acknowledgements: `flush` resolves when everything was handed to the system, and
 * what was on its way when a connection broke is lost.
 */
export class WebSocketSink implements Sink {
	readonly live = true;
	readonly #open: () => WebSocketLike;
	readonly #opensAgain: boolean;
	readonly #buffer: ReplayBuffer;
	readonly #account: SinkAccount;
	readonly #flushTimeoutSec: number;
	readonly #retrySec: readonly [number, number];
	#socket: WebSocketLike | null = null;
	#reader: ReplayReader | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#retryAfterSec: number;
	#waitsForRoom = false;
	/** Number of the newest message that was sent, once all before it were. */
	#sent = 0;
	#closed: Promise<void> | null = null;

	/**
	 * @param to a URL, which is connected to again whenever the connection breaks, or a socket,
	 * which is not. The sink closes it.
	 */
	constructor(to: string | { readonly href: string } | WebSocketLike, options: WebSocketSinkOptions = {}) {
		checkOptions(options, OPTIONS, "WebSocketSink");
		const address = typeof to === "string" ? to : "href" in to ? to.href : null;
		this.#account = new SinkAccount(address === null ? "The WebSocket" : `The WebSocket to ${address}`, options);
		this.#buffer = new ReplayBuffer({
			memoryLimitBytes: options.queueBytes ?? 64 * 2 ** 20,
			onTrim: ({ sequence, bytes }) => {
				if (sequence > this.#sent)
					this.#account.lose(1, bytes.length, "does not take messages as fast as they are logged");
			},
		});
		this.#flushTimeoutSec = options.flushTimeoutSec ?? 10;
		this.#retrySec = options.retrySec ?? [0.1, 5];
		this.#retryAfterSec = this.#retrySec[0];
		this.#opensAgain = address !== null;
		this.#open = address === null ? () => to as WebSocketLike : () => new WebSocket(address);
		this.#connect();
	}

	get stats(): SinkStats {
		return this.#account.stats(this.#buffer.byteLength + (this.#socket?.bufferedAmount ?? 0));
	}

	write(messages: readonly LogMessage[]): void {
		if (this.#closed !== null || this.#account.failure !== null) {
			this.#account.refuse(messages);
			return;
		}
		for (const message of messages) {
			this.#account.take(message);
			this.#buffer.add(message);
		}
		this.#pump();
	}

	async flush(timeoutSec: number = this.#flushTimeoutSec): Promise<boolean> {
		const sequence = this.#buffer.sequence;
		const arrived = () => this.#sent >= sequence && (this.#socket?.bufferedAmount ?? 0) === 0;
		for (let waitedMs = 0; !arrived() && this.#account.failure === null; waitedMs += POLL_MS) {
			if (waitedMs >= 1000 * timeoutSec)
				return this.#account.settle(`has not taken everything within ${timeoutSec} s`);
			await new Promise((resolve) => setTimeout(resolve, POLL_MS));
		}
		return this.#account.settle();
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
			this.#account.fail(`can't be opened: ${error instanceof Error ? error.message : String(error)}`, error);
			return;
		}
		this.#socket = socket;
		socket.binaryType = "arraybuffer";
		const begin = () => {
			if (this.#socket !== socket) return;
			this.#retryAfterSec = this.#retrySec[0];
			this.#reader = this.#buffer.read(null, () => {});
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
		this.#reader?.close();
		this.#reader = null;
		clearTimeout(this.#timer);
		this.#waitsForRoom = false;
		if (!this.#opensAgain) {
			this.#account.fail("was closed by its other end.");
			this.#loseTheRest();
			return;
		}
		this.#timer = setTimeout(() => this.#connect(), 1000 * this.#retryAfterSec);
		this.#retryAfterSec = Math.min(2 * this.#retryAfterSec, this.#retrySec[1]);
	}

	#pump(): void {
		const { reader, socket } = { reader: this.#reader, socket: this.#socket };
		if (reader === null || socket === null || this.#waitsForRoom) return;
		while (socket.readyState === OPEN) {
			if (socket.bufferedAmount >= AHEAD_BYTES) {
				this.#waitsForRoom = true;
				this.#timer = setTimeout(() => {
					this.#waitsForRoom = false;
					this.#pump();
				}, POLL_MS);
				return;
			}
			const message = reader.next();
			if (message === null) {
				this.#sent = this.#buffer.sequence;
				return;
			}
			socket.send(rrdOf([LogMessage.fromBytes(message.kind, message.bytes)]));
			if (reader.caughtUp) this.#sent = Math.max(this.#sent, message.sequence);
			if (message.temporal) this.#buffer.release(message.sequence);
		}
	}

	#end(): void {
		clearTimeout(this.#timer);
		const socket = this.#socket;
		this.#socket = null;
		this.#reader?.close();
		this.#reader = null;
		this.#loseTheRest();
		socket?.close();
	}

	#loseTheRest(): void {
		const rest = this.#buffer.read(null, () => {});
		for (let message = rest.next(); message !== null; message = rest.next())
			if (message.sequence > this.#sent) this.#account.lose(1, message.bytes.length, "was closed");
		rest.close();
		this.#buffer.release(this.#buffer.sequence);
	}
}
