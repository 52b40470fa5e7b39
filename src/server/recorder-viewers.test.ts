import { describe, expect, it } from "vitest";
import type { EpisodeWish } from "../protocol/recording-messages.ts";
import { FakeViewer, ServerStub } from "../recording/fake-session.cases.ts";
import { RecorderViewers } from "./recorder-viewers.ts";

const NEWS = {
	...({ state: "recording", sinceSec: 1, name: undefined, live: false, episode: undefined } as const),
	episodes: { ended: 0, successes: 0 },
};

describe("RecorderViewers", () => {
	it("asks of each controller's pose no more than whether an episode is running", () => {
		const server = new ServerStub();
		const wishes: EpisodeWish[] = [];
		let statements = 0;
		new RecorderViewers({
			server,
			asksConsent: false,
			buttons: { start: "right-a", success: "right-a" },
			news: () => {
				statements++;
				return NEWS;
			},
			authors: () => ({ by: undefined, begunBy: "server" }),
			episodeRunning: () => wishes.length > 0,
			record: async () => {},
			episode: (wish) => wishes.push(wish),
			put: () => {},
		});
		const viewer = new FakeViewer();
		server.emit("join", viewer.asViewer);
		for (let pose = 0; pose < 100; pose++) viewer.press("right");
		for (const pressed of [[4], [4], [], [4]]) viewer.press("right", ...pressed);
		expect(wishes).toEqual([{ action: "start" }, { action: "end", success: true }]);
		expect([statements, viewer.news.length]).toEqual([1, 1]);
	});
});
