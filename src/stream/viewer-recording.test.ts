import { describe, expect, it } from "vitest";
import type { RecorderNews } from "./viewer-recording.ts";
import { ViewerRecording } from "./viewer-recording.ts";

const NO_EPISODES = { episode: undefined, episodes: { ended: 0, successes: 0 } };
const RUNNING: RecorderNews = {
	state: "recording",
	sinceSec: 7,
	name: "take 1",
	by: "viewer",
	begunBy: "server",
	live: false,
	asksConsent: false,
	...NO_EPISODES,
};

describe("ViewerRecording", () => {
	it("has nothing to say without a recorder and a recording", () => {
		expect(new ViewerRecording(true, () => {}).message).toBeUndefined();
	});

	it("states the server's recorder, and who may use it", async () => {
		let changes = 0;
		const recording = new ViewerRecording(true, () => changes++);
		recording.news = {
			...RUNNING,
			state: "off",
			sinceSec: undefined,
			name: undefined,
			by: undefined,
			begunBy: undefined,
		};
		expect(recording.message).toEqual({ type: "recording", state: "off", recorded: false, mayRecord: true });
		recording.news = RUNNING;
		const end = recording.begin();
		expect(recording.message).toEqual({
			...{ type: "recording", state: "recording", sinceMs: 7000, name: "take 1" },
			...{ recorded: true, mayRecord: true, by: "viewer", begunBy: "server" },
		});
		await Promise.resolve();
		expect(changes).toBe(1);
		end();
		expect(recording.message!.recorded).toBe(false);
		const watcher = new ViewerRecording(false, () => {});
		watcher.news = RUNNING;
		expect(watcher.message!.mayRecord).toBe(false);
	});

	it("states the newest episode, and how many there were", () => {
		const recording = new ViewerRecording(true, () => {});
		const episode = { number: 3, task: "pick", state: "running", success: undefined, beganSec: 9 };
		recording.news = { ...RUNNING, episode, episodes: { ended: 2, successes: 1 } };
		expect(recording.message).toMatchObject({
			episode: { number: 3, task: "pick", state: "running", sinceMs: 9000 },
			episodes: { ended: 2, successes: 1 },
		});
		recording.news = { ...RUNNING, episode: { ...episode, state: "ended", success: false } };
		expect(recording.message!.episode).toEqual({ number: 3, task: "pick", state: "ended", success: false });
	});

	it("states the viewer's answer where the server asks for one", () => {
		const recording = new ViewerRecording(true, () => {});
		recording.consent = "given";
		recording.news = RUNNING;
		expect(recording.message).not.toHaveProperty("consent");
		recording.news = { ...RUNNING, asksConsent: true };
		expect(recording.message!.consent).toBe("given");
		expect(recording.message).not.toHaveProperty("live");
		recording.news = { ...RUNNING, asksConsent: true, live: true };
		expect(recording.message!.live).toBe(true);
		expect(new ViewerRecording(true, () => {}).consent).toBe("needed");
	});

	it("states a recording of the application's own, which nobody can end from the page", () => {
		const recording = new ViewerRecording(true, () => {});
		const ends = [recording.begin(), recording.begin()];
		expect(recording.message).toMatchObject({ state: "recording", recorded: true, mayRecord: false });
		expect(recording.message!.sinceMs).toBeTypeOf("number");
		ends[0]!();
		expect(recording.message!.state).toBe("recording");
		ends[1]!();
		expect(recording.message).toEqual({ type: "recording", state: "off", recorded: false, mayRecord: false });
	});
});
