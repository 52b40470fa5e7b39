import { STATUS_CODES } from "node:http";
import type { FastifyHelmetOptions } from "@fastify/helmet";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { OriginPolicy } from "./origin-policy.ts";

/** Time for which browsers may keep the answer to a preflight: Chromium's upper bound. */
const PREFLIGHT_SEC = 7_200;
/**
 * Most refusals that are logged, each once: invented names must not fill the disk
 * with the log.
 */
const MAX_REFUSALS_REPORTED = 30;
/** Headers of an answer that pages of allowed origins may read. */
const EXPOSED_HEADERS = "Location, Link, ETag, Accept-Post, Accept-Patch, Allow, Retry-After, X-Session-Id";
/** Route of the page's files, as `@fastify/static` registers it. */
const PAGE_FILES = "/*";

/** The headers of every answer that protect the page. */
export function securityHeaders(origins: OriginPolicy): FastifyHelmetOptions {
	return {
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				defaultSrc: ["'self'"],
				imgSrc: ["'self'", "data:"],
				mediaSrc: ["'self'", "blob:"],
				// The client library's reader of stamps.
				workerSrc: ["'self'", "blob:"],
				objectSrc: ["'none'"],
				baseUri: ["'none'"],
				frameAncestors: [...origins.frameAncestors],
			},
		},
		// For browsers that don't know frame-ancestors; the others ignore this header.
		frameguard: origins.ownPageOnly ? { action: "sameorigin" } : false,
		// An answer that another origin may not read does not enter that page's process either.
		crossOriginResourcePolicy: origins.ownPageOnly ? { policy: "same-origin" } : false,
		// Pages of listed origins may show the stream, in a frame or with the client library;
		// plain HTTP on a LAN must go on working.
		crossOriginOpenerPolicy: false,
		strictTransportSecurity: false,
		originAgentCluster: false,
		// With "no-referrer", the default, older browsers send the origin null with the page's
		// own requests.
		referrerPolicy: { policy: "same-origin" },
	};
}

/**
 * Holds every route to the origin policy, except for the page's own files: they are
 * no secret, and the page explains why it can't connect.
 */
export function guardDoors(
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
		// A preflight carries no credentials, so it is answered before they are
		// checked.
		return reply
			.code(204)
			.headers({
				"access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
				"access-control-allow-headers": "authorization, content-type, if-match, panogaze-resume, x-grpc-web",
				"access-control-max-age": String(PREFLIGHT_SEC),
				// Chromium asks before a page of a public address reaches into a
				// private network.
				...(headers["access-control-request-private-network"] === "true" && {
					"access-control-allow-private-network": "true",
				}),
			})
			.send();
	});
}

/** Answers an error in the form that the door's clients read. */
export function answerError(
	request: FastifyRequest,
	reply: FastifyReply,
	statusCode: number,
	words: string,
): FastifyReply {
	void reply.code(statusCode).header("cache-control", "no-store");
	if (request.url.startsWith("/offer")) return reply.send({ error: words });
	return reply
		.type("application/problem+json")
		.send(
			JSON.stringify({ type: "about:blank", title: STATUS_CODES[statusCode], status: statusCode, detail: words }),
		);
}
