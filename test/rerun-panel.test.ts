import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "./support/chromium.ts";
import { serveCamera, serversOfEachTest } from "./support/test-server.ts";

const startServer = serversOfEachTest(serveCamera);
let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());

describe("the page's panel of the live view", () => {
	it("is there for those who may record, beside the picture or over it, and says what is not installed", async () => {
		const server = await startServer({ bearerToken: "all", viewToken: "look", rerun: true });
		const url = `http://127.0.0.1:${server.port}/`;
		const page = await browser.newPage({ viewport: { width: 1200, height: 700 } });
		await page.goto(`${url}?lang=de#token=all`);
		await page.locator("#rerun-button").click();
		const frame = page.frameLocator("#rerun-viewer iframe");
		// The token of the tab is that of the frame.
		await frame.getByText("npm install @rerun-io/web-viewer").waitFor();
		expect(await frame.locator("#missing p").first().textContent()).toMatch(/^Reruns Viewer für Browser ist auf/);
		// The program itself would be refused.
		expect(await frame.locator("#program").textContent()).toBe(`panogaze rerun ${url} --token SECRET`);
		expect(await frame.locator("#bar").isVisible()).toBe(false);
		const [alone] = await Promise.all([page.waitForEvent("popup"), page.locator("#rerun-alone").click()]);
		await alone.getByText("Reruns Viewer für Browser ist auf").waitFor();
		await alone.close();
		const widths = () =>
			page.evaluate(() =>
				["main", "#rerun"].map((selector) => document.querySelector(selector)!.getBoundingClientRect().width),
			);
		expect(await widths()).toEqual([600, 600]);
		await page.locator("#rerun-edge").focus();
		await page.keyboard.press("ArrowLeft");
		expect(await widths()).toEqual([540, 660]);
		await page.setViewportSize({ width: 390, height: 844 });
		expect(await widths()).toEqual([390, 390]);
		await page.locator("#rerun-close").click();
		expect(await page.locator("#rerun, iframe").filter({ visible: true }).count()).toBe(0);
		await page.setViewportSize({ width: 1200, height: 700 });
		await page.keyboard.press("o");
		await frame.getByText("npm install").waitFor();

		const watcher = await browser.newPage({ viewport: { width: 1200, height: 700 } });
		await watcher.goto(`${url}#token=look`);
		await watcher.locator("#status[data-state=live]").waitFor();
		expect(await watcher.locator("#rerun-button").isVisible()).toBe(false);
		await watcher.goto(`${url}rerun`);
		await watcher.getByText("This needs the right to record").waitFor();
		const without = await startServer();
		await watcher.goto(`http://127.0.0.1:${without.port}/rerun`);
		await watcher.getByText("This server has no live view.").waitFor();
		for (const each of [page, watcher]) await each.close();
	});
});
