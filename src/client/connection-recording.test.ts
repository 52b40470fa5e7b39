import { describe, expect, it, vi } from "vitest";
import { ConnectionRecording } from "./connection-recording.ts";

const STATED = { type: "recording", state: "recording", sinceMs: 5000, recorded: true, mayRecord: true } as const;

describe("ConnectionRecording", () => {
	it("knows the server's newest statement, and the time since the beginning on this clock", () => {
		vi.spyOn(performance, "now").mockReturnValue(3500);
		let offsetMs = 4000;
		const recording = new ConnectionRecording(
			() => true,
			() => offsetMs,
		);
		expect([recording.state, recording.elapsedSec]).toEqual([undefined, Number.NaN]);
		expect(recording.stated({ ...STATED, name: "take 1", by: "viewer", begunBy: "server" }, 3000)).toEqual({
			...{
				state: "recording",
				name: "take 1",
				recorded: true,
				consent: undefined,
				mayRecord: true,
				by: "viewer",
				begunBy: "server",
				live: false,
			},
			...{ episode: undefined, episodes: { ended: 0, successes: 0 } },
		});
		expect(recording.elapsedSec).toBe(2.5);
		offsetMs = Number.NaN;
		expect(recording.elapsedSec).toBe(0.5);
		expect(recording.stated({ ...STATED, state: "paused" }, 3000)).toBeUndefined();
		expect(recording.stated({ ...STATED, by: "a ghost" }, 3000)!.by).toBeUndefined();
		recording.restart();
		expect([recording.state, recording.elapsedSec]).toEqual([undefined, Number.NaN]);
		vi.restoreAllMocks();
	});

	it("knows the newest episode", () => {
		const recording = new ConnectionRecording(
			() => true,
			() => 0,
		);
		const episode = { number: 3, task: "pick", state: "ended", success: true };
		const stated = { ...STATED, episode, episodes: { ended: 2, successes: 1 } };
		expect(recording.stated(stated, 0)).toMatchObject({ episode, episodes: { ended: 2, successes: 1 } });
		const strange = { ...stated, episode: { ...episode, state: "dreamt" } };
		expect(recording.stated(strange, 0)!.episode).toBeUndefined();
	});

	it("asks while a recording or a live view would take the viewer, until there is an answer", () => {
		const recording = new ConnectionRecording(
			() => true,
			() => 0,
		);
		const asksAt = (changes: object) => {
			recording.stated({ ...STATED, consent: "needed", ...changes }, 0);
			return recording.asks;
		};
		expect(recording.asks).toBe(false);
		expect([asksAt({}), asksAt({ state: "off" }), asksAt({ state: "off", live: true })]).toEqual([
			true,
			false,
			true,
		]);
		expect([asksAt({ consent: "refused", live: true }), asksAt({ consent: undefined, live: true })]).toEqual([
			...[false, false],
		]);
	});

	it("gives the person's answer again to a server that asks anew", () => {
		const sent: unknown[] = [];
		const recording = new ConnectionRecording(
			(wish) => sent.push(wish) > 0,
			() => 0,
		);
		const asked = { ...STATED, recorded: false, consent: "needed" };
		expect(recording.stated(asked, 0)!.consent).toBe("needed");
		expect(sent).toEqual([]);
		recording.consent(false);
		recording.restart();
		recording.stated(asked, 0);
		recording.stated({ ...asked, consent: "refused" }, 0);
		expect(sent).toEqual(Array(2).fill({ type: "consent", given: false }));
		// The answer was lost with the connection, and the server still has the one before it.
		recording.stated({ ...asked, recorded: true, consent: "given" }, 0);
		expect(sent).toHaveLength(3);
	});

	it("sends wishes, and says whether they left", () => {
		const sent: unknown[] = [];
		const recording = new ConnectionRecording(
			(wish) => sent.push(wish) < 3,
			() => 0,
		);
		expect([recording.start({ name: "take 2" }), recording.start(), recording.stop()]).toEqual([true, true, false]);
		recording.startEpisode({ task: "pick" });
		recording.endEpisode({ success: true });
		recording.discardEpisode();
		expect(sent).toEqual([
			{ type: "record", on: true, name: "take 2" },
			{ type: "record", on: true },
			{ type: "record", on: false },
			{ type: "episode", action: "start", task: "pick" },
			{ type: "episode", action: "end", success: true },
			{ type: "episode", action: "discard" },
		]);
	});
});
