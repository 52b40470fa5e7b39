import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../src/server/server.ts";
import { launchChromium } from "./support/chromium.ts";
import { makeClip } from "./support/clips.ts";
import { UdpRelay } from "./support/udp-relay.ts";

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());

describe("a link that is too narrow", () => {
	it("keeps the picture moving in Chromium: 10 Mbit/s configured, 6 Mbit/s there", async () => {
		// A camera's amount of detail under a view that never rests: x264 fills any rate it is given.
		const source = await makeClip({ width: 1920, height: 960, frames: 60, rate: 30, draw: "detail" });
		await using server = await serve({
			port: 0,
			source,
			view: { width: 960, height: 540, frameRate: 30 },
			bitrateBps: 10_000_000,
			logLevel: "warn",
		});
		let relay: UdpRelay | undefined;
		const page = await browser.newPage({ viewport: { width: 960, height: 540 } });
		await page.route("**/whep", async (route) => {
			if (route.request().method() !== "POST") return route.continue();
			const response = await route.fetch();
			relay = await UdpRelay.open(await response.text(), { down: { rateBps: 6_000_000, queueMs: 200, delayMs: 10 }, up: { delayMs: 10 } });
			await route.fulfill({ response, body: relay.answer });
		});
		await page.goto(`http://127.0.0.1:${server.port}/`);
		await page.waitForFunction(() => (document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 5, undefined, {
			timeout: 20_000,
		});
		await page.evaluate(() => {
			const { connection } = window.panogaze;
			let step = 0;
			setInterval(() => {
				const half = (step++ * Math.PI) / 360;
				connection.look({ orientation: [0, -Math.sin(half), 0, Math.cos(half)] });
			}, 16);
		});
		// The first seconds find the link's limit; what counts is the time after.
		await page.waitForTimeout(3000);
		const drawn = () => server.viewers[0]!.stats().render.framesDrawn;
		const bytesBefore = relay!.down.bytesForwarded;
		const drawnBefore = drawn();
		const seen = await page.evaluate(async (seconds) => {
			const video = document.querySelector("video")!;
			const times: number[] = [];
			const decodedBefore = video.getVideoPlaybackQuality().totalVideoFrames;
			const note = (now: number) => {
				times.push(now);
				video.requestVideoFrameCallback(note);
			};
			video.requestVideoFrameCallback(note);
			await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
			const gaps = times.slice(1).map((time, index) => time - times[index]!);
			return { decoded: video.getVideoPlaybackQuality().totalVideoFrames - decodedBefore, longestGapMs: Math.max(...gaps) };
		}, 8);
		const drawnThen = drawn() - drawnBefore;
		const usedBps = ((relay!.down.bytesForwarded - bytesBefore) * 8) / 8;
		const lostShare = relay!.down.overflowed / relay!.down.received;
		await page.close();
		relay?.[Symbol.dispose]();
		// A busy machine draws and decodes less and later, but sent pictures have to arrive, and the view must not
		// stand still.
		expect(seen.decoded / drawnThen, `decoded ${seen.decoded} of ${drawnThen}`).toBeGreaterThan(0.75);
		expect(seen.longestGapMs).toBeLessThan(2000);
		expect(usedBps, "a fair part of the link is used").toBeGreaterThan(3_000_000);
		expect(lostShare, "and not much more is sent into it").toBeLessThan(0.05);
	}, 60_000);
});
