import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { checkOptions, type OptionNames } from "../../option-names.ts";
import type { LogMessage } from "../../rrd/log-message.ts";
import { decodeGrpcMessage, GrpcStatus } from "../../serving/grpc-frames.ts";
import {
	DEFAULT_PROXY_URL,
	type ProxyAddress,
	parseProxyUrl,
	SERVICE_PATH,
	WRITE_MESSAGES,
} from "../../serving/message-proxy-service.ts";
import { SEND_QUEUE_OPTIONS, SendQueue, type SendQueueOptions } from "../send-queue.ts";
import type { Sink, SinkStats } from "../sink.ts";
import { beforeProgramEnds } from "./program-end.ts";
import { sendUntilFull } from "./send-until-full.ts";

/** The options of `connectGrpc`. */
export interface ConnectGrpcOptions extends SendQueueOptions {
	/** PEM of the authority that signed the server's certificate. @default those of the system */
	readonly ca?: string | Buffer | undefined;
}

const OPTIONS: OptionNames<ConnectGrpcOptions> = { ...SEND_QUEUE_OPTIONS, ca: true };

const DEFAULT_QUEUE_BYTES = 256 * 2 ** 20;
/**
 * Age and size at which a call is ended, so that the server acknowledges it. No message is sent
 * until the acknowledgement: a call must not end too often.
 */
const CALL_SEC = 5;
const CALL_BYTES = 32 * 2 ** 20;
/** Interval of pings, the answer to which has to arrive before the next one. */
const PING_SEC = 10;
const CONNECT_SEC = 10;

/** Answers that are final: the server is not Rerun's, or wants credentials. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([
	GrpcStatus.unimplemented,
	GrpcStatus.permissionDenied,
	GrpcStatus.unauthenticated,
]);

/**
 * Sends to a viewer, or to a server for viewers: Rerun's own or that of `serveGrpc`. Returns at
 * once; the sink connects, and connects again, by itself.
 *
 * Messages are kept until the server acknowledges them: those in transit when a connection broke
 * are sent again (viewers know chunks by their ids and take them once). A server that was restarted
 * also receives the static data, and the stores and blueprints without which it can't show a
 * recording.
 *
 * ```ts
 * recording.setSinks(connectGrpc("rerun+http://192.168.1.7:9876/proxy"));
 * ```
 *
 * @param url a viewer on this machine by default.
 * @throws {TypeError} when `url` is not the address of a proxy, or an option has an unknown name.
 */
export function connectGrpc(url: string = DEFAULT_PROXY_URL, options: ConnectGrpcOptions = {}): GrpcClientSink {
	checkOptions(options, OPTIONS, "connectGrpc()");
	return new GrpcClientSink(parseProxyUrl(url), options);
}

/** One call to WriteMessages. */
interface Call {
	readonly stream: ClientHttp2Stream;
	bytes: number;
	/** Highest number of the messages sent that are neither static nor persistent. */
	temporal: number;
	/** Number up to which every message has been sent. It counts once the history has been sent. */
	complete: number;
	/** True when the call has been ended, and its answer is due. */
	ended: boolean;
	waitsForRoom: boolean;
	timer: NodeJS.Timeout | undefined;
}

/** The answer to a call. */
interface CallStatus {
	readonly code: number;
	readonly message: string;
}

/** The sink of `connectGrpc`. `flush` resolves when the server has acknowledged every message. */
export class GrpcClientSink implements Sink {
	readonly live = true;
	readonly #address: ProxyAddress;
	readonly #queue: SendQueue;
	readonly #tls: { readonly ca?: string | Buffer | undefined };
	#session: ClientHttp2Session | null = null;
	#call: Call | null = null;
	#connections = 0;
	/**
	 * True when a call was begun on this connection. The first one sends the static data as well.
	 */
	#greeted = false;
	/** Number up to which every message has arrived. */
	#arrived = 0;
	readonly #flushes = new Set<{ readonly sequence: number; readonly done: () => void }>();
	#lastProblem = "";
	#closed: Promise<void> | null = null;
	readonly #forgetEnd: () => void;

	constructor(address: ProxyAddress, options: ConnectGrpcOptions) {
		this.#address = address;
		this.#queue = new SendQueue(
			`The viewer at ${address.url}`,
			options,
			DEFAULT_QUEUE_BYTES,
			() => this.#lastProblem,
		);
		this.#tls = options.ca === undefined ? {} : { ca: options.ca };
		this.#forgetEnd = beforeProgramEnds(() => {
			// The connection does not keep the program alive, and should not lose the last
			// messages.
			if (this.#arrived < this.#queue.sequence && this.#queue.account.failure === null)
				this.close().catch(() => {});
		});
		this.#connect();
	}

	/** True when messages can be sent at the moment. */
	get connected(): boolean {
		return this.#queue.reader !== null;
	}

	/** The number of connections so far. */
	get connections(): number {
		return this.#connections;
	}

	/** The address as Rerun writes it. */
	get url(): string {
		return this.#address.url;
	}

	get stats(): SinkStats {
		return this.#queue.account.stats(this.#queue.byteLength);
	}

	write(messages: readonly LogMessage[]): void {
		if (this.#closed !== null || this.#queue.account.failure !== null) this.#queue.account.refuse(messages);
		else this.#queue.add(messages);
	}

	async flush(timeoutSec: number = this.#queue.flushTimeoutSec): Promise<boolean> {
		const { account, sequence } = this.#queue;
		if (this.#arrived >= sequence || account.failure !== null) return account.settle();
		const inTime = await new Promise<boolean>((resolve) => {
			const timer = setTimeout(() => finish(false), 1000 * timeoutSec);
			const flush = { sequence, done: () => finish(this.#arrived >= sequence) };
			const finish = (arrived: boolean) => {
				clearTimeout(timer);
				this.#flushes.delete(flush);
				resolve(arrived);
			};
			this.#flushes.add(flush);
			this.#pump();
		});
		return account.settle(inTime ? null : `has not taken everything within ${timeoutSec} s${this.#lastProblem}`);
	}

	/** Waits as long as `flush` does by default. Messages that have not arrived then are lost. */
	close(): Promise<void> {
		this.#closed ??= (async () => {
			try {
				await this.flush();
			} finally {
				this.#forgetEnd();
				this.#end();
				this.#loseTheRest();
			}
		})();
		return this.#closed;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#connect(): void {
		const session = connect(this.#address.origin, this.#tls);
		this.#session = session;
		// A program that has nothing else to do may end: the messages that are left are sent then.
		session.unref();
		let timer: NodeJS.Timeout | undefined = setTimeout(
			() => session.destroy(new Error("no answer")),
			1000 * CONNECT_SEC,
		);
		timer.unref();
		session.once("connect", () => {
			clearTimeout(timer);
			this.#connections++;
			this.#greeted = false;
			timer = keepAlive(session);
			this.#queue.open(() => setImmediate(() => this.#pump()));
			this.#pump();
		});
		session.on("error", (error) => {
			this.#lastProblem = ` (${error.message})`;
		});
		session.once("goaway", () => session.close());
		session.once("close", () => {
			clearTimeout(timer);
			if (this.#session === session) this.#disconnected();
		});
	}

	#disconnected(): void {
		this.#session = null;
		this.#queue.closeReader();
		clearTimeout(this.#call?.timer);
		this.#call = null;
		if (this.#queue.account.failure !== null || this.#queue.retries) return;
		(this.#queue.retry(() => this.#connect()) as NodeJS.Timeout).unref();
	}

	#pump(): void {
		const { reader } = this.#queue;
		const session = this.#session;
		if (reader === null || session === null || session.closed || session.destroyed) return;
		let call = this.#call;
		if (call === null) {
			if (this.#queue.sequence === (this.#greeted ? this.#arrived : 0)) return;
			this.#greeted = true;
			call = this.#begin(session);
		}
		if (call.ended || call.waitsForRoom) return;
		const { stream } = call;
		const full = sendUntilFull(reader, stream, ({ sequence, bytes, temporal }) => {
			call.bytes += bytes.length;
			if (temporal) call.temporal = Math.max(call.temporal, sequence);
			if (reader.caughtUp) call.complete = Math.max(call.complete, sequence);
			this.#queue.markSent(sequence);
		});
		if (!full) call.complete = this.#queue.sequence;
		call.waitsForRoom = full;
		const isAwaited = [...this.#flushes].some(({ sequence }) => sequence <= call.complete);
		if (isAwaited || call.bytes >= CALL_BYTES) this.#finish(call);
	}

	#begin(session: ClientHttp2Session): Call {
		const stream = session.request(
			{
				[constants.HTTP2_HEADER_METHOD]: "POST",
				[constants.HTTP2_HEADER_PATH]: `${SERVICE_PATH}${WRITE_MESSAGES}`,
				"content-type": "application/grpc",
				te: "trailers",
				"user-agent": "panogaze-rerun",
			},
			{ endStream: false },
		);
		const call: Call = {
			stream,
			bytes: 0,
			temporal: 0,
			complete: 0,
			ended: false,
			waitsForRoom: false,
			timer: undefined,
		};
		this.#call = call;
		call.timer = setTimeout(() => this.#finish(call), 1000 * CALL_SEC);
		call.timer.unref();
		let status: CallStatus | null = null;
		const read = (headers: { readonly [name: string]: unknown }) => {
			if (headers["grpc-status"] !== undefined)
				status = {
					code: Number(headers["grpc-status"]),
					message: decodeGrpcMessage(String(headers["grpc-message"] ?? "")),
				};
			else if (headers[":status"] !== undefined && headers[":status"] !== 200)
				status = {
					code: GrpcStatus.unimplemented,
					message: `it answers with HTTP status ${headers[":status"]}`,
				};
		};
		stream.on("response", read);
		stream.on("trailers", read);
		stream.on("drain", () => {
			call.waitsForRoom = false;
			this.#pump();
		});
		stream.on("error", (error) => {
			this.#lastProblem = ` (${error.message})`;
		});
		stream.resume();
		stream.once("close", () => {
			clearTimeout(call.timer);
			if (this.#call === call) this.#answered(call, status);
		});
		return call;
	}

	/** Ends a call, which asks the server for its acknowledgement. */
	#finish(call: Call): void {
		if (call.ended || this.#call !== call) return;
		call.ended = true;
		clearTimeout(call.timer);
		call.stream.end();
	}

	#answered(call: Call, status: CallStatus | null): void {
		this.#call = null;
		if (status?.code === GrpcStatus.ok && call.ended) {
			this.#queue.connected();
			this.#lastProblem = "";
			this.#queue.release(call.temporal);
			this.#arrived = Math.max(this.#arrived, call.complete);
			for (const flush of [...this.#flushes]) if (flush.sequence <= this.#arrived) flush.done();
			this.#pump();
			return;
		}
		if (status !== null && FINAL_STATUSES.has(status.code)) {
			this.#queue.account.fail(`takes no messages: ${status.message} (gRPC status ${status.code}).`);
			for (const flush of [...this.#flushes]) flush.done();
			this.#end();
			this.#loseTheRest();
			return;
		}
		if (status !== null) this.#lastProblem = ` (${status.message || `gRPC status ${status.code}`})`;
		// The messages of this call may or may not have arrived. A new connection sends them again.
		this.#session?.destroy();
	}

	#end(): void {
		const session = this.#session;
		this.#session = null;
		this.#queue.end();
		clearTimeout(this.#call?.timer);
		this.#call = null;
		session?.destroy();
	}

	/** Counts the messages that have not arrived, which no connection will send any more. */
	#loseTheRest(): void {
		this.#queue.loseAfter(this.#arrived, `was not there${this.#lastProblem}`);
	}
}

/** Ends a connection whose peer does not answer pings. */
function keepAlive(session: ClientHttp2Session): NodeJS.Timeout {
	let answered = true;
	const timer = setInterval(() => {
		if (!answered) {
			session.destroy(new Error("no answer any more"));
			return;
		}
		answered = false;
		session.ping((error) => {
			if (error === null) answered = true;
		});
	}, 1000 * PING_SEC);
	timer.unref();
	return timer;
}
