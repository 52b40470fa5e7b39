import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { mountGrpcWeb, sniffHttp2 } from "panogaze-rerun/node";
import { generate } from "selfsigned";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { FakeViewer, ServerStub } from "../recording/fake-session.cases.ts";
import { liveInThisThread, storesIn } from "../recording/live/live-view.cases.ts";
import { authorizeByToken } from "../session/access.ts";
import { FakeTransport } from "../session/fake-transport.cases.ts";
import { hubOptions } from "../session/hub-options.cases.ts";
import { SessionHub } from "../session/index.ts";
import type { ServerCertificate } from "./certificate.ts";
import { createHttp } from "./http.ts";
import { OriginPolicy } from "./origin-policy.ts";
import { PackedFiles } from "./packed-files.ts";
import { RerunDoor } from "./rerun-door.ts";
import { RERUN_SERVICE } from "./rerun-passes.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-viewer-"));
const SCRIPT = "export const viewer = 1;\n".repeat(100);
mkdirSync(join(folder, "viewer"));
for (const file of ["index.js", "re_viewer.js", "re_viewer_bg.wasm"]) writeFileSync(join(folder, file), SCRIPT);
afterAll(() => rmSync(folder, { recursive: true }));

const READ = `${RERUN_SERVICE}/ReadMessages`;
const GRPC_WEB = { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" };
const GRPC = { "content-type": "application/grpc", te: "trailers" };
const NO_MESSAGE = new Uint8Array(5);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server with a live view of one viewer, which asks for tokens. */
async function openDoor({
	certificate,
	maxConnections = 1000,
}: {
	readonly certificate?: ServerCertificate;
	readonly maxConnections?: number;
} = {}) {
	const { live, failThread } = liveInThisThread();
	const server = new ServerStub();
	live.attach(server);
	server.emit("join", new FakeViewer().asViewer);
	const authorize = authorizeByToken({ token: "all", viewToken: "look", recordToken: "tape" });
	const hub = new SessionHub(hubOptions({ createTransport: () => new FakeTransport(), authorize }));
	const mount = mountGrpcWeb({ feeds: live, allowedOrigins: ["*"] });
	const viewer = { folder, version: "0.33.0" };
	const bounds = { maxWatchers: 2, requestsPerMinute: 6, trustedProxies: [] };
	const programs = { admitsPrograms: false, hasOwnCertificate: certificate !== undefined };
	const door = new RerunDoor({ ...bounds, live, hub, mount, sniff: sniffHttp2, viewer, programs });
	const app = await createHttp({
		hub,
		rerun: door,
		maxBodyBytes: 100_000,
		requestsPerMinute: 10_000,
		trustedProxies: [],
		maxConnections: 1000,
		maxConnectionsPerAddress: maxConnections,
		certificate,
		origins: new OriginPolicy({ names: [], allowedOrigins: [] }),
		onRefusal: () => {},
		ready: Promise.resolve(),
		snapshot: () => Promise.reject(new Error("There is no picture.")),
		status: () => ({}),
		healthy: () => true,
		sourceReady: () => true,
		hasSource: () => false,
		onError: () => {},
	});
	const origin = await app.listen({ port: 0, host: "127.0.0.1" });
	cleanups.push(
		() => hub.close(),
		() => app.close(),
		() => live.close(),
	);
	return { live, origin, failThread };
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A watcher's call by gRPC-web: its status, and what it receives until it is closed. */
async function watch(origin: string, headers: Readonly<Record<string, string>>) {
	const call = request(`${origin}${READ}`, { method: "POST", headers: { ...GRPC_WEB, ...headers } });
	call.on("error", () => {});
	cleanups.push(() => call.destroy());
	const watcher = { status: 0, received: Buffer.alloc(0), close: () => call.destroy() };
	call.end(NO_MESSAGE);
	await new Promise<void>((resolve) => {
		call.on("response", (response) => {
			watcher.status = response.statusCode!;
			response.on("error", () => {});
			response.on("data", (bytes: Buffer) => (watcher.received = Buffer.concat([watcher.received, bytes])));
			resolve();
		});
	});
	return watcher;
}

const hasWorld = (received: Buffer) => storesIn(received).some(({ entityPaths }) => entityPaths.includes("/world"));

describe("the door of the live view", () => {
	it("gives a page with the right to record a pass, by which its viewer's call is let in", async () => {
		const { origin, live } = await openDoor();
		const pass = (token: string | undefined) =>
			fetch(`${origin}/rerun/pass`, {
				method: "POST",
				headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
			});
		expect((await pass(undefined)).status).toBe(401);
		const refused = await pass("look");
		expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
			403,
			"This needs the right to record: the live view shows what every viewer does.",
		]);
		const admitted = await pass("tape");
		expect(await admitted.json()).toEqual({ viewer: "0.33.0", admitsPrograms: false, hasOwnCertificate: false });
		const cookie = admitted.headers.get("set-cookie")!.split(";")[0]!;
		expect((await watch(origin, {})).status).toBe(401);
		expect((await watch(origin, { authorization: "Bearer look" })).status).toBe(403);
		expect((await watch(origin, { cookie: `${cookie}x` })).status).toBe(401);
		expect((await watch(origin, { cookie, origin: "http://evil.example" })).status).toBe(403);
		const watcher = await watch(origin, { cookie, origin });
		await until(() => hasWorld(watcher.received));
		expect(live.stats().watchers).toBe(1);
		watcher.close();
		await until(() => live.stats().watchers === 0);
	});

	it("lets in as many watchers as it may, takes no messages, and none once the live view is over", async () => {
		const { origin, live, failThread } = await openDoor();
		const headers = { authorization: "Bearer all" };
		const watchers = [await watch(origin, headers), await watch(origin, headers)];
		expect((await watch(origin, headers)).status).toBe(503);
		watchers[0]!.close();
		await until(() => live.stats().watchers === 1);
		const written = await fetch(`${origin}${RERUN_SERVICE}/WriteMessages`, {
			method: "POST",
			headers: { ...GRPC_WEB, ...headers },
			body: NO_MESSAGE,
		});
		expect(await written.text()).toContain("grpc-status:7");
		failThread(new Error("It is over."));
		await until(() => live.over);
		expect((await watch(origin, headers)).status).toBe(503);
	});

	it("has one address, to which others of the page lead", async () => {
		const { origin } = await openDoor();
		for (const path of ["/rerun/", "/rerun.html"]) {
			const response = await fetch(origin + path, { redirect: "manual" });
			expect([response.status, response.headers.get("location")]).toEqual([308, "/rerun"]);
		}
		const policy = (await fetch(`${origin}/rerun`)).headers.get("content-security-policy")!;
		expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
		expect(policy).toContain("default-src 'self'");
		expect((await fetch(`${origin}/status`)).headers.get("content-security-policy")).not.toContain("wasm");
	});

	it("serves the viewer's files packed, and for a year, and no others", async () => {
		const { origin } = await openDoor();
		const files = `${origin}/rerun/viewer/0.33.0`;
		const wasm = await fetch(`${files}/re_viewer_bg.wasm`);
		expect(Object.fromEntries(wasm.headers)).toMatchObject({
			"content-type": "application/wasm",
			"cache-control": "public, max-age=31536000, immutable",
			"rerun-final-length": String(SCRIPT.length),
			vary: "Origin, Accept-Encoding",
		});
		expect(await wasm.text()).toBe(SCRIPT);
		for (const path of [
			`${files}/package.json`,
			`${origin}/rerun/viewer/0.32.0/index.js`,
			`${files}/..%2Findex.js`,
		])
			expect((await fetch(path)).status, path).toBe(404);
		const packed = new PackedFiles();
		const path = join(folder, "index.js");
		expect(brotliDecompressSync(await packed.read(path, "br")).toString()).toBe(SCRIPT);
		expect(gunzipSync(await packed.read(path, "gzip")).toString()).toBe(SCRIPT);
		expect(packed.read(path, "gzip")).toBe(packed.read(path, "gzip"));
		await expect(packed.read(join(folder, "nothing"), "br")).rejects.toThrow("ENOENT");
		const accepted = ["gzip, deflate, br", "gzip;q=1.0, br;q=0", "identity", undefined].map(PackedFiles.accepted);
		expect(accepted).toEqual(["br", "gzip", undefined, undefined]);
	});

	it("gives up idle connections of HTTP/2 for others, and none that watches", async () => {
		const { origin, live } = await openDoor({ maxConnections: 2 });
		const [watching, idle] = [connect(origin), connect(origin)];
		for (const session of [watching, idle]) {
			session.on("error", () => {});
			cleanups.push(() => session.destroy());
		}
		const stream = watching.request({ ":method": "POST", ":path": READ, ...GRPC, authorization: "Bearer tape" });
		stream.on("error", () => {});
		stream.end(NO_MESSAGE);
		await until(() => live.stats().watchers === 1 && !idle.connecting);
		expect((await fetch(`${origin}/status`)).status).toBe(200);
		await until(() => idle.destroyed);
		expect([watching.destroyed, live.stats().watchers]).toEqual([false, 1]);
	});

	it.each(["plain", "TLS"])("serves programs that speak HTTP/2 alone on the same port (%s)", async (kind) => {
		const pem = kind === "TLS" ? await generate(undefined, { keyType: "ec", algorithm: "sha256" }) : undefined;
		const certificate = pem && ({ cert: pem.cert, key: pem.private, info: {} } as unknown as ServerCertificate);
		const { origin, live } = await openDoor(certificate && { certificate });
		const secure = certificate === undefined ? origin : origin.replace("http:", "https:");
		const session: ClientHttp2Session = connect(secure, { rejectUnauthorized: false });
		session.on("error", () => {});
		cleanups.push(() => session.destroy());
		const call = (headers: Readonly<Record<string, string>>) => {
			const stream = session.request({
				":method": "POST",
				":path": READ,
				...GRPC,
				...headers,
			});
			const result = { received: Buffer.alloc(0), status: "" };
			stream.on("data", (bytes: Buffer) => (result.received = Buffer.concat([result.received, bytes])));
			stream.on("trailers", (trailers) => (result.status = String(trailers["grpc-status"])));
			stream.on("error", () => {});
			stream.end(NO_MESSAGE);
			return result;
		};
		const refused = [
			call({}),
			call({ authorization: "Bearer look" }),
			call({ authorization: "Bearer all", origin }),
		];
		for (const each of refused) await until(() => each.status !== "");
		expect(refused.map(({ status }) => status)).toEqual(["7", "7", "7"]);
		const admitted = call({ authorization: "Bearer tape" });
		await until(() => hasWorld(admitted.received));
		expect(live.stats().watchers).toBe(1);
		// Tokens can't be guessed without bound.
		const guesses = Array.from({ length: 5 }, () => call({ authorization: "Bearer tape" }));
		for (const each of guesses.slice(3)) await until(() => each.status === "7");
		session.destroy();
		await until(() => live.stats().watchers === 0);
	});
});
