import { expect, it } from "vitest";
import { PacketRing } from "../media/packet-ring.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { PastDesk } from "./past-desk.ts";
import { sourceWith } from "./test-session.cases.ts";

it("refuses to begin beside as many as may watch, and beside too many that are still ending", async () => {
	const ring = PacketRing.create({ windowSec: 60, maxBytes: 1000 });
	ring.note = "{}";
	const times = { placeSec: 0, decodeSec: 0, durationSec: 1, mediaSec: 0, receivedSec: 0 };
	ring.add(new Uint8Array(10), times, new Uint8Array(1));
	const pool = { heap: new SharedHeap(), maxWidth: 64, maxHeight: 64, onNotice: () => {} };
	const desk = new PastDesk({ ring, maxViewers: 1, access: "watch", live: sourceWith(), pool });
	const begin = () => desk.begin({ positionSec: 0 });
	/** One who turns back at once: no thread has been started. */
	const turnBack = () => {
		const play = begin();
		if (typeof play === "string") return play;
		expect(begin()).toMatch(/^Another viewer watches the past already/);
		play.end();
		return "begun";
	};
	expect(Array.from({ length: 6 }, turnBack)).toEqual([
		...Array(5).fill("begun"),
		expect.stringMatching(/still ending/),
	]);
	await expect.poll(turnBack).toBe("begun");
	await desk.close();
	expect(begin()).toBe("Nothing of the past is kept yet.");
});
