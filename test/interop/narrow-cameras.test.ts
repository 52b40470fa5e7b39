import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PanogazeServer, serve } from "../../src/index.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";
import { HttpCamera } from "../support/http-camera.ts";
import type { RateProfile } from "../support/links/rate-profile.ts";
import { UdpRelay } from "../support/udp-relay.ts";

const PATIENCE = { timeout: 60_000, interval: 100 };
const WIDE_BPS = 30_000_000;
const NARROW_BPS = 1_200_000;
/** Rate of the camera's own pictures, which can't be made less: half of a narrow link's. */
const CAMERA_BPS = 600_000;

let camera: HttpCamera;
let browser: Browser;
let page: Page;
let server: PanogazeServer;
const relays: UdpRelay[] = [];
let linkBps = WIDE_BPS;
/** The link's rate at present: the test changes it by states, not by times. */
const rateBps: RateProfile = { bpsAt: () => linkBps, untilMs: () => Number.POSITIVE_INFINITY };

beforeAll(async () => {
	[camera, browser] = await Promise.all([
		HttpCamera.start({
			...{ draw: "detail", width: 320, height: 240, bitrateBps: CAMERA_BPS },
			codecOptions: { preset: "superfast", profile: "baseline" },
		}),
		launchChromium(),
	]);
	server = await serve({
		...{ port: 0, host: "127.0.0.1", logLevel: "silent", renderWorkers: 1, keepSourceRunning: true },
		sources: { head: createPatternSource({ width: 512, height: 256, frameRate: 15 }), wrist: camera.url },
		view: { width: 320, height: 180, frameRate: 15 },
	});
	page = await browser.newPage({ viewport: { width: 900, height: 600 } });
	await page.route("**/whep", async (route) => {
		if (route.request().method() !== "POST") return route.continue();
		const response = await route.fetch();
		const relay = await UdpRelay.open(await response.text(), {
			down: { rateBps, queueMs: 200, delayMs: 10 },
			up: { delayMs: 10 },
		});
		relays.push(relay);
		await route.fulfill({ response, body: relay.answer });
	});
	await page.goto(`http://127.0.0.1:${server.port}/`);
});
afterAll(async () => {
	await page.unrouteAll({ behavior: "ignoreErrors" });
	await browser.close();
	await server.close();
	camera.close();
	for (const relay of relays) relay[Symbol.dispose]();
});

/** The camera's way, as the server has stated it, and whether its panel is live. */
const wrist = () =>
	page.evaluate(() => {
		const { sent, limit } = window.panogaze.connection.cameras.all.get("wrist")?.statement ?? {};
		const panel = document.querySelector<HTMLElement>(".camera");
		return { sent, limit, live: panel?.dataset["live"] === "true" };
	});

/** Pictures of the view and of the camera that the page has received. */
const received = () =>
	page.evaluate(() =>
		[...document.querySelectorAll("video")].map((video) => video.getVideoPlaybackQuality().totalVideoFrames),
	);

it("a camera that fits is sent as it is; on a narrower link it is drawn smaller, and the view goes on", async () => {
	await expect.poll(wrist, PATIENCE).toEqual({ sent: "copied", limit: undefined, live: true });
	linkBps = NARROW_BPS;
	await expect.poll(wrist, PATIENCE).toEqual({ sent: "drawn", limit: undefined, live: true });
	const before = await received();
	await expect
		.poll(async () => (await received()).map((pictures, index) => pictures - before[index]! > 40), PATIENCE)
		.toEqual(before.map(() => true));
}, 120_000);
