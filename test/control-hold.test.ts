import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import type { Hold } from "../src/stream/safety/control-hold.ts";
import { Camera } from "./support/camera.ts";
import { launchChromium } from "./support/chromium.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };
/** A busy machine passes no such bound. */
const BOUND_MS = 60_000;

let browser: Browser;
let server: PanogazeServer;
let page: Page;
const holds: [viewer: string, hold: Hold][] = [];
const poses: { photonAgeMs: number; hold: boolean }[] = [];

beforeAll(async () => {
	// In the server's own thread: a busy machine can't stop the one and not the other.
	const source = new Camera();
	[browser, server] = await Promise.all([
		launchChromium(),
		serve({
			...{ port: 0, host: "127.0.0.1", source, logLevel: "error", renderWorkers: 1 },
			view: { width: 320, height: 180, fovDeg: 90, frameRate: 15 },
			safety: {
				...{ maxPictureAgeMs: BOUND_MS, maxPoseAgeMs: BOUND_MS, engage: "hold" },
				onHold: ({ viewer, hold }) => holds.push([viewer.id, hold]),
			},
			tracking: { head: ({ photonAgeMs, hold }) => void poses.push({ photonAgeMs, hold: hold !== undefined }) },
		}),
	]);
	page = await browser.newPage({ viewport: { width: 640, height: 360 }, contrast: "more" });
	await page.goto(server.urls[0]!);
});
afterAll(async () => {
	await browser.close();
	await server.close();
});

const reason = () => server.viewers[0]?.hold?.reason;
const banner = () => page.locator("#hold");

describe("control of a robot on the page", { timeout: 180_000 }, () => {
	it("begins on hold, says so, and waits for the gesture", async () => {
		await page.locator("#hold-help", { hasText: "Hold the button" }).waitFor();
		expect(await page.locator("#hold-words").textContent()).toBe("Control on hold");
		expect(reason()).toBe("starting");
		expect(poses.at(-1)?.hold).toBe(true);
	});

	it("is there while the key is held, with poses that say how old the picture was", async () => {
		await page.evaluate(() => {
			const vibrations: unknown[] = [];
			Object.assign(window, { vibrations });
			navigator.vibrate = (pattern) => vibrations.push(pattern) > 0;
		});
		await page.keyboard.down("e");
		await expect.poll(reason, PATIENCE).toBeUndefined();
		await banner().waitFor({ state: "hidden" });
		// The hand feels it once.
		expect(await page.evaluate(() => (window as unknown as { vibrations: unknown[] }).vibrations)).toHaveLength(1);
		await page.locator("#engage", { hasText: "You steer" }).waitFor();
		await expect.poll(() => poses.at(-1)?.hold, PATIENCE).toBe(false);
		const { photonAgeMs } = poses.at(-1)!;
		expect(photonAgeMs).toBeGreaterThan(0);
		expect(photonAgeMs).toBeLessThan(BOUND_MS);
		await page.keyboard.up("e");
		await banner().waitFor();
		await expect.poll(() => holds.at(-1)?.[1].reason, PATIENCE).toBe("not-engaged");
	});

	it("is there while the button is held by a pointer or by its own key, until the window is left", async () => {
		const button = page.locator("#engage");
		await button.hover();
		await page.mouse.down();
		await banner().waitFor({ state: "hidden" });
		await page.mouse.up();
		await banner().waitFor();
		await button.focus();
		await page.keyboard.down("Space");
		await banner().waitFor({ state: "hidden" });
		await page.evaluate(() => globalThis.dispatchEvent(new Event("blur")));
		await banner().waitFor();
		await page.keyboard.up("Space");
		expect(await page.locator("#hold-said").textContent()).toBe("You have let go: control on hold");
	});

	it("has the gesture in the help", async () => {
		await page.keyboard.press("?");
		await page.locator("#help-engage", { hasText: "hold it to steer" }).waitFor();
		await page.keyboard.press("Escape");
	});
});
