import type { Writable } from "node:stream";
import type { LogMessage } from "../rrd/log-message.ts";
import { MessageError } from "../rrd/messages.ts";
import { GrpcError, GrpcFrameReader, GrpcStatus, parseGrpcTimeout } from "../serving/grpc-frames.ts";
import type { MessageProxy } from "../serving/message-proxy.ts";
import { decodeProxyMessage, READ_MESSAGES, SERVICE_PATH, WRITE_MESSAGES } from "../serving/message-proxy-service.ts";
import type { ViewerFeed, ViewerFeeds } from "../serving/viewer-feed.ts";
import { SinkError } from "../sinks/sink.ts";
import { EMPTY_MESSAGE, type GrpcCall } from "./grpc-call.ts";

/** Bytes that wait in a connection before its viewer's next messages are left in the history. */
const AHEAD_BYTES = 2 ** 20;
/** Time after which a viewer that reads nothing is taken to be gone. */
const STALL_SEC = 30;
/** Interval at which unfinished messages are checked. */
const CHECK_MS = 250;
/** Longest timer of JavaScript, in seconds. */
const MAX_TIMER_SEC = 2 ** 31 / 1000 - 1;

/** Answers calls to Rerun's MessageProxyService. */
export class MessageProxyCalls {
	readonly #proxy: MessageProxy;
	readonly #feeds: ViewerFeeds | undefined;
	readonly #maxMessageByteLength: number;
	readonly #heartbeatSec: number;
	#watching: NodeJS.Timeout | undefined;
	/** The calls of viewers that are reading. */
	readonly #readers = new Set<{ end(): Promise<void> }>();

	/** @param feeds source of what viewers receive in place of the proxy: nobody writes then. */
	constructor(
		proxy: MessageProxy,
		maxMessageByteLength: number,
		heartbeatSec: number,
		feeds: ViewerFeeds | undefined = undefined,
	) {
		if (!(heartbeatSec > 0 && heartbeatSec < MAX_TIMER_SEC))
			throw new RangeError(`heartbeatSec must be above 0 and below ${MAX_TIMER_SEC}, not ${heartbeatSec}.`);
		this.#proxy = proxy;
		this.#feeds = feeds;
		this.#maxMessageByteLength = maxMessageByteLength;
		this.#heartbeatSec = heartbeatSec;
	}

	answer(call: GrpcCall): void {
		const method = call.path.startsWith(SERVICE_PATH) ? call.path.slice(SERVICE_PATH.length) : null;
		if (method !== WRITE_MESSAGES && method !== READ_MESSAGES) {
			call.finish(
				GrpcStatus.unimplemented,
				`${call.path} is not served: ${WRITE_MESSAGES} and ${READ_MESSAGES} are.`,
			);
			return;
		}
		if (method === WRITE_MESSAGES && this.#feeds !== undefined) {
			call.finish(GrpcStatus.permissionDenied, "This server has viewers only: nothing can be written to it.");
			return;
		}
		const timeoutSec = parseGrpcTimeout(call.headers["grpc-timeout"]?.toString());
		const deadline =
			timeoutSec === null || timeoutSec > MAX_TIMER_SEC
				? undefined
				: setTimeout(
						() => call.finish(GrpcStatus.deadlineExceeded, "The time that the client gave is over."),
						1000 * timeoutSec,
					);
		call.response.once("close", () => clearTimeout(deadline));
		// "close" follows.
		call.request.on("error", () => {});
		call.response.on("error", () => {});
		if (method === WRITE_MESSAGES) this.#takeMessages(call);
		else this.#giveMessages(call);
	}

	/** Sends the viewers the rest of the messages, and ends their calls. */
	async end(timeoutSec: number): Promise<void> {
		let timer: NodeJS.Timeout | undefined;
		const ended = Promise.all([...this.#readers].map((reader) => reader.end()));
		await Promise.race([
			ended,
			new Promise((resolve) => {
				timer = setTimeout(resolve, 1000 * timeoutSec);
			}),
		]);
		clearTimeout(timer);
	}

	#takeMessages(call: GrpcCall): void {
		const frames = new GrpcFrameReader(this.#maxMessageByteLength);
		const { unfinished } = this.#proxy;
		let done = false;
		const fail = (error: GrpcError) => {
			if (done) return;
			release();
			call.finish(error.code, error.message);
		};
		const release = () => {
			done = true;
			frames.clear();
			unfinished.update(fail, 0, true, performance.now());
		};
		call.request.on("data", (bytes: Uint8Array) => {
			if (done) return;
			const messages: LogMessage[] = [];
			let failure: GrpcError | null = null;
			let frameCount = 0;
			try {
				for (const frame of frames.push(bytes)) {
					frameCount++;
					this.#decode(frame.bytes, messages);
				}
			} catch (error) {
				if (!(error instanceof GrpcError)) throw error;
				failure = error;
			}
			// The messages in front of a broken one count.
			failure = this.#pass(messages) ?? failure;
			if (failure !== null) {
				fail(failure);
				return;
			}
			unfinished.update(fail, frames.pendingBytes, frameCount > 0, performance.now());
			if (unfinished.count > 0) this.#watchUnfinished();
		});
		call.response.once("close", release);
		call.request.on("end", () => {
			if (done) return;
			const { pendingBytes } = frames;
			release();
			if (pendingBytes > 0) {
				call.finish(GrpcStatus.invalidArgument, "The call ends within a message.");
				return;
			}
			call.begin();
			call.response.write(EMPTY_MESSAGE);
			call.finish(GrpcStatus.ok);
		});
	}

	/** Checks unfinished messages as long as there are any. */
	#watchUnfinished(): void {
		if (this.#watching !== undefined) return;
		const { unfinished } = this.#proxy;
		this.#watching = setInterval(() => {
			unfinished.check(performance.now());
			if (unfinished.count > 0) return;
			clearInterval(this.#watching);
			this.#watching = undefined;
		}, CHECK_MS);
		this.#watching.unref();
	}

	#pass(messages: readonly LogMessage[]): GrpcError | null {
		if (this.#proxy.closed) return new GrpcError("The server is closing.", GrpcStatus.unavailable);
		try {
			this.#proxy.write(messages);
			return null;
		} catch (error) {
			// A strict sink behind the proxy has failed, and only its client is at fault. The name
			// of the file stays here.
			if (error instanceof SinkError)
				return new GrpcError("A sink behind this server has failed.", GrpcStatus.resourceExhausted, {
					cause: error,
				});
			throw error;
		}
	}

	#decode(bytes: Uint8Array, into: LogMessage[]): void {
		try {
			const message = decodeProxyMessage(bytes);
			if (message !== null) into.push(message);
		} catch (error) {
			if (!(error instanceof MessageError)) throw error;
			// A broken message that is sent on would end the connections of all viewers.
			this.#proxy.refuse(error);
		}
	}

	#giveMessages(call: GrpcCall): void {
		call.begin();
		let waitsForRoom = false;
		let stalled: NodeJS.Timeout | undefined;
		let ended: (() => void) | null = null;
		const heartbeat = call.needsHeartbeat
			? setInterval(
					() => !waitsForRoom && !call.response.writableEnded && call.response.write(EMPTY_MESSAGE),
					1000 * this.#heartbeatSec,
				)
			: undefined;
		heartbeat?.unref();
		const pump = () => {
			if (waitsForRoom) {
				if (feed.dropped) call.abort();
				return;
			}
			if (sendUntilFull(feed, call.response)) {
				waitsForRoom = true;
				stalled = setTimeout(() => call.abort(), 1000 * STALL_SEC);
			} else if (feed.dropped) call.abort();
			else if (ended !== null) {
				clearInterval(heartbeat);
				call.finish(GrpcStatus.ok);
			}
		};
		const feed = (this.#feeds ?? this.#proxy).feed(() => setImmediate(pump));
		call.response.on("drain", () => {
			waitsForRoom = false;
			clearTimeout(stalled);
			pump();
		});
		const entry = {
			end: () =>
				new Promise<void>((resolve) => {
					ended = resolve;
					pump();
				}),
		};
		this.#readers.add(entry);
		call.response.once("close", () => {
			clearTimeout(stalled);
			clearInterval(heartbeat);
			feed.close();
			this.#readers.delete(entry);
			ended?.();
		});
		// The request is an empty message.
		call.request.resume();
		pump();
	}
}

/**
 * Sends what can be read.
 * @returns whether `out` is full. If not, everything has been sent.
 */
function sendUntilFull(feed: ViewerFeed, out: Writable): boolean {
	while (!out.destroyed && !out.writableEnded) {
		if (out.writableLength >= AHEAD_BYTES) return true;
		const bytes = feed.next();
		if (bytes === null) return false;
		out.write(bytes);
	}
	return false;
}
