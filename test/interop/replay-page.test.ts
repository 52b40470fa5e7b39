// The page of a replayed session in a browser: whose head leads the view.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replay } from "../../src/index.ts";
import { turnedSession, writeRecording } from "../../src/recording/replay/replay.cases.ts";
import { launchChromium } from "../support/chromium.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), "panogaze-replay-page-"));
let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(async () => {
	await browser.close();
	rmSync(folder, { recursive: true });
});

describe("the page of a replayed session", { timeout: 120_000 }, () => {
	it("lets its viewers follow the recorded head or look around, by its button and by H", async () => {
		const path = join(folder, "session.rrd");
		await writeRecording(path, turnedSession(0));
		const view = { width: 320, height: 180, frameRate: 10 };
		await using replayed = await replay(path, { port: 0, host: "127.0.0.1", logLevel: "warn", view });
		const { playback } = replayed.server;
		const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
		await page.goto(replayed.server.urls[0]!);
		await page.locator("#status[data-state=live]").waitFor();
		const button = page.getByRole("button", { name: "Follow", exact: true });
		const isPressed = () => button.getAttribute("aria-pressed");
		await expect.poll(isPressed, PATIENCE).toBe("true");
		await button.click();
		await expect.poll(() => playback.state.follow, PATIENCE).toBe(false);
		await expect.poll(isPressed, PATIENCE).toBe("false");
		await page.keyboard.press("h");
		await expect.poll(() => playback.state.follow, PATIENCE).toBe(true);
		await expect.poll(isPressed, PATIENCE).toBe("true");
	});
});
