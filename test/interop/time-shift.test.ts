import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { CameraViewer, HttpCamera } from "../support/http-camera.ts";
import { serversOfEachTest, serveScene } from "../support/test-server.ts";
import { until } from "../support/werift-viewer.ts";

const start = serversOfEachTest(serveScene);

describe("the kept past of a camera", { timeout: 120_000 }, () => {
	let camera: HttpCamera;
	beforeAll(async () => {
		camera = await HttpCamera.start();
	});
	afterAll(() => camera.close());

	it("goes on over a connection that was lost, and frees the place of a viewer who leaves", async () => {
		const server = await start({ source: camera.url, timeShift: { minutes: 1, maxViewers: 1 } });
		const one = await CameraViewer.join(server);
		await until(() => one.newestSec > 5, "a past of 5 s");
		await until(() => server.source.state.name === "live", "the camera");
		camera.breakOff();
		await until(() => server.source.state.name === "reconnecting", "the loss");
		await until(() => server.source.state.name === "live", "the camera again");
		const secondSec = one.newestSec;
		await until(() => one.newestSec > secondSec + 1, "a past of both connections");
		one.wish({ positionSec: 5, rate: 4 });
		await until(() => one.picture.ageSec > 0, "a picture of the past");
		const past = () => one.pictures.filter(({ ageSec }) => ageSec > 0).map(({ frame }) => frame);
		await until(() => past().some((frame, index, all) => frame < (all[index - 1] ?? 0)), "the second connection");
		await one.client.close();
		await until(() => server.viewers.length === 0, "the end of the viewer");
		const next = await CameraViewer.join(server);
		next.wish({ paused: true });
		await until(() => next.play.live === false, "the place of the one who has left");
	});

	it("is dragged to by the page's bar, which leads back to live", async () => {
		const server = await start({ source: camera.url, timeShift: { minutes: 1 } });
		await using browser = await launchChromium();
		const page = await browser.newPage({ viewport: { width: 640, height: 360 }, contrast: "more" });
		const complaints: string[] = [];
		page.on("pageerror", (error) => complaints.push(error.message));
		// A time of a link is one of a file.
		await page.goto(`${server.urls[0]!}#t=20`);
		await page.locator("#timeline").waitFor();
		const place = () => server.viewers[0]!.playback.state;
		await until(() => (place().timeShift?.newestSec ?? 0) > 5, "a past of 5 s");
		const live = page.getByRole("button", { name: "Live", exact: true });
		expect(await live.getAttribute("aria-pressed")).toBe("true");
		const { x, y, width, height } = (await page.locator("#timeline-track").boundingBox())!;
		await page.mouse.move(x + 0.9 * width, y + height / 2);
		await page.mouse.down();
		await page.mouse.move(x + 0.3 * width, y + height / 2, { steps: 4 });
		await page.mouse.up();
		await until(() => !place().live && !place().seeking, "the past");
		// A picture of the past never looks as if it were live.
		await page.locator("#status[data-state=past]", { hasText: "Not live" }).waitFor();
		expect(await page.locator("#timeline").getAttribute("aria-valuetext")).toMatch(/^0:0\d behind live$/);
		await page.keyboard.press("k");
		await until(() => place().paused, "the pause");
		await live.click();
		await until(() => place().live, "the present");
		await page.locator("#status[data-state=live]").waitFor();
		await page.locator("#timeline[aria-valuetext=Live]").waitFor();
		expect(complaints).toEqual([]);
	});

	it("leaves no thread and no memory behind after twenty times", async () => {
		const server = await start({ source: camera.url, timeShift: { minutes: 1 } });
		const one = await CameraViewer.join(server);
		await until(() => one.newestSec > 5, "a past of 5 s");
		const roundTrip = async (index: number) => {
			one.wish({ positionSec: 1 + (index % 4), paused: index % 2 === 0 });
			// Some turn back before the first picture.
			if (index % 5 !== 4) await until(() => one.picture.ageSec > 0, "a picture of the past");
			one.wish({ live: true });
			await until(() => one.viewer.playback.state.live, "the present");
			await until(() => Number.isNaN(one.picture.ageSec), "a present picture");
		};
		await roundTrip(0);
		const threads = () => readdirSync("/proc/self/task").length;
		let [leastThreads, leastBytes] = [threads(), server.stats().pictureMemoryBytes];
		const settle = async () => {
			for (let look = 0; look < 100; look++) {
				leastThreads = Math.min(leastThreads, threads());
				leastBytes = Math.min(leastBytes, server.stats().pictureMemoryBytes);
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
		};
		await settle();
		const before = [leastThreads, leastBytes];
		for (let index = 1; index <= 20; index++) await roundTrip(index);
		await until(() => threads() <= before[0]!, "the end of all threads");
		await until(() => server.stats().pictureMemoryBytes <= before[1]!, "the end of all memory");
		expect(one.viewer.stats().render.framesDrawn).toBeGreaterThan(20);
	});
});
