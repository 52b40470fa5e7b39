import { describe, expect, it } from "vitest";
import { authorizeByToken, FULL_ACCESS, type Tokens } from "./access.ts";
import type { SignallingError } from "./signalling.ts";

/** The words that a header gets, or the status of the refusal. */
async function wordsOf(tokens: Tokens, authorization?: string): Promise<string> {
	const headers = authorization === undefined ? {} : { authorization };
	try {
		return [...(await authorizeByToken(tokens)({ method: "POST", headers, body: "" }))].join(" ");
	} catch (error) {
		return String((error as SignallingError).status);
	}
}

describe("authorizeByToken()", () => {
	it("lets everybody watch, steer and record when there is no token", async () => {
		expect(await wordsOf({})).toBe("watch steer record");
		expect(await wordsOf({}, "Bearer whatever")).toBe("watch steer record");
		expect([...FULL_ACCESS]).toEqual(["watch", "steer", "record"]);
	});

	it("lets the bearer of each token do what it is for, and nobody else in", async () => {
		const both = { token: "drive", viewToken: "look", recordToken: "keep" };
		expect(await wordsOf(both, "Bearer drive")).toBe("watch steer record");
		expect(await wordsOf(both, "Bearer keep")).toBe("watch record");
		expect(await wordsOf(both, "bearer   look ")).toBe("watch");
		for (const authorization of [
			undefined,
			"",
			"Bearer",
			"Bearer ",
			"Bearer drivelook",
			"Bearer Drive",
			"Basic drive",
			"drive",
			"Bearer drive look",
		])
			expect([authorization, await wordsOf(both, authorization)]).toEqual([authorization, "401"]);
	});

	it("with a token alone nobody only watches, with another token alone nobody steers", async () => {
		expect(await wordsOf({ token: "drive" }, "Bearer drive")).toBe("watch steer record");
		expect(await wordsOf({ token: "drive" }, "Bearer undefined")).toBe("401");
		expect(await wordsOf({ viewToken: "look" }, "Bearer look")).toBe("watch");
		expect(await wordsOf({ viewToken: "look" })).toBe("401");
		expect(await wordsOf({ recordToken: "keep" }, "Bearer keep")).toBe("watch record");
		expect(await wordsOf({ recordToken: "keep" })).toBe("401");
	});
});
