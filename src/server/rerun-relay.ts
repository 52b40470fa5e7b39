import { type IncomingMessage, request as requestHttp } from "node:http";
import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import { request as requestHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { GrpcWebReader } from "./grpc-web-reader.ts";
import { listenErrorFrom } from "./listen-error.ts";
import { RelayError } from "./relay-error.ts";
import { RERUN_SERVICE } from "./rerun-passes.ts";

/** Options of a `RerunRelay`. */
export interface RerunRelayOptions {
	/** Address of the server whose live view is watched: `https://robot:8080`. */
	readonly url: string;
	/** Bearer token with the right to record. @default none */
	readonly token?: string | undefined;
	/** Accepts any certificate, such as one that the server made itself. @default false */
	readonly insecure?: boolean | undefined;
	/** Port on this machine, 0 to 65535. @default 0: a free one */
	readonly port?: number | undefined;
}

const ADDRESS = "127.0.0.1";
/** The one call that is passed on: the token opens more of the server than its live view. */
const READ_MESSAGES = `${RERUN_SERVICE}/ReadMessages`;
/** Longest request of a viewer: a message without fields. */
const MAX_REQUEST_BYTES = 1 << 16;
const ANSWER_MS = 20_000;
/** Longest refusal of a server that is read. */
const MAX_REFUSAL_BYTES = 4096;
/** Status codes of gRPC. */
const STATUS = {
	unknown: 2,
	denied: 7,
	exhausted: 8,
	unimplemented: 12,
	unavailable: 14,
	unauthenticated: 16,
} as const;
const STATUS_OF_HTTP: Readonly<Record<number, number>> = {
	401: STATUS.unauthenticated,
	403: STATUS.denied,
	404: STATUS.unimplemented,
};

/**
 * A door on this machine for Rerun's own program, which sends no tokens and trusts no self-made
 * certificate: calls of it go to a server with both. It listens on the loopback address alone, for
 * everybody on this machine.
 */
export class RerunRelay implements AsyncDisposable {
	readonly #options: RerunRelayOptions;
	readonly #base: URL;
	readonly #server: Http2Server;
	readonly #closers = new Set<() => void>();

	private constructor(options: RerunRelayOptions) {
		this.#options = options;
		this.#base = baseOf(options.url);
		requirePort(options.port ?? 0);
		this.#server = createServer();
		this.#server.on("session", (session) => {
			const close = () => session.destroy();
			this.#closers.add(close);
			session.once("close", () => this.#closers.delete(close));
			session.on("error", () => {});
		});
		this.#server.on("stream", (stream, headers) => this.#answer(stream, headers[":path"] ?? ""));
	}

	/**
	 * Asks the server whether its live view may be watched, and listens.
	 *
	 * @throws {RelayError} when it may not, or the server can't be reached.
	 * @throws {ListenError} when the port is taken.
	 * @throws {RangeError} for another address than one of HTTP.
	 */
	static async open(options: RerunRelayOptions): Promise<RerunRelay> {
		const relay = new RerunRelay(options);
		await relay.#ask();
		const { port = 0 } = options;
		await new Promise<void>((resolve, reject) => {
			relay.#server.once("error", (error) => reject(listenErrorFrom(error, ADDRESS, port)));
			relay.#server.listen(port, ADDRESS, resolve);
		});
		return relay;
	}

	/** The address for Rerun's own program: `rerun+http://127.0.0.1:9877/proxy`. */
	get programUrl(): string {
		return `rerun+http://${ADDRESS}:${(this.#server.address() as AddressInfo).port}/proxy`;
	}

	async close(): Promise<void> {
		for (const close of this.#closers) close();
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/** @throws {RelayError} */
	async #ask(): Promise<void> {
		const { status, words } = await new Promise<{ status: number; words: string }>((resolve, reject) => {
			const request = this.#request("rerun/pass", {});
			const timer = setTimeout(() => request.destroy(new Error("there was no answer in time")), ANSWER_MS);
			request.on("error", (error) => reject(new RelayError(this.#wordsFor(error), { cause: error })));
			request.on("close", () => clearTimeout(timer));
			request.on("response", (response) => {
				void refusalOf(response).then((words) => resolve({ status: response.statusCode ?? 0, words }));
			});
			request.end();
		});
		if (status === 200) return;
		// A server without a live view answers 204, an older one 404.
		const why = status === 204 || status === 404 ? "it has no live view" : words || `it answered ${status}`;
		throw new RelayError(`${this.#base.origin} can't be watched: ${why.replace(/\.$/, "")}.`);
	}

	#request(path: string, headers: Readonly<Record<string, string>>) {
		const { token, insecure = false } = this.#options;
		const address = new URL(path, this.#base);
		return (address.protocol === "https:" ? requestHttps : requestHttp)(address, {
			method: "POST",
			headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
			rejectUnauthorized: !insecure,
		});
	}

	#answer(stream: ServerHttp2Stream, path: string): void {
		stream.on("error", () => {});
		if (path !== READ_MESSAGES) {
			refuse(stream, STATUS.unimplemented, "This relay serves the live view of a panogaze server alone.");
			stream.resume();
			return;
		}
		const parts: Buffer[] = [];
		let bytes = 0;
		stream.on("data", (part: Buffer) => {
			bytes += part.length;
			if (bytes <= MAX_REQUEST_BYTES) parts.push(part);
			else refuse(stream, STATUS.exhausted, `A request has at most ${MAX_REQUEST_BYTES} bytes.`);
		});
		stream.on("end", () => {
			if (bytes <= MAX_REQUEST_BYTES && isOpen(stream)) this.#pass(stream, Buffer.concat(parts));
		});
	}

	#pass(stream: ServerHttp2Stream, body: Buffer): void {
		const request = this.#request(READ_MESSAGES, {
			"content-type": "application/grpc-web+proto",
			"content-length": String(body.length),
			"x-grpc-web": "1",
		});
		stream.on("close", () => request.destroy());
		request.on("error", (error) => refuse(stream, STATUS.unavailable, this.#wordsFor(error)));
		request.on("response", (response) => {
			const { statusCode = 0, headers } = response;
			if (statusCode === 200 && (headers["content-type"] ?? "").startsWith("application/grpc-web"))
				passAnswer(response, stream);
			else
				void refusalOf(response).then((words) =>
					refuse(stream, STATUS_OF_HTTP[statusCode] ?? STATUS.unknown, words || `It answered ${statusCode}.`),
				);
		});
		request.end(body);
	}

	#wordsFor(error: Error): string {
		const { code = "" } = error as NodeJS.ErrnoException;
		const { origin } = this.#base;
		if (code === "ECONNREFUSED") return `No server answers at ${origin}.`;
		if (/CERT|SELF_SIGNED/.test(code))
			return `The certificate of ${origin} is not trusted (${code}); --insecure takes it anyway.`;
		return `${origin} can't be reached: ${error.message}.`;
	}
}

function passAnswer(response: IncomingMessage, stream: ServerHttp2Stream): void {
	if (!isOpen(stream)) {
		response.destroy();
		return;
	}
	const reader = new GrpcWebReader();
	stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
	stream.on("wantTrailers", () => {
		const { status = STATUS.unavailable, message } = reader.trailers;
		const trailers = { "grpc-status": String(status), ...(message !== "" && { "grpc-message": message }) };
		if (isOpen(stream)) stream.sendTrailers(trailers);
	});
	response.on("data", (bytes: Buffer) => {
		let isFull = false;
		for (const part of reader.push(bytes)) isFull = !stream.write(part);
		if (!isFull || response.isPaused()) return;
		response.pause();
		stream.once("drain", () => response.resume());
	});
	response.on("error", () => {});
	response.on("close", () => stream.end());
}

function refuse(stream: ServerHttp2Stream, status: number, words: string): void {
	if (!isOpen(stream) || stream.headersSent) return;
	const headers = { ":status": 200, "content-type": "application/grpc", "grpc-status": String(status) };
	stream.respond(
		{ ...headers, "grpc-message": encodeURIComponent(words).replaceAll("%20", " ") },
		{ endStream: true },
	);
}

/** False for a stream that takes no answer: a closed one is not destroyed at once. */
function isOpen(stream: ServerHttp2Stream): boolean {
	return !stream.destroyed && !stream.closed;
}

/** The words of a refusal, bounded. */
async function refusalOf(response: IncomingMessage): Promise<string> {
	let text = "";
	response.setEncoding("utf8");
	try {
		for await (const part of response) {
			text += part;
			if (text.length > MAX_REFUSAL_BYTES) break;
		}
		const { detail, error, title } = JSON.parse(text) as Readonly<Record<string, unknown>>;
		return String(detail ?? error ?? title ?? "").slice(0, 300);
	} catch {
		return text.slice(0, 200).trim();
	}
}

/** @throws {RangeError} */
function requirePort(port: number): void {
	if (!Number.isInteger(port) || port < 0 || port > 65_535)
		throw new RangeError(`port is a whole number from 0 to 65535; got ${port}.`);
}

/** @throws {RangeError} */
function baseOf(url: string): URL {
	const base = URL.canParse(url) ? new URL(url) : undefined;
	if (base === undefined || !/^https?:$/.test(base.protocol))
		throw new RangeError(
			`A server's address begins with http:// or https://, as http://localhost:8080; got ${JSON.stringify(url)}.`,
		);
	base.hash = "";
	// The page of the live view stands for its server.
	base.pathname = base.pathname.replace(/\/rerun\/?$/, "/");
	if (!base.pathname.endsWith("/")) base.pathname += "/";
	return base;
}
