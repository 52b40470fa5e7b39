import { describe, expect, it } from "vitest";
import type { ConnectionEvents, PanogazeConnection } from "../src/client/index.ts";
import { EventListeners } from "../src/media/events.ts";
import { SourceTrouble } from "./source-trouble.ts";

/** What of a connection it listens to. The server's clock is ten seconds ahead. */
function serverSays() {
	const events = new EventListeners<ConnectionEvents>();
	const trouble = new SourceTrouble({ serverClockOffsetMs: 10_000, on: events.on.bind(events) } as unknown as PanogazeConnection);
	const serverNowMs = () => performance.now() + 10_000;
	return {
		trouble,
		away: () => events.emit("error", { type: "error", code: "source", message: "The camera is away.", fatal: false }),
		picture: (ageMs: number) =>
			events.emit("frame", {
				rtpTicks: 1,
				poseSequence: 1,
				orientation: [0, 0, 0, 1],
				fovDeg: 90,
				eyes: 1,
				times: { panoramaMs: serverNowMs() - ageMs },
			}),
		connecting: () => events.emit("state", { name: "connecting", words: "" }),
	};
}

describe("SourceTrouble", () => {
	it("lasts while the server repeats its last picture, and ends with one of later", () => {
		const { trouble, away, picture } = serverSays();
		const told: (string | undefined)[] = [];
		trouble.on("change", (words) => told.push(words));
		picture(5);
		away();
		for (const ageMs of [500, 1000, 30_000]) picture(ageMs);
		expect(trouble.words).toBe("The camera is away.");
		picture(-50);
		picture(-90);
		expect([trouble.words, told]).toEqual([undefined, ["The camera is away.", undefined]]);
	});

	it("ends with the connection", () => {
		const { trouble, away, connecting } = serverSays();
		away();
		connecting();
		expect(trouble.words).toBeUndefined();
	});
});
