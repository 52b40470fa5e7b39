import type { Page } from "playwright-core";

const CLOCK_READINGS = 30;

/**
 * Our `performance.now()` minus the page's, milliseconds. Both are on this machine, so that the
 * shortest of some readings is right to a fraction of a millisecond.
 */
export async function clockOffset(page: Page): Promise<number> {
	let best = { roundTripMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
	for (let reading = 0; reading < CLOCK_READINGS; reading++) {
		const leftMs = performance.now();
		const theirMs = await page.evaluate(() => performance.now());
		const backMs = performance.now();
		if (backMs - leftMs < best.roundTripMs)
			best = { roundTripMs: backMs - leftMs, offsetMs: (leftMs + backMs) / 2 - theirMs };
	}
	return best.offsetMs;
}
