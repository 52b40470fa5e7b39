import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { launchChromium } from "./support/chromium.ts";
import { makeClip } from "./support/clips.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };
/** Small, and without blurred glass: the processor draws all of it. */
const CHEAP_PAGE = { viewport: { width: 640, height: 360 }, contrast: "more" } as const;

let browser: Browser;
let server: PanogazeServer;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
	const clip = await makeClip({ width: 256, height: 128, frames: 600, rate: 10, keyframeInterval: 10 });
	[browser, server] = await Promise.all([
		launchChromium(),
		serve({
			...{ port: 0, host: "127.0.0.1", source: clip, logLevel: "warn", renderWorkers: 1 },
			...{ bearerToken: "steers", viewToken: "watches" },
			view: { width: 320, height: 180, fovDeg: 90, frameRate: 10 },
		}),
	]);
	page = await open("steers&t=20");
});
afterAll(async () => {
	await browser.close();
	await server.close();
	expect(complaints).toEqual([]);
});

async function open(token: string): Promise<Page> {
	const opened = await browser.newPage(CHEAP_PAGE);
	opened.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	opened.on("pageerror", (error) => complaints.push(error.message));
	await opened.goto(`http://127.0.0.1:${server.port}/#token=${token}`);
	await opened.locator("#playback").waitFor();
	await opened.locator("#status[data-state=live]").waitFor();
	return opened;
}

const place = () => server.playback.positionSec;
const isPaused = () => server.playback.state.paused;
const slider = (of: Page) => of.getByRole("slider", { name: "Position" });

describe("the page's bar of a file", { timeout: 180_000 }, () => {
	it("goes to the time of the link that opened the page, if nobody else watches", async () => {
		await expect.poll(place, PATIENCE).toBeGreaterThanOrEqual(20);
		const other = await open("steers&t=50");
		await other.getByText("The link leads to 0:50. Others are watching").waitFor();
		await other.close();
		expect(place()).toBeLessThan(50);
	});

	it("pauses and plays by its button and by Space and K, and says so", async () => {
		await page.getByRole("button", { name: "Pause", exact: true }).click();
		await expect.poll(isPaused, PATIENCE).toBe(true);
		await page.getByText("Paused", { exact: true }).waitFor();
		await page.locator("#view").focus();
		await page.keyboard.press("k");
		await expect.poll(isPaused, PATIENCE).toBe(false);
		await page.keyboard.press("Space");
		await expect.poll(isPaused, PATIENCE).toBe(true);
		await page.getByRole("button", { name: "Play", exact: true }).waitFor();
	});

	it("goes to another place by digits, letters, arrows, a click and a drag, while the view stays", async () => {
		const pressed = async (key: string) => {
			await page.keyboard.press(key);
		};
		await pressed("5");
		await expect.poll(place, PATIENCE).toBeCloseTo(30, 1);
		await pressed("l");
		await expect.poll(place, PATIENCE).toBeCloseTo(40, 1);
		await pressed("Shift+ArrowLeft");
		await expect.poll(place, PATIENCE).toBeCloseTo(35, 1);
		expect(await page.locator("#heading").textContent()).toMatch(/^0°\s+·\s+0°$/);
		await slider(page).focus();
		await pressed("ArrowRight");
		await expect.poll(place, PATIENCE).toBeCloseTo(40, 1);
		await expect.poll(() => slider(page).getAttribute("aria-valuetext"), PATIENCE).toBe("0:40 of 1:00");
		const box = (await slider(page).boundingBox())!;
		const y = box.y + box.height / 2;
		await page.mouse.click(box.x + box.width / 4, y);
		await expect.poll(place, PATIENCE).toBeCloseTo(15, 0);
		await page.mouse.move(box.x + box.width / 4, y);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width / 2, y, { steps: 5 });
		await page.mouse.move(box.x + (box.width * 3) / 4, y, { steps: 5 });
		await page.locator("#timeline-hint").getByText("0:45").waitFor();
		await page.mouse.up();
		await expect.poll(place, PATIENCE).toBeCloseTo(45, 0);
		expect(isPaused()).toBe(true);
	});

	it("chooses the speed and the loop", async () => {
		await page.getByLabel("Speed").selectOption("2");
		await expect.poll(() => server.playback.state.rate, PATIENCE).toBe(2);
		await page.getByRole("button", { name: "Play again and again" }).click();
		await expect.poll(() => server.playback.state.loop, PATIENCE).toBe(false);
	});

	it("tells the others who changed it, and shows viewers who may only watch the time alone", async () => {
		const other = await open("watches");
		await other.getByText("Paused, watch only").waitFor();
		expect(await other.locator("#playback-button").isVisible()).toBe(false);
		expect(await slider(other).getAttribute("aria-disabled")).toBe("true");
		await other.locator("#view").focus();
		await other.keyboard.press("k");
		await page.keyboard.press("k");
		await other.getByText("Played on by another viewer").waitFor();
		await page.keyboard.press("k");
		await other.getByText("Paused by another viewer").waitFor();
		server.playback.play();
		await page.getByText("Played on by the server").waitFor();
		server.playback.pause();
		await page.getByText("Paused by the server").waitFor();
		await other.close();
	});
});
