import { describe, expect, it } from "vitest";
import { wordsOfHold, wordsOfNeed } from "./hold-words.ts";

describe("the words of a hold", () => {
	it("say why, with the age of the picture where it is known", () => {
		expect(wordsOfHold({ reason: "picture-old", ageMs: 640 })).toBe("Picture is 0.6 s old: control on hold");
		expect(wordsOfHold({ reason: "picture-old" })).toBe("Picture is old: control on hold");
		expect(wordsOfHold({ reason: "of a later version" })).toBe("Control on hold");
		expect(wordsOfHold({ reason: "starting" })).toContain("fresh picture");
		expect(wordsOfHold({ reason: "starting", needs: "engage" })).toBe("Control on hold");
	});

	it("say what ends it", () => {
		expect(wordsOfNeed("picture")).toContain("fresh");
		expect(wordsOfNeed("engage")).toContain("hold the grip");
		expect(wordsOfNeed(undefined)).toBe("");
	});
});
