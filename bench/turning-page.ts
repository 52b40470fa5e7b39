// The page of the server, in a browser whose view turns without rest.
import type { Page } from "playwright-core";

/** Time in which the page shows its first pictures, on a busy machine too. */
const PATIENCE_MS = 60_000;
/** Pictures that the page has shown once its video runs. */
const FIRST_PICTURES = 10;

/** Waits until the page's video runs. */
export async function waitForPictures(page: Page): Promise<void> {
	await page.waitForFunction(
		(count) => (document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > count,
		FIRST_PICTURES,
		{ timeout: PATIENCE_MS },
	);
}

/** Waits until the page re-projects its pictures. */
export async function waitForReprojection(page: Page): Promise<void> {
	await page.waitForFunction(() => window.panogaze.shown.active, undefined, { timeout: PATIENCE_MS });
}

/** Turns the page's view to the right at an even speed, by one look for each display frame. */
export async function turnWithoutRest(page: Page, degPerSec = 30): Promise<void> {
	await page.evaluate((speed) => {
		const { connection } = window.panogaze;
		const turn = (nowMs: number) => {
			const half = ((speed * nowMs) / 1000 / 360) * Math.PI;
			connection.look({ orientation: [0, -Math.sin(half), 0, Math.cos(half)], fovDeg: 90 });
			requestAnimationFrame(turn);
		};
		requestAnimationFrame(turn);
	}, degPerSec);
}
