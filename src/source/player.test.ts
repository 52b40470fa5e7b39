import { describe, expect, it } from "vitest";
import { type PlaybackAbility, type PlaybackState, positionAt } from "../media/playback.ts";
import { Player } from "./player.ts";

function setUp({ can = ["pause", "seek", "rate", "loop"] as readonly PlaybackAbility[], live = false } = {}) {
	const states: (PlaybackState & { readonly by: string | undefined })[] = [];
	const jumps: number[] = [];
	const input = { loop: true, frameRate: 10, jumpTo: (sec: number) => void jumps.push(sec) };
	const onState = (state: PlaybackState, by: string | undefined) => void states.push({ ...state, by });
	const player = new Player(input, { can, chapters: [], durationSec: live ? Number.NaN : 60, live, onState });
	/** Shows pictures of one line of media time from one place on, each when it is due. */
	const play = (mediaSec: number, positionSec: number, nowSec: number, pictures: number) => {
		let now = nowSec;
		for (let index = 0; index < pictures; index++) {
			const picture = { mediaSec: mediaSec + index / 10, positionSec: positionSec + index / 10 };
			now = Math.max(now, player.dueSec(picture, now));
			if (player.decide(picture, now) === "show") player.shown(picture, now);
		}
		return now;
	};
	return { player, input, states, jumps, play };
}

describe("Player", () => {
	it("states the play once while it goes on evenly, and again where its place leaps", () => {
		const { states, play } = setUp();
		play(0, 0, 100, 50);
		expect(states).toEqual([
			expect.objectContaining({ positionSec: 0, atSec: 100, rate: 1, paused: false, loop: true, by: undefined }),
		]);
		expect(positionAt(states[0]!, 104)).toBe(4);
		// A loop: media time runs on, the place begins anew.
		play(5, 0, 105, 3);
		expect(states.slice(1)).toEqual([expect.objectContaining({ positionSec: 0, atSec: expect.closeTo(105, 6) })]);
	});

	it("states the author of a change, and the place that it leads to", () => {
		const { player, states, jumps, play } = setUp();
		play(0, 0, 0, 11);
		player.obey({ paused: true }, "a", 1.05);
		expect(states.at(-1)).toMatchObject({ paused: true, positionSec: 1, by: "a" });
		player.obey({ positionSec: 30 }, "b", 2);
		expect(jumps).toEqual([30]);
		expect(states.at(-1)).toMatchObject({ positionSec: 30, by: "b" });
		const picture = { mediaSec: 1.1, positionSec: 30.02 };
		expect(player.dueSec(picture, 3)).toBe(3);
		player.shown(picture, 3);
		expect(states.at(-1)).toMatchObject({ positionSec: 30.02, paused: true, by: "b" });
		expect(player.dueSec({ mediaSec: 1.2, positionSec: 30.12 }, 4)).toBe(Number.POSITIVE_INFINITY);
		player.obey({ paused: false, rate: 2, loop: false }, "c", 5);
		expect(states.at(-1)).toMatchObject({ rate: 2, paused: false, loop: false, by: "c" });
		expect(player.dueSec({ mediaSec: 1.2, positionSec: 30.12 }, 5)).toBeCloseTo(5.05, 9);
	});

	it("has sound only while it plays at its own rate", () => {
		const { player, play } = setUp();
		expect(player.soundOffsetSec).toBeNaN();
		play(0, 0, 100, 3);
		expect(player.soundOffsetSec).toBe(100);
		player.obey({ paused: true }, undefined, 101);
		expect(player.soundOffsetSec).toBeNaN();
		player.obey({ paused: false, rate: 2 }, undefined, 103);
		expect(player.soundOffsetSec).toBeNaN();
		player.obey({ rate: 1 }, undefined, 104);
		expect(player.soundOffsetSec).toBeCloseTo(101, 9);
		player.obey({ positionSec: 30 }, undefined, 105);
		expect(player.soundOffsetSec).toBeNaN();
	});

	it("states the place of a picture that was on its way when the pause came", () => {
		const { player, states, play } = setUp();
		play(0, 0, 0, 3);
		player.obey({ paused: true }, "a", 0.25);
		player.shown({ mediaSec: 0.3, positionSec: 0.3 }, 0.26);
		expect(states.at(-1)).toMatchObject({ positionSec: 0.3, paused: true });
	});

	it("goes no further than to the last picture", () => {
		const { player, jumps } = setUp();
		player.obey({ positionSec: 1e6 }, undefined, 0);
		expect(jumps).toEqual([59.9]);
	});

	it("leaves out what the source can't do, and has no place in a live one", () => {
		const { player, input, jumps, states, play } = setUp({ can: [], live: true });
		play(0, 1000, 0, 3);
		play(0.3, 5000, 0.3, 3);
		player.obey({ paused: true, positionSec: 3, rate: 4, loop: false }, "a", 1);
		expect([jumps, input.loop]).toEqual([[], true]);
		expect(states.map(({ positionSec, paused, rate }) => [positionSec, paused, rate])).toEqual([
			[Number.NaN, false, 1],
			[Number.NaN, false, 1],
		]);
	});
});
