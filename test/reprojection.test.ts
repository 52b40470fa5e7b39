import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Look } from "../src/client/look.ts";
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { landmarks } from "../src/source/pattern-scene.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { launchChromium } from "./support/chromium.ts";
import { UdpRelay } from "./support/udp-relay.ts";

const VIEW = { width: 480, height: 270, fovDeg: 90, frameRate: 15 };
/** Small, and without blurred glass: the processor draws all of it. */
const CHEAP_PAGE = { viewport: { width: 320, height: 180 }, contrast: "more" } as const;
const ONE_WAY_MS = 75;
const DEG_PER_SEC = 90;
const PATIENCE = { timeout: 60_000, interval: 50 };

let browser: Browser;
let server: PanogazeServer;

beforeAll(async () => {
	[browser, server] = await Promise.all([
		launchChromium({ webgl: true }),
		serve({
			port: 0,
			host: "127.0.0.1",
			source: createPatternSource({ width: 512, height: 256, frameRate: 15 }),
			view: VIEW,
			logLevel: "warn",
			renderWorkers: 1,
		}),
	]);
}, 120_000);
afterAll(async () => {
	await browser.close();
	await server.close();
});

/** A display frame of a turning view. */
interface SeenFrame {
	/** The angle of the newest look when the canvas was drawn. */
	readonly yawDeg: number;
	/** The angle of the picture's own view. */
	readonly drawnYawDeg: number;
	/** The angle of the canvas, by the place of a landmark in it. */
	readonly seenYawDeg: number;
}

/**
 * Turns to and fro at an even speed, one look for each display frame, and reads each drawing of the
 * canvas before it is displayed.
 */
function turnAndRead(page: Page): Promise<readonly SeenFrame[]> {
	return page.evaluate(
		async ({ color, degPerSec, furthestDeg, count }) => {
			const { connection, shown } = window.panogaze;
			const gl = shown.canvas.getContext("webgl2")!;
			const degPerRad = 180 / Math.PI;
			/** The canvas's angle, by the longest run of the landmark's colour in the middle. */
			const readYawDeg = () => {
				const { width, height } = shown.canvas;
				const pixels = new Uint8Array(width * 4);
				gl.readPixels(0, height >> 1, width, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
				let [from, longest, middle] = [0, 0, Number.NaN];
				for (let x = 0; x < width; x++) {
					if (color.some((channel, index) => Math.abs(channel - pixels[4 * x + index]!) > 50)) from = x + 1;
					else if (x + 1 - from > longest) [longest, middle] = [x + 1 - from, (from + x + 1) / 2];
				}
				return -Math.atan(middle / (width / 2) - 1) * degPerRad;
			};
			const frames: SeenFrame[] = [];
			const beganMs = performance.now();
			const notDrawn = { yawDeg: Number.NaN, seenYawDeg: Number.NaN };
			/** The last drawing since the step before. */
			let drawing: typeof notDrawn | undefined;
			// The page, too, looks: to the front, when the video gets another size.
			let lookYawDeg = Number.NaN;
			const look = connection.look.bind(connection);
			connection.look = (newest: Look, readAtMs = performance.now()) => {
				const [, y, , w] = newest.orientation;
				lookYawDeg = -2 * Math.atan2(y, w) * degPerRad;
				look(newest, readAtMs);
			};
			const { drawArrays } = gl;
			gl.drawArrays = (...all) => {
				drawArrays.apply(gl, all);
				if (gl.getParameter(gl.FRAMEBUFFER_BINDING) !== null) return;
				drawing = { yawDeg: lookYawDeg, seenYawDeg: readYawDeg() };
			};
			return new Promise<SeenFrame[]>((resolve) => {
				let hasLooked = false;
				const step = () => {
					const [, y, , w] = shown.picture!.view.orientation;
					const drawnYawDeg = -2 * Math.atan2(y, w) * degPerRad;
					// What was drawn since the last step is the frame of that step's look.
					if (hasLooked) frames.push({ ...(drawing ?? notDrawn), drawnYawDeg });
					if (frames.length === count) return resolve(frames);
					const turnedDeg = ((degPerSec * (performance.now() - beganMs)) / 1000) % (4 * furthestDeg);
					const yawDeg = Math.abs(turnedDeg - 2 * furthestDeg) - furthestDeg;
					[hasLooked, drawing] = [true, undefined];
					const half = -yawDeg / 2 / degPerRad;
					connection.look({ orientation: [0, Math.sin(half), 0, Math.cos(half)], fovDeg: 90 });
					requestAnimationFrame(step);
				};
				requestAnimationFrame(step);
			});
		},
		{ color: landmarks[0]!.color, degPerSec: DEG_PER_SEC, furthestDeg: 25, count: 30 },
	);
}

describe("the page, re-projecting over a path of 150 ms", () => {
	let page: Page;
	const relays: UdpRelay[] = [];
	beforeAll(async () => {
		page = await browser.newPage(CHEAP_PAGE);
		await page.route("**/whep", async (route) => {
			if (route.request().method() !== "POST") return route.continue();
			const response = await route.fetch();
			const path = { delayMs: ONE_WAY_MS };
			const relay = await UdpRelay.open(await response.text(), { down: path, up: path });
			relays.push(relay);
			await route.fulfill({ response, body: relay.answer });
		});
		await page.goto(`http://127.0.0.1:${server.port}/?reproject=on`);
		await page.waitForFunction(() => window.panogaze.shown.active, undefined, { timeout: 90_000 });
	}, 120_000);
	afterAll(async () => {
		// The page may be connecting again, on a machine that has no time for it.
		await page.unrouteAll({ behavior: "ignoreErrors" });
		await page.close();
		for (const relay of relays) relay.close();
	});

	it("shows the newest look in the same display frame while the view turns", async () => {
		const frames = await turnAndRead(page);
		expect(frames.filter(({ yawDeg, seenYawDeg }) => !(Math.abs(yawDeg - seenYawDeg) < 1))).toEqual([]);
		// The pictures themselves are late.
		expect(Math.max(...frames.map(({ yawDeg, drawnYawDeg }) => Math.abs(yawDeg - drawnYawDeg)))).toBeGreaterThan(
			12,
		);
	}, 180_000);

	it("gives its WebGL context back while it is off, and gets it again", { timeout: 60_000 }, async () => {
		const wasLost = await page.evaluate(() => {
			const { shown } = window.panogaze;
			shown.mode = "off";
			const isLost = shown.canvas.getContext("webgl2")!.isContextLost();
			shown.mode = "on";
			return isLost;
		});
		expect(wasLost).toBe(true);
		await page.waitForFunction(() => window.panogaze.shown.active, undefined, { timeout: 60_000 });
	});

	it("shows foveated pictures at the same place, unsqueezed", async () => {
		await page.evaluate(() => {
			window.panogaze.shown.foveated = true;
		});
		await page.waitForFunction(() => window.panogaze.shown.picture?.view.lens === "foveated", undefined, {
			timeout: 60_000,
		});
		const frames = await turnAndRead(page);
		expect(frames.filter(({ yawDeg, seenYawDeg }) => !(Math.abs(yawDeg - seenYawDeg) < 1))).toEqual([]);
		await page.evaluate(() => {
			window.panogaze.shown.foveated = false;
		});
	}, 120_000);

	it("shows the surround where the picture does not reach, and black nowhere", { timeout: 120_000 }, async () => {
		/** Looks to a side. `black` is the share of the canvas's pixels that are. */
		const seenTowards = (yawDeg: number) =>
			page.evaluate(
				(orientation) => {
					const { connection, shown } = window.panogaze;
					connection.look({ orientation, fovDeg: 90 });
					shown.draw();
					const gl = shown.canvas.getContext("webgl2")!;
					const { width, height } = shown.canvas;
					const pixels = new Uint8Array(width * height * 4);
					gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
					let black = 0;
					for (let at = 0; at < pixels.length; at += 4)
						if (Math.max(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!) < 5) black++;
					const middle = 4 * ((height >> 1) * width + (width >> 1));
					return { color: [...pixels.subarray(middle, middle + 3)], black: black / width / height };
				},
				quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 }),
			);
		/** The landmark of the most similar colour. In the surround it has few pixels. */
		const nearest = ({ color: seen }: { readonly color: readonly number[] }) => {
			const distances = landmarks.map(({ color }) =>
				Math.max(...color.map((channel, index) => Math.abs(channel - seen[index]!))),
			);
			const least = Math.min(...distances);
			return least < 90 ? distances.indexOf(least) : undefined;
		};
		await expect.poll(async () => nearest(await seenTowards(0)), PATIENCE).toBe(0);
		const turnOfPicture = async () =>
			Math.abs(await page.evaluate(() => window.panogaze.shown.picture?.view.orientation[1] ?? 1));
		await expect.poll(turnOfPicture, PATIENCE).toBeLessThan(0.2);
		// The server hears no pose from here on: its pictures still look to the front.
		await page.evaluate(() => {
			const { send } = RTCDataChannel.prototype;
			RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: never) {
				if (this.label !== "tracking") send.call(this, data);
			};
		});
		await expect.poll(async () => nearest(await seenTowards(90)), PATIENCE).toBe(1);
		await expect.poll(async () => (await seenTowards(120)).black, PATIENCE).toBeLessThan(0.001);
		expect(await turnOfPicture()).toBeLessThan(0.2);
	});
});

describe("the page in other browsers", () => {
	it("reads stamps out of pictures that no message describes, and shows the video once there are none", {
		timeout: 120_000,
	}, async () => {
		const deaf = await browser.newPage(CHEAP_PAGE);
		await deaf.addInitScript(() => {
			const { createDataChannel } = RTCPeerConnection.prototype;
			RTCPeerConnection.prototype.createDataChannel = function (this: RTCPeerConnection, label, init) {
				const channel = createDataChannel.call(this, label, init);
				// The first one comes through: without it sixty pictures are judged, as
				// lost-messages.test.ts proves.
				let messages = 0;
				if (label === "frames")
					channel.addEventListener("message", (event) => messages++ > 0 && event.stopImmediatePropagation());
				return channel;
			};
		});
		await deaf.goto(`http://127.0.0.1:${server.port}/?reproject=on`);
		await deaf.waitForFunction(() => window.panogaze.shown.active, undefined, { timeout: 90_000 });
		// The page looks to the front again when the video has another size, as for the surround.
		const drawnYaw = () =>
			deaf.evaluate(() => {
				const { connection, shown } = window.panogaze;
				connection.look({ orientation: [0, 0.5, 0, Math.sqrt(0.75)] });
				return shown.picture!.view.orientation[1];
			});
		await expect.poll(drawnYaw, PATIENCE).toBeCloseTo(0.5, 2);
		// Nothing moves here, so that no display frame is drawn that would notice it.
		await deaf.evaluate(() => {
			window.panogaze.shown.addMessage = () => undefined;
		});
		await expect.poll(() => deaf.evaluate(() => window.panogaze.shown.active), PATIENCE).toBe(false);
		// The video shows no surround.
		const { width, height } = CHEAP_PAGE.viewport;
		const aspect = () =>
			deaf.evaluate(() => {
				const { videoWidth, videoHeight } = document.querySelector("video")!;
				return videoWidth / videoHeight;
			});
		await expect.poll(aspect, PATIENCE).toBeCloseTo(width / height, 1);
		await deaf.close();
	});

	it("leaves the video as it is in browsers without video frame callbacks", { timeout: 120_000 }, async () => {
		const old = await browser.newPage(CHEAP_PAGE);
		await old.addInitScript(() => {
			delete (HTMLVideoElement.prototype as Partial<HTMLVideoElement>).requestVideoFrameCallback;
		});
		await old.goto(`http://127.0.0.1:${server.port}/?reproject=on`);
		const pictures = () =>
			old.evaluate(() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames);
		await expect.poll(pictures, PATIENCE).toBeGreaterThan(5);
		const { available, isHidden, entryIsHidden } = await old.evaluate(() => ({
			available: window.panogaze.shown.available,
			isHidden: window.panogaze.shown.canvas.hidden,
			entryIsHidden: document.querySelector<HTMLElement>("#reproject")!.hidden,
		}));
		expect({ available, isHidden, entryIsHidden }).toEqual({
			available: false,
			isHidden: true,
			entryIsHidden: true,
		});
		await old.close();
	});
});
