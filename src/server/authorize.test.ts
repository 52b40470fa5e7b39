import { describe, expect, it } from "vitest";
import type { SignallingError } from "../session/signalling.ts";
import { type AuthorizeRequest, authorizerFrom } from "./authorize.ts";

const REQUEST = {
	method: "PATCH",
	sessionId: "abc",
	headers: { authorization: "Bearer s", cookie: "a=b" },
	body: "",
	remoteAddress: "192.0.2.7",
};

const DOOR = { door: "whep", source: "wrist" } as const;

const access = async (verdict: unknown) => [
	...(await authorizerFrom({ authorize: () => verdict as never })(REQUEST, DOOR)),
];
const refusal = async (verdict: unknown) => {
	const { status, message } = (await access(verdict).catch((error: unknown) => error)) as SignallingError;
	return [status, message];
};

describe("authorizerFrom(): authorize", () => {
	it("passes the facts of a request, and reads a set or a list, at once or later", async () => {
		const seen: AuthorizeRequest[] = [];
		const authorize = (request: AuthorizeRequest) => {
			seen.push(request);
			return ["watch"] as const;
		};
		expect([...(await authorizerFrom({ authorize })(REQUEST, DOOR))]).toEqual(["watch"]);
		expect(seen).toEqual([
			{
				...{ door: "whep", source: "wrist", method: "PATCH", sessionId: "abc", token: "s" },
				...{ headers: REQUEST.headers, remoteAddress: "192.0.2.7" },
			},
		]);
		expect(await access(new Set(["watch", "record"]))).toEqual(["watch", "record"]);
		expect(await access(Promise.resolve(["steer", "watch"]))).toEqual(["steer", "watch", "record"]);
	});

	it("those who may steer may record, unless exactly the granted words are to hold", async () => {
		expect(await access(["watch", "steer"])).toEqual(["watch", "steer", "record"]);
		expect(await access(["watch"])).toEqual(["watch"]);
		expect(await access({ granted: ["watch", "steer"] })).toEqual(["watch", "steer"]);
		expect(await access({ granted: new Set(["watch", "record"]) })).toEqual(["watch", "record"]);
		expect((await refusal({ granted: ["steer"] }))[0]).toBe(403);
	});

	it("refuses with the reason that it gives, and without the word watch", async () => {
		expect(await refusal({ refused: "Come back on Monday." })).toEqual([401, "Come back on Monday."]);
		expect(await refusal({ refused: "Not from there.", status: 403 })).toEqual([403, "Not from there."]);
		expect((await refusal([]))[0]).toBe(403);
		expect((await refusal(["steer"]))[0]).toBe(403);
	});

	it("an answer that is no verdict lets no viewer in", async () => {
		for (const verdict of [
			undefined,
			null,
			true,
			"watch",
			"steer",
			["watch", "fly"],
			{ watch: true },
			{ granted: "watch" },
			{ granted: ["watch", "fly"] },
			{ refused: 1 },
			{ refused: "x", status: 200 },
		])
			await expect(access(verdict), JSON.stringify(verdict)).rejects.toThrow(TypeError);
	});

	it("what it throws, now or later, is passed on to be logged", async () => {
		const fails = authorizerFrom({
			authorize: () => {
				throw new Error("database password is hunter2");
			},
		});
		await expect(fails(REQUEST, DOOR)).rejects.toThrow("hunter2");
		await expect(access(Promise.reject(new Error("later")))).rejects.toThrow("later");
	});

	it("has a bounded time to answer", async () => {
		const answer = authorizerFrom({ authorize: () => new Promise(() => {}), answerMs: 20 })(REQUEST, DOOR);
		await expect(answer).rejects.toThrow("authorize did not answer within 0.02 s.");
	});

	it("takes the place of tokens, which are two different ones", () => {
		expect(() => authorizerFrom({ authorize: () => ["watch"], token: "a" })).toThrow(
			"authorize takes the place of tokens; got bearerToken too.",
		);
		expect(() => authorizerFrom({ authorize: () => ["watch"], viewToken: "a" })).toThrow("got viewToken too");
		expect(() => authorizerFrom({ token: "same", viewToken: "same" })).toThrow(
			/^bearerToken \(--token\) and viewToken .* are two different tokens; got the same text for both\.$/,
		);
		expect(() => authorizerFrom({ token: "a", viewToken: "same", recordToken: "same" })).toThrow(
			"viewToken (--view-token) and recordToken (--record-token) are two different tokens",
		);
		expect(() => authorizerFrom({ authorize: () => ["watch"], recordToken: "a" })).toThrow("got recordToken too");
	});
});
