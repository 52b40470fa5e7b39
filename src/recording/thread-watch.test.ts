import { describe, expect, it } from "vitest";
import { ThreadWatch } from "./thread-watch.ts";

describe("ThreadWatch", () => {
	it("says when a thread is held up, and when it goes on, but counts no pause of its own thread", () => {
		const clock = { ms: 0 };
		const watch = new ThreadWatch(() => clock.ms);
		const later = (ms: number, turns: number) => {
			clock.ms += ms;
			return watch.check(turns);
		};
		expect(Array.from({ length: 9 }, () => later(500, 0)).filter((words) => words !== undefined)).toEqual([]);
		expect([1, 2, 3].map((turns) => later(500, turns))).toEqual([undefined, undefined, undefined]);
		// This thread itself was held up: the other may have had its turns.
		expect([later(10_000, 3), later(500, 4)]).toEqual([undefined, undefined]);
		const said = Array.from({ length: 6 }, () => later(500, 4));
		expect(said.map((words) => words !== undefined)).toEqual([false, false, false, false, true, false]);
		expect(said[4]).toBe("This machine is busy: the thread that writes has been held up for 2 s.");
		expect(watch.isHeldUp).toBe(true);
		expect([later(500, 5), later(500, 6)]).toEqual(["The thread that writes goes on.", undefined]);
		expect(watch.isHeldUp).toBe(false);
	});
});
