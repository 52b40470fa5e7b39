// A browser that is killed takes long to be missed. src/session/liveness.test.ts and
// src/session/rtc-session.test.ts prove the same with a clock that tests move, and
// src/stream/render-pool.test.ts that a paused view is not drawn.
import { expect, it } from "vitest";
import { serve } from "../../src/server/server.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchKillableChromium } from "../support/chromium.ts";

const VIEW = { width: 640, height: 360, fovDeg: 90, frameRate: 30 };

it("a killed browser is forgotten: drawing stops after 5 s of silence, the viewer is gone after 10 s", async () => {
	const source = createPatternSource({ width: 256, height: 128, frameRate: 30 });
	await using at = await serve({ port: 0, host: "127.0.0.1", source, view: VIEW, logLevel: "warn" });
	const victim = await launchKillableChromium();
	const page = await victim.browser.newPage();
	await page.goto(`http://127.0.0.1:${at.port}/`);
	const frames = () =>
		page.evaluate(() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames);
	await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThanOrEqual(10);
	const [viewer] = at.viewers;
	const killedAtMs = Date.now();
	await victim.kill();
	const drawn: { atMs: number; frames: number }[] = [];
	while (at.viewers.length > 0 && Date.now() - killedAtMs < 14_000) {
		drawn.push({ atMs: Date.now() - killedAtMs, frames: viewer!.stats().render.framesDrawn });
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	const goneMs = Date.now() - killedAtMs;
	expect(goneMs).toBeGreaterThan(4000);
	expect(goneMs).toBeLessThan(13_000);
	const late = drawn.filter(({ atMs }) => atMs > 7000);
	if (late.length > 1) expect(late.at(-1)!.frames - late[0]!.frames).toBeLessThanOrEqual(1);
});
