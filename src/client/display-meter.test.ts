import { expect, it } from "vitest";
import { DisplayMeter } from "./display-meter.ts";

const FRAME_MS = 1000 / 60;

it("counts nothing as repeated or skipped while a page is hidden, and measures on afterwards", () => {
	const meter = new DisplayMeter();
	const counted = { refreshes: 0, repeated: 0, skipped: 0 };
	let presented = 0;
	for (let refresh = 0; refresh < 900; refresh++) {
		const refreshMs = refresh * FRAME_MS;
		const rtpTicks = 1500 * refresh;
		meter.pictureAnnounced(rtpTicks);
		// Hidden from 3 s on, for 9 s.
		if (refresh >= 180 && refresh < 720) continue;
		meter.grid.frame(refreshMs);
		const times = { refreshMs, shownMs: refreshMs + FRAME_MS, readyMs: refreshMs - 5 };
		meter.pictureShown({ rtpTicks, ...times, presented: ++presented });
		if (refresh % 30 !== 29) continue;
		const report = meter.report(refreshMs);
		for (const name of ["refreshes", "repeated", "skipped"] as const) counted[name] += report?.[name] ?? 0;
		if (refresh > 780) expect(report?.spareMs).toBeCloseTo(5, 1);
	}
	expect([counted.repeated, counted.skipped]).toEqual([0, 0]);
	expect(counted.refreshes).toBeGreaterThan(320);
	expect(counted.refreshes).toBeLessThan(360);
});
