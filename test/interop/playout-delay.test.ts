// What the header extension playout-delay (0 to 10 ms) is worth in a browser: the page with it, and
// the page with an offer that lacks it.
import { expect, it } from "vitest";
import { serve } from "../../src/server/server.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";

const VIEW = { width: 640, height: 360, fovDeg: 90, frameRate: 30 };
const EXTENSION = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
/** Pictures that are looked at, after those with which the browser's jitter buffer settles. */
const PICTURES = 120;
const SETTLING = 60;

interface PageHook {
	readonly connection: { look(look: { readonly orientation: readonly number[] }): void };
}

/** Middle time from a picture's last packet to its display, milliseconds. */
async function receivedToDisplayedMs(port: number, hasExtension: boolean): Promise<number> {
	const browser = await launchChromium();
	const page = await browser.newPage({ viewport: { width: VIEW.width, height: VIEW.height } });
	await page.addInitScript(
		([extension, isKept]) => {
			const post = window.fetch;
			const hook = window as unknown as { offer?: string };
			window.fetch = (input, init) => {
				if (typeof init?.body !== "string" || !init.body.startsWith("v=0")) return post(input, init);
				hook.offer = init.body;
				const lines = init.body.split("\r\n").filter((line) => isKept || !line.endsWith(extension));
				return post(input, { ...init, body: lines.join("\r\n") });
			};
		},
		[EXTENSION, hasExtension] as const,
	);
	await page.goto(`http://127.0.0.1:${port}/`);
	await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0, undefined, {
		timeout: 40_000,
	});
	const delaysMs = await page.evaluate(async (count) => {
		const { connection } = (window as unknown as { panogaze: PageHook }).panogaze;
		const video = document.querySelector("video")!;
		const delays: number[] = [];
		for (let index = 0; index < count; index++) {
			connection.look({ orientation: [0, Math.sin(index / 100), 0, Math.cos(index / 100)] });
			const metadata = await new Promise<VideoFrameCallbackMetadata>((resolve) =>
				video.requestVideoFrameCallback((_, shown) => resolve(shown)),
			);
			delays.push(metadata.expectedDisplayTime - (metadata.receiveTime ?? Number.NaN));
		}
		return delays;
	}, SETTLING + PICTURES);
	const offer = await page.evaluate(() => (window as unknown as { offer?: string }).offer);
	await browser.close();
	expect(offer?.includes(EXTENSION), "Chromium offers the extension").toBe(true);
	return delaysMs.slice(SETTLING).sort((a, b) => a - b)[PICTURES / 2]!;
}

it("Chromium shows pictures sooner with playout-delay 0 to 10 ms than without it", async () => {
	const source = createPatternSource({ width: 256, height: 128, frameRate: 30 });
	await using at = await serve({ port: 0, host: "127.0.0.1", source, view: VIEW, logLevel: "warn" });
	const withoutMs = await receivedToDisplayedMs(at.port, false);
	const withMs = await receivedToDisplayedMs(at.port, true);
	console.log(`received to displayed: ${withMs.toFixed(1)} ms with, ${withoutMs.toFixed(1)} ms without`);
	expect(withMs).toBeLessThan(withoutMs - 2);
});
