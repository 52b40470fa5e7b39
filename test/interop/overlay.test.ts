import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Quaternion, quaternionFromAngles, RAD_PER_DEG } from "../../src/media/rotation.ts";
import { lensHalfWidth, type ViewerLens } from "../../src/media/viewer-lens.ts";
import { Points } from "../../src/overlay/overlay-items.ts";
import { type PanogazeServer, serve } from "../../src/server/server.ts";
import { landmarks, type Rgb } from "../../src/source/pattern-scene.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";

/** Few and small pictures: the processor draws them, and all that is read of them. */
const VIEW = { width: 320, height: 180, fovDeg: 90, frameRate: 4 };
const CHEAP_PAGE = { viewport: { width: 320, height: 180 }, contrast: "more" } as const;
const PATIENCE = { timeout: 120_000, interval: 100 };
const MARK: Rgb = [0, 255, 0];
const HEAD_MARK: Rgb = [255, 0, 255];
const FRONT = landmarks[0]!.color;

let browser: Browser;
let server: PanogazeServer;
let page: Page;

beforeAll(async () => {
	[browser, server] = await Promise.all([
		launchChromium({ webgl: true }),
		serve({
			port: 0,
			host: "127.0.0.1",
			source: createPatternSource({ width: 512, height: 256, frameRate: 4 }),
			view: VIEW,
			logLevel: "warn",
			renderWorkers: 1,
		}),
	]);
	// Before anybody is there: a viewer who joins later gets them.
	server.overlay.set("mark", new Points({ positions: [[0, 0, -2]], color: "#00ff00", sizePx: 12 }));
	server.overlay.set(
		"reticle",
		new Points({ frame: "head", positions: [[0.2, 0.1, -1]], color: "#ff00ff", sizePx: 12 }),
	);
	page = await browser.newPage(CHEAP_PAGE);
	await page.goto(`http://127.0.0.1:${server.port}/?reproject=on`);
	await page.waitForFunction(() => window.panogaze.shown.active, undefined, { timeout: 90_000 });
	await page.waitForFunction(() => document.querySelector(".panogaze-overlay") !== null);
}, 120_000);
afterAll(async () => {
	await browser.close();
	await server.close();
});

/** The middle of a colour in a picture; NaN where it is not seen. */
interface Seen {
	/** To the right of the picture's middle and above it, in halves of its width. */
	readonly x: number;
	readonly y: number;
}

/** Looks there, draws, and finds the landmark in the picture and both marks over it. */
async function look(orientation: Quaternion, fovDeg: number): Promise<{ landmark: Seen; mark: Seen; head: Seen }> {
	const wish = { orientation, fovDeg, colors: { landmark: FRONT, mark: MARK, head: HEAD_MARK } };
	return page.evaluate(({ orientation, fovDeg, colors }) => {
		const { connection, shown } = window.panogaze;
		connection.look({ orientation, fovDeg });
		/** Rows from the bottom. */
		const middleOf = (pixels: ArrayLike<number>, width: number, height: number, color: readonly number[]) => {
			let [sumX, sumY, count] = [0, 0, 0];
			for (let at = 0; at < pixels.length; at += 4) {
				if (pixels[at + 3]! < 128 || color.some((channel, i) => Math.abs(channel - pixels[at + i]!) > 40))
					continue;
				sumX += (at / 4) % width;
				sumY += Math.floor(at / 4 / width);
				count++;
			}
			const half = width / 2;
			return { x: (sumX / count + 0.5 - half) / half, y: (sumY / count + 0.5 - height / 2) / half };
		};
		const read = (canvas: HTMLCanvasElement) => {
			const gl = canvas.getContext("webgl2")!;
			const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
			const pixels = new Uint8Array(width * height * 4);
			gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
			return (color: readonly number[]) => middleOf(pixels, width, height, color);
		};
		/** The part of a video's picture that its element shows. */
		const readVideo = (video: HTMLVideoElement) => {
			const [width, height] = [video.clientWidth, video.clientHeight];
			const context = new OffscreenCanvas(width, height).getContext("2d")!;
			const scale = Math.max(width / video.videoWidth, height / video.videoHeight);
			const [wide, high] = [video.videoWidth * scale, video.videoHeight * scale];
			context.drawImage(video, (width - wide) / 2, (height - high) / 2, wide, high);
			const { data } = context.getImageData(0, 0, width, height);
			return (color: readonly number[]) => {
				const { x, y } = middleOf(data, width, height, color);
				return { x, y: -y };
			};
		};
		const isDrawn = shown.draw();
		const overlay = read(document.querySelector<HTMLCanvasElement>(".panogaze-overlay")!);
		const picture = isDrawn ? read(shown.canvas) : readVideo(shown.video);
		return { landmark: picture(colors.landmark), mark: overlay(colors.mark), head: overlay(colors.head) };
	}, wish);
}

const angles = (yawDeg: number, pitchDeg = 0) => quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 });
const VIEWS: readonly (readonly [ViewerLens, number, Quaternion])[] = [
	["flat", 90, angles(0)],
	["flat", 90, angles(30)],
	["flat", 90, angles(-25, 10)],
	["flat", 40, angles(8, -4)],
	["pannini", 150, angles(45)],
	["little-planet", 230, angles(20, -70)],
];

/** The distance of two places, in degrees of the view's middle. */
function distanceDeg(a: Seen, b: Seen, lens: ViewerLens, fovDeg: number): number {
	return (Math.hypot(a.x - b.x, a.y - b.y) * lensHalfWidth(lens, fovDeg)) / RAD_PER_DEG;
}

describe("objects over the page's view", { timeout: 300_000 }, () => {
	it("stand still over the landmark while the view turns and zooms, through every lens", async () => {
		for (const [lens, fovDeg, orientation] of VIEWS) {
			await page.evaluate((chosen) => window.panogaze.connection.chooseLens(chosen), lens);
			const distance = async () => {
				const { landmark, mark } = await look(orientation, fovDeg);
				return distanceDeg(landmark, mark, lens, fovDeg);
			};
			await expect.poll(distance, PATIENCE).toBeLessThan(1);
			// A later look, of which no picture has come yet.
			const turned = await look(angles(3), fovDeg);
			expect(distanceDeg(turned.landmark, turned.mark, lens, fovDeg)).toBeLessThan(1);
		}
	});

	it("stay before the head when their frame is the head", async () => {
		await page.evaluate(() => window.panogaze.connection.chooseLens("flat"));
		for (const yawDeg of [0, 40]) {
			const seen = async () => {
				const { head } = await look(angles(yawDeg), 90);
				return Math.hypot(head.x - 0.2, head.y - 0.1);
			};
			await expect.poll(seen, PATIENCE).toBeLessThan(0.01);
		}
	});

	it("stand over the video's own picture where it is not re-projected", async () => {
		await page.evaluate(() => {
			window.panogaze.shown.mode = "off";
		});
		for (const yawDeg of [0, 20]) {
			const expected = { x: -Math.tan(yawDeg * RAD_PER_DEG), y: 0 };
			/** The furthest of both from where the view shows them once its picture has come. */
			const distance = async () => {
				const { landmark, mark } = await look(angles(yawDeg), 90);
				return Math.max(...[landmark, mark].map((seen) => distanceDeg(seen, expected, "flat", 90)));
			};
			await expect.poll(distance, PATIENCE).toBeLessThan(1);
		}
	});

	it("come with words beside the picture, and with pulses of the phone", async () => {
		await page.evaluate(() => {
			const vibrations: unknown[] = [];
			Object.assign(window, { vibrations });
			navigator.vibrate = (pattern) => vibrations.push(pattern) > 0;
		});
		const [viewer] = server.viewers;
		viewer!.hud(["Battery 80 %", "Arm: ready"]);
		const words = () => page.locator("#hud p").allTextContents();
		await expect.poll(words, PATIENCE).toEqual(["Battery 80 %", "Arm: ready"]);
		expect(await page.getByRole("status", { name: "Words of the application" }).isVisible()).toBe(true);
		expect(viewer!.pulse("warning")).toBe(true);
		const vibrations = () => page.evaluate(() => (window as unknown as { vibrations: number[][] }).vibrations);
		await expect.poll(vibrations, PATIENCE).toEqual([[80, 90, 80, 90, 80, 90]]);
		viewer!.hud([]);
		await page.locator("#hud").waitFor({ state: "hidden" });
	});

	it("are gone with their removal, and come again with another connection", async () => {
		const paths = () => page.evaluate(() => [...window.panogaze.connection.overlay.keys()]);
		server.overlay.remove("reticle");
		await expect.poll(paths, PATIENCE).toEqual(["mark"]);
		await page.evaluate(() => window.panogaze.connection.reconnect({ force: true }));
		await expect.poll(() => server.viewers.length, PATIENCE).toBe(1);
		await expect.poll(paths, PATIENCE).toEqual(["mark"]);
		server.overlay.clear();
		await expect.poll(paths, PATIENCE).toEqual([]);
		const isHidden = () => page.evaluate(() => document.querySelector<HTMLElement>(".panogaze-overlay")!.hidden);
		await expect.poll(isHidden, PATIENCE).toBe(true);
	});
});
