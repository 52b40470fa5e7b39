import { describe, expect, it } from "vitest";
import { authorizeByToken } from "./access.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { type HubChanges, hubOptions } from "./hub-options.cases.ts";
import { handleOffer } from "./offer-json.ts";
import { chromiumOffer } from "./offers.cases.ts";
import type { ResumableSession } from "./resumable-session.ts";
import { SessionHub } from "./session-hub.ts";
import type { SignallingResponse } from "./signalling.ts";

const JSON_TYPE = { "content-type": "application/json" };

function openHub(options: HubChanges = {}): SessionHub {
	return new SessionHub(hubOptions({ createTransport: () => new FakeTransport(), ...options }));
}

function post(
	hub: SessionHub,
	body: unknown,
	headers: Record<string, string> = JSON_TYPE,
): Promise<SignallingResponse> {
	return handleOffer(hub, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
}

describe("POST /offer", () => {
	it("answers an offer without candidates as the headset's client wants it", async () => {
		const hub = openHub();
		const response = await post(hub, { type: "offer", sdp: chromiumOffer() });
		expect(response.status).toBe(200);
		expect(response.headers["content-type"]).toBe("application/json");
		const answer = JSON.parse(response.body) as { type: string; sdp: string };
		expect(Object.keys(answer).sort()).toEqual(["sdp", "type"]);
		expect(answer.type).toBe("answer");
		expect(answer.sdp).toContain("a=sendonly");
		expect(hub.size).toBe(1);
	});

	it("takes an offer without video, or with inactive video", async () => {
		for (const parts of [{ video: false }, { direction: "inactive" }] as const) {
			const hub = openHub();
			expect((await post(hub, { type: "offer", sdp: chromiumOffer(parts) })).status).toBe(200);
			expect(hub.sessions()[0]!.hasVideo).toBe(false);
		}
	});

	it("takes a request that states no type, as some clients' do not", async () => {
		expect((await post(openHub(), { type: "offer", sdp: chromiumOffer() }, {})).status).toBe(200);
	});

	it("takes what a page may send without asking first only from what is no page", async () => {
		for (const type of ["text/plain", "text/plain;charset=UTF-8", ""]) {
			const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
			expect((await post(openHub(), { type: "offer", sdp: chromiumOffer() }, headers)).status).toBe(200);
			const fromPage = await post(
				openHub(),
				{ type: "offer", sdp: chromiumOffer() },
				{ ...headers, origin: "http://127.0.0.1:8080" },
			);
			expect([type, fromPage.status, fromPage.body]).toEqual([
				type,
				415,
				expect.stringContaining("expected application/json"),
			]);
		}
		expect(
			(await post(openHub(), { type: "offer", sdp: chromiumOffer() }, { ...JSON_TYPE, origin: "http://robot" }))
				.status,
		).toBe(200);
	});

	it("makes another connection of the same viewer when the offer holds the secret of its session", async () => {
		const hub = openHub({ maxViewers: 1 });
		const viewers: ResumableSession[] = [];
		hub.on("session", (session) => viewers.push(session));
		const offer = (parts: Parameters<typeof chromiumOffer>[0], resume?: unknown) =>
			post(hub, { type: "offer", sdp: chromiumOffer(parts), resume });
		await offer({ video: false });
		const { resumeSecret } = viewers[0]!;
		// Without the secret, with what is none, and with video that the first
		// connection has not: a new viewer.
		const others = [undefined, null, 7, ["x"], `${resumeSecret}x`].map((resume) => offer({ video: false }, resume));
		for (const response of [...others, offer({ video: true }, resumeSecret)])
			expect((await response).status).toBe(503);
		const answer = await offer({ video: false }, resumeSecret);
		expect([answer.status, viewers.length, hub.size]).toEqual([200, 1, 2]);
		hub.end(viewers[0]!.id, "The path changed.");
		await hub.close();
		expect(await viewers[0]!.closed).toBe("The server is shutting down.");
	});

	const refused: [string, unknown, Record<string, string>, number][] = [
		["what is not JSON", "v=0", JSON_TYPE, 400],
		["an aborted upload", '{"type":"offer","sdp":"v=0', JSON_TYPE, 400],
		["null", null, JSON_TYPE, 400],
		["an answer", { type: "answer", sdp: chromiumOffer() }, JSON_TYPE, 400],
		["no sdp", { type: "offer" }, JSON_TYPE, 400],
		["an sdp that is no text", { type: "offer", sdp: { a: 1 } }, JSON_TYPE, 400],
		["garbage sdp", { type: "offer", sdp: "hello" }, JSON_TYPE, 400],
		["no H.264", { type: "offer", sdp: chromiumOffer({ h264: [] }) }, JSON_TYPE, 406],
		["XML", "<offer/>", { "content-type": "application/xml" }, 415],
		["too much", { type: "offer", sdp: "a=x\r\n".repeat(50_000) }, JSON_TYPE, 413],
	];
	it.each(refused)("refuses %s with a clear status and an error in words", async (_name, body, headers, status) => {
		const hub = openHub();
		const response = await post(hub, body, headers);
		expect(response.status).toBe(status);
		expect((JSON.parse(response.body) as { error: string }).error).toMatch(/\.$|"offer"|string/);
		expect(hub.size).toBe(0);
	});

	it("answers 503 when full, 405 to other methods, 401 without the token, and OPTIONS", async () => {
		const full = await post(openHub({ maxViewers: 0 }), { type: "offer", sdp: chromiumOffer() });
		expect([full.status, full.headers["retry-after"]]).toEqual([503, "5"]);
		const hub = openHub({ authorize: authorizeByToken({ token: "t" }) });
		expect((await handleOffer(hub, { method: "GET", headers: {}, body: "" })).headers["allow"]).toBe(
			"POST, OPTIONS",
		);
		expect((await post(hub, { type: "offer", sdp: chromiumOffer() })).status).toBe(401);
		expect(
			(await post(hub, { type: "offer", sdp: chromiumOffer() }, { ...JSON_TYPE, authorization: "Bearer t" }))
				.status,
		).toBe(200);
		expect((await handleOffer(hub, { method: "OPTIONS", headers: {}, body: "" })).status).toBe(204);
	});
});
