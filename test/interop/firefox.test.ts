// A stock Firefox without OpenH264, which offers VP8, VP9 and AV1 only: the page plays and turns.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PanogazeServer, serve } from "../../src/server/server.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { type Firefox, type FirefoxPage, launchFirefox } from "./firefox.ts";
import { type Rgb, Screenshot } from "./screenshot.ts";

/** Windows of a busy machine: a start of Firefox alone took half a minute at a load of 15. */
const PATIENCE = { timeout: 90_000, interval: 500 };
const SIZE = { width: 960, height: 540 };
const FOLDER = fileURLToPath(new URL("../../.cache/firefox-pictures/", import.meta.url));
/** Colours of the discs in the north and in the west. */
const RED: Rgb = [218, 55, 66];
const BLUE: Rgb = [68, 100, 222];

/** Pixels of a colour in the middle third of the picture. */
const middle = (shot: Screenshot, color: Rgb) =>
	shot.countWhere(
		(pixel, x, y) =>
			Math.abs(x / shot.width - 0.5) < 1 / 6 &&
			Math.abs(y / shot.height - 0.5) < 1 / 6 &&
			pixel.every((value, channel) => Math.abs(value - color[channel]!) < 40),
	);

describe("a stock Firefox", () => {
	let server: PanogazeServer;
	let firefox: Firefox;
	let page: FirefoxPage;

	beforeAll(async () => {
		server = await serve({
			port: 0,
			// Firefox has no candidates of the loopback.
			host: "0.0.0.0",
			source: createPatternSource({ width: 1024, height: 512, frameRate: 30 }),
			view: { width: 640, height: 360, fovDeg: 90, frameRate: 30 },
			logLevel: "error",
			keepSourceRunning: true,
		});
		firefox = await launchFirefox();
		page = await firefox.newPage();
		await page.setViewport(SIZE);
		await page.goto(`http://127.0.0.1:${server.port}/`);
	}, 240_000);
	afterAll(() => Promise.all([firefox?.close(), server?.close()]), 60_000);

	const look = async (name: string) => {
		const png = Buffer.from(await page.screenshot({}));
		mkdirSync(FOLDER, { recursive: true });
		writeFileSync(`${FOLDER}${name}.png`, png);
		return Screenshot.fromPng(png);
	};

	it("offers no H.264, gets VP8, plays it and turns", { timeout: 300_000 }, async () => {
		const offered = await page.evaluate(() =>
			RTCRtpReceiver.getCapabilities("video")!.codecs.map(({ mimeType }) => mimeType),
		);
		expect(offered).not.toContain("video/H264");
		expect(offered).toContain("video/VP8");
		await expect.poll(() => server.viewers[0]?.stats().encoder, PATIENCE).toBe("libvpx");
		await expect.poll(async () => middle(await look("north"), RED), PATIENCE).toBeGreaterThan(3000);
		await page.mouse.move(200, 270);
		await page.mouse.down();
		await page.mouse.move(840, 270, { steps: 16 });
		await page.mouse.up();
		await expect.poll(async () => middle(await look("turned"), RED), PATIENCE).toBe(0);
		// Again and again: after the drag the view coasts for a while.
		const seenWest = async () => {
			await page.evaluate(() =>
				window.panogaze.connection.look({ orientation: [0, Math.SQRT1_2, 0, Math.SQRT1_2] }),
			);
			return middle(await look("west"), BLUE);
		};
		await expect.poll(seenWest, PATIENCE).toBeGreaterThan(3000);
	});

	it("re-projects if it has WebGL2, and shows the video as it is if it has none", { timeout: 300_000 }, async () => {
		await page.goto(`http://127.0.0.1:${server.port}/?reproject=on`);
		// Headless, without a display server, it has none.
		const hasWebGl = await page.evaluate(() => document.createElement("canvas").getContext("webgl2") !== null);
		await expect.poll(async () => middle(await look("reprojected"), RED), PATIENCE).toBeGreaterThan(3000);
		await expect.poll(() => page.evaluate(() => window.panogaze.shown.active), PATIENCE).toBe(hasWebGl);
	});
});
