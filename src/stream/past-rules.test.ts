import { describe, expect, it } from "vitest";
import { type PlayNow, stepForTime, stepForWish } from "./past-rules.ts";

const WINDOW = { oldestSec: 100, newestSec: 400, full: true };
const play = (state: Partial<PlayNow> = {}): PlayNow => ({
	positionSec: 200,
	paused: false,
	rate: 1,
	seeking: false,
	...state,
});

describe("stepForWish()", () => {
	it.each([
		[{ positionSec: 150 }, { positionSec: 150, paused: false, rate: 1 }],
		[{ positionSec: 3 }, { positionSec: 100, paused: false, rate: 1 }],
		[{ paused: true }, { positionSec: 400, paused: true, rate: 1 }],
		[
			{ paused: true, positionSec: 1e6 },
			{ positionSec: 400, paused: true, rate: 1 },
		],
		[{ rate: 0.5 }, { positionSec: 400, paused: false, rate: 0.5 }],
	])("leads from the present into the past by %o", (wish, change) => {
		expect(stepForWish(wish, WINDOW, undefined)).toEqual({ to: "past", change });
	});

	it.each([{ positionSec: 399.5 }, { paused: false }, { live: true as const }, {}])(
		"leaves the present as it is by %o",
		(wish) => {
			expect(stepForWish(wish, WINDOW, undefined)).toEqual({ to: "nothing" });
		},
	);

	it.each([{ live: true as const }, { positionSec: 400 }, { positionSec: 1e6, rate: 2 }])(
		"leads back to the present by %o",
		(wish) => {
			expect(stepForWish(wish, WINDOW, play())).toEqual({ to: "live" });
		},
	);

	it("changes a play of the past, and keeps its place within the past", () => {
		expect(stepForWish({ rate: 4 }, WINDOW, play())).toEqual({ to: "past", change: { rate: 4 } });
		const change = { positionSec: 100, paused: true };
		expect(stepForWish({ positionSec: 0, paused: true }, WINDOW, play())).toEqual({ to: "past", change });
	});

	it("refuses what can't be done, in a sentence", () => {
		expect(stepForWish({ rate: 2 }, WINDOW, undefined)).toMatchObject({ reason: /faster/ });
		expect(stepForWish({ loop: true }, WINDOW, play())).toMatchObject({ to: "refusal", reason: /at its end\.$/ });
	});
});

describe("stepForTime()", () => {
	it.each([
		["plays in the middle", play()],
		["looks for a place", play({ seeking: true, positionSec: 0 })],
		["is paused at the present", play({ paused: true, positionSec: 400 })],
		["plays slowly from the present", play({ rate: 0.5, positionSec: 399.9 })],
		// The reader goes on by itself.
		["plays from the oldest place", play({ positionSec: 99 })],
	])("leaves one alone who %s", (_, now) => {
		expect(stepForTime(now, WINDOW)).toEqual({ to: "nothing" });
	});

	it("shows the present to one who has caught up with it", () => {
		expect(stepForTime(play({ rate: 2, positionSec: 399.5 }), WINDOW)).toEqual({ to: "live" });
	});

	it.each([play({ paused: true, positionSec: 99 }), play({ rate: 0.25, positionSec: 99 })])(
		"plays from near the oldest place when that of $rate is no longer kept",
		(now) => {
			const change = { positionSec: 102, paused: false, rate: 1 };
			expect(stepForTime(now, WINDOW)).toEqual({ to: "past", change });
		},
	);
});
