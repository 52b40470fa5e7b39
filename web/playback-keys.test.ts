import { describe, expect, it } from "vitest";
import type { ViewedPlayback } from "../src/client/index.ts";
import { playSpan } from "./play-span.ts";
import { playbackOfKey } from "./playback-keys.ts";
import { clockTime, timeBehind } from "./time-words.ts";

const STATE: ViewedPlayback = {
	positionSec: 0,
	atSec: 0,
	durationSec: 100,
	rate: 1,
	paused: false,
	seeking: false,
	loop: true,
	live: false,
	can: ["pause", "seek", "rate", "loop"],
	mayControl: true,
	by: undefined,
	chapters: [],
};

const pressed = (key: string, sec: number, change: Partial<ViewedPlayback> = {}, shiftKey = false) => {
	const state = { ...STATE, ...change };
	return playbackOfKey({ key, shiftKey }, state, sec, playSpan(state, 10));
};

describe("playbackOfKey()", () => {
	it("pauses and plays by Space and K", () => {
		expect([pressed(" ", 1), pressed("k", 1), pressed("k", 1, { paused: true })]).toEqual([
			{ paused: true },
			{ paused: true },
			{ paused: false },
		]);
	});

	it("stays within the kept past of a live source, which has moved on since it was stated", () => {
		const timeShift = { oldestSec: 20, newestSec: 80, full: true };
		const live = { timeShift, durationSec: Number.NaN, live: true };
		expect([
			pressed("j", 85, live),
			pressed("0", 85, live),
			pressed("5", 85, live),
			pressed("l", 85, live),
		]).toEqual([75, 30, 60, 90].map((positionSec) => ({ positionSec })));
	});

	it("goes 10 s by J and L, 5 s by the arrows with Shift, and to tenths by digits, within the source", () => {
		expect([pressed("j", 50), pressed("l", 95), pressed("j", 3)]).toEqual([
			{ positionSec: 40 },
			{ positionSec: 100 },
			{ positionSec: 0 },
		]);
		expect([pressed("ArrowLeft", 50, {}, true), pressed("ArrowRight", 50, {}, true)]).toEqual([
			{ positionSec: 45 },
			{ positionSec: 55 },
		]);
		expect([pressed("0", 50), pressed("7", 50)]).toEqual([{ positionSec: 0 }, { positionSec: 70 }]);
		expect(pressed("ArrowLeft", 50)).toBeUndefined();
	});

	it("goes from chapter to chapter by J and L with Shift, or a minute where there are none", () => {
		const chapters = [0, 20, 60].map((startSec) => ({ startSec, title: "" }));
		const at = (key: string, sec: number) => pressed(key, sec, { chapters }, true);
		expect([at("J", 30), at("J", 21), at("J", 1), at("L", 20), at("L", 70)]).toEqual([
			{ positionSec: 20 },
			{ positionSec: 0 },
			{ positionSec: 0 },
			{ positionSec: 60 },
			{ positionSec: 100 },
		]);
		expect([pressed("L", 10, {}, true), pressed("J", 10, {}, true)]).toEqual([
			{ positionSec: 70 },
			{ positionSec: 0 },
		]);
	});

	it("chooses the next speed by < and >, as far as there are some", () => {
		expect([pressed(">", 0, {}, true), pressed("<", 0, {}, true), pressed(">", 0, { rate: 4 }, true)]).toEqual([
			{ rate: 1.25 },
			{ rate: 0.75 },
			undefined,
		]);
	});

	it("means nothing where the source does not obey", () => {
		for (const key of [" ", "k", "j", "l", "5", "<"]) expect(pressed(key, 0, { can: [] }), key).toBeUndefined();
	});
});

describe("clockTime()", () => {
	it("writes times as players do", () => {
		const times = [0, 7.9, 59.9999999, 754, 3723, Number.NaN].map(clockTime);
		expect(times).toEqual(["0:00", "0:07", "1:00", "12:34", "1:02:03", "–"]);
	});
});

describe("timeBehind()", () => {
	it("is less than nothing only where a second is missing", () => {
		expect([-3, 0.9, 7.4, 754, Number.NaN].map(timeBehind)).toEqual(["0:00", "0:00", "-0:07", "-12:34", "–"]);
	});
});
