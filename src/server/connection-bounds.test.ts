import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { FakeTransport } from "../session/fake-transport.cases.ts";
import { hubOptions } from "../session/hub-options.cases.ts";
import { type FileDescriptors, SessionHub } from "../session/index.ts";
import { ConnectionBounds, type ConnectionBoundsOptions } from "./connection-bounds.ts";
import { createHttp, type HttpTimeouts } from "./http.ts";
import { OriginPolicy } from "./origin-policy.ts";

const servers: Server[] = [];
const sockets: Socket[] = [];
const apps: FastifyInstance[] = [];
afterEach(async () => {
	for (const socket of sockets.splice(0)) socket.destroy();
	for (const app of apps.splice(0)) await app.close();
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

const unlimited = { free: Number.POSITIVE_INFINITY } as FileDescriptors;

/** A server whose answers wait until they are let go. */
async function start(options: Partial<ConnectionBoundsOptions> = {}) {
	const waiting: (() => void)[] = [];
	const server = createServer((_request, response) => void waiting.push(() => response.end("done")));
	const bounds = new ConnectionBounds({
		most: 100,
		mostOfAnAddress: 100,
		trustedProxies: [],
		descriptors: unlimited,
		descriptorsLeft: 50,
		readTimeoutMs: 1000,
		...options,
	});
	bounds.guard(server);
	servers.push(server);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return { bounds, waiting, port };
}

/** Connects one after the other, and waits until the server has taken or closed each. */
async function open(port: number, count: number, bounds: ConnectionBounds): Promise<Socket[]> {
	const opened: Socket[] = [];
	for (let index = 0; index < count; index++) {
		// Paused sockets do not see that the other end has closed.
		const socket = connect(port, "127.0.0.1")
			.on("error", () => {})
			.resume();
		sockets.push(socket);
		opened.push(socket);
		await once(socket, "connect");
		await until(() => bounds.size + sockets.filter(({ closed }) => closed).length === sockets.length);
	}
	return opened;
}

/** Waits for a state; the time-out of the test is the only bound. */
async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

describe("ConnectionBounds", () => {
	it("closes the oldest idle connection of an address with too many, and none with a request under way", async () => {
		const { bounds, waiting, port } = await start({ mostOfAnAddress: 3 });
		const [busy, idle] = await open(port, 2, bounds);
		busy!.write(GET);
		await until(() => waiting.length === 1);
		await open(port, 3, bounds);
		expect([busy!.closed, idle!.closed, bounds.size]).toEqual([false, true, 3]);
		let answer = "";
		busy!.on("data", (chunk) => (answer += chunk));
		waiting[0]!();
		await until(() => answer.endsWith("done"));
	});

	it("refuses a new connection when each of the others has a request under way", async () => {
		const { bounds, waiting, port } = await start({ mostOfAnAddress: 2 });
		for (const socket of await open(port, 2, bounds)) socket.write(GET);
		await until(() => waiting.length === 2);
		const [late] = await open(port, 1, bounds);
		expect([late!.closed, bounds.size]).toEqual([true, 2]);
	});

	it("keeps a place free of all, and excepts trusted proxies only from the bound of one address", async () => {
		const { bounds, port } = await start({ most: 5, mostOfAnAddress: 2, trustedProxies: ["127.0.0.0/8"] });
		const all = await open(port, 8, bounds);
		expect(all.map(({ closed }) => closed)).toEqual([true, true, true, true, false, false, false, false]);
		expect(bounds.size).toBe(4);
	});

	it("makes room when file descriptors are short, and answers as long as a few are left", async () => {
		const descriptors = { free: 100 };
		const { bounds, waiting, port } = await start({ descriptors: descriptors as FileDescriptors });
		const [first, second] = await open(port, 2, bounds);
		descriptors.free = 49;
		await open(port, 1, bounds);
		expect([first!.closed, second!.closed]).toEqual([true, false]);
		await open(port, 1, bounds);
		for (const socket of sockets) if (!socket.closed) socket.write(GET);
		await until(() => waiting.length === 2);
		const [third] = await open(port, 1, bounds);
		expect([third!.closed, bounds.size]).toEqual([false, 3]);
		third!.write(GET);
		await until(() => waiting.length === 3);
		descriptors.free = 7;
		const [fourth] = await open(port, 1, bounds);
		expect(fourth!.closed).toBe(true);
	});

	it("counts a connection that has rested least long as the youngest", async () => {
		const { bounds, waiting, port } = await start({ mostOfAnAddress: 2 });
		const [first, second] = await open(port, 2, bounds);
		first!.write(GET);
		await until(() => waiting.length === 1);
		waiting[0]!();
		await once(first!, "data");
		await new Promise((resolve) => setImmediate(resolve));
		await open(port, 1, bounds);
		expect([first!.closed, second!.closed]).toEqual([false, true]);
	});
});

describe("createHttp(): clients that stall", () => {
	const TIMEOUTS: HttpTimeouts = { headMs: 200, requestMs: 400, readMs: 300, keepAliveMs: 300 };

	async function startHttp(): Promise<{ app: FastifyInstance; port: number }> {
		const app = await createHttp({
			hub: new SessionHub(hubOptions({ createTransport: () => new FakeTransport() })),
			maxBodyBytes: 100_000,
			requestsPerMinute: 10_000,
			trustedProxies: [],
			maxConnections: 100,
			maxConnectionsPerAddress: 100,
			certificate: undefined,
			origins: new OriginPolicy({ names: [], allowedOrigins: [] }),
			onRefusal: () => {},
			hasSource: () => false,
			ready: Promise.resolve(),
			snapshot: () => Promise.reject(new Error("There are no pictures.")),
			status: () => ({ status: "ok" }),
			healthy: () => true,
			sourceReady: () => true,
			onError: () => {},
			timeouts: TIMEOUTS,
		});
		app.get("/large", async () => Buffer.alloc(64_000_000));
		apps.push(app);
		await app.listen({ port: 0, host: "127.0.0.1" });
		return { app, port: (app.server.address() as AddressInfo).port };
	}

	/** Sends these parts, one every 20 ms, until the server closes the connection. */
	async function sendUntilClosed(port: number, parts: Iterable<string>): Promise<void> {
		const socket = connect(port, "127.0.0.1").on("error", () => {});
		sockets.push(socket);
		await once(socket, "connect");
		socket.resume();
		const next = parts[Symbol.iterator]();
		const timer = setInterval(() => {
			const { done, value } = next.next();
			if (!done) socket.write(value);
		}, 20);
		await until(() => socket.closed);
		clearInterval(timer);
	}

	function* drip(head: string) {
		yield head;
		for (;;) yield "a";
	}

	it.each([
		["sends nothing", []],
		["drips the head of a request", drip("GET / HTTP/1.1\r\nX: ")],
		[
			"drips the body of a request",
			drip(
				"POST /whep HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
					"Content-Type: application/sdp\r\nContent-Length: 9000\r\n\r\n",
			),
		],
		["sends one request and no other", ["GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"]],
	] as const)("closes a connection that %s", async (_what, parts) => {
		const { app, port } = await startHttp();
		// Node has time-outs of its own, after which it would close the connection too.
		const { headMs, requestMs, keepAliveMs } = TIMEOUTS;
		const own = { headersTimeout: headMs, requestTimeout: requestMs, keepAliveTimeout: keepAliveMs };
		expect(app.server).toMatchObject(own);
		await sendUntilClosed(port, parts);
	});

	it("closes a connection whose client does not read the answer", async () => {
		const { app, port } = await startHttp();
		const accepted = new Promise<Socket>((resolve) =>
			app.server.prependListener("request", ({ socket }) => resolve(socket)),
		);
		const client = connect(port, "127.0.0.1")
			.on("error", () => {})
			.pause();
		sockets.push(client);
		client.write("GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
		const socket = await accepted;
		await until(() => socket.destroyed);
	});
});
