import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "node:https";
import type { Socket } from "node:net";

/**
 * First byte of a TLS record that carries a handshake (RFC 8446, section 5.1).
 * Every HTTP request begins with a letter.
 */
const TLS_HANDSHAKE = 0x16;
/** Longest time for a connection's first byte, and for its plain request. */
const FIRST_WORDS_TIMEOUT_MS = 10_000;

/**
 * Lets an HTTPS server answer plain HTTP on its own port with a redirect to
 * `https:`, for people who typed the address without it. To be called before the
 * server listens.
 *
 * @returns a function that drops every connection: a server can't close while a
 * connection is open that has sent nothing.
 */
export function redirectPlainHttp(server: Server): () => void {
	const startTls = server.listeners("connection") as ((socket: Socket) => void)[];
	const plain = createServer({ keepAlive: false }, redirect);
	const sockets = new Set<Socket>();
	let closed = false;
	server.removeAllListeners("connection");
	server.on("connection", (socket: Socket) => {
		if (closed) {
			socket.destroy();
			return;
		}
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		// The server that takes the connection over has its own listener; until
		// then a reset does not matter.
		socket.on("error", () => {});
		socket.setTimeout(FIRST_WORDS_TIMEOUT_MS, () => socket.destroy());
		socket.once("data", (head: Buffer) => {
			socket.pause();
			socket.unshift(head);
			if (head[0] === TLS_HANDSHAKE) {
				socket.setTimeout(0);
				for (const start of startTls) start.call(server, socket);
			} else {
				// Each byte postpones the time-out of silence: a client that sends
				// them slowly has a fixed time.
				const deadline = setTimeout(() => socket.destroy(), FIRST_WORDS_TIMEOUT_MS);
				socket.once("close", () => clearTimeout(deadline));
				plain.emit("connection", socket);
				socket.resume();
			}
		});
	});
	return () => {
		closed = true;
		for (const socket of sockets) socket.destroy();
	};
}

function redirect({ headers, url = "/" }: IncomingMessage, response: ServerResponse): void {
	const host = headers.host ?? "";
	const known = /^[\w.-]+(:\d+)?$|^\[[\da-fA-F:.]+\](:\d+)?$/.test(host) && url.startsWith("/");
	// Not a lasting redirect: the next server on this port may speak plain HTTP.
	response.writeHead(known ? 307 : 400, {
		"content-type": "text/plain; charset=utf-8",
		"cache-control": "no-store",
		connection: "close",
		...(known && { location: `https://${host}${url}` }),
	});
	response.end(`This port speaks HTTPS only: ask for https://${known ? host + url : "..."}\n`);
}
