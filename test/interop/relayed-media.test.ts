// Two Chromiums: the fake microphone and camera of one, which beep and are green, reach the page of
// the other.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PanogazeConnection } from "../../src/client/index.ts";
import { launchChromium } from "../support/chromium.ts";
import { serveCamera, serversOfEachTest } from "../support/test-server.ts";

declare const panogaze: { readonly connection: PanogazeConnection };
/** All that the page has made. */
declare const peers: RTCPeerConnection[];

const PATIENCE = { timeout: 30_000, interval: 50 };

let browsers: Browser[];
beforeAll(async () => {
	browsers = await Promise.all([launchChromium({ fakeDevices: true }), launchChromium({ fakeDevices: true })]);
});
afterAll(() => Promise.all(browsers.map((browser) => browser.close())));
const start = serversOfEachTest(serveCamera);

/** The page of a new server for each browser: the first one sends, the second one watches. */
async function openPages() {
	const { port } = await start({ media: { relay: ["audio", "video"], name: () => "Anna" } });
	return Promise.all(
		browsers.map(async (browser) => {
			const page = await browser.newPage({ viewport: { width: 960, height: 540 } });
			await page.addInitScript(keepPeers);
			await page.goto(`http://127.0.0.1:${port}/`);
			await page.waitForFunction(() => panogaze.connection.welcome !== undefined);
			return page;
		}),
	) as Promise<[Page, Page]>;
}

/** Mean colour of the left quarter of the only camera, 0 to 255; `undefined` without one. */
const colorAt = (page: Page) =>
	page.evaluate(() => {
		const video = document.querySelector<HTMLVideoElement>(".camera video");
		if (!video?.videoWidth) return undefined;
		const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
		const context = canvas.getContext("2d")!;
		context.drawImage(video, 0, 0, video.videoWidth / 4, video.videoHeight, 0, 0, 8, 8);
		const { data } = context.getImageData(0, 0, 8, 8);
		const mean = (channel: number) =>
			data.reduce((sum, value, index) => sum + (index % 4 === channel ? value / 64 : 0), 0);
		return { red: mean(0), green: mean(1), blue: mean(2) };
	});

const isGreen = async (page: Page) => {
	const { red, green, blue } = (await colorAt(page)) ?? { red: 0, green: 0, blue: 0 };
	return green > 100 && green > 1.5 * red && green > 1.5 * blue;
};

const statementAt = (page: Page) =>
	page.evaluate(() => [...panogaze.connection.cameras.all.values()].map(({ statement }) => statement));

/** Keeps the connections of a page at hand. */
function keepPeers(): void {
	const made: RTCPeerConnection[] = [];
	Object.assign(globalThis, {
		peers: made,
		RTCPeerConnection: class extends RTCPeerConnection {
			constructor(configuration?: RTCConfiguration) {
				super(configuration);
				made.push(this);
			}
		},
	});
}

/** Loudness of what the page hears now, 0 to 1, by its statistics. */
const levelAt = (page: Page) =>
	page.evaluate(async () => {
		const reports = await Promise.all(peers.map(async (peer) => [...(await peer.getStats()).values()]));
		const levels = reports
			.flat()
			.filter(({ type, kind }) => type === "inbound-rtp" && kind === "audio")
			.map(({ audioLevel }) => Number(audioLevel ?? 0));
		return Math.max(0, ...levels);
	});

describe("the media of one page at another", () => {
	it("are seen and heard there, and nowhere at their sender, until it leaves", async () => {
		const [sender, watcher] = await openPages();
		await sender.keyboard.press("u");
		await sender.keyboard.press("t");
		await watcher.getByText("Anna", { exact: true }).waitFor();
		await expect.poll(() => isGreen(watcher), PATIENCE).toBe(true);
		expect(await statementAt(watcher)).toMatchObject([{ state: "live", sent: "copied" }]);
		await watcher.keyboard.press("m");
		await expect.poll(() => levelAt(watcher), PATIENCE).toBeGreaterThan(0.05);
		expect(await sender.locator(".camera").count()).toBe(0);
		await sender.close();
		await expect.poll(() => watcher.locator(".camera").count(), PATIENCE).toBe(0);
		await watcher.close();
	});

	it("of VP8 are drawn for one that gets H.264 for cameras, and copied to one that gets VP8", async () => {
		const [sender, watcher] = await openPages();
		await sender.evaluate(preferVp8, "sendonly");
		await sender.keyboard.press("u");
		await expect.poll(() => isGreen(watcher), PATIENCE).toBe(true);
		expect(await statementAt(watcher)).toMatchObject([{ state: "live", sent: "drawn" }]);
		await watcher.addInitScript(preferVp8, "recvonly");
		await watcher.reload();
		await expect.poll(() => isGreen(watcher), PATIENCE).toBe(true);
		expect(await statementAt(watcher)).toMatchObject([{ state: "live", sent: "copied" }]);
		await Promise.all([sender.close(), watcher.close()]);
	});
});

/** Offers VP8 alone in sections of video of one direction, from now on. */
function preferVp8(direction: string): void {
	const add = RTCPeerConnection.prototype.addTransceiver;
	RTCPeerConnection.prototype.addTransceiver = function (track, init) {
		const transceiver = add.call(this, track, init);
		const { codecs = [] } = RTCRtpReceiver.getCapabilities("video") ?? {};
		if (init?.direction === direction && transceiver.receiver.track.kind === "video")
			transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === "video/VP8"));
		return transceiver;
	};
}
