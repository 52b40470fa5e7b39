import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anglesFromQuaternion } from "../src/media/rotation.ts";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { launchChromium } from "./support/chromium.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };
/** Small, and without blurred glass: the processor draws all of it. */
const CHEAP_PAGE = { viewport: { width: 640, height: 360 }, contrast: "more" } as const;
const TOKEN = "drive-7f3a";

let browser: Browser;
let server: PanogazeServer;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
	const source = createPatternSource({ width: 256, height: 128, frameRate: 15 });
	[browser, server] = await Promise.all([
		launchChromium(),
		serve({
			...{ port: 0, host: "127.0.0.1", source, logLevel: "warn", renderWorkers: 1, bearerToken: TOKEN },
			view: { width: 640, height: 360, fovDeg: 90, frameRate: 15 },
		}),
	]);
	page = await browser.newPage(CHEAP_PAGE);
	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(error.message));
	await page.goto(`http://127.0.0.1:${server.port}/#token=${TOKEN}&yaw=90&pitch=-5&fov=60&t=nonsense`);
	await live();
});
afterAll(async () => {
	await browser.close();
	await server.close();
	expect(complaints).toEqual([]);
});

const live = () => page.locator("#status[data-state=live]").waitFor();

async function choose(item: string): Promise<void> {
	await page.locator("#more-button").click();
	await page.locator("#settings-button").click();
	await page.getByRole("menuitemradio", { name: item }).click();
}

/** The view that the server draws for the page: heading, height and field of view, degrees. */
function viewDrawn(): readonly number[] {
	const viewer = server.viewers.at(-1);
	const { yawDeg, pitchDeg } = anglesFromQuaternion(viewer?.pose?.orientation ?? [0, 0, 0, 1]);
	return [yawDeg, pitchDeg, viewer?.fovDeg ?? 0].map((deg) => Math.round(deg));
}

describe("the tools of the page", { timeout: 180_000 }, () => {
	it("look where the link says, and go on there after a reload", async () => {
		await expect.poll(viewDrawn, PATIENCE).toEqual([90, -5, 60]);
		await page.locator("#view").focus();
		await page.keyboard.press("ArrowLeft");
		await expect
			.poll(() => new URLSearchParams(new URL(page.url()).hash.slice(1)).get("yaw"), PATIENCE)
			.toBe("88.33");
		// The token has left the address, and outlives the reload all the same.
		expect(page.url()).not.toContain(TOKEN);
		await page.reload();
		await live();
		await expect.poll(viewDrawn, PATIENCE).toEqual([88, -5, 60]);
		await page.evaluate(() => {
			location.hash = "#yaw=-20";
		});
		await expect.poll(viewDrawn, PATIENCE).toEqual([-20, 0, 90]);
	});

	it("turn to the heading that is tapped on the compass", async () => {
		const box = (await page.locator("#compass").boundingBox())!;
		await page.mouse.click(box.x + box.width * 0.75, box.y + 20);
		// It spans 120 degrees.
		await expect.poll(viewDrawn, PATIENCE).toEqual([10, 0, 90]);
		await page.mouse.click(box.x + box.width / 4, box.y + 20);
		await expect.poll(viewDrawn, PATIENCE).toEqual([-20, 0, 90]);
	});

	it("share a link to the view and its QR code, without the token", async () => {
		await page.locator("#more-button").click();
		await page.locator("#share-button").click();
		const link = new URL(await page.getByLabel("Link to this view").inputValue());
		expect(link.hash).toBe("#yaw=-20&pitch=0&fov=90");
		expect(link.href).not.toContain(TOKEN);
		await page.locator("#share-code").waitFor();
		expect(await page.locator("#share").textContent()).toContain("The link has no token");
		await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
		await page.getByRole("button", { name: "Copy" }).click();
		await page.getByText("Copied.").waitFor();
		expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link.href);
		await page.keyboard.press("Escape");
		await page.locator("#share").waitFor({ state: "hidden" });
	});

	it("make the pictures smaller and larger again, as the viewer wishes", async () => {
		const rows = () => page.evaluate(() => document.querySelector("video")!.videoHeight);
		await expect.poll(rows, PATIENCE).toBe(360);
		await choose("240p");
		await expect.poll(rows, PATIENCE).toBe(240);
		expect(new URL(page.url()).searchParams.get("quality")).toBe("240");
		await choose("Automatic");
		await expect.poll(rows, PATIENCE).toBe(360);
	});

	it("save the view and the whole panorama as pictures, and show no token in an address", async () => {
		const addresses: string[] = [];
		page.on("request", (request) => void addresses.push(request.url()));
		for (const [item, ending] of [
			["This view", "-view.jpg"],
			["Whole panorama", "-360.jpg"],
		] as const) {
			await page.locator("#more-button").click();
			await page.locator("#snapshot-button").click();
			const [download] = await Promise.all([
				page.waitForEvent("download"),
				page.getByRole("menuitem", { name: item }).click(),
			]);
			expect(download.suggestedFilename().endsWith(ending), download.suggestedFilename()).toBe(true);
			const bytes = readFileSync(await download.path());
			expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
			await page.getByText("The picture is saved.").waitFor();
		}
		const [view = "", sphere = ""] = addresses.filter((address) => address.includes("/snapshot.jpg"));
		expect(new URL(view).searchParams.get("yaw")).toBe("-20.0000");
		expect(new URL(sphere).search).toBe("?sphere=1");
		expect(addresses.filter((address) => address.includes(TOKEN))).toEqual([]);
	});

	it("show both eyes of a source for two as the viewer wishes", async () => {
		const source = createPatternSource({ width: 256, height: 128, frameRate: 15, stereo: true });
		const view = { width: 320, height: 180, frameRate: 15 };
		await using both = await serve({
			port: 0,
			host: "127.0.0.1",
			source,
			view,
			logLevel: "warn",
			renderWorkers: 1,
		});
		await page.goto(`http://127.0.0.1:${both.port}/?stereo=anaglyph`);
		const shape = () =>
			page.evaluate(() => {
				const { hidden, width, height } = document.querySelector<HTMLCanvasElement>("#stereo")!;
				return hidden ? "hidden" : (width / height).toFixed(2);
			});
		// The canvas has one eye's shape, that of the window.
		await expect.poll(shape, PATIENCE).toBe("1.78");
		await choose("Left");
		await expect.poll(shape, PATIENCE).toBe("hidden");
		await choose("Side by side");
		await expect.poll(shape, PATIENCE).toBe("1.78");
		await page.goto("about:blank");
	});
});
