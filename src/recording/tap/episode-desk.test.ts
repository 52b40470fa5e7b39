import { describe, expect, it } from "vitest";
import { wordsForEpisode } from "../episode.ts";
import { EpisodeDesk } from "./episode-desk.ts";

function setUp() {
	const words: string[] = [];
	let changes = 0;
	const desk = new EpisodeDesk(
		(record) => record.type === "episode" && words.push(wordsForEpisode(record.episode)),
		() => changes++,
	);
	return { desk, words, changes: () => changes };
}

describe("EpisodeDesk", () => {
	it("has one episode at a time, with a task that holds until another is given", () => {
		const { desk, words, changes } = setUp();
		desk.start("pick the cup");
		expect(() => desk.start("again")).toThrow("An episode is running: end or discard it before the next.");
		desk.end(true);
		expect(() => desk.end(true)).toThrow("No episode is running.");
		desk.start(undefined);
		desk.end(false);
		desk.start("pour");
		desk.end(undefined);
		expect(words).toEqual([
			"episode 1: pick the cup: begins",
			"episode 1: pick the cup: success",
			"episode 2: pick the cup: begins",
			"episode 2: pick the cup: failure",
			"episode 3: pour: begins",
			"episode 3: pour: ends",
		]);
		expect(changes()).toBe(6);
	});

	it("discards the running episode, or the newest one after its end, once", () => {
		const { desk, words } = setUp();
		expect(() => desk.discard()).toThrow("There is no episode to discard.");
		desk.start(undefined);
		desk.discard();
		expect(() => desk.discard()).toThrow("There is no episode to discard.");
		desk.start(undefined);
		desk.end(true);
		desk.discard();
		expect(words.filter((line) => line.includes("discarded"))).toEqual([
			"episode 1: discarded",
			"episode 2: discarded",
		]);
		expect(desk.episodes.map(({ number, state, success }) => [number, state, success])).toEqual([
			[1, "discarded", undefined],
			[2, "discarded", true],
		]);
	});

	it("is closed with its recording: a running episode is not finished", () => {
		const { desk } = setUp();
		desk.close();
		desk.start("pick");
		desk.close();
		expect(desk.newest).toMatchObject({ state: "unfinished", success: undefined, endedAt: expect.any(Date) });
	});
});
