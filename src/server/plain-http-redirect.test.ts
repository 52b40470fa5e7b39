import { once } from "node:events";
import { createServer, request, type Server } from "node:https";
import { connect, type Socket } from "node:net";
import { generate } from "selfsigned";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { redirectPlainHttp } from "./plain-http-redirect.ts";

let tls: { cert: string; key: string };
let server: Server;
let dropConnections: () => void;
let port: number;

beforeAll(async () => {
	const pem = await generate(undefined, { keyType: "ec", algorithm: "sha256" });
	tls = { cert: pem.cert, key: pem.private };
});
afterEach(async () => {
	dropConnections();
	if (server.listening) await new Promise((resolve) => server.close(resolve));
});

async function start(): Promise<void> {
	server = createServer(tls, async (incoming, response) => {
		let length = 0;
		for await (const chunk of incoming) length += (chunk as Buffer).length;
		response.end(`${incoming.method} ${length}`);
	});
	dropConnections = redirectPlainHttp(server);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	({ port } = server.address() as { port: number });
}

/** Sends bytes as they are, and returns all that the server sends until it hangs up. */
async function exchange(...parts: readonly (string | Buffer)[]): Promise<string> {
	const socket = connect(port, "127.0.0.1");
	await once(socket, "connect");
	for (const part of parts) {
		socket.write(part);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	let answer = "";
	socket.on("data", (chunk) => (answer += chunk));
	await closed(socket);
	return answer;
}

/** Also of one that is reset: `once` would fail then. */
function closed(socket: Socket): Promise<void> {
	return new Promise((resolve) => socket.on("error", () => {}).on("close", () => resolve()));
}

async function post(body: Buffer): Promise<string> {
	const outgoing = request({ port, host: "127.0.0.1", method: "POST", path: "/", rejectUnauthorized: false });
	outgoing.end(body);
	const [response] = await once(outgoing, "response");
	let text = "";
	for await (const chunk of response) text += chunk;
	return text;
}

describe("redirectPlainHttp()", () => {
	it("leaves HTTPS as it is, large bodies and many connections too", async () => {
		await start();
		expect(await Promise.all([0, 1, 100_000, 3_000_000].map((length) => post(Buffer.alloc(length))))).toEqual([
			"POST 0",
			"POST 1",
			"POST 100000",
			"POST 3000000",
		]);
	});

	it("sends plain HTTP to the same address with https, whether a request comes whole or byte by byte", async () => {
		await start();
		const whole = await exchange(`GET /a?b=c HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
		expect(whole).toMatch(/^HTTP\/1\.1 307 /);
		expect(whole).toContain(`location: https://127.0.0.1:${port}/a?b=c\r\n`);
		expect(whole).toContain("connection: close");
		expect(await exchange("G", "ET / HTTP/1.1\r\nho", "st: robot.local\r\n\r\n")).toContain(
			"location: https://robot.local/\r\n",
		);
		expect(await exchange("GET / HTTP/1.1\r\nhost: [2001:db8::1]:8080\r\n\r\n")).toContain(
			"location: https://[2001:db8::1]:8080/\r\n",
		);
	});

	it("keeps the method of a request with a body", async () => {
		await start();
		expect(await exchange(`POST /whep HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nv=0`)).toMatch(
			/^HTTP\/1\.1 307 [\s\S]*location: https:\/\/x\/whep/,
		);
	});

	it("redirects to the requested address only", async () => {
		await start();
		for (const head of [
			"GET / HTTP/1.1\r\nhost: evil/@x",
			"GET / HTTP/1.1\r\nhost: a b",
			"GET http://other/ HTTP/1.1\r\nhost: x",
			"GET / HTTP/1.0",
		]) {
			const answer = await exchange(`${head}\r\n\r\n`);
			expect(answer, head).toMatch(/^HTTP\/1\.[01] 400 /);
			expect(answer, head).not.toMatch(/^location/im);
		}
	});

	it("hangs up on what is neither, and lives", async () => {
		await start();
		expect(await exchange("\0\0\0\0")).toMatch(/^HTTP\/1\.1 400 /);
		await exchange(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0xff, 0x00, 0x00, 0x01, 0x00]));
		expect(await post(Buffer.alloc(3))).toBe("POST 3");
	});

	it("lets the server close while connections are open that have sent nothing, or half a request", async () => {
		await start();
		const sockets = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
		await Promise.all(sockets.map((socket) => once(socket, "connect")));
		const allClosed = Promise.all(sockets.map((socket) => closed(socket.resume())));
		sockets[1]!.write(Buffer.from([0x16]));
		sockets[2]!.write("GET / HT");
		dropConnections();
		await new Promise((resolve) => server.close(resolve));
		await allClosed;
		expect(server.listening).toBe(false);
	});
});
