// What the header extension playout-delay (0 to 10 ms) is worth in a browser: the page with it, and
// the page with an offer that lacks it.
import { expect, it } from "vitest";
import { serve } from "../../src/server/server.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";

const VIEW = { width: 640, height: 360, fovDeg: 90, frameRate: 30 };
const EXTENSION = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
/** Pictures that are looked at, after those with which the browser's jitter buffer settles. */
const PICTURES = 120;
const SETTLING = 60;

interface PageHook {
	readonly connection: { look(look: { readonly orientation: readonly number[] }): void };
}

/** Kept by the page for the test. */
interface PageNotes {
	offer?: string;
	peer?: RTCPeerConnection;
}

/** A page's times between network and display, milliseconds. */
interface PlayoutDelays {
	/** Middle time from a picture's last packet to its display, which waits for a refresh. */
	readonly displayedMs: number;
	/** Mean time of a picture in the jitter buffer. */
	readonly bufferedMs: number;
}

async function playoutDelays(port: number, hasExtension: boolean): Promise<PlayoutDelays> {
	const browser = await launchChromium();
	const page = await browser.newPage({ viewport: { width: VIEW.width, height: VIEW.height } });
	await page.addInitScript(
		([extension, isKept]) => {
			const post = window.fetch;
			const notes = window as unknown as PageNotes;
			window.RTCPeerConnection = class extends RTCPeerConnection {
				constructor(...options: ConstructorParameters<typeof RTCPeerConnection>) {
					super(...options);
					notes.peer = this;
				}
			};
			window.fetch = (input, init) => {
				if (typeof init?.body !== "string" || !init.body.startsWith("v=0")) return post(input, init);
				notes.offer = init.body;
				const lines = init.body.split("\r\n").filter((line) => isKept || !line.endsWith(extension));
				return post(input, { ...init, body: lines.join("\r\n") });
			};
		},
		[EXTENSION, hasExtension] as const,
	);
	await page.goto(`http://127.0.0.1:${port}/`);
	await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0, undefined, {
		timeout: 40_000,
	});
	const { delaysMs, bufferedMs } = await page.evaluate(
		async ([settling, count]) => {
			const { connection } = (window as unknown as { panogaze: PageHook }).panogaze;
			const video = document.querySelector("video")!;
			const receivers = (window as unknown as PageNotes).peer!.getReceivers();
			const receiver = receivers.find(({ track }) => track.kind === "video");
			const buffered = async () => {
				const reports = [...(await receiver!.getStats()).values()] as RTCInboundRtpStreamStats[];
				const { jitterBufferDelay, jitterBufferEmittedCount } = reports.find(
					({ type }) => type === "inbound-rtp",
				)!;
				return [jitterBufferDelay!, jitterBufferEmittedCount!] as const;
			};
			const delaysMs: number[] = [];
			let settled: readonly [delaySec: number, pictures: number] = [0, 0];
			for (let index = 0; index < settling + count; index++) {
				if (index === settling) settled = await buffered();
				connection.look({ orientation: [0, Math.sin(index / 100), 0, Math.cos(index / 100)] });
				const metadata = await new Promise<VideoFrameCallbackMetadata>((resolve) =>
					video.requestVideoFrameCallback((_, shown) => resolve(shown)),
				);
				delaysMs.push(metadata.expectedDisplayTime - (metadata.receiveTime ?? Number.NaN));
			}
			const [delaySec, pictures] = await buffered();
			return { delaysMs, bufferedMs: ((delaySec - settled[0]) / (pictures - settled[1])) * 1000 };
		},
		[SETTLING, PICTURES] as const,
	);
	const offer = await page.evaluate(() => (window as unknown as PageNotes).offer);
	await browser.close();
	expect(offer?.includes(EXTENSION), "Chromium offers the extension").toBe(true);
	return { displayedMs: delaysMs.slice(SETTLING).sort((a, b) => a - b)[PICTURES / 2]!, bufferedMs };
}

it("Chromium lets pictures out of its jitter buffer sooner with playout-delay 0 to 10 ms than without it", async () => {
	const source = createPatternSource({ width: 256, height: 128, frameRate: 30 });
	await using at = await serve({ port: 0, host: "127.0.0.1", source, view: VIEW, logLevel: "warn" });
	const without = await playoutDelays(at.port, false);
	const kept = await playoutDelays(at.port, true);
	const words = ({ bufferedMs, displayedMs }: PlayoutDelays) =>
		`buffered for ${bufferedMs.toFixed(1)} ms, displayed after ${displayedMs.toFixed(1)} ms`;
	console.log(`with: ${words(kept)}; without: ${words(without)}`);
	// The display's refreshes are not the buffer's doing: they fall as they may.
	expect(kept.bufferedMs).toBeLessThan(without.bufferedMs - 2);
});
