import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import type { Http2Server } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { checkOptions, type OptionNames, onlyOptions } from "../option-names.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import {
	MESSAGE_PROXY_OPTIONS,
	MessageProxy,
	type MessageProxyOptions,
	type MessageProxyStats,
} from "../serving/message-proxy.ts";
import { DEFAULT_GRPC_PORT, DEFAULT_MAX_MESSAGE_BYTES } from "../serving/message-proxy-service.ts";
import { ORIGIN_OPTIONS, type OriginOptions, OriginPolicy } from "../serving/origin-policy.ts";
import type { ViewerFeeds } from "../serving/viewer-feed.ts";
import type { Sink } from "../sinks/sink.ts";
import { type GrpcWebHandler, grpcWebHandler } from "./grpc-web-handler.ts";
import { HELLO_SEC, type Http2Refusal, http2Server, sniffHttp2 } from "./http2-server.ts";
import { MessageProxyCalls } from "./message-proxy-calls.ts";

/** The options of `mountGrpcWeb`. */
export interface MountOptions extends MessageProxyOptions, OriginOptions {
	/** A proxy that other servers use too. `MessageProxyOptions` have no effect with it. */
	readonly proxy?: MessageProxy | undefined;
	/**
	 * Source of what viewers receive, in place of `proxy`: nobody can write to such a server.
	 * @default none
	 */
	readonly feeds?: ViewerFeeds | undefined;
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
	feeds: true,
	maxMessageByteLength: true,
	heartbeatSec: true,
	lingerSec: true,
};
const SERVE_OPTIONS: OptionNames<ServeGrpcOptions> = { ...MOUNT_OPTIONS, port: true, host: true, tls: true };
const TLS_OPTIONS: OptionNames<NonNullable<ServeGrpcOptions["tls"]>> = { key: true, cert: true };

/** Proxies tend to end an idle connection after a minute. */
const DEFAULT_HEARTBEAT_SEC = 15;

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
			options.feeds,
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

	/**
	 * A server without a port for native viewers, which speak HTTP/2: it takes over the connections
	 * that it is given, `server.emit("connection", socket)`.
	 *
	 * @param refuse decides about each call by its headers and its connection: the reason for a
	 * refusal, or `undefined`.
	 */
	http2(refuse: Http2Refusal): Http2Server {
		return http2Server(this.calls, refuse);
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
	const origins = new OriginPolicy(options);
	const native = http2Server(mount.calls, ({ origin, ":authority": host }) =>
		origins.allows(origin, host) ? undefined : "Pages of this origin may not use this server.",
	);
	const sockets = new Set<Socket>();
	const accept = (socket: Socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		sniffHttp2(socket, (isHttp2) => (isHttp2 ? native : web).emit("connection", socket));
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
