import { describe, expect, it } from "vitest";
import {
	candidateFragment,
	deleteSession,
	iceServersFromLink,
	patchCandidates,
	postOffer,
	retryAfterSec,
	WhepError,
} from "./whep.ts";

const ENDPOINT = new URL("https://robot.example/lab/whep");

interface Request {
	readonly url: string;
	readonly init: RequestInit;
}

/** A `fetch` that gives one answer and remembers what it was asked. */
function answering(answer: Response | Error): { fetch: typeof fetch; requests: Request[] } {
	const requests: Request[] = [];
	const fake = async (url: string | URL | globalThis.Request, init: RequestInit = {}) => {
		requests.push({ url: String(url), init });
		if (answer instanceof Error) throw answer;
		return answer;
	};
	return { fetch: fake as typeof fetch, requests };
}

async function refusal(answer: Response | Error): Promise<WhepError> {
	const error = await postOffer(ENDPOINT, "offer", answering(answer)).catch((reason: unknown) => reason);
	if (!(error instanceof WhepError)) throw new Error(`expected a WhepError, got ${error}`);
	return error;
}

describe("postOffer", () => {
	it("posts the offer with the token and returns answer, session and ICE servers", async () => {
		const { fetch, requests } = answering(
			new Response("the answer", {
				status: 201,
				headers: {
					Location: "/lab/whep/7f",
					Link: '<turn:t.example?transport=udp>; rel="ice-server"; username="u"; credential="c"',
				},
			}),
		);
		const answer = await postOffer(ENDPOINT, "the offer", { fetch, token: "secret" });
		expect(requests).toHaveLength(1);
		expect(requests[0]?.url).toBe("https://robot.example/lab/whep");
		expect(requests[0]?.init).toMatchObject({
			method: "POST",
			body: "the offer",
			headers: { "Content-Type": "application/sdp", Authorization: "Bearer secret" },
		});
		expect(answer.sdp).toBe("the answer");
		expect(answer.sessionUrl?.href).toBe("https://robot.example/lab/whep/7f");
		expect(answer.iceServers).toEqual([{ urls: "turn:t.example?transport=udp", username: "u", credential: "c" }]);
	});

	it("takes the session's address relative to where a redirect led", async () => {
		const response = new Response("answer", { status: 201, headers: { Location: "session/1" } });
		Object.defineProperty(response, "url", { value: "https://node2.example/a/whep" });
		const { sessionUrl } = await postOffer(ENDPOINT, "offer", answering(response));
		expect(sessionUrl?.href).toBe("https://node2.example/a/session/1");
	});

	it("says in the server's words what is wrong, and when to come again", async () => {
		const full = await refusal(
			Response.json(
				{ title: "Full", detail: "All 8 places are taken." },
				{ status: 503, headers: { "Content-Type": "application/problem+json", "Retry-After": "5" } },
			),
		);
		expect(full).toMatchObject({
			message: "All 8 places are taken.",
			status: 503,
			retryAfterSec: 5,
			temporary: true,
		});
	});

	it.each([
		[400, false],
		[401, false],
		[404, false],
		[406, false],
		[409, true],
		[429, true],
		[500, true],
		[502, true],
	])("a status of %i is temporary: %s", async (status, temporary) => {
		const error = await refusal(new Response("<html>", { status }));
		expect(error.temporary).toBe(temporary);
		expect(error.message).toMatch(/^[A-Z].*\.$/);
	});

	it("no answer at all is temporary, and keeps its cause", async () => {
		const cause = new TypeError("Failed to fetch");
		expect(await refusal(cause)).toMatchObject({ status: 0, temporary: true, cause });
	});

	it("a server that takes the request and never answers is not waited for", async () => {
		const silent = (_: unknown, { signal }: RequestInit) =>
			new Promise<Response>((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
		const error = await postOffer(ENDPOINT, "offer", { fetch: silent as typeof fetch, offerTimeoutMs: 20 }).catch(
			(reason: unknown) => reason,
		);
		expect(error).toMatchObject({
			name: "WhepError",
			status: 0,
			temporary: true,
			message: "The server does not answer.",
		});
	});

	it("an abort stays an abort", async () => {
		const abort = new AbortController();
		abort.abort();
		const reason = new DOMException("aborted", "AbortError");
		await expect(postOffer(ENDPOINT, "offer", { ...answering(reason), signal: abort.signal })).rejects.toBe(reason);
	});

	it("a problem report that is broken falls back to plain words", async () => {
		const error = await refusal(
			new Response("{", { status: 503, headers: { "Content-Type": "application/json" } }),
		);
		expect(error.message).toBe("The server is full.");
	});
});

describe("sessions", () => {
	it("candidates are patched as a fragment, and a refusal is no error", async () => {
		const taken = answering(new Response(null, { status: 204 }));
		expect(await patchCandidates(ENDPOINT, "fragment", taken)).toBe(true);
		expect(taken.requests[0]?.init).toMatchObject({
			method: "PATCH",
			body: "fragment",
			headers: { "Content-Type": "application/trickle-ice-sdpfrag" },
		});
		expect(await patchCandidates(ENDPOINT, "fragment", answering(new Response(null, { status: 405 })))).toBe(false);
		expect(await patchCandidates(ENDPOINT, "fragment", answering(new TypeError("gone")))).toBe(false);
	});

	it("is deleted by a request that outlives the page, and by none that fails", async () => {
		const { fetch, requests } = answering(new Response());
		await deleteSession(ENDPOINT, { fetch, token: "secret" });
		await deleteSession(ENDPOINT, answering(new TypeError("gone")));
		expect(requests[0]?.init).toMatchObject({
			method: "DELETE",
			keepalive: true,
			headers: { Authorization: "Bearer secret" },
		});
	});
});

describe("candidateFragment", () => {
	const OFFER =
		"v=0\r\na=ice-ufrag:abcd\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-pwd:p4ss\r\n" +
		"m=application 9 x y\r\na=mid:1\r\n";

	it("names the credentials and the first section", () => {
		expect(candidateFragment(OFFER, ["candidate:1 1 udp 1 10.0.0.1 5 typ host"], true).split("\r\n")).toEqual([
			"a=ice-ufrag:abcd",
			"a=ice-pwd:p4ss",
			"m=video 9 UDP/TLS/RTP/SAVPF 96",
			"a=mid:0",
			"a=candidate:1 1 udp 1 10.0.0.1 5 typ host",
			"a=end-of-candidates",
			"",
		]);
	});

	it("says that it is complete only when it is", () => {
		expect(candidateFragment(OFFER, [], false)).not.toContain("end-of-candidates");
	});
});

describe("iceServersFromLink", () => {
	it("finds several, quoted or bare, and passes over other links", () => {
		expect(
			iceServersFromLink(
				'<stun:stun.example>; rel=ice-server, </docs>; rel="help"; title="a, b; rel=ice-server", ' +
					'<turns:t.example:443?transport=tcp>; rel="ice-server"; username="a;b,c"; ' +
					'credential="say \\"hi\\""; credential-type="password"',
			),
		).toEqual([
			{ urls: "stun:stun.example" },
			{ urls: "turns:t.example:443?transport=tcp", username: "a;b,c", credential: 'say "hi"' },
		]);
	});

	it("takes no address that is not STUN or TURN, as setConfiguration would throw", () => {
		expect(iceServersFromLink('<https://evil.example>; rel="ice-server"')).toEqual([]);
		expect(iceServersFromLink("")).toEqual([]);
		expect(iceServersFromLink("<<<;;;rel=ice-server")).toEqual([]);
	});
});

describe("retryAfterSec", () => {
	const now = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");
	it.each([
		[null, undefined],
		["120", 120],
		[" 3 ", 3],
		["Wed, 21 Oct 2026 07:28:30 GMT", 30],
		["Wed, 21 Oct 2026 07:27:30 GMT", 0],
		["soon", undefined],
	])("%j is %j", (header, seconds) => {
		expect(retryAfterSec(header, now)).toBe(seconds);
	});
});
