import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { SnapshotError } from "../render/snapshot.ts";
import { authorizeByToken } from "../session/access.ts";
import { FakeTransport } from "../session/fake-transport.cases.ts";
import { type HubChanges, hubOptions } from "../session/hub-options.cases.ts";
import { SessionHub } from "../session/index.ts";
import { chromiumOffer } from "../session/offers.cases.ts";
import { authorizerFrom } from "./authorize.ts";
import { createHttp } from "./http.ts";
import { OriginPolicy } from "./origin-policy.ts";
import type { LentRecordings } from "./recordings-door.ts";

const TURN = [{ urls: "turn:192.0.2.1:3478", username: "walter", credential: "swordfish" }];
const EVIL = "http://evil.example:8080";
const OWN = "http://127.0.0.1:8080";
const LISTED = "https://console.example.org";

const open: { readonly app: FastifyInstance; readonly hub: SessionHub }[] = [];
afterEach(async () => {
	for (const { app, hub } of open.splice(0)) {
		await app.close();
		await hub.close();
	}
});

async function openDoors(
	options: HubChanges & {
		readonly allowedOrigins?: readonly string[];
		readonly trustedProxies?: readonly string[];
		readonly recordings?: LentRecordings;
	} = {},
) {
	const refusals: string[] = [];
	const many = { maxViewers: 100, limits: { maxPendingPerAddress: 100 } };
	const hub = new SessionHub(
		hubOptions({ createTransport: () => new FakeTransport(), iceServers: TURN, ...many, ...options }),
	);
	const app = await createHttp({
		hub,
		maxBodyBytes: 100_000,
		requestsPerMinute: 10_000,
		trustedProxies: options.trustedProxies ?? [],
		maxConnections: 1000,
		maxConnectionsPerAddress: 1000,
		certificate: undefined,
		origins: new OriginPolicy({ names: ["robot.local"], allowedOrigins: options.allowedOrigins ?? [LISTED] }),
		onRefusal: (words) => refusals.push(words),
		hasSource: () => false,
		ready: Promise.resolve(),
		snapshot: () => Promise.reject(new SnapshotError("no-picture", "The source has sent no picture yet.")),
		status: () => ({ status: "ok" }),
		healthy: () => true,
		sourceReady: () => true,
		recordings: options.recordings,
		onError: () => {},
	});
	open.push({ app, hub });
	return { app, hub, refusals };
}

type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
const METHODS: readonly Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const PATHS = [
	"/whep",
	"/whep/",
	"/whep?x=1",
	"/%77hep",
	"/whep/abc",
	"/whep/abc/",
	"/offer",
	"/offer/",
	"/offer?x",
	"/snapshot.jpg",
	"/snapshot.jpg?sphere=1",
	"/status",
	"/status/",
	"/healthz",
	"/readyz",
	"/nowhere",
];

/** Headers that a page can put into a request. */
const BODIES = [
	{ type: "application/sdp", payload: chromiumOffer() },
	{ type: "application/json", payload: JSON.stringify({ type: "offer", sdp: chromiumOffer() }) },
	{ type: "text/plain", payload: JSON.stringify({ type: "offer", sdp: chromiumOffer() }) },
	{ type: undefined, payload: JSON.stringify({ type: "offer", sdp: chromiumOffer() }) },
];

describe("the doors: pages of other origins", () => {
	it("are refused by every method at every path, can't read the answer, and make no session", async () => {
		const { app, hub, refusals } = await openDoors();
		for (const origin of [
			EVIL,
			"null",
			"https://rerun.io",
			"https://app.rerun.io",
			"http://127.0.0.1:8081",
			"http://localhost:8080",
		]) {
			for (const url of PATHS) {
				for (const method of METHODS) {
					for (const { type, payload } of method === "POST"
						? BODIES
						: [{ type: undefined, payload: undefined }]) {
						const headers = {
							host: "127.0.0.1:8080",
							origin,
							...(type !== undefined && { "content-type": type }),
						};
						const response = await app.inject({
							method,
							url,
							headers,
							...(payload !== undefined && { payload }),
						});
						const what = `${method} ${url} from ${origin}`;
						expect(response.headers["access-control-allow-origin"], what).toBeUndefined();
						// The page's own files are not among the paths; the router's own answer
						// for a path that does not exist reveals nothing.
						expect([what, response.statusCode]).toEqual([what, response.statusCode === 404 ? 404 : 403]);
						expect(response.payload + JSON.stringify(response.headers), what).not.toMatch(
							/swordfish|walter|turn:/,
						);
					}
				}
			}
		}
		expect(hub.size).toBe(0);
		expect(refusals.length).toBeLessThan(10);
	});

	it("get no preflight answered, and none is answered under a name that was made to point here", async () => {
		const { app } = await openDoors();
		for (const [origin, host] of [
			[EVIL, "127.0.0.1:8080"],
			[EVIL, "evil.example:8080"],
		] as const) {
			const headers = {
				host,
				origin,
				"access-control-request-method": "POST",
				"access-control-request-headers": "content-type",
			};
			const { statusCode, headers: answer } = await app.inject({ method: "OPTIONS", url: "/whep", headers });
			expect(statusCode).toBe(403);
			expect(Object.keys(answer).filter((name) => name.startsWith("access-control"))).toEqual([]);
		}
	});

	it("are let in when they are listed, by a preflight without credentials, and may read WHEP's headers", async () => {
		const { app, hub } = await openDoors({ authorize: authorizeByToken({ token: "t" }) });
		const host = "whatever.example";
		const preflight = await app.inject({
			method: "OPTIONS",
			url: "/whep",
			headers: {
				host,
				origin: LISTED,
				"access-control-request-method": "POST",
				"access-control-request-private-network": "true",
			},
		});
		expect(preflight.statusCode).toBe(204);
		expect(preflight.headers).toMatchObject({
			"access-control-allow-origin": LISTED,
			"access-control-allow-private-network": "true",
			vary: "Origin",
		});
		expect(preflight.headers["access-control-allow-methods"]).toMatch(/POST.*PATCH.*DELETE/);
		expect(preflight.headers["access-control-allow-headers"]).toMatch(/authorization.*content-type.*if-match/);
		expect(preflight.headers).not.toHaveProperty("link");
		const refused = await app.inject({
			method: "POST",
			url: "/whep",
			headers: { host, origin: LISTED, "content-type": "application/sdp" },
			payload: "x",
		});
		expect([refused.statusCode, refused.headers["access-control-allow-origin"]]).toEqual([401, LISTED]);
		const tooLong = await app.inject({
			method: "POST",
			url: "/whep",
			headers: { host, origin: LISTED },
			payload: "x".repeat(200_000),
		});
		expect([tooLong.statusCode, tooLong.headers["access-control-allow-origin"]]).toEqual([413, LISTED]);
		const created = await app.inject({
			method: "POST",
			url: "/whep",
			headers: { host, origin: LISTED, "content-type": "application/sdp", authorization: "Bearer t" },
			payload: chromiumOffer(),
		});
		expect(created.statusCode).toBe(201);
		for (const name of ["Location", "Link", "ETag", "Accept-Post", "X-Session-Id"])
			expect(created.headers["access-control-expose-headers"]).toContain(name);
		expect(hub.size).toBe(1);
	});
});

describe("the doors: the server's own page, and what is no page", () => {
	it("the page connects under addresses and the server's names", async () => {
		for (const host of ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", "robot.local:8080"]) {
			const { app } = await openDoors();
			const headers = { host, origin: `http://${host}`, "content-type": "application/sdp" };
			const created = await app.inject({ method: "POST", url: "/whep", headers, payload: chromiumOffer() });
			expect([host, created.statusCode]).toEqual([host, 201]);
			const url = String(created.headers["location"]);
			const evil = await app.inject({ method: "DELETE", url, headers: { host, origin: EVIL } });
			expect(evil.statusCode).toBe(403);
			expect(
				(await app.inject({ method: "DELETE", url, headers: { host, origin: `http://${host}` } })).statusCode,
			).toBe(200);
		}
	});

	it("the existing headset client, without an origin, connects by address, name or tunnel, and ends", async () => {
		for (const host of ["192.168.1.7:8080", "robot.fritz.box:8080", "abc.tunnel.example", undefined]) {
			for (const type of ["application/json", "text/plain", undefined]) {
				const { app, hub } = await openDoors();
				const headers = {
					...(host !== undefined && { host }),
					...(type !== undefined && { "content-type": type }),
				};
				const payload = JSON.stringify({ type: "offer", sdp: chromiumOffer() });
				const answer = await app.inject({ method: "POST", url: "/offer", headers, payload });
				expect([host, type, answer.statusCode]).toEqual([host, type, 200]);
				const url = `/whep/${answer.headers["x-session-id"]}`;
				expect(
					(await app.inject({ method: "DELETE", url, headers: host === undefined ? {} : { host } }))
						.statusCode,
				).toBe(200);
				await Promise.resolve();
				expect(hub.size).toBe(0);
			}
		}
	});

	it("state and secrets are read under the server's names only, the page's files under any name", async () => {
		const { app } = await openDoors();
		for (const [url, methods] of [
			["/status", ["GET"]],
			["/whep", ["GET", "HEAD"]],
		] as const) {
			for (const method of methods) {
				const evil = await app.inject({ method, url, headers: { host: "evil.example:8080" } });
				expect([url, method, evil.statusCode]).toEqual([url, method, 403]);
				const own = await app.inject({ method, url, headers: { host: "robot.local:8080" } });
				expect([url, method, own.statusCode < 300]).toEqual([url, method, true]);
			}
		}
		const page = await app.inject({ method: "GET", url: "/", headers: { host: "evil.example:8080" } });
		expect([page.statusCode, page.headers["access-control-allow-origin"]]).toEqual([200, undefined]);
		expect(page.headers["content-security-policy"]).toContain(`frame-ancestors 'self' ${LISTED}`);
	});

	it("no answer without the token holds a word of the TURN server, by any method, at any path", async () => {
		const { app } = await openDoors({ authorize: authorizeByToken({ token: "t" }) });
		for (const url of PATHS) {
			for (const method of METHODS) {
				for (const authorization of [undefined, "Bearer wrong", "Bearer ", "Basic t"]) {
					const headers = { host: "127.0.0.1:8080", ...(authorization !== undefined && { authorization }) };
					const response = await app.inject({ method, url, headers });
					expect(response.payload + JSON.stringify(response.headers), `${method} ${url}`).not.toMatch(
						/swordfish|walter|turn:|stun:/,
					);
				}
			}
		}
		const known = await app.inject({
			method: "OPTIONS",
			url: "/whep",
			headers: { host: "127.0.0.1:8080", authorization: "Bearer t" },
		});
		expect(known.headers["link"]).toContain("swordfish");
	});

	it("without listed origins only the page may frame itself, also in browsers without frame-ancestors", async () => {
		const { app } = await openDoors({ allowedOrigins: [] });
		const { headers } = await app.inject({
			method: "GET",
			url: "/",
			headers: { host: "127.0.0.1:8080", origin: OWN },
		});
		expect(headers["content-security-policy"]).toMatch(/frame-ancestors 'self'(;|$)/);
		expect(headers).toMatchObject({
			"x-frame-options": "SAMEORIGIN",
			"cross-origin-resource-policy": "same-origin",
		});
		const listed = await (await openDoors()).app.inject({
			method: "GET",
			url: "/",
			headers: { host: "127.0.0.1:8080" },
		});
		expect(Object.keys(listed.headers).filter((name) => /frame-options|resource-policy/.test(name))).toEqual([]);
	});
});

describe("the doors: who may do what", () => {
	const post = (app: FastifyInstance, url: "/whep" | "/offer", authorization?: string) =>
		app.inject({
			method: "POST",
			url,
			headers: {
				host: "127.0.0.1:8080",
				"content-type": url === "/whep" ? "application/sdp" : "application/json",
				...(authorization !== undefined && { authorization }),
			},
			payload: url === "/whep" ? chromiumOffer() : JSON.stringify({ type: "offer", sdp: chromiumOffer() }),
		});

	it("a session knows what its token allows, by both doors, and a watcher may end it", async () => {
		const { app, hub } = await openDoors({ authorize: authorizeByToken({ token: "drive", viewToken: "look" }) });
		const joined: string[] = [];
		hub.on("session", (_session, { door, access }) => joined.push(`${door}: ${[...access].join(" ")}`));
		for (const url of ["/whep", "/offer"] as const)
			for (const token of ["drive", "look"]) await post(app, url, `Bearer ${token}`);
		expect(joined).toEqual([
			"whep: watch steer record",
			"whep: watch",
			"offer: watch steer record",
			"offer: watch",
		]);
		const { headers } = await post(app, "/whep", "Bearer look");
		const authorization = "Bearer look";
		const gone = await app.inject({
			method: "DELETE",
			url: String(headers["location"]),
			headers: { host: "x", authorization },
		});
		expect(gone.statusCode).toBe(200);
	});

	it("authorize is told which door and which source is asked for", async () => {
		const seen: string[] = [];
		const authorize = authorizerFrom({
			authorize: ({ door, source, method }) => {
				seen.push([door, source ?? "-", method].join(" "));
				return { refused: "No.", status: 403 };
			},
		});
		const recordings = { directory: "nowhere", sessions: async () => [] };
		const { app } = await openDoors({ authorize, recordings });
		for (const [method, url] of [
			["POST", "/offer"],
			["DELETE", "/whep/abc"],
			["POST", "/wrist/whep"],
			["OPTIONS", "/main/left/whep"],
			["GET", "/snapshot.jpg"],
			["GET", "/recordings"],
			["GET", "/recordings/take.rrd"],
		] as const)
			await app.inject({ method, url, headers: { host: "127.0.0.1:8080" } });
		expect(seen).toEqual([
			"offer - POST",
			"whep - DELETE",
			"whep wrist POST",
			"whep main/left OPTIONS",
			"snapshot - GET",
			"recordings - GET",
			"recordings - GET",
		]);
	});

	it("a recording with a long name in any script is found", async () => {
		const folder = mkdtempSync(join(tmpdir(), "panogaze-doors-"));
		const { app } = await openDoors({ recordings: { directory: folder, sessions: async () => [] } });
		for (const name of ["x".repeat(64), "記".repeat(64)]) {
			const file = `session_2026-01-31T23-59-59.125Z_${name}_part002.01234567.jsonl`;
			writeFileSync(join(folder, file), "here");
			const url = `/recordings/${encodeURIComponent(file)}`;
			const response = await app.inject({ url, headers: { host: "127.0.0.1:8080" } });
			expect([response.statusCode, response.body]).toEqual([200, "here"]);
		}
		rmSync(folder, { recursive: true });
	});

	it("a refusal has its reason, and 401 asks for a token; an error of authorize is a bare 500", async () => {
		const reports: unknown[] = [];
		const authorize = authorizerFrom({
			authorize: async ({ token }) => {
				if (token === "boom") throw new Error("hunter2 in /home/walter/secrets.db");
				if (token === "garbage") return "watch" as never;
				return token === "late"
					? { refused: "Your time is over.", status: 403 }
					: { refused: "Ask Walter for a token." };
			},
		});
		const { app, hub } = await openDoors({
			authorize,
			onFailure: (error) => reports.push((error as Error).message),
		});
		for (const url of ["/whep", "/offer"] as const) {
			const unknown = await post(app, url);
			expect([unknown.statusCode, unknown.headers["www-authenticate"]]).toEqual([
				401,
				expect.stringMatching(/^Bearer/),
			]);
			expect(unknown.payload).toContain("Ask Walter for a token.");
			const late = await post(app, url, "Bearer late");
			expect([late.statusCode, late.headers["www-authenticate"]]).toEqual([403, undefined]);
			expect(late.payload).toContain("Your time is over.");
			for (const token of ["boom", "garbage"]) {
				const failed = await post(app, url, `Bearer ${token}`);
				expect(failed.statusCode).toBe(500);
				expect(failed.payload).not.toMatch(/hunter2|walter|watch/);
			}
		}
		const options = await app.inject({
			method: "OPTIONS",
			url: "/whep",
			headers: { authorization: "Bearer boom" },
		});
		expect([options.statusCode, options.headers["link"]]).toEqual([500, undefined]);
		expect(reports.filter((message) => String(message).includes("hunter2"))).toHaveLength(3);
		expect(
			reports.filter((message) => String(message).includes("authorize returns a set of the words")),
		).toHaveLength(2);
		expect(hub.size).toBe(0);
	});
});

describe("createHttp(): behind a reverse proxy", () => {
	const statusesOf = async (
		trustedProxies: readonly string[],
		clientOf = (client: number) => `192.0.2.${client}`,
	) => {
		const { app } = await openDoors({ trustedProxies, limits: {} });
		const statuses: number[] = [];
		for (let client = 1; client <= 5; client++) {
			const headers = {
				host: "127.0.0.1:8080",
				"content-type": "application/sdp",
				"x-forwarded-for": clientOf(client),
			};
			const { statusCode } = await app.inject({
				method: "POST",
				url: "/whep",
				headers,
				payload: chromiumOffer(),
				remoteAddress: "10.1.2.3",
			});
			statuses.push(statusCode);
		}
		return statuses;
	};

	it("counts offers by the address that a trusted proxy states, and believes no other client", async () => {
		expect(await statusesOf(["10.0.0.0/8"])).toEqual([201, 201, 201, 201, 201]);
		expect(await statusesOf(["10.1.2.4"])).toEqual([201, 201, 201, 201, 503]);
		expect(await statusesOf([])).toEqual([201, 201, 201, 201, 503]);
	});

	it("counts offers by the proxy's own address where that states no address, as with a port", async () => {
		const withPort = (client: number) => `192.0.2.1:${5000 + client}`;
		expect(await statusesOf(["10.0.0.0/8"], withPort)).toEqual([201, 201, 201, 201, 503]);
	});
});

describe("the doors: snapshots", () => {
	it("are answered sixty times a minute for one address", async () => {
		const { app } = await openDoors();
		const headers = { host: "127.0.0.1:8080" };
		const ask = async (remoteAddress: string) =>
			(await app.inject({ url: "/snapshot.jpg", headers, remoteAddress })).statusCode;
		const answers: number[] = [];
		for (let count = 0; count < 61; count++) answers.push(await ask("192.0.2.7"));
		expect(answers).toEqual([...Array<number>(60).fill(503), 429]);
		expect(await ask("192.0.2.8")).toBe(503);
	});
});
