import { describe, expect, it } from "vitest";
import type { ConnectionStats } from "../connection-numbers.ts";
import { verdictOf } from "../view-state.ts";
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
	recording: false,
	hasBounds: false,
	hud: [],
};
const wordsOf = (state: Partial<PanelState>) => panelLines({ ...STATE, ...state }).map(({ words }) => words);

describe("the panel's lines", () => {
	it("say latency, link and source, also before they are known", () => {
		expect(wordsOf({})).toEqual(["Latency –", "Link –, – fps", "Source live"]);
		expect(wordsOf({ stats: stats(7), statsBefore: stats(4) })).toEqual([
			"Latency 48 ms",
			"Link 8.2 Mbit/s, 60 fps, 3 lost",
			"Source live",
		]);
	});

	it("say that the session is recorded and who has control, then the application's words", () => {
		expect(wordsOf({ recording: true, hasBounds: true, hud: ["Battery 80 %"] }).slice(2)).toEqual([
			"Source live",
			"● Recording",
			"You have control",
			"Battery 80 %",
		]);
	});

	it("warn of a source that is not live", () => {
		const verdict = verdictOf({ name: "connected", words: "" }, { type: "source", state: "stalled" }, "playing");
		expect(panelLines({ ...STATE, verdict })[2]).toEqual({ words: "Source stalled", tone: "warning" });
	});
});
