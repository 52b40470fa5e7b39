import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PlayerSafety } from "./player-safety.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

it("plays the operator where there are bounds: says which picture came, and takes hold anew", () => {
	const sent: unknown[] = [];
	let seenRtpTicks: number | undefined;
	const blind = new PlayerSafety({ video: false, seenRtpTicks: () => undefined, send: () => {} });
	expect(blind.heldBack({ type: "hold", on: true, needs: "picture" })).toContain("--video");
	const safety = new PlayerSafety({
		video: true,
		seenRtpTicks: () => seenRtpTicks,
		send: (message) => sent.push(message),
	});
	safety.welcomed({});
	vi.advanceTimersByTime(1000);
	safety.welcomed({ safety: { engage: "hold", maxPictureAgeMs: 500 } });
	const hold = { type: "hold", on: true, reason: "starting" } as const;
	for (seenRtpTicks of [3000, 3000, 6000]) vi.advanceTimersByTime(50);
	expect(safety.heldBack({ ...hold, needs: "picture" })).toBeUndefined();
	expect(safety.heldBack({ ...hold, needs: "engage" })).toBeUndefined();
	safety.heldBack({ type: "hold", on: false });
	expect(sent).toEqual([
		{ type: "seen", rtp: 3000 },
		{ type: "seen", rtp: 6000 },
		{ type: "engage", on: false },
		{ type: "engage", on: true },
	]);
	safety.close();
	seenRtpTicks = 9000;
	vi.advanceTimersByTime(1000);
	expect(sent).toHaveLength(4);
});
