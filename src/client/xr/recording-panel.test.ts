import { describe, expect, it } from "vitest";
import type { ViewedRecording } from "../connection-recording.ts";
import { HEADSET_WORDS } from "./headset-words.ts";
import { recordingPanel } from "./recording-panel.ts";

const OFF: ViewedRecording = {
	...{ state: "off", name: undefined, recorded: false, consent: undefined, episode: undefined },
	...{ episodes: { ended: 0, successes: 0 }, mayRecord: true, live: false, begunBy: undefined, by: undefined },
};
const RUNNING: ViewedRecording = { ...OFF, state: "recording", recorded: true };
const EPISODE = { number: 2, task: "pour", state: "running", success: undefined } as const;

const panelOf = (state: ViewedRecording | undefined, opened = true, asks = false) =>
	recordingPanel(state, { asks, opened, elapsedSec: 83 }, HEADSET_WORDS);
const actionsOf = (state: ViewedRecording) => panelOf(state)?.buttons.map(({ action }) => action);
const plateOf = (state: ViewedRecording) => panelOf(state, false)?.buttons[0]?.label;

describe("a headset's panel about the recording", () => {
	it("lets who may record begin and end recordings and episodes, and nobody else", () => {
		expect(actionsOf(OFF)).toEqual(["record", "close"]);
		expect(actionsOf({ ...OFF, state: "failed" })).toEqual(["record", "close"]);
		expect(actionsOf(RUNNING)).toEqual(["start-episode", "stop", "close"]);
		const inEpisode = ["success", "failure", "discard-episode", "stop", "close"];
		expect(actionsOf({ ...RUNNING, episode: EPISODE })).toEqual(inEpisode);
		const ended = { ...EPISODE, state: "ended", success: true } as const;
		expect(actionsOf({ ...RUNNING, episode: ended })).toEqual([
			"start-episode",
			"discard-episode",
			"stop",
			"close",
		]);
		expect(actionsOf({ ...RUNNING, episode: { ...ended, state: "discarded" } })).toEqual(actionsOf(RUNNING));
		expect([panelOf({ ...RUNNING, mayRecord: false }), panelOf(undefined)]).toEqual([undefined, undefined]);
	});

	it("asks who is to be asked, and lets each change the answer", () => {
		const asked = { ...RUNNING, mayRecord: false, recorded: false, consent: "needed", live: true } as const;
		const question = panelOf(asked, false, true)!;
		expect([question.kind, question.buttons.map(({ action }) => action)]).toEqual([
			"question",
			["agree", "refuse"],
		]);
		expect(question.words).toContain(HEADSET_WORDS.consentLive);
		expect(panelOf({ ...asked, live: false }, false, true)!.words).not.toContain(HEADSET_WORDS.consentLive);
		expect(actionsOf({ ...asked, consent: "given", recorded: true })).toEqual(["refuse", "close"]);
		expect(actionsOf({ ...asked, consent: "refused" })).toEqual(["agree", "close"]);
		expect(actionsOf({ ...asked, state: "off", consent: "given" })).toEqual(["refuse", "close"]);
		expect(panelOf({ ...asked, state: "off", consent: "given", live: false })).toBeUndefined();
	});

	it("has a plate that says how things are", () => {
		expect(plateOf(OFF)).toBe("Record");
		expect(plateOf(RUNNING)).toBe("● Recording 1:23");
		expect(plateOf({ ...RUNNING, episode: EPISODE })).toBe("● Recording 1:23 · Episode 2");
		expect(plateOf({ ...RUNNING, state: "failed" })).toBe("Recording stopped");
		expect(plateOf({ ...RUNNING, recorded: false, consent: "refused" })).toBe("○ Not recorded");
		expect(plateOf({ ...OFF, mayRecord: false, consent: "given", live: true })).toBe("Seen live");
		expect(panelOf({ ...RUNNING, episode: EPISODE })!.words).toBe("Episode 2: pour");
	});
});
