import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Readable, Writable } from "node:stream";
import { encodeGrpcMessage, grpcFrameHeader, grpcWebTrailers } from "../serving/grpc-frames.ts";

/** A call of a client, by gRPC or gRPC-web. */
export interface GrpcCall {
	readonly headers: IncomingHttpHeaders;
	readonly path: string;
	readonly request: Readable;
	/** The body of the answer: frames. Begun by `begin`. */
	readonly response: Writable;
	/** True when a proxy on the path may end an idle call. HTTP/2 has pings against that. */
	readonly needsHeartbeat: boolean;
	/** Sends the headers of the answer. */
	begin(): void;
	/** Ends the call, and sends the headers if they have not been sent. */
	finish(status: number, message?: string): void;
	/** Ends the call without a status, even within a message. */
	abort(): void;
}

/** gRPC over HTTP/2. */
export class Http2Call implements GrpcCall {
	readonly headers: IncomingHttpHeaders;
	readonly path: string;
	readonly request: Readable;
	readonly response: Writable;
	readonly needsHeartbeat = false;
	readonly #stream: ServerHttp2Stream;
	#status: { readonly "grpc-status": string; readonly "grpc-message"?: string | undefined } = { "grpc-status": "0" };

	constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders & { readonly ":path"?: string | undefined }) {
		this.#stream = stream;
		this.request = stream;
		this.response = stream;
		this.headers = headers;
		this.path = headers[":path"] ?? "";
		stream.on("wantTrailers", () => stream.sendTrailers(this.#status));
	}

	begin(): void {
		if (!this.#stream.headersSent && !this.#stream.destroyed)
			this.#stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
	}

	finish(status: number, message = ""): void {
		if (this.#stream.destroyed || this.#stream.writableEnded) return;
		this.#status = {
			"grpc-status": String(status),
			...(message === "" ? {} : { "grpc-message": encodeGrpcMessage(message) }),
		};
		this.begin();
		this.#stream.end();
		// The client may still send, and would wait for room: its data is read and dropped.
		this.#stream.resume();
	}

	abort(): void {
		this.#stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
	}
}

/** gRPC-web over HTTP/1.1. */
export class WebCall implements GrpcCall {
	readonly headers: IncomingHttpHeaders;
	readonly path: string;
	readonly request: Readable;
	readonly response: Writable;
	readonly needsHeartbeat = true;
	readonly #response: ServerResponse;

	constructor(request: IncomingMessage, response: ServerResponse) {
		this.headers = request.headers;
		this.path = (request.url ?? "").replace(/\?.*$/s, "");
		this.request = request;
		this.response = response;
		this.#response = response;
	}

	begin(): void {
		if (this.#response.headersSent || this.#response.destroyed) return;
		this.#response.writeHead(200, {
			"content-type": this.headers["content-type"] ?? "application/grpc-web+proto",
			// Live data must not wait in the buffer of a proxy.
			"cache-control": "no-store",
			"x-accel-buffering": "no",
		});
		this.#response.flushHeaders();
	}

	finish(status: number, message = ""): void {
		if (this.#response.destroyed || this.#response.writableEnded) return;
		this.begin();
		this.#response.end(grpcWebTrailers(status, message));
		this.request.resume();
	}

	abort(): void {
		this.#response.destroy();
	}
}

/** An empty message: the answer of WriteMessages, and a heartbeat that viewers skip. */
export const EMPTY_MESSAGE = grpcFrameHeader(0);
