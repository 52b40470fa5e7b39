import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Snapshot, SnapshotOptions } from "../render/snapshot.ts";
import {
	FileDescriptors,
	handleOffer,
	handleWhep,
	type SessionHub,
	SignallingError,
	type SignallingRequest,
	type SignallingResponse,
} from "../session/index.ts";
import type { ServerCertificate } from "./certificate.ts";
import { ConnectionBounds } from "./connection-bounds.ts";
import { answerError, guardDoors, securityHeaders } from "./http-guard.ts";
import { chooseProtocol, serveHttp2 } from "./http2-door.ts";
import type { OriginPolicy } from "./origin-policy.ts";
import { registerFurtherPage, registerPage } from "./page-files.ts";
import { redirectPlainHttp } from "./plain-http-redirect.ts";
import { answerRecordings, type LentRecordings } from "./recordings-door.ts";
import { type RerunDoor, viewerPolicy } from "./rerun-door.ts";
import { answerSnapshot, type SnapshotQuery } from "./snapshot-door.ts";
import { TrustedProxies } from "./trusted-proxies.ts";

/** Options of `createHttp()`. */
export interface HttpOptions {
	/** Makes the sessions. Borrowed. */
	readonly hub: SessionHub;
	/** Longest body, bytes. */
	readonly maxBodyBytes: number;
	/** Most signalling requests a minute of one address. */
	readonly requestsPerMinute: number;
	/** Addresses and networks whose `X-Forwarded-For` is believed. */
	readonly trustedProxies: readonly string[];
	/** The certificate for HTTPS; `undefined`: plain HTTP. */
	readonly certificate: ServerCertificate | undefined;
	/** Decides which web pages may use the doors, and show the page in a frame. */
	readonly origins: OriginPolicy;
	/** Receives each sentence that refuses a request for its origin or host, once. */
	readonly onRefusal: (words: string) => void;
	/** Returns true if there is a source of this path: `wrist`, `main/left`. */
	readonly hasSource: (path: string) => boolean;
	/** Offers wait until it resolves. */
	readonly ready: Promise<void>;
	/** Takes the picture of `GET /snapshot.jpg`. */
	readonly snapshot: (options: SnapshotOptions) => Promise<Snapshot>;
	/** Shows the live view of Rerun; `undefined`: there is none. */
	readonly rerun?: RerunDoor | undefined;
	/** The folder of `GET /recordings`; `undefined`: the server does not record. */
	readonly recordings?: LentRecordings | undefined;
	/** Returns the answer of `GET /status`. */
	readonly status: () => object;
	/** Returns true while the process can serve at all: `GET /healthz`. */
	readonly healthy: () => boolean;
	/** Returns true while viewers would see the source's pictures: `GET /readyz`. */
	readonly sourceReady: () => boolean;
	/**
	 * Receives errors whose details the client does not get; `request` is its
	 * method and path.
	 */
	readonly onError: (error: Error, request: string) => void;
	/** Most connections at once. */
	readonly maxConnections: number;
	/** Most connections at once of one address, or one IPv6 /64. */
	readonly maxConnectionsPerAddress: number;
	/** @default the process's own */
	readonly descriptors?: FileDescriptors | undefined;
	/** @default `TIMEOUTS` */
	readonly timeouts?: HttpTimeouts | undefined;
}

/**
 * Longest time for each step of a client, milliseconds: a client that stalls loses
 * its connection.
 */
export interface HttpTimeouts {
	/** Time to send the head of a request. */
	readonly headMs: number;
	/** Time to send a whole request. */
	readonly requestMs: number;
	/** Time to read an answer: the page's largest file at 50 kbit/s. */
	readonly readMs: number;
	/** Time to send another request on the same connection. */
	readonly keepAliveMs: number;
}

const TIMEOUTS: HttpTimeouts = { headMs: 10_000, requestMs: 15_000, readMs: 20_000, keepAliveMs: 10_000 };
/**
 * Node looks for late requests this often in a time-out; by itself it does so twice
 * a minute.
 */
const CHECKS_PER_TIMEOUT = 10;
/** Longest time for the TLS handshake. */
const HANDSHAKE_TIMEOUT_MS = 15_000;
/** File descriptors that connections leave to viewers; more than `SessionHub` asks for. */
const DESCRIPTORS_LEFT = 48;
/**
 * Most snapshots a minute of one address: a picture of the whole sphere takes a processor half a
 * second.
 */
const SNAPSHOTS_PER_MINUTE = 60;

/** Route of a recording's file, which may take long to read. */
const RECORDING_FILE = "/recordings/:file";
declare module "fastify" {
	interface FastifyContextConfig {
		/** Time to read the answer. @default that of all answers */
		readonly readTimeoutMs?: number;
	}
}

/** The HTTP side: the page, the front doors and the status, on one port. Not yet listening. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
	const { certificate, origins, onRefusal, onError, requestsPerMinute } = options;
	const app = createFastify(options);
	app.removeAllContentTypeParsers();
	// Signalling parses its own bodies: the types that it takes, and its answers to
	// others, are part of the protocol.
	app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
	app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
		const statusCode = error instanceof SignallingError ? error.status : (error.statusCode ?? 500);
		if (statusCode >= 500) onError(error, `${request.method} ${request.url}`);
		const words = statusCode >= 500 ? "The server failed to answer." : error.message;
		return answerError(request, reply, statusCode, words);
	});
	guardDoors(app, origins, certificate !== undefined, onRefusal);
	await app.register(helmet, securityHeaders(origins));
	await app.register(rateLimit, { global: false, max: requestsPerMinute, timeWindow: "1 minute" });
	registerSignalling(app, options);
	registerSnapshot(app, options);
	registerRecordings(app, options);
	app.get("/status", async () => options.status());
	registerProbe(app, "/healthz", options.healthy);
	registerProbe(app, "/readyz", options.sourceReady);
	if (options.rerun !== undefined) options.rerun.register(app);
	// The page asks, and a refusal would stand in the browser's console as an error.
	else app.post("/rerun/pass", (_request, reply) => reply.code(204).send());
	await registerPage(app);
	registerFurtherPage(app, { url: "/rerun", file: "rerun.html", policy: viewerPolicy(origins) });
	return app;
}

/** Fastify on a server whose connections are bounded. */
function createFastify(options: HttpOptions): FastifyInstance {
	const { trustedProxies, timeouts = TIMEOUTS } = options;
	const bounds = new ConnectionBounds({
		most: options.maxConnections,
		mostOfAnAddress: options.maxConnectionsPerAddress,
		trustedProxies,
		descriptors: options.descriptors ?? new FileDescriptors(),
		descriptorsLeft: DESCRIPTORS_LEFT,
		readTimeoutMs: timeouts.readMs,
	});
	const droppers: (() => void)[] = [];
	const proxies = new TrustedProxies(trustedProxies);
	const app: FastifyInstance = Fastify({
		// Made here, as Fastify makes several: one for each address of "localhost".
		serverFactory: (handler) => {
			const { server, dropConnections } = createNodeServer(handler, options, timeouts);
			droppers.push(dropConnections);
			bounds.guard(server);
			return server;
		},
		bodyLimit: options.maxBodyBytes,
		trustProxy: trustedProxies.length > 0 && ((address: string) => proxies.has(address)),
		// HEAD on the WHEP endpoint has a meaning of its own, so Fastify must not make it of GET.
		exposeHeadRoutes: false,
		// Names of recordings are up to 255 bytes, each of which may be written as %E6.
		routerOptions: { maxParamLength: 3 * 255 },
		forceCloseConnections: true,
	});
	// Fastify takes any text for an address: with its port, a client would be new to each bound.
	app.addHook("onRequest", async (request) => {
		const { raw, headers } = request;
		const value = proxies.clientOf(raw.socket.remoteAddress, headers["x-forwarded-for"]);
		Object.defineProperty(request, "ip", { value });
	});
	app.addHook("preClose", async () => {
		for (const dropConnections of droppers) dropConnections();
	});
	app.addHook("onSend", async (request, reply, payload) => {
		const { url, config } = request.routeOptions;
		if (url === RECORDING_FILE) bounds.limitStalls(reply.raw);
		else bounds.limitReading(reply.raw, config.readTimeoutMs);
		return payload;
	});
	options.rerun?.http2.server.on("session", (session) =>
		session.on("stream", (stream) => bounds.watch(session.socket, stream)),
	);
	return app;
}

function createNodeServer(
	handler: RequestListener,
	{ certificate, rerun }: Pick<HttpOptions, "certificate" | "rerun">,
	timeouts: HttpTimeouts,
): { readonly server: Server; readonly dropConnections: () => void } {
	const options = {
		headersTimeout: timeouts.headMs,
		requestTimeout: timeouts.requestMs,
		keepAliveTimeout: timeouts.keepAliveMs,
		connectionsCheckingInterval: Math.max(1, timeouts.headMs / CHECKS_PER_TIMEOUT),
	};
	const http2 = rerun?.http2;
	if (certificate === undefined) {
		const server = createServer(options, handler);
		return { server, dropConnections: http2 === undefined ? () => {} : serveHttp2(server, http2) };
	}
	const { cert, key } = certificate;
	const protocols = http2 !== undefined && { ALPNCallback: chooseProtocol };
	const secure = { ...options, ...protocols, cert, key, handshakeTimeout: HANDSHAKE_TIMEOUT_MS };
	const server = createSecureServer(secure, handler);
	const droppers = [redirectPlainHttp(server), ...(http2 === undefined ? [] : [serveHttp2(server, http2)])];
	return { server, dropConnections: () => droppers.forEach((drop) => void drop()) };
}

/** Registers a probe for programs that watch services: 200 or 503, and one word. */
function registerProbe(app: FastifyInstance, url: string, isWell: () => boolean): void {
	app.route({
		method: ["GET", "HEAD"],
		url,
		handler: async (_request, reply) => {
			const well = isWell();
			return reply
				.code(well ? 200 : 503)
				.header("cache-control", "no-store")
				.send({ status: well ? "ok" : "unavailable" });
		},
	});
}

function registerSignalling(app: FastifyInstance, { hub, ready, hasSource }: HttpOptions): void {
	const config = { rateLimit: {} };
	const preHandler = async ({ method }: FastifyRequest) => (method === "POST" ? ready : undefined);
	const whep = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
	app.route({
		method: [...whep],
		url: "/whep",
		config,
		preHandler,
		handler: async (request, reply) => answer(reply, await handleWhep(hub, toSignalling(request))),
	});
	app.route({
		method: [...whep],
		url: "/whep/:sessionId",
		config,
		preHandler,
		handler: async (request, reply) => answer(reply, await handleWhep(hub, toSignalling(request))),
	});
	for (const path of ["/:source/whep", "/:source/:eye/whep"])
		for (const url of [path, `${path}/:sessionId`])
			app.route({
				method: [...whep],
				url,
				config,
				preHandler,
				handler: async (request, reply) => {
					const { source, eye } = request.params as { source: string; eye?: string };
					const asked = eye === undefined ? source : `${source}/${eye}`;
					const door = { path: asked, isThere: hasSource(asked) };
					const options = { path: `/${asked}/whep`, source: door };
					return answer(reply, await handleWhep(hub, toSignalling(request), options));
				},
			});
	const offer = ["GET", "POST", "PUT", "DELETE", "OPTIONS"] as const;
	app.route({
		method: [...offer],
		url: "/offer",
		config,
		preHandler,
		handler: async (request, reply) => answer(reply, await handleOffer(hub, toSignalling(request))),
	});
}

function registerSnapshot(app: FastifyInstance, options: HttpOptions): void {
	const { hub, ready, snapshot, requestsPerMinute, onError } = options;
	app.route({
		method: "GET",
		url: "/snapshot.jpg",
		config: { rateLimit: { max: Math.min(SNAPSHOTS_PER_MINUTE, requestsPerMinute) } },
		preHandler: () => ready,
		handler: async (request, reply) => {
			const query = request.query as SnapshotQuery;
			const onFailure = (error: unknown) => onError(error as Error, "GET /snapshot.jpg");
			const { status, headers, body } = await answerSnapshot(
				hub,
				toSignalling(request),
				query,
				snapshot,
				onFailure,
			);
			return reply.code(status).headers(headers).send(body);
		},
	});
}

function registerRecordings(app: FastifyInstance, { hub, ready, recordings, onError }: HttpOptions): void {
	if (recordings === undefined) return;
	for (const url of ["/recordings", RECORDING_FILE])
		app.route({
			method: "GET",
			url,
			config: { rateLimit: {} },
			preHandler: () => ready,
			handler: async (request, reply) => {
				const { file } = request.params as { file?: string };
				const onFailure = (error: unknown) => onError(error as Error, "GET /recordings");
				const response = await answerRecordings(hub, toSignalling(request), recordings, file, onFailure);
				return reply.code(response.status).headers(response.headers).send(response.body);
			},
		});
}

function toSignalling(request: FastifyRequest): SignallingRequest {
	const { sessionId } = request.params as { sessionId?: string };
	return {
		method: request.method,
		sessionId,
		headers: request.headers,
		body: typeof request.body === "string" ? request.body : "",
		remoteAddress: request.ip,
	};
}

function answer(reply: FastifyReply, { status, headers, body }: SignallingResponse): FastifyReply {
	return reply.code(status).headers(headers).send(body);
}
