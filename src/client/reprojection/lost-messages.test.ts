import { describe, expect, it } from "vitest";
import { LostMessages } from "./lost-messages.ts";

/** The pictures at which messages are judged lost, of `count` pictures. */
function judgements(count: number, missed: (picture: number) => boolean, describedFrom = 0): number[] {
	const judge = new LostMessages();
	let sum = 0;
	return Array.from({ length: count }, (_, picture) => picture).filter((picture) => {
		if (missed(picture)) sum++;
		return judge.judge(sum, picture >= describedFrom);
	});
}

describe("LostMessages", () => {
	it("takes two pictures in sixty without a message for a chance, and three for a loss", () => {
		expect(judgements(600, (picture) => picture % 30 === 5)).toEqual([]);
		expect(judgements(60, (picture) => picture % 20 === 5)).toEqual([45]);
	});

	it("waits for sixty pictures where no message has come yet", () => {
		expect(judgements(60, () => true, 600)).toEqual([59]);
		expect(judgements(600, (picture) => picture < 40, 40)).toEqual([]);
	});
});
