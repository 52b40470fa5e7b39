import { describe, expect, it } from "vitest";
import type { ConnectionStats } from "../connection-numbers.ts";
import { verdictOf } from "../view-state.ts";
import { HEADSET_ENGLISH } from "./headset-words.ts";
import { type PanelState, panelLines } from "./panel-lines.ts";

const stats = (packetsLost: number) =>
	({
		motionToPhoton: { p50: 47.6, p95: 60, samples: 9 },
		bitrateBps: 8_240_000,
		fps: 59.7,
		packetsLost,
	}) as unknown as ConnectionStats;

const STATE: PanelState = {
	stats: undefined,
	statsBefore: undefined,
	verdict: verdictOf({ name: "connected", words: "" }, undefined, "playing"),
	play: undefined,
	behindSec: Number.NaN,
	recording: undefined,
	hasBounds: false,
	hud: [],
	language: HEADSET_ENGLISH,
};
const wordsOf = (state: Partial<PanelState>) => panelLines({ ...STATE, ...state }).map(({ words }) => words);

describe("the panel's lines", () => {
	it("say latency, link and source, also before they are known", () => {
		expect(wordsOf({})).toEqual(["Latency –", "Link –, – fps", "Source: Live"]);
		expect(wordsOf({ stats: stats(7), statsBefore: stats(4) })).toEqual([
			"Latency 48 ms",
			"Link 8.2 Mbit/s, 60 fps, 3 lost",
			"Source: Live",
		]);
	});

	it("say that the session is recorded and who has control, then the application's words", () => {
		const recording = { state: "recording", elapsedSec: 83.9 } as const;
		expect(wordsOf({ recording, hasBounds: true, hud: ["Battery 80 %"] }).slice(2)).toEqual([
			"Source: Live",
			"● Recording 1:23",
			"You have control",
			"Battery 80 %",
		]);
	});

	it("warn of a recording that has gaps or has stopped", () => {
		const lines = (state: "losing" | "failed" | "recording" | "needed") =>
			panelLines({ ...STATE, recording: { state, elapsedSec: Number.NaN } })[3];
		expect(lines("recording")).toEqual({ words: "● Recording", tone: "plain" });
		expect(lines("losing")).toEqual({ words: "● Recording with gaps", tone: "warning" });
		expect(lines("needed")).toEqual({ words: "○ Not recorded", tone: "plain" });
		expect(lines("failed")).toEqual({ words: "Recording stopped", tone: "warning" });
	});

	it("warn of a source that is not live", () => {
		const verdict = verdictOf({ name: "connected", words: "" }, { type: "source", state: "stalled" }, "playing");
		expect(panelLines({ ...STATE, verdict })[2]).toEqual({ words: "Source: Stalled", tone: "warning" });
	});

	it("call a file and the kept past of a camera what they are, and only the present live", () => {
		const play = { can: ["pause", "seek", "rate"] as const, live: false, paused: false };
		expect(wordsOf({ play })[2]).toBe("Source: Playing");
		expect(wordsOf({ play: { ...play, paused: true } })[2]).toBe("Source: Paused");
		expect(wordsOf({ play: { ...play, live: true }, behindSec: 0 })[2]).toBe("Source: Live");
		const timeShift = { oldestSec: 0, newestSec: 60, full: false };
		const past = panelLines({ ...STATE, play: { ...play, paused: true, timeShift }, behindSec: 7.4 });
		expect(past[2]).toEqual({ words: "Not live: 7 s ago", tone: "warning" });
	});
});
