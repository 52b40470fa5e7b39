import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PanogazeServer, serve } from "../../src/server/server.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";
import { makeClip } from "../support/clips.ts";

const TOKEN = "drive";
const PHONE = { hasTouch: true, isMobile: true } as const;
const WINDOWS = {
	"a desktop, in English": { language: "en", viewport: { width: 1280, height: 720 } },
	"a phone held upright, in German": { language: "de", viewport: { width: 390, height: 844 }, ...PHONE },
	"a phone held sideways, in English": { language: "en", viewport: { width: 844, height: 390 }, ...PHONE },
} as const;
/** Least side of a button, CSS pixels, that a finger hits. */
const LEAST_SIDE = 44;

let browser: Browser;
let [server, player, recorder]: PanogazeServer[] = [];
const directory = mkdtempSync(join(tmpdir(), "panogaze-accessibility-"));
beforeAll(async () => {
	const source = createPatternSource({ width: 256, height: 128, frameRate: 15, stereo: true });
	const clip = await makeClip({ width: 256, height: 128, frames: 48, rate: 12 });
	const common = { port: 0, host: "127.0.0.1", logLevel: "silent", renderWorkers: 1 } as const;
	const view = { width: 320, height: 180, frameRate: 12 };
	[browser, server, player, recorder] = await Promise.all([
		launchChromium(),
		serve({ ...common, source, view, bearerToken: TOKEN }),
		serve({ ...common, source: clip, view, bearerToken: TOKEN, viewToken: "watch" }),
		serve({ ...common, view, record: { directory, consent: "ask" } }),
	]);
});
afterAll(async () => {
	await browser.close();
	await Promise.all([server, player, recorder].map((each) => each?.close()));
	rmSync(directory, { recursive: true });
});

/** What the rules of WCAG 2.2 and good practice find in the page as it is now. */
async function violations(page: Page): Promise<string[]> {
	if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
	// What is half faded in has less contrast.
	await page.evaluate(async () => {
		for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
		const fading = document
			.getAnimations()
			.filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
		await Promise.allSettled(fading.map(({ finished }) => finished));
	});
	const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
	return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}

/** Buttons that are shown, and smaller than a finger. */
function smallButtons(page: Page): Promise<string[]> {
	return page.evaluate((least) => {
		const shown = [
			...document.querySelectorAll<HTMLElement>("button, select, input:not([type=range]), [role=slider]"),
		];
		const boxes = shown.map((each) => ({ id: each.id || each.textContent, box: each.getBoundingClientRect() }));
		return boxes
			.filter(({ box }) => box.width > 0 && (box.width < least || box.height < least))
			.map(({ id, box }) => `${id} ${Math.round(box.width)}x${Math.round(box.height)}`);
	}, LEAST_SIDE);
}

async function openMore(page: Page): Promise<void> {
	const more = page.locator("#more-button");
	if (await more.isVisible()) await more.click();
}

describe.each(Object.entries(WINDOWS))("the page on %s", { timeout: 120_000 }, (_name, { language, ...options }) => {
	it("has no barrier that axe finds, and no button too small for a finger, in any state", async () => {
		const page = await browser.newPage(options);
		const address = `http://127.0.0.1:${server!.port}/?lang=${language}`;
		const found: Record<string, string[]> = {};
		const look = async (state: string) => {
			const all = [...(await violations(page)), ...(await smallButtons(page))];
			if (all.length > 0) found[state] = all;
		};
		await page.goto(address);
		await page.locator("#token").waitFor();
		await look("asking for a token");
		await page.goto("about:blank");
		await page.goto(`${address}#token=${TOKEN}`);
		await page.locator("#status[data-state=live]").waitFor();
		expect(await page.locator("html").getAttribute("lang")).toBe(language);
		await look("live");
		await page.keyboard.press("i");
		await look("statistics");
		await page.keyboard.press("i");
		await page.keyboard.press("?");
		await look("help");
		await page.keyboard.press("Escape");
		await page.locator("#lens-button").click();
		await look("lenses");
		await page.keyboard.press("Escape");
		for (const menu of ["snapshot", "settings"]) {
			await openMore(page);
			await page.locator(`#${menu}-button`).click();
			await look(menu);
			await page.keyboard.press("Escape");
			await page.mouse.click(10, 200);
		}
		await openMore(page);
		await page.locator("#share-button").click();
		await page.locator("#share-code").waitFor();
		await look("sharing");
		await page.keyboard.press("Escape");
		await page.evaluate(() => window.panogaze.connection.close());
		await page.locator("#notice-button").waitFor();
		await look("disconnected");
		expect(found).toEqual({});
		// The judge itself is awake.
		await page.evaluate(() => document.querySelector("#notice-button")!.replaceChildren());
		expect(await violations(page)).toEqual([expect.stringContaining("button-name")]);
		await page.close();
	});

	it("has none with the bar of a file, also for those who may only watch", async () => {
		const found: Record<string, string[]> = {};
		for (const token of [TOKEN, "watch"]) {
			const page = await browser.newPage(options);
			await page.goto(`http://127.0.0.1:${player!.port}/?lang=${language}#token=${token}`);
			await page.locator("#playback").waitFor();
			await page.locator("#status[data-state=live]").waitFor();
			player!.playback.pause();
			await page.locator("#playback-words").waitFor();
			const all = [...(await violations(page)), ...(await smallButtons(page))];
			if (all.length > 0) found[token] = all;
			player!.playback.play();
			await page.close();
		}
		expect(found).toEqual({});
	});

	it("has none while the page asks whether it may record, and with the panel of episodes", async () => {
		const found: Record<string, string[]> = {};
		const page = await browser.newPage(options);
		const look = async (state: string) => {
			const all = [...(await violations(page)), ...(await smallButtons(page))];
			if (all.length > 0) found[state] = all;
		};
		await page.goto(`http://127.0.0.1:${recorder!.port}/?lang=${language}`);
		await page.locator("#status[data-state=live]").waitFor();
		await page.locator("#consent-yes").waitFor();
		await look("asking");
		await page.locator("#consent-yes").click();
		await page.locator("#recorded[data-recording=recording]").waitFor();
		await openMore(page);
		await page.locator("#record-button").click();
		await page.locator("#episode-start").click();
		await page.locator("#episode-success").waitFor();
		await look("an episode");
		expect(found).toEqual({});
		await page.locator("#episode-success").click();
		await page.locator("#episode-start").waitFor();
		await page.close();
	});
});
