import { describe, expect, it } from "vitest";
import { EventListeners } from "../media/events.ts";
import type { PastDesk } from "./past-desk.ts";
import type { PastPlay, PastPlayEvents } from "./past-play.ts";
import type { RenderPool } from "./render-pool.ts";
import { setUp } from "./test-session.cases.ts";

/** A viewer at a desk that keeps five minutes, and the plays that have begun. */
async function setUpPast() {
	const plays: { readonly events: EventListeners<PastPlayEvents>; isOver: boolean }[] = [];
	const begin = () => {
		const play = { events: new EventListeners<PastPlayEvents>(), isOver: false };
		plays.push(play);
		const end = () => {
			play.isOver = true;
		};
		return { ...play, note: "", playback: undefined, state: { name: "opening" }, end } as unknown as PastPlay;
	};
	const window = { oldestSec: 0, newestSec: 300, full: false };
	const desk = { ring: { note: "" }, window, allows: () => true, begin };
	return { ...(await setUp({ pastDesk: desk as unknown as PastDesk })), plays };
}

const BROKEN = {
	addView: () => {
		throw new RangeError("The heap is full.");
	},
} as unknown as RenderPool;

describe("ViewerPast", () => {
	it("leaves the view as it is when the viewer turns back before the first picture", async () => {
		const { viewer, plays, removed, session } = await setUpPast();
		viewer.playback.seek(10);
		expect(viewer.playback.state).toMatchObject({ live: false, positionSec: 10, seeking: true });
		viewer.playback.goLive();
		expect(viewer.playback.state.live).toBe(true);
		expect(plays.map(({ isOver }) => isOver)).toEqual([true]);
		expect(removed).toEqual([]);
		session.close("bye");
	});

	it("stays live, and says why, where the past can't be drawn", async () => {
		const { viewer, plays, session } = await setUpPast();
		session.openChannels.add("control");
		viewer.playback.seek(10);
		plays[0]!.events.emit("ready", BROKEN);
		expect(viewer.playback.state.live).toBe(true);
		expect(session.control()).toContainEqual(
			expect.objectContaining({ type: "error", code: "playback", message: "The heap is full." }),
		);
		expect(session.closeReason).toBeUndefined();
		session.close("bye");
	});

	it("ends the session, and the play, where the present can't be drawn any more", async () => {
		const { viewer, plays, pool, session } = await setUpPast();
		viewer.playback.seek(10);
		plays[0]!.events.emit("ready", { ...pool } as RenderPool);
		pool.addView = BROKEN.addView;
		viewer.playback.goLive();
		expect(session.closeReason).toBe("The heap is full.");
		expect(plays[0]!.isOver).toBe(true);
	});

	it("begins nothing for a viewer who is gone", async () => {
		const { viewer, plays, session } = await setUpPast();
		session.close("bye");
		await session.closed;
		expect(() => viewer.playback.seek(10)).toThrow("No past is kept for this viewer.");
		expect(plays).toEqual([]);
	});
});
