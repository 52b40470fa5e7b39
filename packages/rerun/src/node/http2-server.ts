import type { IncomingHttpHeaders } from "node:http";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { GrpcStatus } from "../serving/grpc-frames.ts";
import { Http2Call } from "./grpc-call.ts";
import type { MessageProxyCalls } from "./message-proxy-calls.ts";

/** Beginning of "PRI * HTTP/2.0" (RFC 9113, 3.4): no method of HTTP/1.1 begins so. */
const HTTP2_BEGINS = Buffer.from("PRI");
/** Time in which a connection has to send its first bytes. */
export const HELLO_SEC = 10;
/** Interval of pings, as in Rerun's own server. */
const PING_SEC = 10;
/** Window of each connection: bytes that a client may send before the server has read them. */
const WINDOW_BYTES = 8 * 2 ** 20;
const MAX_STREAMS = 100;

/** The headers of a call by HTTP/2. */
export type Http2Headers = IncomingHttpHeaders & { readonly ":authority"?: string | undefined };

/**
 * Decides about a call: the reason for a refusal, or `undefined`. An error refuses it without a
 * reason.
 */
export type Http2Refusal = (
	headers: Http2Headers,
	socket: Socket | undefined,
) => string | undefined | Promise<string | undefined>;

/** A server without a port for the calls of native viewers and SDKs, which speak HTTP/2. */
export function http2Server(calls: MessageProxyCalls, refuse: Http2Refusal): Http2Server {
	const server = createServer({ settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: MAX_STREAMS } });
	server.on("session", keepAlive);
	server.on("connection", endWithPeer);
	server.on("stream", (stream, headers) => {
		const call = new Http2Call(stream, headers);
		stream.on("error", () => {});
		const decide = (reason: string | undefined) => {
			// The client may have taken its call back meanwhile.
			if (stream.destroyed || stream.closed) return;
			if (reason !== undefined) call.finish(GrpcStatus.permissionDenied, reason);
			else if (headers[":method"] !== "POST" || !(headers["content-type"] ?? "").startsWith("application/grpc")) {
				stream.respond({ ":status": 415 }, { endStream: true });
				stream.resume();
			} else calls.answer(call);
		};
		const verdict = refuse(headers, stream.session?.socket);
		if (typeof verdict !== "object") decide(verdict);
		else
			verdict
				.then(decide, () => decide("The server failed to decide about this call."))
				.catch(() => stream.close());
	});
	return server;
}

/**
 * Finds out from the first bytes of a connection whether it is HTTP/2. They can be read again.
 *
 * @param socket that nobody has read from.
 * @param onProtocol is not called for a connection that sends nothing within 10 s: it is closed.
 */
export function sniffHttp2(socket: Socket, onProtocol: (isHttp2: boolean) => void): void {
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

/** Nobody else would notice that the peer has ended: the socket's own reader gets nothing else. */
function endWithPeer(socket: Socket): void {
	// Not before the session has taken over the reading.
	setImmediate(() => {
		socket.once("end", () => socket.destroy());
		socket.resume();
	});
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
