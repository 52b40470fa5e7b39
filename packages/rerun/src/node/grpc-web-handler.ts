import type { IncomingMessage, ServerResponse } from "node:http";
import { SERVICE_PATH } from "../serving/message-proxy-service.ts";
import type { OriginPolicy } from "../serving/origin-policy.ts";
import { WebCall } from "./grpc-call.ts";
import type { MessageProxyCalls } from "./message-proxy-calls.ts";

/** Idle time after which the system checks whether the other end of a connection exists. */
const KEEP_ALIVE_MS = 10_000;
const PREFLIGHT_SEC = 86_400;
const HEADER_NAMES = /^[A-Za-z0-9-]+(\s*,\s*[A-Za-z0-9-]+)*$/;

/** Answers gRPC-web requests of an HTTP server. @returns whether it has; others are left alone. */
export type GrpcWebHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export function grpcWebHandler(calls: MessageProxyCalls, origins: OriginPolicy): GrpcWebHandler {
	return (request, response) => {
		if (!(request.url ?? "").startsWith(SERVICE_PATH)) return false;
		const { origin, host } = request.headers;
		if (!origins.allows(origin, host)) {
			refuse(response, 403, `Pages of ${origin} may not use this server: allowedOrigins has to name them.\n`);
			request.resume();
			return true;
		}
		if (origin !== undefined) {
			response.setHeader("access-control-allow-origin", origin);
			response.setHeader("access-control-expose-headers", "grpc-status,grpc-message,grpc-status-details-bin");
			response.setHeader("vary", "origin");
		}
		if (request.method === "OPTIONS") answerPreflight(request, response);
		else if (request.method !== "POST") refuse(response, 405, "Calls are POST requests.\n");
		else if (!/^application\/grpc-web(\+proto)?$/.test(request.headers["content-type"] ?? ""))
			refuse(response, 415, "Calls are application/grpc-web+proto here; gRPC itself needs HTTP/2.\n");
		else {
			// With Nagle's algorithm small messages would wait for the acknowledgement of others.
			request.socket.setNoDelay(true);
			request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
			calls.answer(new WebCall(request, response));
			return true;
		}
		request.resume();
		return true;
	};
}

function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
	const wanted = request.headers["access-control-request-headers"] ?? "";
	response.setHeader("access-control-allow-methods", "POST");
	response.setHeader(
		"access-control-allow-headers",
		HEADER_NAMES.test(wanted) ? wanted : "content-type,x-grpc-web,x-user-agent,grpc-timeout",
	);
	response.setHeader("access-control-max-age", String(PREFLIGHT_SEC));
	// Chromium asks before a public page (rerun.io) reaches into a private network.
	if (request.headers["access-control-request-private-network"] === "true")
		response.setHeader("access-control-allow-private-network", "true");
	response.writeHead(204).end();
}

function refuse(response: ServerResponse, status: number, text: string): void {
	response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}
