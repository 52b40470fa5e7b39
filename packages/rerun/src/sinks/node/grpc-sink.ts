import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { checkOptions, type OptionNames } from "../../option-names.ts";
import { ReplayBuffer, type ReplayReader } from "../../replay/replay-buffer.ts";
import type { LogMessage } from "../../rrd/log-message.ts";
import { decodeGrpcMessage, GrpcStatus } from "../../serving/grpc-frames.ts";
import {
	DEFAULT_PROXY_URL,
	type ProxyAddress,
	parseProxyUrl,
	SERVICE_PATH,
	WRITE_MESSAGES,
} from "../../serving/message-proxy-service.ts";
import { SINK_OPTIONS, type Sink, type SinkOptions, type SinkStats } from "../sink.ts";
import { SinkAccount } from "../sink-account.ts";
import { beforeProgramEnds } from "./program-end.ts";
import { sendUntilFull } from "./send-until-full.ts";

export interface ConnectGrpcOptions extends SinkOptions {
	/**
	 * What is kept while the server is not there or slow, and until it said that it has it. Beyond
	 * that the oldest is lost, video always up to a key frame.
	 *
	 * @default 256 MiB
	 */
	readonly queueBytes?: number | undefined;
	/** How long `flush` waits if it isn't told. @default 10 */
	readonly flushTimeoutSec?: number | undefined;
	/** Between attempts to connect: doubles from the first to the second. @default [0.1, 5] */
	readonly retrySec?: readonly [number, number] | undefined;
	/**
	 * PEM of the authority that signed the server's certificate, if it is none that the system
	 * trusts.
	 */
	readonly ca?: string | Buffer | undefined;
}

const OPTIONS: OptionNames<ConnectGrpcOptions> = {
	...SINK_OPTIONS,
	queueBytes: true,
	flushTimeoutSec: true,
	retrySec: true,
	ca: true,
};

const DEFAULT_QUEUE_BYTES = 256 * 2 ** 20;
/**
 * A call is ended, so that the server says that it has everything, when it is so old or has so many
 * bytes. Nothing is sent until it does: not too often.
 */
const CALL_SEC = 5;
const CALL_BYTES = 32 * 2 ** 20;
const KEEP_ALIVE_SEC = 10;
const CONNECT_SEC = 10;
/**
 * Answers that another attempt would not change: the server is no Rerun, or wants something that we
 * don't have.
 */
const FINAL: ReadonlySet<number> = new Set([GrpcStatus.unimplemented, GrpcStatus.permissionDenied, 16]);

/**
 * Sends to a viewer, or to a server for viewers: Rerun's own or that of `serveGrpc`. Returns at
 * once; connects, and connects again, on its own.
 *
 * Everything is kept until the server said that it has it: what was on its way when a connection
 * broke is sent again (viewers know chunks by their ids and take them once). A server that was
 * started anew also gets again what recordings can't be shown without, and static data.
 *
 * ```ts
 * recording.setSinks(connectGrpc("rerun+http://192.168.1.7:9876/proxy"));
 * ```
 *
 * @param url a viewer on this machine if it is not given.
 * @throws {TypeError} if `url` is no proxy's.
 */
export function connectGrpc(url: string = DEFAULT_PROXY_URL, options: ConnectGrpcOptions = {}): GrpcClientSink {
	checkOptions(options, OPTIONS, "connectGrpc()");
	return new GrpcClientSink(parseProxyUrl(url), options);
}

/** One call to WriteMessages. */
interface Call {
	readonly stream: ClientHttp2Stream;
	bytes: number;
	/** Highest number of what was sent and is neither static nor persistent. */
	temporal: number;
	/** Highest number up to which everything has been sent; counted once the history was sent. */
	complete: number;
	/** Nothing more is sent: the answer is to come. */
	ended: boolean;
	waitsForRoom: boolean;
	timer: NodeJS.Timeout | undefined;
}

/** See `connectGrpc`. `flush` resolves when the server said that it has everything. */
export class GrpcClientSink implements Sink {
	readonly live = true;
	readonly #address: ProxyAddress;
	readonly #buffer: ReplayBuffer;
	readonly #account: SinkAccount;
	readonly #flushTimeoutSec: number;
	readonly #retrySec: readonly [number, number];
	readonly #tls: { readonly ca?: string | Buffer | undefined };
	#reader: ReplayReader | null = null;
	#session: ClientHttp2Session | null = null;
	#call: Call | null = null;
	#retry: NodeJS.Timeout | undefined;
	#retryAfterSec: number;
	#connections = 0;
	/**
	 * Whether this connection was given anything yet. A server that was started anew needs what
	 * recordings can't be shown without.
	 */
	#greeted = false;
	/** Highest number of all that was ever sent. */
	#sent = 0;
	/** Everything up to this number has arrived. */
	#arrived = 0;
	readonly #flushes = new Set<{ readonly sequence: number; readonly done: () => void }>();
	#lastProblem = "";
	#closed: Promise<void> | null = null;
	readonly #forgetEnd: () => void;

	constructor(address: ProxyAddress, options: ConnectGrpcOptions) {
		this.#address = address;
		this.#account = new SinkAccount(`The viewer at ${address.url}`, options);
		this.#flushTimeoutSec = options.flushTimeoutSec ?? 10;
		this.#retrySec = options.retrySec ?? [0.1, 5];
		this.#retryAfterSec = this.#retrySec[0];
		this.#tls = options.ca === undefined ? {} : { ca: options.ca };
		this.#buffer = new ReplayBuffer({
			memoryLimitBytes: options.queueBytes ?? DEFAULT_QUEUE_BYTES,
			onTrim: ({ sequence, bytes }) => {
				if (sequence > this.#sent)
					this.#account.lose(
						1,
						bytes.length,
						`does not take messages as fast as they are logged${this.#lastProblem}`,
					);
			},
		});
		this.#forgetEnd = beforeProgramEnds(() => {
			// The connection alone doesn't hold the program, and should not lose its last words.
			if (this.#arrived < this.#buffer.sequence && this.#account.failure === null) this.close().catch(() => {});
		});
		this.#connect();
	}

	/** Whether messages can be sent at the moment. */
	get connected(): boolean {
		return this.#reader !== null;
	}

	/** How many connections there were. */
	get connections(): number {
		return this.#connections;
	}

	get url(): string {
		return this.#address.url;
	}

	get stats(): SinkStats {
		return this.#account.stats(this.#buffer.byteLength);
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
	}

	async flush(timeoutSec: number = this.#flushTimeoutSec): Promise<boolean> {
		const sequence = this.#buffer.sequence;
		if (this.#arrived >= sequence || this.#account.failure !== null) return this.#account.settle();
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
		return this.#account.settle(
			inTime ? null : `has not taken everything within ${timeoutSec} s${this.#lastProblem}`,
		);
	}

	/** Waits as long as `flush` does by itself. What has not arrived then is lost. */
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
		// A program that has nothing else to do may end: what is left is sent then.
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
			this.#reader = this.#buffer.read(null, () => setImmediate(() => this.#pump()));
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
		this.#reader?.close();
		this.#reader = null;
		clearTimeout(this.#call?.timer);
		this.#call = null;
		if (this.#account.failure !== null || this.#retry !== undefined) return;
		// Not all at once when a server comes back.
		const afterSec = this.#retryAfterSec * (0.75 + 0.5 * Math.random());
		this.#retryAfterSec = Math.min(2 * this.#retryAfterSec, this.#retrySec[1]);
		this.#retry = setTimeout(() => {
			this.#retry = undefined;
			this.#connect();
		}, 1000 * afterSec);
		this.#retry.unref();
	}

	#pump(): void {
		const reader = this.#reader;
		const session = this.#session;
		if (reader === null || session === null || session.closed || session.destroyed) return;
		let call = this.#call;
		if (call === null) {
			if (this.#buffer.sequence === (this.#greeted ? this.#arrived : 0)) return;
			this.#greeted = true;
			call = this.#begin(session);
		}
		if (call.ended || call.waitsForRoom) return;
		const { stream } = call;
		const full = sendUntilFull(reader, stream, ({ sequence, bytes, temporal }) => {
			call.bytes += bytes.length;
			if (temporal) call.temporal = Math.max(call.temporal, sequence);
			if (reader.caughtUp) call.complete = Math.max(call.complete, sequence);
			if (sequence > this.#sent) this.#sent = sequence;
		});
		if (!full) call.complete = this.#buffer.sequence;
		call.waitsForRoom = full;
		const wanted = [...this.#flushes].some(({ sequence }) => sequence <= call.complete);
		if (wanted || call.bytes >= CALL_BYTES) this.#finish(call);
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
		let status: { readonly code: number; readonly message: string } | null = null;
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

	/** Asks the server to say that it has everything. */
	#finish(call: Call): void {
		if (call.ended || this.#call !== call) return;
		call.ended = true;
		clearTimeout(call.timer);
		call.stream.end();
	}

	#answered(call: Call, status: { readonly code: number; readonly message: string } | null): void {
		this.#call = null;
		if (status?.code === GrpcStatus.ok && call.ended) {
			this.#retryAfterSec = this.#retrySec[0];
			this.#lastProblem = "";
			this.#buffer.release(call.temporal);
			this.#arrived = Math.max(this.#arrived, call.complete);
			for (const flush of [...this.#flushes]) if (flush.sequence <= this.#arrived) flush.done();
			this.#pump();
			return;
		}
		if (status !== null && FINAL.has(status.code)) {
			this.#account.fail(`takes no messages: ${status.message} (gRPC status ${status.code}).`);
			for (const flush of [...this.#flushes]) flush.done();
			this.#end();
			this.#loseTheRest();
			return;
		}
		if (status !== null) this.#lastProblem = ` (${status.message || `gRPC status ${status.code}`})`;
		// What was sent in this call may or may not have arrived. A new connection sends it again.
		this.#session?.destroy();
	}

	#end(): void {
		clearTimeout(this.#retry);
		this.#retry = undefined;
		const session = this.#session;
		this.#session = null;
		this.#disconnect(session);
	}

	#disconnect(session: ClientHttp2Session | null): void {
		this.#reader?.close();
		this.#reader = null;
		clearTimeout(this.#call?.timer);
		this.#call = null;
		session?.destroy();
	}

	/** Nobody comes for it any more. */
	#loseTheRest(): void {
		if (this.#arrived >= this.#buffer.sequence) return;
		const reader = this.#buffer.read(null, () => {});
		let messages = 0;
		let bytes = 0;
		for (let message = reader.next(); message !== null; message = reader.next()) {
			if (message.sequence <= this.#arrived) continue;
			messages++;
			bytes += message.bytes.length;
		}
		reader.close();
		this.#account.lose(messages, bytes, `was not there${this.#lastProblem}`);
		this.#buffer.release(this.#buffer.sequence);
	}
}

/** Ends a connection whose peer is gone without a word. */
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
	}, 1000 * KEEP_ALIVE_SEC);
	timer.unref();
	return timer;
}
