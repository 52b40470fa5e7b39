import { execFile } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import { connect, constants, createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { request } from "node:https";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from "node:net";
import { promisify } from "node:util";
import { fastify } from "fastify";
import { generate } from "selfsigned";
import { afterEach, describe, expect, it } from "vitest";
import { LogMessage } from "../rrd/log-message.ts";
import { introduction, outline, scalar, videoSample } from "../rrd/log-messages.cases.ts";
import { GrpcFrameReader, grpcFrameHeader } from "../serving/grpc-frames.ts";
import { MessageProxy } from "../serving/message-proxy.ts";
import { decodeProxyMessage, messageHeader, SERVICE_PATH } from "../serving/message-proxy-service.ts";
import { MemorySink } from "../sinks/memory-sink.ts";
import { connectGrpc } from "../sinks/node/grpc-sink.ts";
import type { SinkError } from "../sinks/sink.ts";
import { mountGrpcWeb, type ServeGrpcOptions, serveGrpc } from "./grpc-server.ts";
import { sniffHttp2 } from "./http2-server.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
	outlines.clear();
});

async function until(holds: () => boolean, what = holds.toString()): Promise<void> {
	const deadline = Date.now() + 20_000;
	while (!holds()) {
		if (Date.now() > deadline) throw new Error(`Did not happen: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
}

async function server(options: ServeGrpcOptions = {}) {
	const made = await serveGrpc({ port: 0, lingerSec: 0.5, ...options });
	cleanups.push(() => made.close());
	return made;
}

function client(url: string, options: Parameters<typeof connectGrpc>[1] = {}) {
	const made = connectGrpc(url, { retrySec: [0.02, 0.1], flushTimeoutSec: 15, onProblem: () => {}, ...options });
	// Strict ones say a second time what they said in flush().
	cleanups.push(() => made.close().catch(() => {}));
	return made;
}

/** Outlines by the bytes of messages: a message that several viewers receive is decoded once. */
const outlines = new Map<string, string>();

function outlineOf(bytes: Uint8Array): string {
	const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
	let text = outlines.get(key);
	if (text === undefined) {
		text = outline(decodeProxyMessage(bytes) as LogMessage);
		outlines.set(key, text);
	}
	return text;
}

/** The messages of a viewer, as they come. Native viewers speak HTTP/2, browsers gRPC-web. */
async function viewer(origin: string, { web = false, headers = {} as Record<string, string> } = {}) {
	const seen: string[] = [];
	const frames = new GrpcFrameReader(1e9);
	const take = (bytes: Uint8Array) => {
		for (const frame of frames.push(bytes))
			if (frame.trailers) result.trailers = Buffer.from(frame.bytes).toString();
			else if (frame.bytes.length === 0) result.heartbeats++;
			else seen.push(outlineOf(frame.bytes));
	};
	const result = { seen, heartbeats: 0, trailers: "", ended: false, status: 0, pause: () => {}, resume: () => {} };
	if (web) {
		const abort = new AbortController();
		cleanups.push(() => abort.abort());
		const response = await fetch(`${origin}${SERVICE_PATH}ReadMessages`, {
			method: "POST",
			headers: { "content-type": "application/grpc-web+proto", ...headers },
			body: grpcFrameHeader(0),
			signal: abort.signal,
		});
		result.status = response.status;
		if (!response.ok) return result;
		void (async () => {
			try {
				for await (const bytes of response.body!) take(bytes);
			} catch {}
			result.ended = true;
		})();
		return result;
	}
	const session = connect(origin);
	session.on("error", () => {});
	cleanups.push(() => session.destroy());
	const stream = session.request({
		":method": "POST",
		":path": `${SERVICE_PATH}ReadMessages`,
		"content-type": "application/grpc",
		te: "trailers",
		...headers,
	});
	stream.on("error", () => {});
	stream.on("data", take);
	stream.on("response", (response) => {
		result.status = response[":status"]!;
	});
	stream.on("trailers", (trailers) => {
		result.trailers = `grpc-status:${trailers["grpc-status"]}`;
	});
	stream.on("close", () => {
		result.ended = true;
	});
	stream.end(grpcFrameHeader(0));
	result.pause = () => stream.pause();
	result.resume = () => stream.resume();
	await new Promise((resolve, reject) => stream.once("response", resolve).once("error", reject));
	return result;
}

const originOf = (url: string) => url.replace("rerun+", "").replace("/proxy", "");

describe("serveGrpc()", () => {
	it.each([
		["natively", false],
		["in a browser", true],
	])("gives viewers %s what was logged before them and what comes, and ends well", async (_, web) => {
		const log = await server();
		expect(log.url).toBe(`rerun+http://127.0.0.1:${log.port}/proxy`);
		log.write([scalar("/fixed", null), introduction(), scalar("/a", 0)]);
		const one = await viewer(originOf(log.url), { web });
		await until(() => one.seen.length === 3);
		log.write([
			scalar("/a", 1),
			scalar("/large", 1, { count: 50_000 }),
			videoSample("/v", 2, { key: true, byteLength: 300_000 }),
		]);
		await until(() => one.seen.length === 6);
		expect(one.seen).toEqual(["storeInfo one", "/fixed static", "/a 0", "/a 1", "/large 1", "/v 2"]);
		expect(log.stats).toMatchObject({ viewers: 1, messages: 6, lostMessages: 0, droppedViewers: 0 });
		log.write([scalar("/a", 3)]);
		await log.close();
		await until(() => one.ended);
		expect(one.seen.at(-1)).toBe("/a 3");
		expect(one.trailers).toContain("grpc-status:0");
	});

	it("gives a thousand messages in their order, to viewers of both kinds at once", async () => {
		const log = await server();
		const viewers = [await viewer(originOf(log.url)), await viewer(originOf(log.url), { web: true })];
		for (let step = 0; step < 1000; step++) {
			log.write([scalar("/a", step)]);
			if (step % 200 === 0) viewers.push(await viewer(originOf(log.url), { web: step % 400 === 0 }));
		}
		const all = Array.from({ length: 1000 }, (_, step) => `/a ${step}`);
		for (const { seen } of viewers) {
			await until(() => seen.length === 1000);
			expect(seen).toEqual(all);
		}
	});

	it("takes what clients send, gives it to viewers and to other sinks, and leaves out what is broken", async () => {
		const taken: string[] = [];
		const stats = { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null };
		const also = {
			write: (messages: readonly LogMessage[]) => void taken.push(...messages.map(outline)),
			flush: async () => true,
			close: async () => {},
			stats,
		};
		const log = await server({ alsoTo: [also] });
		const looking = await viewer(originOf(log.url));
		const message = scalar("/a", 1);
		const session = connect(originOf(log.url));
		cleanups.push(() => session.destroy());
		const stream = session.request({
			":method": "POST",
			":path": `${SERVICE_PATH}WriteMessages`,
			"content-type": "application/grpc+proto",
		});
		const broken = Uint8Array.of(0x0a, 2, 0x12, 0);
		stream.write(Buffer.concat([grpcFrameHeader(broken.length), broken, grpcFrameHeader(0)]));
		const frame = Buffer.concat([messageHeader(message.kind, message.bytes.length), message.bytes]);
		for (const byte of frame.subarray(0, 20)) stream.write(Buffer.of(byte));
		stream.end(frame.subarray(20));
		const answer: Buffer[] = [];
		stream.on("data", (bytes) => answer.push(bytes));
		const trailers = await new Promise<{ [name: string]: unknown }>((resolve) => stream.once("trailers", resolve));
		expect(trailers["grpc-status"]).toBe("0");
		expect(Buffer.concat(answer)).toEqual(Buffer.from(grpcFrameHeader(0)));
		await until(() => looking.seen.length === 1);
		expect([looking.seen, taken, log.stats.refusedMessages]).toEqual([["/a 1"], ["/a 1"], 1]);
	});

	it("says what it doesn't do, and when the time is over", async () => {
		const log = await server({ maxMessageByteLength: 1000 });
		const session = connect(originOf(log.url));
		cleanups.push(() => session.destroy());
		const call = (method: string, body: Uint8Array | null, headers: Record<string, string> = {}) =>
			new Promise<unknown>((resolve) => {
				const stream = session.request({
					":method": "POST",
					":path": method,
					"content-type": "application/grpc",
					...headers,
				});
				stream.on("trailers", (trailers) => resolve(Number(trailers["grpc-status"])));
				stream.on(
					"response",
					(response) => response[":status"] !== 200 && resolve(`HTTP ${response[":status"]}`),
				);
				stream.resume();
				if (body === null) return;
				stream.end(body);
			});
		expect(await call(`${SERVICE_PATH}ReadTables`, grpcFrameHeader(0))).toBe(12);
		expect(await call("/elsewhere", grpcFrameHeader(0))).toBe(12);
		expect(await call(`${SERVICE_PATH}WriteMessages`, grpcFrameHeader(1001))).toBe(8);
		expect(await call(`${SERVICE_PATH}WriteMessages`, grpcFrameHeader(10, 1))).toBe(12);
		expect(await call(`${SERVICE_PATH}WriteMessages`, Uint8Array.of(0, 0, 0))).toBe(3);
		expect(await call(`${SERVICE_PATH}WriteMessages`, null, { "grpc-timeout": "20m" })).toBe(4);
		expect(await call(`${SERVICE_PATH}ReadMessages`, grpcFrameHeader(0), { "grpc-timeout": "20m" })).toBe(4);
		expect(await call(`${SERVICE_PATH}ReadMessages`, grpcFrameHeader(0), { "content-type": "text/plain" })).toBe(
			"HTTP 415",
		);
		expect(await call(`${SERVICE_PATH}ReadMessages`, grpcFrameHeader(0), { origin: "https://evil.com" })).toBe(7);
	});

	/** Calls that send the beginning of a message and no more. Each has a connection of its own. */
	const halfMessages = async (url: string, count: number, byteLength: number) => {
		const codes: number[] = [];
		for (let index = 0; index < count; index++) {
			const session = connect(originOf(url));
			session.on("error", () => {});
			cleanups.push(() => session.destroy());
			const stream = session.request({
				":method": "POST",
				":path": `${SERVICE_PATH}WriteMessages`,
				"content-type": "application/grpc",
			});
			stream.on("trailers", (trailers) => codes.push(Number(trailers["grpc-status"])));
			stream.on("error", () => {});
			stream.resume();
			await new Promise((resolve) =>
				stream.write(Buffer.concat([grpcFrameHeader(2 * byteLength), new Uint8Array(byteLength)]), resolve),
			);
		}
		return codes;
	};

	it("keeps unfinished messages of all clients within a bound, and takes whole ones that are long", async () => {
		const log = await server({ maxUnfinishedBytes: 1_000_000 });
		const codes = await halfMessages(log.url, 40, 100_000);
		await until(() => codes.length >= 30);
		expect(log.stats.unfinishedBytes).toBeLessThanOrEqual(1_000_000);
		expect(new Set(codes)).toEqual(new Set([14]));
		const sender = client(log.url);
		const large = LogMessage.chunk(
			introduction().storeId,
			scalar("/large", 0, { count: 200_000 }).chunk()!,
			"none",
		);
		expect(large.bytes.length).toBeGreaterThan(1_500_000);
		sender.write([introduction(), large]);
		expect(await sender.flush()).toBe(true);
		expect(log.stats.messages).toBe(2);
	});

	it("ends calls whose message does not go on, and forgets those of connections that break", async () => {
		const log = await server({ messageTimeoutSec: 0.2 });
		const codes = await halfMessages(log.url, 3, 1000);
		await until(() => codes.length === 3);
		expect(codes).toEqual([4, 4, 4]);
		expect(log.stats.unfinishedBytes).toBe(0);
		const other = await server();
		await halfMessages(other.url, 3, 1000);
		await until(() => other.stats.unfinishedBytes === 3 * 1005);
		for (const cleanup of cleanups.splice(-3)) cleanup();
		await until(() => other.stats.unfinishedBytes === 0);
	});

	it("lets pages in as Rerun's own server does", async () => {
		const log = await server({ allowedOrigins: ["https://*.example.com"] });
		const ask = async (origin: string, method = "OPTIONS") => {
			const response = await fetch(`http://127.0.0.1:${log.port}${SERVICE_PATH}ReadTables`, {
				method,
				headers: {
					origin,
					"content-type": "application/grpc-web+proto",
					"access-control-request-method": "POST",
					"access-control-request-headers": "content-type,x-grpc-web",
					"access-control-request-private-network": "true",
				},
				...(method === "POST" ? { body: grpcFrameHeader(0) } : {}),
			});
			const text = await response.text();
			return {
				status: response.status,
				allowed: response.headers.get("access-control-allow-origin"),
				text,
				headers: response.headers,
			};
		};
		const good = await ask("https://robots.example.com");
		expect([good.status, good.allowed]).toEqual([204, "https://robots.example.com"]);
		expect(good.headers.get("access-control-allow-headers")).toBe("content-type,x-grpc-web");
		expect(good.headers.get("access-control-allow-private-network")).toBe("true");
		expect(await ask("https://evil.com")).toMatchObject({ status: 403, allowed: null });
		expect(await ask("https://evil.com", "POST")).toMatchObject({ status: 403, allowed: null });
		expect((await ask("http://localhost:3000", "POST")).text).toContain("grpc-status:12");
		const plain = await fetch(`http://127.0.0.1:${log.port}/`);
		expect([plain.status, await plain.text()]).toEqual([
			404,
			"This is a Rerun server: viewers connect to /proxy.\n",
		]);
		const wrongType = await fetch(`http://127.0.0.1:${log.port}${SERVICE_PATH}ReadMessages`, {
			method: "POST",
			body: "x",
		});
		expect(wrongType.status).toBe(415);
	});

	it.each([
		["natively", false],
		["in a browser", true],
	])("drops a viewer that reads too slowly %s, and waits for nobody", async (_, web) => {
		const log = await server({ viewerBacklogBytes: 2e6, memoryLimitBytes: 1e6 });
		const { port } = log;
		const fast = await viewer(originOf(log.url));
		// One that says hello and never reads: the kernel's buffers fill up.
		const body = Buffer.from(grpcFrameHeader(0));
		const path = `${SERVICE_PATH}ReadMessages`;
		let gone = false;
		if (web) {
			const socket = connectTcp(port, "127.0.0.1");
			socket
				.on("error", () => {})
				.on("close", () => {
					gone = true;
				});
			cleanups.push(() => socket.destroy());
			socket.write(
				`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\ncontent-length: 5\r\n\r\n`,
			);
			socket.write(body);
			socket.pause();
		} else {
			const slow = await viewer(originOf(log.url));
			slow.pause();
			cleanups.push(() => slow.resume());
			void until(() => slow.ended).then(() => {
				gone = true;
			});
		}
		await until(() => log.stats.viewers === 2);
		let count = 0;
		while (log.stats.droppedViewers === 0) {
			if (count === 1000) throw new Error("The slow viewer was never dropped.");
			log.write([videoSample("/v", count++, { key: true, byteLength: 100_000 })]);
			await until(() => fast.seen.length > count - 5);
		}
		log.write([scalar("/a", count)]);
		await until(() => fast.seen.length === count + 1);
		expect(log.stats.viewers).toBe(1);
		expect(log.stats.historyBytes).toBeLessThanOrEqual(1e6);
		await until(() => gone || web);
	});

	it("forgets viewers that leave, and ends the calls of clients whose messages a strict sink refuses", async () => {
		const full = new MemorySink({ strict: true, onProblem: () => {} });
		await full.close();
		const log = await server({ alsoTo: [full] });
		const abort = new AbortController();
		const response = await fetch(`http://127.0.0.1:${log.port}${SERVICE_PATH}ReadMessages`, {
			method: "POST",
			headers: { "content-type": "application/grpc-web" },
			body: grpcFrameHeader(0),
			signal: abort.signal,
		});
		expect([response.status, log.stats.viewers]).toEqual([200, 1]);
		abort.abort();
		await until(() => log.stats.viewers === 0);
		const session = connect(originOf(log.url));
		cleanups.push(() => session.destroy());
		const { bytes, kind } = introduction();
		const stream = session.request({
			":method": "POST",
			":path": `${SERVICE_PATH}WriteMessages`,
			"content-type": "application/grpc",
		});
		stream.resume();
		stream.write(Buffer.concat([messageHeader(kind, bytes.length), bytes]));
		const trailers = await new Promise<{ [name: string]: unknown }>((resolve) => stream.once("trailers", resolve));
		expect(trailers).toMatchObject({ "grpc-status": "8", "grpc-message": "A sink behind this server has failed." });
	});

	it("keeps connections of browsers from looking dead", async () => {
		const log = await server({ heartbeatSec: 0.01 });
		const [web, native] = [await viewer(originOf(log.url), { web: true }), await viewer(originOf(log.url))];
		await until(() => web.heartbeats > 3);
		log.write([introduction()]);
		await until(() => web.seen.length === 1 && native.seen.length === 1);
		expect(native.heartbeats).toBe(0);
		await log.close();
		await until(() => web.ended);
		expect(web.trailers).toContain("grpc-status:0");
		await expect(serveGrpc({ port: 0, heartbeatSec: 0 })).rejects.toThrow("heartbeatSec must be above 0");
	});

	it("says whose fault it is when its port is taken", async () => {
		const log = await server();
		await expect(serveGrpc({ port: log.port })).rejects.toThrow(
			`Port ${log.port} of 127.0.0.1 is taken, perhaps by a viewer of Rerun`,
		);
	});
});

describe("mountGrpcWeb()", () => {
	it("serves viewers on another server's port, and shares what was logged", async () => {
		const log = await server();
		const mount = mountGrpcWeb({ proxy: log.proxy });
		const http = createServer(
			(request, response) => void (mount.handle(request, response) || response.end("a page")),
		);
		await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
		cleanups.push(
			() => http.close(),
			() => mount.close(),
		);
		const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
		log.write([introduction(), scalar("/a", 0)]);
		const one = await viewer(origin, { web: true, headers: { origin } });
		await until(() => one.seen.length === 2);
		expect(await (await fetch(origin)).text()).toBe("a page");
		expect(log.proxy.closed).toBe(false);
	});
});

describe("mountGrpcWeb() in Fastify", () => {
	it("takes its requests, and leaves the others", async () => {
		const mount = mountGrpcWeb({ lingerSec: 0.2 });
		const app = fastify({ forceCloseConnections: true });
		app.addHook("onRequest", (request, reply, done) => {
			if (mount.handle(request.raw, reply.raw)) reply.hijack();
			else done();
		});
		app.get("/", () => "a page");
		const origin = await app.listen({ port: 0, host: "127.0.0.1" });
		cleanups.push(
			() => app.close(),
			() => mount.close(),
		);
		mount.write([introduction(), scalar("/a", 0)]);
		const one = await viewer(origin, { web: true, headers: { origin } });
		await until(() => one.seen.length === 2);
		mount.write([scalar("/a", 1)]);
		await until(() => one.seen.length === 3);
		expect(await (await fetch(origin)).text()).toBe("a page");
		expect(
			(
				await fetch(`${origin}${SERVICE_PATH}ReadMessages`, {
					method: "OPTIONS",
					headers: { origin: "http://evil.com" },
				})
			).status,
		).toBe(403);
	});
});

describe("a mount with feeds", () => {
	it("gives viewers of both kinds what its feeds hold, takes nothing, and refuses as it is told to", async () => {
		const proxy = new MessageProxy();
		const mount = mountGrpcWeb({ feeds: proxy, lingerSec: 0.2 });
		const verdict = Promise.withResolvers<undefined>();
		const native = mount.http2(({ authorization, "content-type": type }) => {
			if (type === "text/plain") return verdict.promise;
			return authorization === "Bearer secret" ? undefined : "A token is missing.";
		});
		const web = createServer((request, response) => void mount.handle(request, response));
		const listener = createTcpServer((socket) =>
			sniffHttp2(socket, (isHttp2) => (isHttp2 ? native : web).emit("connection", socket)),
		);
		await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
		cleanups.push(
			() => listener.close(),
			() => web.closeAllConnections(),
		);
		const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
		proxy.write([introduction(), scalar("/a", 0)]);
		const headers = { authorization: "Bearer secret" };
		const viewers = [await viewer(origin, { headers }), await viewer(origin, { web: true })];
		proxy.write([scalar("/a", 1)]);
		for (const { seen } of viewers) await until(() => seen.length === 3);
		const refused = await viewer(origin);
		await until(() => refused.ended);
		expect(refused).toMatchObject({ seen: [], trailers: "grpc-status:7" });
		// A call that is taken back before it is decided about, which would get an answer at once.
		const session = connect(origin);
		cleanups.push(() => session.destroy());
		const taken = session.request({ ":method": "POST", ":path": "/", "content-type": "text/plain" });
		await new Promise((resolve) => session.ping(resolve));
		taken.close(constants.NGHTTP2_CANCEL);
		await new Promise((resolve) => session.ping(resolve));
		verdict.resolve(undefined);
		await new Promise((resolve) => session.ping(resolve));
		const written = await fetch(`${origin}${SERVICE_PATH}WriteMessages`, {
			method: "POST",
			headers: { "content-type": "application/grpc-web+proto" },
		});
		expect(Buffer.from(await written.arrayBuffer()).toString()).toMatch(/grpc-status:7\r\n/);
	});
});

describe("connectGrpc()", () => {
	const program = (url: string, options: string) => [
		"--input-type=module",
		"--eval",
		`import { connectGrpc } from ${JSON.stringify(new URL("../sinks/node/grpc-sink.ts", import.meta.url).href)};
import { scalar } from ${JSON.stringify(new URL("../rrd/log-messages.cases.ts", import.meta.url).href)};
const sink = connectGrpc(${JSON.stringify(url)}, ${options});
for (let step = 0; step < 500; step++) sink.write([scalar("/a", step)]);`,
	];

	it("holds a program that ends only until everything has arrived, or nobody came", async () => {
		const log = await server();
		const gone = await server();
		await gone.close();
		const [, { stderr }] = await Promise.all([
			promisify(execFile)(process.execPath, program(log.url, "{ flushTimeoutSec: 20 }")),
			promisify(execFile)(process.execPath, program(gone.url, "{ flushTimeoutSec: 0.1 }")),
		]);
		expect(log.stats.messages).toBe(500);
		expect(stderr).toMatch(/^Rerun: The viewer at rerun\+http.* was not there.*: messages are lost\.$/m);
	});

	it("sends everything in order, and knows when it has arrived", async () => {
		const log = await server();
		const sink = client(log.url);
		sink.write([introduction(), scalar("/fixed", null)]);
		for (let step = 0; step < 2000; step++) sink.write([scalar("/a", step)]);
		expect(await sink.flush()).toBe(true);
		expect(log.stats.messages).toBe(2002);
		sink.write([scalar("/a", 2000)]);
		expect(await sink.flush()).toBe(true);
		const seen = (await viewer(originOf(log.url))).seen;
		await until(() => seen.length === 2003);
		expect(seen).toEqual([
			"storeInfo one",
			"/fixed static",
			...Array.from({ length: 2001 }, (_, step) => `/a ${step}`),
		]);
		expect(sink.stats).toMatchObject({ messages: 2003, lostMessages: 0, failure: null });
		expect(sink.connections).toBe(1);
	});

	it("sends over TLS to who has the right certificate, and to nobody else", async () => {
		const pems = await generate([{ name: "commonName", value: "localhost" }], {
			keyType: "ec",
			extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
		});
		const log = await server({ tls: { key: pems.private, cert: pems.cert } });
		expect(log.url).toBe(`rerun+https://127.0.0.1:${log.port}/proxy`);
		const sink = client(log.url, { ca: pems.cert });
		const stranger = client(log.url, { flushTimeoutSec: 0.2 });
		for (let step = 0; step < 300; step++) sink.write([scalar("/a", step)]);
		stranger.write([scalar("/b", 0)]);
		expect(await sink.flush()).toBe(true);
		expect(log.stats.messages).toBe(300);
		expect(await stranger.flush()).toBe(false);
		expect(stranger.connections).toBe(0);
		// Browsers, by HTTP/1.1 on the same port.
		const web = await new Promise<IncomingMessage>((resolve, reject) =>
			request(
				{
					port: log.port,
					path: `${SERVICE_PATH}ReadMessages`,
					method: "POST",
					ca: pems.cert,
					agent: false,
					headers: { "content-type": "application/grpc-web" },
				},
				resolve,
			)
				.on("error", reject)
				.end(grpcFrameHeader(0)),
		);
		cleanups.push(() => web.destroy());
		let bytes = 0;
		web.on("data", (piece: Buffer) => {
			bytes += piece.length;
		});
		web.on("error", () => {});
		await until(() => bytes > 300 * 800);
	});

	it("waits for a server that comes later, and gives one that was started anew what it needs", async () => {
		const first = await server();
		const { port } = first;
		await first.close();
		const problems: string[] = [];
		const sink = client(first.url, { onProblem: ({ message }) => problems.push(message) });
		sink.write([introduction(), scalar("/fixed", null), scalar("/a", 0)]);
		expect(await sink.flush(0.05)).toBe(false);
		const second = await serveGrpc({ port, lingerSec: 0.1 });
		expect(await sink.flush()).toBe(true);
		expect(second.stats.messages).toBe(3);
		await second.close();
		sink.write([scalar("/a", 1)]);
		const third = await server({ port });
		sink.write([scalar("/a", 2)]);
		expect(await sink.flush()).toBe(true);
		const seen = (await viewer(originOf(third.url))).seen;
		await until(() => seen.length === 4);
		expect(seen).toEqual(["storeInfo one", "/fixed static", "/a 1", "/a 2"]);
		expect([problems, sink.stats.lostMessages]).toEqual([[], 0]);
		await third.close();
		// Also when nothing new is logged.
		const fourth = await server({ port });
		await until(() => fourth.stats.messages === 2);
	});

	it("sends again what was on its way when the connection broke", async () => {
		let broken = 0;
		const streams: ServerHttp2Stream[] = [];
		const rude = createHttp2Server();
		rude.on("session", (session) => session.on("error", () => {}));
		rude.on("stream", (stream) => {
			stream.on("error", () => {});
			streams.push(stream);
			// Takes a lot, and dies without an answer.
			stream.on("data", () => {});
			stream.on("end", () => {
				broken++;
				stream.session!.destroy();
			});
		});
		await new Promise<void>((resolve) => rude.listen(0, "127.0.0.1", resolve));
		const { port } = rude.address() as AddressInfo;
		const sink = client(`rerun+http://127.0.0.1:${port}/proxy`);
		for (let step = 0; step < 500; step++) sink.write([scalar("/a", step)]);
		const flushed = sink.flush(15);
		await until(() => broken >= 2);
		await new Promise<void>((resolve) => {
			rude.close(() => resolve());
			for (const stream of streams) stream.session?.destroy();
		});
		const log = await server({ port });
		expect(await flushed).toBe(true);
		expect(log.stats.messages).toBe(500);
		expect(sink.stats.lostMessages).toBe(0);
	});

	it("loses nothing when its server is stopped and started again and again, whatever is on its way", async () => {
		const steps = new Set<string>();
		const collect = {
			write: (messages: readonly LogMessage[]) => {
				for (const message of messages) steps.add(outline(message));
			},
			flush: async () => true,
			close: async () => {},
			stats: { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null },
		};
		let log = await serveGrpc({ port: 0, lingerSec: 0, alsoTo: [collect] });
		const { port } = log;
		const sink = client(log.url);
		sink.write([introduction()]);
		let step = 0;
		for (let round = 0; round < 8; round++) {
			const before = steps.size;
			// Stopped while messages are coming.
			while (steps.size < before + 30) {
				for (let count = 0; count < 5; count++) sink.write([scalar("/a", step++, { count: 200 })]);
				if (round % 2 === 0) void sink.flush(20);
				await new Promise((resolve) => setTimeout(resolve, 1));
			}
			await log.close();
			for (let count = 0; count < 20; count++) sink.write([scalar("/a", step++)]);
			log = await serveGrpc({ port, lingerSec: 0, alsoTo: [collect] });
		}
		cleanups.push(() => log.close());
		expect(await sink.flush(20)).toBe(true);
		expect(steps.size).toBe(step + 1);
		expect(sink.stats.lostMessages).toBe(0);
		expect(sink.connections).toBeGreaterThanOrEqual(8);
	});

	it("keeps what it has room for, loses the oldest, and says so once", async () => {
		const problems: SinkError[] = [];
		const gone = await server();
		await gone.close();
		const sink = client(gone.url, { queueBytes: 20_000, onProblem: (problem) => problems.push(problem) });
		for (let step = 0; step < 100; step++) sink.write([scalar("/a", step)]);
		expect(problems.map(({ kind, message }) => [kind, message.replace(/ \(.*\)/, "")])).toEqual([
			["lost", `The viewer at ${gone.url} does not take messages as fast as they are logged: messages are lost.`],
		]);
		const { lostMessages, queuedBytes } = sink.stats;
		expect(queuedBytes).toBeLessThanOrEqual(20_000);
		const log = await server({ port: gone.port });
		expect(await sink.flush()).toBe(false);
		expect(await sink.flush()).toBe(true);
		expect(lostMessages + log.stats.messages).toBe(100);
	});

	it("gives up on what is no Rerun, counts the rest as lost, and throws only if it is asked to", async () => {
		const http2 = createHttp2Server();
		http2.on("stream", (stream) => stream.respond({ ":status": 404 }, { endStream: true }));
		await new Promise<void>((resolve) => http2.listen(0, "127.0.0.1", resolve));
		cleanups.push(() => http2.close());
		const url = `rerun+http://127.0.0.1:${(http2.address() as AddressInfo).port}/proxy`;
		const problems: string[] = [];
		const calm = client(url, { onProblem: ({ message }) => problems.push(message) });
		const strict = client(url, { strict: true });
		calm.write([introduction(), scalar("/a", 0)]);
		strict.write([introduction()]);
		expect(await calm.flush()).toBe(false);
		calm.write([scalar("/a", 1)]);
		expect(calm.stats).toMatchObject({ lostMessages: 3, messages: 2 });
		expect(problems).toEqual([
			`The viewer at ${url} takes no messages: it answers with HTTP status 404 (gRPC status 12).`,
		]);
		await expect(strict.flush()).rejects.toThrow("takes no messages");
		expect(() => strict.write([scalar("/a", 1)])).toThrow("takes no messages");
		await expect(strict.close()).rejects.toThrow("takes no messages");
	});

	it("closes with everything sent, and takes nothing afterwards", async () => {
		const log = await server();
		const sink = client(log.url);
		for (let step = 0; step < 300; step++) sink.write([scalar("/a", step)]);
		await sink.close();
		expect(log.stats.messages).toBe(300);
		sink.write([scalar("/a", 300)]);
		expect(sink.stats.lostMessages).toBe(1);
		expect(() => connectGrpc("127.0.0.1:9876")).toThrow("is not the address of a Rerun proxy");
	});
});
