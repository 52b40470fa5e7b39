import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { checkOptions, type OptionNames, onlyOptions } from "../option-names.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { GrpcStatus } from "../serving/grpc-frames.ts";
import {
	MESSAGE_PROXY_OPTIONS,
	MessageProxy,
	type MessageProxyOptions,
	type MessageProxyStats,
} from "../serving/message-proxy.ts";
import { DEFAULT_GRPC_PORT, DEFAULT_MAX_MESSAGE_BYTES } from "../serving/message-proxy-service.ts";
import { ORIGIN_OPTIONS, type OriginOptions, OriginPolicy } from "../serving/origin-policy.ts";
import type { Sink } from "../sinks/sink.ts";
import { Http2Call } from "./grpc-call.ts";
import { type GrpcWebHandler, grpcWebHandler } from "./grpc-web-handler.ts";
import { MessageProxyCalls } from "./message-proxy-calls.ts";

/** The options of `mountGrpcWeb`. */
export interface MountOptions extends MessageProxyOptions, OriginOptions {
	/** A proxy that other servers use too. `MessageProxyOptions` have no effect with it. */
	readonly proxy?: MessageProxy | undefined;
	/** Longest message that is taken from clients, in bytes. @default 1 GiB */
	readonly maxMessageByteLength?: number | undefined;
	/**
	 * Interval of empty messages to viewers in browsers, so that a proxy on the path does not end
	 * an idle connection. Seconds.
	 * @default 15
	 */
	readonly heartbeatSec?: number | undefined;
	/** Longest wait of `close` for viewers that have not read everything, in seconds. @default 2 */
	readonly lingerSec?: number | undefined;
}

/** The options of `serveGrpc`. */
export interface ServeGrpcOptions extends MountOptions {
	/** The port to listen at; 0 takes a free one. @default 9876 */
	readonly port?: number | undefined;
	/**
	 * The address to listen at. Every program that can reach it can read and write everything:
	 * there are no passwords. `0.0.0.0` opens it to the network.
	 *
	 * @default "127.0.0.1"
	 */
	readonly host?: string | undefined;
	/** A certificate and its key, both PEM. Viewers and SDKs then connect to `rerun+https://`. */
	readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer } | undefined;
}

/** The names of `MountOptions`. */
export const MOUNT_OPTIONS: OptionNames<MountOptions> = {
	...MESSAGE_PROXY_OPTIONS,
	...ORIGIN_OPTIONS,
	proxy: true,
	maxMessageByteLength: true,
	heartbeatSec: true,
	lingerSec: true,
};
const SERVE_OPTIONS: OptionNames<ServeGrpcOptions> = { ...MOUNT_OPTIONS, port: true, host: true, tls: true };
const TLS_OPTIONS: OptionNames<NonNullable<ServeGrpcOptions["tls"]>> = { key: true, cert: true };

/** Proxies tend to end an idle connection after a minute. */
const DEFAULT_HEARTBEAT_SEC = 15;
/** Beginning of "PRI * HTTP/2.0" (RFC 9113, 3.4): no method of HTTP/1.1 begins so. */
const HTTP2_BEGINS = Buffer.from("PRI");
/** Interval of pings, as in Rerun's own server. */
const PING_SEC = 10;
/** Time in which a connection has to send its first bytes. */
const HELLO_SEC = 10;
/** Window of each connection: bytes that a client may send before the server has read them. */
const WINDOW_BYTES = 8 * 2 ** 20;

/**
 * Rerun's live protocol on any HTTP server's port, for viewers in browsers:
 *
 * ```ts
 * const viewers = mountGrpcWeb();
 * http.createServer((request, response) => {
 * 	if (!viewers.handle(request, response)) page(request, response);
 * });
 * recording.setSinks(viewers);
 * ```
 *
 * In Fastify: `app.addHook("onRequest", (request, reply, done) => viewers.handle(request.raw,
 * reply.raw) ? reply.hijack() : done())`. Viewers want it at the root of a host:
 * `rerun+http://host:port/proxy`.
 */
export class GrpcWebMount implements Sink {
	readonly live = true;
	readonly proxy: MessageProxy;
	readonly handle: GrpcWebHandler;
	readonly calls: MessageProxyCalls;
	readonly #ownsProxy: boolean;
	readonly #lingerSec: number;
	#closed: Promise<void> | null = null;

	/**
	 * @throws {RangeError} when a bound is wrong.
	 * @throws {TypeError} when an origin is no text.
	 */
	constructor(options: MountOptions = {}) {
		this.#ownsProxy = options.proxy === undefined;
		this.#lingerSec = options.lingerSec ?? 2;
		this.proxy =
			options.proxy ?? new MessageProxy(onlyOptions<MessageProxyOptions>(options, MESSAGE_PROXY_OPTIONS));
		this.calls = new MessageProxyCalls(
			this.proxy,
			options.maxMessageByteLength ?? DEFAULT_MAX_MESSAGE_BYTES,
			options.heartbeatSec ?? DEFAULT_HEARTBEAT_SEC,
		);
		this.handle = grpcWebHandler(this.calls, new OriginPolicy(options));
	}

	get stats(): MessageProxyStats {
		return this.proxy.stats;
	}

	write(messages: readonly LogMessage[]): void {
		this.proxy.write(messages);
	}

	/** See `MessageProxy.flush`. */
	flush(timeoutSec?: number): Promise<boolean> {
		return this.proxy.flush(timeoutSec);
	}

	/** Sends viewers the rest of the messages, and ends their calls. A shared proxy stays open. */
	close(): Promise<void> {
		this.#closed ??= (async () => {
			if (this.#ownsProxy) await this.proxy.close();
			await this.calls.end(this.#lingerSec);
		})();
		return this.#closed;
	}
}

/**
 * Makes a `GrpcWebMount`.
 *
 * @throws {TypeError} when an option has an unknown name.
 * @throws {RangeError} when a bound is wrong.
 */
export function mountGrpcWeb(options: MountOptions = {}): GrpcWebMount {
	checkOptions(options, MOUNT_OPTIONS, "mountGrpcWeb()");
	return new GrpcWebMount(options);
}

/** A server of Rerun's live protocol on its own port, and the sink that sends to its viewers. */
export interface GrpcServer extends Sink {
	readonly port: number;
	/** The address for viewers and SDKs on this machine: `rerun+http://127.0.0.1:9876/proxy`. */
	readonly url: string;
	readonly proxy: MessageProxy;
	/** Serves browsers on the port of another HTTP server. */
	readonly handle: GrpcWebHandler;
	readonly stats: MessageProxyStats;
	[Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves viewers and receives the messages of other SDKs, as Rerun's own `serve_grpc`: gRPC for
 * native viewers and SDKs, gRPC-web for browsers, on one port. Messages are kept for viewers that
 * connect later.
 *
 * ```ts
 * const server = await serveGrpc();
 * recording.setSinks(server);
 * console.log(`rerun ${server.url}`);
 * ```
 *
 * @throws {TypeError} when an option has an unknown name.
 * @throws {RangeError} when a bound is wrong.
 * @throws {Error} when the port is taken.
 */
export async function serveGrpc(options: ServeGrpcOptions = {}): Promise<GrpcServer> {
	checkOptions(options, SERVE_OPTIONS, "serveGrpc()");
	if (options.tls !== undefined) checkOptions(options.tls, TLS_OPTIONS, "tls", "tls.");
	const mount = new GrpcWebMount(options);
	// Browsers speak HTTP/1.1 and SDKs HTTP/2 to the same port.
	const web = webServer(mount);
	const native = nativeServer(mount, new OriginPolicy(options));
	const sockets = new Set<Socket>();
	const accept = (socket: Socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		sniff(socket, (isHttp2) => (isHttp2 ? native : web).emit("connection", socket));
	};
	const listener =
		options.tls === undefined
			? createServer({ noDelay: true }, accept)
			: createTlsServer(
					{
						...options.tls,
						ALPNProtocols: ["h2", "http/1.1"],
						handshakeTimeout: 1000 * HELLO_SEC,
						noDelay: true,
					},
					accept,
				);
	const host = options.host ?? "127.0.0.1";
	const port = await listen(listener, options.port ?? DEFAULT_GRPC_PORT, host);
	let closed: Promise<void> | null = null;
	const close = () => {
		closed ??= (async () => {
			listener.close();
			await mount.close();
			for (const socket of sockets) socket.destroy();
		})();
		return closed;
	};
	return {
		live: true,
		port,
		url: `${options.tls === undefined ? "rerun+http" : "rerun+https"}://${urlHost(host)}:${port}/proxy`,
		proxy: mount.proxy,
		handle: mount.handle,
		get stats() {
			return mount.stats;
		},
		write: (messages) => mount.write(messages),
		flush: (timeoutSec) => mount.flush(timeoutSec),
		close,
		[Symbol.asyncDispose]: close,
	};
}

function webServer(mount: GrpcWebMount): HttpServer {
	return createHttpServer((request, response) => {
		if (mount.handle(request, response)) return;
		request.resume();
		response
			.writeHead(404, { "content-type": "text/plain; charset=utf-8" })
			.end("This is a Rerun server: viewers connect to /proxy.\n");
	});
}

function nativeServer(mount: GrpcWebMount, origins: OriginPolicy): Http2Server {
	const native = createHttp2Server({ settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 100 } });
	native.on("session", keepAlive);
	native.on("stream", (stream, headers) => {
		const call = new Http2Call(stream, headers);
		stream.on("error", () => {});
		if (!origins.allows(headers.origin as string | undefined, headers[":authority"]))
			call.finish(GrpcStatus.permissionDenied, "Pages of this origin may not use this server.");
		else if (headers[":method"] !== "POST" || !(headers["content-type"] ?? "").startsWith("application/grpc")) {
			stream.respond({ ":status": 415 }, { endStream: true });
			stream.resume();
		} else mount.calls.answer(call);
	});
	return native;
}

/** Finds out from the first bytes of a connection whether it is HTTP/2. They can be read again. */
function sniff(socket: Socket, onProtocol: (isHttp2: boolean) => void): void {
	socket.on("error", () => {});
	const silent = setTimeout(() => socket.destroy(), 1000 * HELLO_SEC);
	socket.once("close", () => clearTimeout(silent));
	let first = Buffer.alloc(0);
	const read = () => {
		const more: Buffer | null = socket.read();
		if (more !== null) first = Buffer.concat([first, more]);
		if (first.length < HTTP2_BEGINS.length) {
			socket.once("readable", read);
			return;
		}
		clearTimeout(silent);
		socket.unshift(first);
		onProtocol(first.subarray(0, HTTP2_BEGINS.length).equals(HTTP2_BEGINS));
	};
	socket.once("readable", read);
}

/** Ends a connection whose peer does not answer pings: a cable was pulled. */
function keepAlive(session: ServerHttp2Session): void {
	session.setLocalWindowSize(WINDOW_BYTES);
	session.on("error", () => {});
	let answered = true;
	const timer = setInterval(() => {
		if (!answered) {
			session.destroy();
			return;
		}
		answered = false;
		session.ping((error) => {
			if (error === null) answered = true;
		});
	}, 1000 * PING_SEC);
	timer.unref();
	session.once("close", () => clearInterval(timer));
}

/** The host in URLs of a server that listens at an address, for viewers on this machine. */
export function urlHost(host: string): string {
	if (host === "0.0.0.0" || host === "::" || host === "localhost") return "127.0.0.1";
	return host.includes(":") ? `[${host}]` : host;
}

/**
 * Has a server listen.
 *
 * @returns the port.
 * @throws {Error} when the port is taken, or the address is none of this machine's.
 */
export function listen(
	server: { listen: ReturnType<typeof createServer>["listen"] } & NodeJS.EventEmitter,
	port: number,
	host: string,
): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => {
			const taken = error.code === "EADDRINUSE";
			reject(
				taken
					? new Error(
							`Port ${port} of ${host} is taken, perhaps by a viewer of Rerun: port 0 takes a free one.`,
							{ cause: error },
						)
					: error,
			);
		});
		// Errors of a single connection are handled there.
		server.on("error", () => {});
		server.listen(port, host, () =>
			resolve(((server as ReturnType<typeof createServer>).address() as AddressInfo).port),
		);
	});
}
