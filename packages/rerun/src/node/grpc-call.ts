import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Readable, Writable } from "node:stream";
import { encodeGrpcMessage, grpcFrameHeader, grpcWebTrailers } from "../serving/grpc-frames.ts";

/** One call of a client, whether it came as gRPC or as gRPC-web. */
export interface GrpcCall {
	readonly headers: IncomingHttpHeaders;
	readonly path: string;
	readonly request: Readable;
	/** The answer's body: frames. Begun by `begin`. */
	readonly response: Writable;
	/**
	 * Whether a call on which nothing happens may be ended by somebody on its way. HTTP/2 has pings
	 * for that.
	 */
	readonly needsHeartbeat: boolean;
	/** Sends what comes before the answer's body. */
	begin(): void;
	/** Ends the call; begins the answer if that has not happened. */
	finish(status: number, message?: string): void;
	/** Ends it without a word, in the middle of a message if need be. */
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
		// What the client still sends is read and forgotten, or it would wait for room.
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
		this.path = (request.url ?? "").split("?", 1)[0]!;
		this.request = request;
		this.response = response;
		this.#response = response;
	}

	begin(): void {
		if (this.#response.headersSent || this.#response.destroyed) return;
		this.#response.writeHead(200, {
			"content-type": this.headers["content-type"] ?? "application/grpc-web+proto",
			// What is shown live must not wait in somebody's buffer.
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

/** A message with nothing in it: all that WriteMessages answers, and what viewers pass over. */
export const EMPTY_MESSAGE = grpcFrameHeader(0);
