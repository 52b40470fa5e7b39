import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { assert } from "../media/assert.ts";
import { addressGroup, type FileDescriptors } from "../session/index.ts";
import { TrustedProxies } from "./trusted-proxies.ts";

/** Bounds of HTTP connections. */
export interface ConnectionBoundsOptions {
	/** Connections at once. */
	readonly most: number;
	/** Connections at once of one address, or one IPv6 /64. */
	readonly mostOfAnAddress: number;
	/** Addresses and networks without a bound, because many clients are behind them. */
	readonly trustedProxies: readonly string[];
	/** The process's file descriptors. Borrowed. */
	readonly descriptors: FileDescriptors;
	/** File descriptors that connections leave to everything else. */
	readonly descriptorsLeft: number;
	/** Longest time for a client to read an answer, milliseconds. */
	readonly readTimeoutMs: number;
}

/** With fewer free file descriptors every new connection is closed. */
const LEAST_DESCRIPTORS = 8;

/** The ends of a connection. */
type Ends = Pick<Socket, "remoteAddress" | "remotePort" | "localAddress">;

interface Connection {
	readonly socket: Socket;
	readonly group: string;
	/** Number of requests whose answers are still under way. */
	requests: number;
}

/**
 * Bounds the cost of idle connections. When there are too many connections (in all,
 * of one address, or for the process's file descriptors), the oldest without a
 * request under way is closed to make room, so that idle connections keep no client
 * out. If every connection has a request, the new one is closed.
 */
export class ConnectionBounds {
	readonly #options: ConnectionBoundsOptions;
	readonly #trusted: TrustedProxies;
	/** Connections by the addresses and ports of both ends, the longest idle one first. */
	readonly #connections = new Map<string, Connection>();
	/** Number of connections by the group of their address. */
	readonly #counts = new Map<string, number>();

	constructor(options: ConnectionBoundsOptions) {
		this.#options = options;
		this.#trusted = new TrustedProxies(options.trustedProxies);
	}

	/** Number of open connections. */
	get size(): number {
		return this.#connections.size;
	}

	/**
	 * Takes over a server's new connections. To be called after all other listeners
	 * are added.
	 */
	guard(server: Server): void {
		server.maxConnections = this.#options.most;
		const accept = server.listeners("connection") as ((socket: Socket) => void)[];
		server.removeAllListeners("connection");
		server.on("connection", (socket: Socket) => {
			if (this.#admit(socket)) for (const listener of accept) listener.call(server, socket);
			else socket.destroy();
		});
		server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => this.watch(socket, response));
	}

	/** Bounds the time that a client has to read an answer. */
	limitReading(response: ServerResponse, timeoutMs = this.#options.readTimeoutMs): void {
		const { socket } = response;
		const timer = setTimeout(() => socket?.destroy(), timeoutMs);
		timer.unref();
		response.once("close", () => clearTimeout(timer));
	}

	/** Closes a long download's connection when nothing of it is read for the time to read. */
	limitStalls(response: ServerResponse): void {
		const { socket } = response;
		let bytesBefore = -1;
		const timer = setInterval(() => {
			const bytes = (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
			if (bytes === bytesBefore) socket?.destroy();
			bytesBefore = bytes;
		}, this.#options.readTimeoutMs);
		timer.unref();
		response.once("close", () => clearInterval(timer));
	}

	#admit(socket: Socket): boolean {
		const { most, mostOfAnAddress, descriptors, descriptorsLeft } = this.#options;
		const { remoteAddress } = socket;
		// The client has gone already.
		if (remoteAddress === undefined) return false;
		const group = addressGroup(remoteAddress);
		if (
			(this.#counts.get(group) ?? 0) >= mostOfAnAddress &&
			!this.#trusted.has(remoteAddress) &&
			!this.#closeResting(group)
		)
			return false;
		// One place stays free, or Node would close the next connection before an
		// idle one.
		if (this.#connections.size + 1 >= most && !this.#closeResting()) return false;
		// Descriptors may be held by other parts of the process: a few requests are
		// still answered, so that their clients read the reason.
		if (descriptors.free < descriptorsLeft && !this.#closeResting() && descriptors.free < LEAST_DESCRIPTORS)
			return false;
		const key = keyOf(socket);
		this.#connections.set(key, { socket, group, requests: 0 });
		this.#counts.set(group, (this.#counts.get(group) ?? 0) + 1);
		socket.once("close", () => this.#forget(key, socket));
		return true;
	}

	/** Closes the connection that has rested longest. @returns false if there was none. */
	#closeResting(group?: string): boolean {
		for (const [key, connection] of this.#connections) {
			if (connection.requests > 0 || (group !== undefined && connection.group !== group)) continue;
			this.#forget(key, connection.socket);
			connection.socket.destroy();
			return true;
		}
		return false;
	}

	#forget(key: string, socket: Socket): void {
		const connection = this.#connections.get(key);
		// The same two ends may have connected again meanwhile.
		if (connection?.socket !== socket) return;
		this.#connections.delete(key);
		const remaining = (this.#counts.get(connection.group) ?? 0) - 1;
		assert(remaining >= 0, "Every connection is counted once in its group.");
		if (remaining === 0) this.#counts.delete(connection.group);
		else this.#counts.set(connection.group, remaining);
	}

	/**
	 * Counts a request of an accepted connection until its answer is closed. Those of HTTP/2 are
	 * not seen here.
	 */
	watch(socket: Ends, response: Pick<ServerResponse | ServerHttp2Stream, "once">): void {
		// Over TLS the request's socket is another than the accepted one, with the
		// same ends.
		const key = keyOf(socket);
		const connection = this.#connections.get(key);
		if (connection === undefined) return;
		connection.requests++;
		response.once("close", () => {
			connection.requests--;
			if (this.#connections.get(key) !== connection) return;
			this.#connections.delete(key);
			this.#connections.set(key, connection);
		});
	}
}

function keyOf({ remoteAddress, remotePort, localAddress }: Ends): string {
	return `${remoteAddress} ${remotePort} ${localAddress}`;
}
