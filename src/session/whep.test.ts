import { describe, expect, it, vi } from "vitest";
import type { AccessWord } from "./access.ts";
import { authorizeByToken, FULL_ACCESS } from "./access.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { type HubChanges, hubOptions } from "./hub-options.cases.ts";
import { chromiumOffer, h264Lines, ICE_UFRAG } from "./offers.cases.ts";
import type { ResumableSession } from "./resumable-session.ts";
import { SessionHub } from "./session-hub.ts";
import type { SignallingRequest, SignallingResponse } from "./signalling.ts";
import { DATA_CHANNEL_EXTENSION, handleWhep } from "./whep.ts";

const SDP = "application/sdp";
const FRAGMENT = "application/trickle-ice-sdpfrag";
const ICE_SERVERS = [
	{ urls: "stun:stun.example.org:3478" },
	{ urls: "turn:turn.example.org?transport=udp", username: 'u"1', credential: "c" },
];

/** A hub on fake transports, and its WHEP door. */
class Door {
	readonly transports: FakeTransport[] = [];
	readonly hub: SessionHub;

	constructor(options: HubChanges = {}) {
		const createTransport = () => {
			const transport = new FakeTransport();
			this.transports.push(transport);
			return transport;
		};
		this.hub = new SessionHub(hubOptions({ createTransport, ...options }));
	}

	request(method: string, request: Partial<SignallingRequest> = {}): Promise<SignallingResponse> {
		return handleWhep(this.hub, { method, headers: {}, body: "", ...request });
	}

	post(
		body = chromiumOffer(),
		headers: SignallingRequest["headers"] = { "content-type": SDP },
	): Promise<SignallingResponse> {
		return this.request("POST", { headers, body });
	}

	async session(): Promise<string> {
		return (await this.post()).headers["location"]!.split("/").at(-1)!;
	}

	patch(sessionId: string, body: string, headers: SignallingRequest["headers"] = {}): Promise<SignallingResponse> {
		return this.request("PATCH", { sessionId, headers: { "content-type": FRAGMENT, ...headers }, body });
	}
}

const candidates = (ufrag = ICE_UFRAG) =>
	[
		`a=ice-ufrag:${ufrag}`,
		"a=ice-pwd:0rvqeE1ATvlPQxtSxTYCicov",
		"m=video 9 UDP/TLS/RTP/SAVPF 116",
		"a=mid:0",
		"a=candidate:1 1 udp 2113937151 192.0.2.9 51234 typ host",
		"a=end-of-candidates",
		"",
	].join("\r\n");

function detailOf(response: SignallingResponse): string {
	expect(response.headers["content-type"]).toBe("application/problem+json");
	const problem = JSON.parse(response.body) as { type: string; title: string; status: number; detail: string };
	expect(problem).toMatchObject({ type: "about:blank", status: response.status });
	expect(problem.title).not.toBe("Error");
	return problem.detail;
}

describe("WHEP: POST to the endpoint", () => {
	it("answers 201 with an SDP answer that only sends", async () => {
		const { status, headers, body } = await new Door().post();
		expect(status).toBe(201);
		expect(headers["content-type"]).toBe(SDP);
		expect(body).toMatch(/^v=0\r\n/);
		expect(body.match(/^a=(?:sendonly|recvonly|sendrecv|inactive)$/gm)).toEqual(["a=sendonly"]);
		expect(body).not.toContain("a=setup:actpass");
	});

	it("gives an unguessable session URL in Location, another one each time", async () => {
		const door = new Door();
		const locations = await Promise.all([door.post(), door.post()]);
		const [a, b] = locations.map(({ headers }) => headers["location"]!);
		expect(a).toMatch(/^\/whep\/[\w-]{24}$/);
		expect(b).not.toBe(a);
		expect(
			(
				await handleWhep(
					door.hub,
					{ method: "POST", headers: { "content-type": SDP }, body: chromiumOffer() },
					{ path: "/left/whep" },
				)
			).headers["location"],
		).toMatch(/^\/left\/whep\//);
	});

	it("takes a content type with parameters and in any case", async () => {
		expect(
			(await new Door().post(chromiumOffer(), { "content-type": "Application/SDP; charset=utf-8" })).status,
		).toBe(201);
	});

	it("accepts recvonly and sendrecv; refuses sendonly, inactive and no video", async () => {
		const statuses = [];
		for (const parts of [
			{ direction: "recvonly" },
			{ direction: "sendrecv" },
			{ direction: "sendonly" },
			{ direction: "inactive" },
			{ video: false },
		] as const) {
			statuses.push((await new Door().post(chromiumOffer(parts))).status);
		}
		expect(statuses).toEqual([201, 201, 422, 422, 422]);
	});

	it("accepts an offer with audio, which it refuses in the answer's engine, and one without candidates", async () => {
		expect((await new Door().post(chromiumOffer({ audio: true }))).status).toBe(201);
	});

	it("names ICE servers in Link, with credentials for TURN, and our data channel extension", async () => {
		const link = (await new Door({ iceServers: ICE_SERVERS }).post()).headers["link"]!;
		expect(link).toContain('<stun:stun.example.org:3478>; rel="ice-server"');
		expect(link).toContain(
			'<turn:turn.example.org?transport=udp>; rel="ice-server"; ' +
				'username="u\\"1"; credential="c"; credential-type="password"',
		);
		expect(link).toContain(`rel="${DATA_CHANNEL_EXTENSION}"`);
	});

	it("sends a strong ETag, without which older versions of MediaMTX take no answer", async () => {
		expect((await new Door().post()).headers["etag"]).toMatch(/^"[^"]+"$/);
	});

	const refused: [string, string, Record<string, string>, number][] = [
		["another content type", chromiumOffer(), { "content-type": "application/json" }, 415],
		["no content type", chromiumOffer(), {}, 415],
		["an empty body", "", { "content-type": SDP }, 400],
		["garbage", "hello", { "content-type": SDP }, 400],
		["a body too long", `${chromiumOffer()}${"a=x\r\n".repeat(20_000)}`, { "content-type": SDP }, 413],
		["no codec that is sent here", chromiumOffer({ h264: [] }), { "content-type": SDP }, 406],
		[
			"H.264 of the wrong kind",
			chromiumOffer({ h264: h264Lines(102, "packetization-mode=2") }),
			{ "content-type": SDP },
			406,
		],
	];
	it.each(refused)("refuses %s with a problem document and keeps nothing", async (_name, body, headers, status) => {
		const door = new Door();
		const response = await door.post(body, headers);
		expect(response.status).toBe(status);
		expect(detailOf(response)).toMatch(/\.$/);
		if (status === 415) expect(response.headers["accept-post"]).toBe(SDP);
		expect(door.hub.size).toBe(0);
		expect(door.transports.every((transport) => transport.closed)).toBe(true);
	});

	it("answers 503 with Retry-After while all places are taken, also by offers still being answered", async () => {
		const door = new Door({ maxViewers: 2 });
		const responses = await Promise.all([door.post(), door.post(), door.post()]);
		expect(responses.map(({ status }) => status).sort()).toEqual([201, 201, 503]);
		const full = responses.find(({ status }) => status === 503)!;
		expect(Number(full.headers["retry-after"])).toBeGreaterThan(0);
		detailOf(full);
		door.hub.sessions()[0]!.close("done");
		await door.hub.get(door.hub.sessions()[0]!.id);
		expect((await door.post()).status).toBe(201);
	});

	it("says it in the singular when there is one place", async () => {
		const door = new Door({ maxViewers: 1 });
		await door.post();
		expect(detailOf(await door.post())).toBe("The 1 place is taken.");
	});

	it("answers 500 without details and reports the cause to the server when the engine fails", async () => {
		const errors: unknown[] = [];
		const door = new Door({
			onFailure: (error) => errors.push(error),
			createTransport: () => {
				throw new Error("secret path");
			},
		});
		const response = await door.post();
		expect(response.status).toBe(500);
		expect(response.body).not.toContain("secret");
		expect(errors).toEqual([new Error("secret path")]);
		expect(door.hub.size).toBe(0);
	});

	it("emits the session before the answer leaves", async () => {
		const door = new Door();
		const seen: unknown[] = [];
		door.hub.on("session", (session, info) => seen.push([session.id, info]));
		const { headers } = await door.request("POST", {
			headers: { "content-type": SDP, "user-agent": "test/1" },
			body: chromiumOffer(),
			remoteAddress: "192.0.2.9",
		});
		expect(seen).toEqual([
			[
				headers["location"]!.split("/").at(-1),
				{ door: "whep", access: FULL_ACCESS, remoteAddress: "192.0.2.9", userAgent: "test/1" },
			],
		]);
	});
});

describe("WHEP: POST with the secret of a session", () => {
	const withSecret = (resume: string) => ({ "content-type": SDP, "panogaze-resume": resume });

	it("makes another connection of the same viewer, which takes no place, while that session is there", async () => {
		const door = new Door({ maxViewers: 1 });
		const viewers: ResumableSession[] = [];
		door.hub.on("session", (session) => viewers.push(session));
		await door.post();
		const [viewer] = viewers;
		expect((await door.post()).status).toBe(503);
		expect((await door.post(chromiumOffer(), withSecret(`${viewer!.resumeSecret}x`))).status).toBe(503);
		const headers = withSecret(viewer!.resumeSecret);
		const answer = await door.request("POST", { headers, body: chromiumOffer(), remoteAddress: "192.0.2.9" });
		expect(answer.status).toBe(201);
		expect(viewer!.remoteAddress).toBeUndefined();
		door.transports[1]!.emit("connected");
		await Promise.resolve();
		expect(viewer!.remoteAddress).toBe("192.0.2.9");
		expect([viewers.length, door.hub.size]).toEqual([1, 2]);
		const secret = viewer!.resumeSecret;
		await door.request("DELETE", { sessionId: viewer!.id });
		await door.request("DELETE", { sessionId: answer.headers["location"]!.split("/").at(-1)! });
		await viewer!.closed;
		expect((await door.post(chromiumOffer(), withSecret(secret))).status).toBe(201);
		expect(viewers).toHaveLength(2);
		await door.hub.close();
	});

	it("holds with the secrets of the last four connections that are over, and no others", async () => {
		const door = new Door();
		const viewers: ResumableSession[] = [];
		door.hub.on("session", (session) => viewers.push(session));
		let id = await door.session();
		const secrets: string[] = [];
		for (let change = 1; change <= 5; change++) {
			secrets.push(viewers[0]!.resumeSecret);
			const { headers } = await door.post(chromiumOffer(), withSecret(secrets.at(-1)!));
			door.transports.at(-1)!.emit("connected");
			await door.request("DELETE", { sessionId: id });
			id = headers["location"]!.split("/").at(-1)!;
		}
		await door.post(chromiumOffer(), withSecret(secrets[1]!));
		expect(viewers).toHaveLength(1);
		await door.post(chromiumOffer(), withSecret(secrets[0]!));
		expect(viewers).toHaveLength(2);
		await door.hub.close();
		expect(viewers[0]!.isClosed).toBe(true);
	});

	it("keeps the viewer whose only session ends while the offer is being answered", async () => {
		const door = new Door();
		const viewers: ResumableSession[] = [];
		door.hub.on("session", (session) => viewers.push(session));
		const id = await door.session();
		const [begun, mayAnswer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const slow = vi.spyOn(FakeTransport.prototype, "answer").mockImplementationOnce(async ({ sdp }) => {
			begun.resolve();
			await mayAnswer.promise;
			return sdp.replaceAll("a=setup:actpass", "a=setup:active");
		});
		const answer = door.post(chromiumOffer(), withSecret(viewers[0]!.resumeSecret));
		await begun.promise;
		slow.mockRestore();
		await door.request("DELETE", { sessionId: id });
		mayAnswer.resolve();
		expect((await answer).status).toBe(201);
		expect([viewers.length, viewers[0]!.isClosed]).toEqual([1, false]);
		await door.hub.close();
	});

	it("is an offer like any other for a client with other access", async () => {
		let words: AccessWord[] = ["watch", "steer"];
		const door = new Door({ authorize: () => new Set(words) });
		const viewers: ResumableSession[] = [];
		door.hub.on("session", (session) => viewers.push(session));
		await door.post();
		words = ["watch"];
		await door.post(chromiumOffer(), withSecret(viewers[0]!.resumeSecret));
		expect(viewers).toHaveLength(2);
		await door.hub.close();
	});
});

describe("WHEP: PATCH to the session", () => {
	it("takes candidates with 204 and no ETag, with and without If-Match", async () => {
		const door = new Door();
		const id = await door.session();
		for (const headers of [{}, { "if-match": '"anything"' }, { "if-match": "*" }]) {
			const response = await door.patch(id, candidates(), headers);
			expect([response.status, response.headers["etag"], response.body]).toEqual([204, undefined, ""]);
		}
		expect(door.transports[0]!.candidates[0]).toEqual({
			candidate: "candidate:1 1 udp 2113937151 192.0.2.9 51234 typ host",
			mid: "0",
		});
	});

	it("refuses an ICE restart with 422", async () => {
		const door = new Door();
		const response = await door.patch(await door.session(), candidates("new1"), { "if-match": "*" });
		expect(response.status).toBe(422);
		expect(detailOf(response)).toContain("ICE restart");
	});

	it("answers 415 for another type, 400 for garbage, 413 for too much, 404 for no session", async () => {
		const door = new Door();
		const id = await door.session();
		const wrong = await door.request("PATCH", {
			sessionId: id,
			headers: { "content-type": SDP },
			body: candidates(),
		});
		expect([wrong.status, wrong.headers["accept-patch"]]).toEqual([415, FRAGMENT]);
		expect((await door.patch(id, "hello")).status).toBe(400);
		expect((await door.patch(id, "a=x\r\n".repeat(20_000))).status).toBe(413);
		const missing = await door.patch("nobody", candidates());
		expect(missing.status).toBe(404);
		detailOf(missing);
		expect(door.hub.size).toBe(1);
	});
});

describe("WHEP: DELETE of the session", () => {
	it("ends it with 200, whatever If-Match says, and 404 the second time", async () => {
		const door = new Door();
		const id = await door.session();
		const { closed } = door.hub.get(id)!;
		expect((await door.request("DELETE", { sessionId: id, headers: { "if-match": '"x"' } })).status).toBe(200);
		expect(await closed).toBe("The viewer left.");
		expect(door.transports[0]!.closed).toBe(true);
		expect((await door.request("DELETE", { sessionId: id })).status).toBe(404);
	});
});

describe("WHEP: other methods", () => {
	it("OPTIONS on the endpoint names its types to all, and ICE servers and passwords for a token", async () => {
		const door = new Door({ authorize: authorizeByToken({ token: "t" }), iceServers: ICE_SERVERS });
		for (const authorization of [undefined, "Bearer wrong", "Bearer"]) {
			const { status, headers } = await door.request(
				"OPTIONS",
				authorization === undefined ? {} : { headers: { authorization } },
			);
			expect([status, headers]).toEqual([204, { "accept-post": SDP, allow: "POST, GET, HEAD, OPTIONS" }]);
		}
		const known = await door.request("OPTIONS", { headers: { authorization: "Bearer t" } });
		expect(known.headers["link"]).toContain('credential="');
	});

	it("no answer without a token has a word of the ICE servers", async () => {
		const door = new Door({ authorize: authorizeByToken({ token: "t" }), iceServers: ICE_SERVERS });
		for (const sessionId of [undefined, "", "some"]) {
			for (const method of ["OPTIONS", "HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]) {
				for (const headers of [
					{},
					{ authorization: "Bearer wrong" },
					{ authorization: "Basic t", "content-type": SDP },
				]) {
					const response = await door.request(method, {
						...(sessionId !== undefined && { sessionId }),
						headers,
					});
					expect(JSON.stringify(response), `${method} ${sessionId}`).not.toMatch(
						/turn|stun|credential|username/i,
					);
				}
			}
		}
	});

	it("OPTIONS on a session allows PATCH and DELETE", async () => {
		const { status, headers } = await new Door().request("OPTIONS", { sessionId: "any" });
		expect([status, headers]).toEqual([204, { "accept-patch": FRAGMENT, allow: "PATCH, DELETE, OPTIONS" }]);
	});

	it("HEAD on the endpoint answers 200 with the type for discovery, GET succeeds without content", async () => {
		const head = await new Door().request("HEAD");
		expect([head.status, head.headers["content-type"], head.body]).toEqual([200, SDP, ""]);
		const get = await new Door().request("GET");
		expect([get.status, get.body]).toEqual([204, ""]);
	});

	const wrong: [string, string | undefined][] = [
		["PUT", undefined],
		["DELETE", undefined],
		["PATCH", undefined],
		["GET", "some"],
		["POST", "some"],
		["PUT", "some"],
	];
	it.each(wrong)("%s on %s is 405 with Allow", async (method, sessionId) => {
		const response = await new Door().request(method, sessionId === undefined ? {} : { sessionId });
		expect(response.status).toBe(405);
		expect(response.headers["allow"]).not.toContain(method);
		detailOf(response);
	});
});

describe("WHEP: bearer token", () => {
	it("is wanted on POST, PATCH and DELETE, and 401 says so", async () => {
		const door = new Door({ authorize: authorizeByToken({ token: "s3cret" }) });
		const good = { authorization: "Bearer s3cret" };
		const created = await door.post(chromiumOffer(), { "content-type": SDP, ...good });
		expect(created.status).toBe(201);
		const sessionId = created.headers["location"]!.split("/").at(-1)!;
		for (const authorization of ["", "Bearer", "Bearer wrong", "Basic s3cret", "Bearer s3cret2"]) {
			const headers = authorization === "" ? {} : { authorization };
			const responses = [
				await door.post(chromiumOffer(), { "content-type": SDP, ...headers }),
				await door.patch(sessionId, candidates(), headers),
				await door.request("DELETE", { sessionId, headers }),
			];
			for (const response of responses) {
				expect(response.status).toBe(401);
				expect(response.headers["www-authenticate"]).toContain("Bearer");
			}
		}
		expect((await door.patch(sessionId, candidates(), good)).status).toBe(204);
		expect((await door.request("DELETE", { sessionId, headers: { authorization: "bearer  s3cret" } })).status).toBe(
			200,
		);
	});
});
