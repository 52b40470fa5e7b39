import type { Server } from "node:http";
import type { Http2Server, ServerHttp2Session } from "node:http2";
import type { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** A server for connections of HTTP/2 that others have accepted, and how to tell them apart. */
export interface Http2Door {
	/** Takes over a connection: `emit("connection", socket)`. */
	readonly server: Http2Server;
	/** Finds out from a connection's first bytes, which can be read again. */
	readonly sniff: (socket: Socket, onProtocol: (isHttp2: boolean) => void) => void;
}

/** Browsers offer both and get HTTP/1.1; programs that need HTTP/2 offer it alone. */
export const chooseProtocol = ({ protocols }: { readonly protocols: readonly string[] }): string | undefined =>
	["http/1.1", "h2", "http/1.0"].find((known) => protocols.includes(known));

/**
 * Lets a server of HTTP/1.1 also serve programs that speak HTTP/2 alone, as Rerun's own viewer
 * does, on the same port. A server of HTTPS has to be made with `chooseProtocol`. To be called
 * before anything else takes over its connections.
 *
 * @returns a function that drops the connections of HTTP/2.
 */
export function serveHttp2(server: Server | SecureServer, door: Http2Door): () => void {
	const sessions = new Set<ServerHttp2Session>();
	door.server.on("session", (session) => {
		sessions.add(session);
		session.once("close", () => sessions.delete(session));
	});
	const isSecure = "setSecureContext" in server;
	const event = isSecure ? "secureConnection" : "connection";
	const listeners = server.listeners(event) as ((socket: Socket) => void)[];
	server.removeAllListeners(event);
	server.on(event, (socket: Socket) => {
		const take = (isHttp2: boolean) => {
			if (isHttp2) door.server.emit("connection", socket);
			else for (const listener of listeners) listener.call(server, socket);
		};
		if (isSecure) take((socket as TLSSocket).alpnProtocol === "h2");
		else door.sniff(socket, take);
	});
	return () => {
		for (const session of sessions) session.destroy();
	};
}
