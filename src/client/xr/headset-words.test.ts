import { describe, expect, it } from "vitest";
import { HEADSET_ENGLISH, wordsOfHold, wordsOfNeed } from "./headset-words.ts";

describe("the words of a hold", () => {
	const said = (hold: Parameters<typeof wordsOfHold>[0]) => wordsOfHold(hold, HEADSET_ENGLISH);

	it("say why, with the age of the picture where it is known", () => {
		expect(said({ reason: "picture-old", ageMs: 640 })).toBe("Picture is 0.6 s old: control on hold");
		expect(said({ reason: "picture-old" })).toBe("Picture is old: control on hold");
		expect(said({ reason: "of a later version" })).toBe("Control on hold");
		expect(said({ reason: "starting" })).toContain("fresh picture");
		expect(said({ reason: "starting", needs: "engage" })).toBe("Control on hold");
	});

	it("say what ends it", () => {
		const { words } = HEADSET_ENGLISH;
		expect(wordsOfNeed("picture", words, words.holdNeedsGrip)).toContain("fresh");
		expect(wordsOfNeed("engage", words, words.holdNeedsGrip)).toContain("hold the grip");
		expect(wordsOfNeed(undefined, words, words.holdNeedsGrip)).toBe("");
	});
});
