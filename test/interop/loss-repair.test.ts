import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../../src/server/server.ts";
import { Retransmitter } from "../../src/session/repair/retransmitter.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { launchChromium } from "../support/chromium.ts";
import { UdpRelay } from "../support/udp-relay.ts";

const PATIENCE = { timeout: 30_000, interval: 200 };
/** 200 ms there and back. */
const DELAY_MS = 100;
const LOSS = 0.02;
/** A repair packet is no shorter than its headers and a part of a picture. */
const LEAST_REPAIR_BYTES = 100;
/** Fewer pictures than this in half a second are a video that has stopped. */
const LEAST_FRAMES = 5;

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());

interface ReceiverStats {
	readonly fecPacketsReceived: number;
	readonly fecBytesReceived: number;
	readonly packetsLost: number;
	readonly framesDecoded: number;
	readonly roundTripTime: number;
}

/** Keeps the page's connections where a test can ask for their statistics. */
function keepConnections(): void {
	const connections: RTCPeerConnection[] = [];
	globalThis.RTCPeerConnection = class extends RTCPeerConnection {
		constructor(configuration?: RTCConfiguration) {
			super(configuration);
			connections.push(this);
		}
	};
	Object.assign(globalThis, { connections });
}

const statsOf = (page: Page): Promise<ReceiverStats> =>
	page.evaluate(async () => {
		const { connections } = globalThis as unknown as { readonly connections: readonly RTCPeerConnection[] };
		const entries = [...(await connections[0]!.getStats()).values()];
		const inbound = entries.find(({ type }) => type === "inbound-rtp");
		const remote = entries.find(({ type }) => type === "remote-outbound-rtp");
		return {
			fecPacketsReceived: inbound?.fecPacketsReceived ?? 0,
			fecBytesReceived: inbound?.fecBytesReceived ?? 0,
			packetsLost: inbound?.packetsLost ?? 0,
			framesDecoded: inbound?.framesDecoded ?? 0,
			roundTripTime: remote?.roundTripTime ?? Number.NaN,
		};
	});

describe("Chromium on a path of 200 ms that loses 2 %", () => {
	it("decodes by FlexFEC alone, and knows the round trip", async () => {
		// Nothing is sent again: only repair packets can mend a picture.
		const original = Retransmitter.prototype.onNack;
		Retransmitter.prototype.onNack = () => ({ packets: [], refused: 0, keyframeNeeded: false });
		await using server = await serve({
			port: 0,
			host: "127.0.0.1",
			source: createPatternSource({ width: 960, height: 480, frameRate: 30 }),
			view: { width: 480, height: 270, frameRate: 30 },
			bitrateBps: 2_000_000,
			logLevel: "warn",
		});
		const page = await browser.newPage({ viewport: { width: 960, height: 540 } });
		await page.addInitScript(keepConnections);
		let relay: UdpRelay | undefined;
		await page.route("**/whep**", async (route) => {
			// Without the page's candidates the relay is the only path.
			const request = route.request();
			if (request.method() === "PATCH") return route.fulfill({ status: 204 });
			if (request.method() !== "POST") return route.continue();
			const postData = (request.postData() ?? "").replace(/^a=candidate.*\r\n/gm, "");
			const response = await route.fetch({ postData });
			const down = { loss: LOSS, delayMs: DELAY_MS };
			relay = await UdpRelay.open(await response.text(), { down, up: { delayMs: DELAY_MS } });
			await route.fulfill({ response, body: relay.answer });
		});
		try {
			await page.goto(`http://127.0.0.1:${server.port}/`);
			await expect.poll(async () => (await statsOf(page)).fecPacketsReceived, PATIENCE).toBeGreaterThan(30);
			const before = await statsOf(page);
			expect(before.fecBytesReceived).toBeGreaterThan(30 * LEAST_REPAIR_BYTES);
			// Two losses in one picture may stop the video until a key frame: the count restarts.
			let since = before;
			let last = before;
			const survived = async () => {
				const now = await statsOf(page);
				if (now.framesDecoded < last.framesDecoded + LEAST_FRAMES) since = now;
				last = now;
				return now.packetsLost - since.packetsLost;
			};
			await expect.poll(survived, { ...PATIENCE, interval: 500 }).toBeGreaterThan(7);
			// Chromium's own count has the copies that are padding of probes, too.
			expect(server.stats().viewers[0]?.session.retransmittedPacketsSent).toBe(0);
			await expect.poll(async () => (await statsOf(page)).roundTripTime, PATIENCE).toBeGreaterThan(0.19);
			expect((await statsOf(page)).roundTripTime).toBeLessThan(0.4);
		} finally {
			Retransmitter.prototype.onNack = original;
			await page.unrouteAll({ behavior: "wait" });
			await page.close();
			relay?.[Symbol.dispose]();
		}
	}, 120_000);
});
