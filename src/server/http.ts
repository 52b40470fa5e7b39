import { createServer, STATUS_CODES } from "node:http";
import { createServer as createSecureServer } from "node:https";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import {
	FileDescriptors,
	handleOffer,
	handleWhep,
	type SessionHub,
	type SignallingRequest,
	type SignallingResponse,
} from "../session/index.ts";
import type { ServerCertificate } from "./certificate.ts";
import { ConnectionBounds } from "./connection-bounds.ts";
import type { OriginPolicy } from "./origin-policy.ts";
import { registerPage } from "./page-files.ts";
import { redirectPlainHttp } from "./plain-http-redirect.ts";

export interface HttpOptions {
	readonly hub: SessionHub;
	/** Longest body, bytes. */
	readonly maxBodyBytes: number;
	readonly requestsPerMinute: number;
	/** Addresses and networks whose `X-Forwarded-For` is believed. */
	readonly trustedProxies: readonly string[];
	/** Speaks HTTPS with it; absent: plain HTTP. */
	readonly certificate: ServerCertificate | undefined;
	/** Which web pages may use the doors, and which may show the page in a frame. */
	readonly origins: OriginPolicy;
	/**
	 * Called with a sentence when a request is refused for its origin or host, once for each
	 * sentence.
	 */
	readonly onRefusal: (words: string) => void;
	/** Offers that come before it resolves wait for it. */
	readonly ready: Promise<void>;
	/** What `GET /status` answers. */
	readonly status: () => object;
	/** Whether the process can serve at all: `GET /healthz`. */
	readonly healthy: () => boolean;
	/** Whether the source delivers what viewers wait for: `GET /readyz`. */
	readonly sourceReady: () => boolean;
	readonly onError: (error: Error, request: string) => void;
	readonly maxConnections: number;
	readonly maxConnectionsPerAddress: number;
	/** @default the process's own */
	readonly descriptors?: FileDescriptors;
	readonly timeouts?: HttpTimeouts;
}

/**
 * How long a client may take for each step, milliseconds: one that stalls holds nothing for longer.
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
/** Node looks for requests that take too long only so often, by itself twice a minute. */
const CHECKS_PER_TIMEOUT = 10;
/** How long it may take to agree on keys, milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 15_000;
/**
 * File descriptors that connections leave to viewers: more than the least with which a viewer is
 * accepted.
 */
const DESCRIPTORS_LEFT = 48;
/** How long browsers may keep the answer to a preflight, seconds: Chromium's own bound. */
const PREFLIGHT_SEC = 7_200;
/**
 * Refused origins and names that are logged, each once: invented names must not fill the disk with
 * the log.
 */
const MAX_REFUSALS_REPORTED = 30;
/** Headers of an answer that pages of allowed origins may read. */
const EXPOSED_HEADERS = "Location, Link, ETag, Accept-Post, Accept-Patch, Allow, Retry-After, X-Session-Id";

/** Route of the page's files, as `@fastify/static` registers it. */
const PAGE_FILES = "/*";

/** The HTTP side: the page, the front doors and the status, on one port. Not yet listening. */
export async function createHttp({
	hub,
	maxBodyBytes,
	requestsPerMinute,
	trustedProxies,
	certificate,
	origins,
	onRefusal,
	ready,
	status,
	healthy,
	sourceReady,
	onError,
	maxConnections,
	maxConnectionsPerAddress,
	descriptors = new FileDescriptors(),
	timeouts = TIMEOUTS,
}: HttpOptions): Promise<FastifyInstance> {
	const bounds = new ConnectionBounds({
		most: maxConnections,
		mostOfAnAddress: maxConnectionsPerAddress,
		trustedProxies,
		descriptors,
		descriptorsLeft: DESCRIPTORS_LEFT,
		readTimeoutMs: timeouts.readMs,
	});
	const droppers: (() => void)[] = [];
	// HEAD on the WHEP endpoint has a meaning of its own, so Fastify must not make one out of GET.
	const app: FastifyInstance = Fastify({
		// Made here, as Fastify makes several: one for each address of "localhost".
		serverFactory: (handler) => {
			const options = {
				headersTimeout: timeouts.headMs,
				requestTimeout: timeouts.requestMs,
				keepAliveTimeout: timeouts.keepAliveMs,
				connectionsCheckingInterval: Math.max(1, timeouts.headMs / CHECKS_PER_TIMEOUT),
			};
			if (certificate === undefined) {
				const server = createServer(options, handler);
				bounds.guard(server);
				return server;
			}
			const { cert, key } = certificate;
			const server = createSecureServer(
				{ ...options, cert, key, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
				handler,
			);
			droppers.push(redirectPlainHttp(server));
			bounds.guard(server);
			return server;
		},
		bodyLimit: maxBodyBytes,
		trustProxy: trustedProxies.length > 0 && [...trustedProxies],
		exposeHeadRoutes: false,
		forceCloseConnections: true,
	});
	app.addHook("preClose", async () => {
		for (const dropConnections of droppers) dropConnections();
	});
	app.addHook("onSend", async (_request, reply, payload) => {
		bounds.limitReading(reply.raw);
		return payload;
	});
	app.removeAllContentTypeParsers();
	// Signalling parses its own bodies: which types it takes, and what it says to others, is part
	// of the protocol.
	app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
	app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
		const statusCode = error.statusCode ?? 500;
		if (statusCode >= 500) onError(error, `${request.method} ${request.url}`);
		const words = statusCode >= 500 ? "The server failed to answer." : error.message;
		return answerError(request, reply, statusCode, words);
	});
	guardDoors(app, origins, certificate !== undefined, onRefusal);
	await app.register(helmet, {
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				defaultSrc: ["'self'"],
				imgSrc: ["'self'", "data:"],
				mediaSrc: ["'self'", "blob:"],
				objectSrc: ["'none'"],
				baseUri: ["'none'"],
				frameAncestors: [...origins.frameAncestors],
			},
		},
		// For browsers that don't know frame-ancestors; the others ignore this header.
		frameguard: origins.ownPageOnly ? { action: "sameorigin" } : false,
		// An answer that another origin may not read does not enter that page's process either.
		crossOriginResourcePolicy: origins.ownPageOnly ? { policy: "same-origin" } : false,
		// Pages of listed origins may show the stream, in a frame or with the client library; plain
		// HTTP on a LAN must go on working.
		crossOriginOpenerPolicy: false,
		strictTransportSecurity: false,
		originAgentCluster: false,
		// With "no-referrer", the default, older browsers call the page's own requests' origin
		// null.
		referrerPolicy: { policy: "same-origin" },
	});
	await app.register(rateLimit, { global: false, max: requestsPerMinute, timeWindow: "1 minute" });
	registerSignalling(app, hub, ready);
	app.get("/status", async () => status());
	registerProbe(app, "/healthz", healthy);
	registerProbe(app, "/readyz", sourceReady);
	await registerPage(app);
	return app;
}

/**
 * Holds every route to the origin policy, but the page's own files: they are the same for
 * everybody, and the page explains why it can't connect.
 */
function guardDoors(
	app: FastifyInstance,
	origins: OriginPolicy,
	encrypted: boolean,
	onRefusal: (words: string) => void,
): void {
	const reported = new Set<string>();
	app.addHook("onRequest", async (request, reply) => {
		if (request.routeOptions.url === PAGE_FILES) return undefined;
		const { method, headers } = request;
		const verdict = origins.judge({ method, origin: headers.origin, host: headers.host, encrypted });
		void reply.header("vary", "Origin");
		if (!verdict.allowed) {
			if (!reported.has(verdict.words) && reported.size < MAX_REFUSALS_REPORTED) {
				reported.add(verdict.words);
				onRefusal(verdict.words);
			}
			return answerError(request, reply, 403, verdict.words);
		}
		if (verdict.origin === undefined) return undefined;
		void reply
			.header("access-control-allow-origin", verdict.origin)
			.header("access-control-expose-headers", EXPOSED_HEADERS);
		if (method !== "OPTIONS" || headers["access-control-request-method"] === undefined) return undefined;
		// A preflight carries no credentials, and is answered before anybody asks for them.
		return reply
			.code(204)
			.headers({
				"access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
				"access-control-allow-headers": "authorization, content-type, if-match, panogaze-resume",
				"access-control-max-age": String(PREFLIGHT_SEC),
				// Chromium asks before a page of a public address reaches into a private network.
				...(headers["access-control-request-private-network"] === "true" && {
					"access-control-allow-private-network": "true",
				}),
			})
			.send();
	});
}

/** In the form that the door's clients read. */
function answerError(request: FastifyRequest, reply: FastifyReply, statusCode: number, words: string): FastifyReply {
	void reply.code(statusCode).header("cache-control", "no-store");
	if (request.url.startsWith("/offer")) return reply.send({ error: words });
	return reply
		.type("application/problem+json")
		.send(
			JSON.stringify({ type: "about:blank", title: STATUS_CODES[statusCode], status: statusCode, detail: words }),
		);
}

/** For programs that watch services: 200 or 503, and one word. HEAD is answered like GET. */
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

function registerSignalling(app: FastifyInstance, hub: SessionHub, ready: Promise<void>): void {
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
	const offer = ["GET", "POST", "PUT", "DELETE", "OPTIONS"] as const;
	app.route({
		method: [...offer],
		url: "/offer",
		config,
		preHandler,
		handler: async (request, reply) => answer(reply, await handleOffer(hub, toSignalling(request))),
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
