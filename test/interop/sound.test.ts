// Chromium hears a server: both ears, turned with the head, in step with the pictures of a file.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { median, percentile } from "../../bench/statistics.ts";
import type { PanogazeConnection } from "../../src/client/index.ts";
import { type PanogazeServer, serve } from "../../src/server/server.ts";
import { harmonicsOf } from "../../src/sound/ambisonics.ts";
import { launchChromium } from "../support/chromium.ts";
import { makeClip } from "../support/clips.ts";
import { beepsAfterFlashesMs, flashAndBeepClip, measureOnsets } from "../support/flash-and-beep.ts";
import { type ClipSound, clipWithSound, sa3dContent, toneSamples } from "../support/sound-clips.ts";

const PATIENCE = { timeout: 40_000, interval: 100 };
const VIEW = { width: 320, height: 180, fovDeg: 90, frameRate: 30 };
const SECONDS = 4;
/** Flashes and beeps that are looked at. */
const PAIRS = Number(process.env["PANOGAZE_LIP_SYNC_PAIRS"] ?? 10);

/** A clip of which one picture of each second is white. */
const flashes = () =>
	makeClip({
		...{ width: 256, height: 128, frames: SECONDS * 30, rate: 30 },
		draw: ({ planes }, frame) => void planes[0].fill(frame % 30 === 15 ? 235 : 40),
	});

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());

interface PageHook {
	readonly connection: PanogazeConnection;
}
declare const panogaze: PageHook;

/** A page at a server of a clip, which listens from its first picture on. */
async function listen(sound: ClipSound): Promise<{ server: PanogazeServer; page: Page }> {
	const opened = await open(clipWithSound(await flashes(), sound));
	expect(await opened.page.locator("#sound-button").getAttribute("aria-pressed")).toBe("false");
	await opened.page.locator("#sound-button").click();
	return opened;
}

/** A page at a server of a source, whose sound can be turned on. */
async function open(source: string): Promise<{ server: PanogazeServer; page: Page }> {
	const server = await serve({ port: 0, host: "127.0.0.1", source, view: VIEW, logLevel: "warn" });
	const page = await browser.newPage({ viewport: { width: 960, height: 360 }, bypassCSP: true });
	// The page's own peer connection, for its statistics.
	await page.addInitScript(() => {
		const Native = window.RTCPeerConnection;
		window.RTCPeerConnection = class extends Native {
			constructor(...args: [RTCConfiguration?]) {
				super(...args);
				(window as unknown as { peer: RTCPeerConnection }).peer = this;
			}
		};
	});
	await page.goto(`http://127.0.0.1:${server.port}/`);
	await page.waitForFunction(() => panogaze.connection.sound.available, undefined, { timeout: 40_000 });
	return { server, page };
}

/** Levels of a tone in both ears, decibels, the greatest of half a second. */
const levelsOf = (page: Page, hz: number): Promise<[number, number]> =>
	page.evaluate(async (frequency) => {
		const context = new AudioContext();
		const { track } = panogaze.connection.sound;
		const source = context.createMediaStreamSource(new MediaStream([track!]));
		const splitter = context.createChannelSplitter(2);
		source.connect(splitter);
		const ears = [0, 1].map((ear) => {
			const analyser = context.createAnalyser();
			analyser.fftSize = 4096;
			analyser.smoothingTimeConstant = 0;
			splitter.connect(analyser, ear);
			return analyser;
		});
		const levels: [number, number] = [-200, -200];
		const bins = new Float32Array(2048);
		for (let look = 0; look < 5; look++) {
			await new Promise((resolve) => setTimeout(resolve, 100));
			for (const [ear, analyser] of ears.entries()) {
				analyser.getFloatFrequencyData(bins);
				const at = Math.round((frequency * 4096) / context.sampleRate);
				levels[ear] = Math.max(levels[ear]!, ...bins.subarray(at - 2, at + 3));
			}
		}
		await context.close();
		return levels;
	}, hz);

const audioStats = (page: Page) =>
	page.evaluate(async () => {
		const report = await (window as unknown as { peer: RTCPeerConnection }).peer.getStats();
		const entries = [...(report as unknown as Map<string, Record<string, unknown>>).values()];
		return entries.find((entry) => entry["type"] === "inbound-rtp" && entry["kind"] === "audio");
	});

it("Chromium plays both ears, each with its own sound, and nothing before it is turned on", {
	timeout: 60_000,
}, async () => {
	const channels = [toneSamples(500, SECONDS), toneSamples(1500, SECONDS)];
	const { server, page } = await listen({ channels, codec: "pcm_s16le", container: "mov" });
	await expect.poll(async () => (await audioStats(page))?.["audioLevel"], PATIENCE).toBeGreaterThan(0.05);
	expect((await audioStats(page))?.["totalAudioEnergy"]).toBeGreaterThan(0);
	const [low, high] = [await levelsOf(page, 500), await levelsOf(page, 1500)];
	expect(low[0] - low[1]).toBeGreaterThan(25);
	expect(high[1] - high[0]).toBeGreaterThan(25);
	await page.getByRole("slider", { name: "Volume" }).fill("0.5");
	expect(await page.evaluate(() => panogaze.connection.sound.volume)).toBe(0.5);
	await page.locator("#view").focus();
	await page.keyboard.press("m");
	expect(await page.locator("#sound-button").getAttribute("aria-pressed")).toBe("false");
	const received = async () => (await audioStats(page))?.["packetsReceived"] as number;
	await expect
		.poll(async () => {
			const before = await received();
			await new Promise((resolve) => setTimeout(resolve, 300));
			return (await received()) - before;
		}, PATIENCE)
		.toBe(0);
	await page.close();
	await server.close();
});

it("a sound at the left moves to both ears, and to the right, as the head turns", { timeout: 60_000 }, async () => {
	const tone = toneSamples(500, SECONDS, () => 0.3);
	const channels = harmonicsOf([-1, 0, 0]).map((weight) => tone.map((sample) => sample * weight));
	const sa3d = sa3dContent([0, 1, 2, 3]);
	const { server, page } = await listen({ channels, codec: "pcm_s16le", container: "mov", sa3d });
	await expect.poll(async () => (await audioStats(page))?.["audioLevel"], PATIENCE).toBeGreaterThan(0.02);
	const turned = async (yawDeg: number) => {
		await page.evaluate((deg) => {
			const half = (-deg * Math.PI) / 360;
			panogaze.connection.look({ orientation: [0, Math.sin(half), 0, Math.cos(half)], fovDeg: 90 });
		}, yawDeg);
		await new Promise((resolve) => setTimeout(resolve, 500));
		const [left, right] = await levelsOf(page, 500);
		return left - right;
	};
	expect(await turned(0)).toBeGreaterThan(3);
	expect(Math.abs(await turned(-90))).toBeLessThan(1);
	expect(await turned(180)).toBeLessThan(-3);
	await page.close();
	await server.close();
});

it("a browser that wants a gesture plays pictures at once, says why there is no sound, and plays it after a tap", {
	timeout: 60_000,
}, async () => {
	const phone = await launchChromium({ wantsGesture: true });
	const source = await flashAndBeepClip();
	const server = await serve({ port: 0, host: "127.0.0.1", source, view: VIEW, logLevel: "warn" });
	const page = await phone.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
	// The page's own program: what a test evaluates counts as a gesture.
	await page.addInitScript(() => {
		const timer = setInterval(() => {
			const sound = (window as unknown as { panogaze?: PageHook }).panogaze?.connection.sound;
			if (sound?.available !== true) return;
			clearInterval(timer);
			sound.on("blocked", () => setTimeout(() => console.info(document.querySelector("#toast")!.textContent)));
			sound.enabled = true;
		}, 50);
	});
	const said = page.waitForEvent("console", (message) => message.type() === "info");
	await page.goto(`http://127.0.0.1:${server.port}/`);
	expect((await said).text()).toMatch(/^The browser lets no sound play yet\. Click or tap the page/);
	const button = page.locator("#sound-button");
	expect(await button.getAttribute("aria-pressed")).toBe("false");
	expect(await page.locator("video").evaluate((video: HTMLVideoElement) => [video.muted, video.paused])).toEqual([
		true,
		false,
	]);
	await button.tap();
	await expect.poll(() => button.getAttribute("aria-pressed"), PATIENCE).toBe("true");
	await page.waitForFunction(() => document.querySelector("#sound")?.getAttribute("data-on") === "true");
	await phone.close();
	await server.close();
});

it("Chromium brings the middle of ten beeps of a file within 20 ms of their flashes", { timeout: 90_000 }, async () => {
	const { server, page } = await open(await flashAndBeepClip());
	await page.locator("#sound-button").click();
	await measureOnsets(page);
	/** Differences of the last pairs that were seen, once there are enough after a number. */
	const newest = async () => (await beepsAfterFlashesMs(page)).slice(-PAIRS);
	const isClose = (each: readonly number[]) => each.length === PAIRS && Math.abs(median(each)) <= 20;
	// Sound is turned on far from its pictures; it takes seconds until both are in step.
	await expect.poll(async () => isClose(await newest()), { timeout: 45_000, interval: 500 }).toBe(true);
	const magnitudes = (await newest()).map(Math.abs);
	const [middle, worst] = [median(await newest()), percentile(magnitudes, 0.95)];
	console.log(`beeps after flashes: median ${middle.toFixed(1)} ms, 95 % within ${worst.toFixed(1)} ms`);
	await page.close();
	await server.close();
});

it("the sound of a live source is heard, and delays no pictures", { timeout: 60_000 }, async () => {
	const channels = [0, 1].map(() => toneSamples(500, SECONDS));
	const clip = clipWithSound(await flashes(), { channels, codec: "mp2", container: "ts" });
	const probe = createSocket("udp4").bind(0, "127.0.0.1");
	await once(probe, "listening");
	const { port } = probe.address();
	await new Promise<void>((resolve) => probe.close(() => resolve()));
	const sending = [
		"-re",
		"-stream_loop",
		"-1",
		"-i",
		clip,
		"-c",
		"copy",
		"-f",
		"mpegts",
		`udp://127.0.0.1:${port}?pkt_size=1316`,
	];
	const sender = spawn(ffmpeg.path, ["-v", "error", ...sending], { stdio: "ignore" });
	try {
		const { server, page } = await open(`udp://127.0.0.1:${port}`);
		/** Middle time from a picture's last packet to its display, milliseconds. */
		const waitingMs = () =>
			page.evaluate(async () => {
				const video = document.querySelector("video")!;
				const waits: number[] = [];
				while (waits.length < 40) {
					const shown = await new Promise<VideoFrameCallbackMetadata>((resolve) =>
						video.requestVideoFrameCallback((_, metadata) => resolve(metadata)),
					);
					waits.push(shown.expectedDisplayTime - (shown.receiveTime ?? Number.NaN));
				}
				return waits.sort((a, b) => a - b)[20]!;
			});
		await waitingMs();
		const silentMs = await waitingMs();
		await page.locator("#sound-button").click();
		await expect.poll(async () => (await audioStats(page))?.["audioLevel"], PATIENCE).toBeGreaterThan(0.05);
		// libwebrtc takes its steps once a second.
		await waitingMs();
		await waitingMs();
		const heardMs = await waitingMs();
		console.log(`arrival to display: ${silentMs.toFixed(1)} ms without sound, ${heardMs.toFixed(1)} with`);
		expect(heardMs).toBeLessThan(silentMs + 15);
		await page.close();
		await server.close();
	} finally {
		sender.kill("SIGKILL");
	}
});
