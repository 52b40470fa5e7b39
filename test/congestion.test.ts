import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../src/server/server.ts";
import { launchChromium } from "./support/chromium.ts";
import { makeClip } from "./support/clips.ts";
import { type Passage, UdpRelay } from "./support/udp-relay.ts";

const FRAME_RATE = 30;
const LINK_BPS = 6_000_000;
const DELAY_MS = 10;
/** Pictures in which the session finds the link, and those that are judged then. */
const SETTLE_PICTURES = 60;
const JUDGED_PICTURES = 100;

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());

describe("a link that is too narrow", () => {
	it("keeps the picture moving in Chromium: 10 Mbit/s configured, 6 Mbit/s there", async () => {
		// Each picture has another texture: x264 fills any rate that it is given, and a small
		// picture costs it little.
		const source = await makeClip({ width: 960, height: 480, frames: 30, rate: FRAME_RATE, draw: "detail" });
		await using server = await serve({
			port: 0,
			host: "127.0.0.1",
			source,
			view: { width: 480, height: 270, frameRate: FRAME_RATE },
			bitrateBps: 10_000_000,
			logLevel: "warn",
		});
		const pictures = new PictureWatch();
		let relay: UdpRelay | undefined;
		const page = await browser.newPage({ viewport: { width: 960, height: 540 } });
		await page.addInitScript(keepConnections);
		await page.route("**/whep", async (route) => {
			if (route.request().method() !== "POST") return route.continue();
			const response = await route.fetch();
			const down = {
				rateBps: LINK_BPS,
				queueMs: 200,
				delayMs: DELAY_MS,
				onPacket: (passage: Passage) => pictures.note(passage),
			};
			relay = await UdpRelay.open(await response.text(), { down, up: { delayMs: DELAY_MS } });
			await route.fulfill({ response, body: relay.answer });
		});
		await page.goto(`http://127.0.0.1:${server.port}/`);
		// The first pictures find the link's limit; the pictures after them count.
		await expect.poll(() => pictures.count, { timeout: 30_000 }).toBeGreaterThan(SETTLE_PICTURES);
		const framesSent = () => server.viewers[0]!.stats().session.framesSent;
		const before = {
			frames: await framesReceived(page),
			sent: framesSent(),
			packets: relay!.down.received,
			overflowed: relay!.down.overflowed,
		};
		const first = pictures.count;
		await expect.poll(() => pictures.count, { timeout: 30_000 }).toBeGreaterThan(first + JUDGED_PICTURES);
		const sent = framesSent() - before.sent;
		const { received, overflowed } = relay!.down;
		const path = pictures.judge(first);
		// All of this is the path's own time and the pictures' own sizes: a busy machine draws and
		// decodes fewer. Without congestion control it is 1.3, a fifth, 210 ms for every picture,
		// 1.5 s and a third.
		expect(path.linkShare, "pictures fill the link, and no more").toBeLessThan(1.05);
		expect(path.linkShare).toBeGreaterThan(0.5);
		expect(path.wholeShare).toBeGreaterThan(0.97);
		expect(path.medianPathMs).toBeLessThan(80);
		expect(path.highPathMs, "95 of 100 pictures").toBeLessThan(160);
		expect(path.longestDelayMs).toBeLessThan(200);
		expect((overflowed - before.overflowed) / (received - before.packets)).toBeLessThan(0.02);
		await expect
			.poll(async () => (await framesReceived(page)) - before.frames, { timeout: 10_000 })
			.toBeGreaterThan(0.97 * sent);
		await page.close();
		relay?.[Symbol.dispose]();
	}, 90_000);
});

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

/**
 * How many pictures Chromium has received whole so far, whether or not it had the time to decode
 * them.
 */
function framesReceived(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const { connections } = globalThis as unknown as { readonly connections: readonly RTCPeerConnection[] };
		for (const entry of (await connections[0]!.getStats()).values())
			if (entry.type === "inbound-rtp") return entry.framesReceived;
		return 0;
	});
}

interface SentPicture {
	/** When the last packet so far entered the path. */
	enteredMs: number;
	/** When the last packet so far arrives. */
	dueMs: number;
	bytes: number;
	/** Longest time of a packet in the path. */
	pathMs: number;
	/** No packet found the queue full. */
	whole: boolean;
}

/** What the path does to each picture, from the headers of its packets. */
class PictureWatch {
	readonly #pictures = new Map<number, SentPicture>();
	#ssrc: number | undefined;

	get count(): number {
		return this.#pictures.size;
	}

	note({ packet, enteredMs, dueMs }: Passage): void {
		// RTP among DTLS, STUN and RTCP (RFC 5761, 4; RFC 7983, 7).
		if (packet[0]! >> 6 !== 2 || (packet[1]! >= 192 && packet[1]! <= 223)) return;
		this.#ssrc ??= packet.readUInt32BE(8);
		// Retransmissions have a stream of their own.
		if (packet.readUInt32BE(8) !== this.#ssrc) return;
		const timestamp = packet.readUInt32BE(4);
		const picture = this.#pictures.get(timestamp) ?? {
			enteredMs,
			dueMs: enteredMs,
			bytes: 0,
			pathMs: 0,
			whole: true,
		};
		this.#pictures.set(timestamp, picture);
		picture.bytes += packet.length;
		picture.enteredMs = enteredMs;
		if (dueMs === undefined) picture.whole = false;
		else {
			picture.dueMs = dueMs;
			picture.pathMs = Math.max(picture.pathMs, dueMs - enteredMs);
		}
	}

	/** @param from number of the first picture that counts */
	judge(from: number) {
		const judged = [...this.#pictures.values()].slice(from, from + JUDGED_PICTURES);
		const pathMs = judged.map((picture) => picture.pathMs).sort((a, b) => a - b);
		const bytes = judged.reduce((sum, picture) => sum + picture.bytes, 0);
		return {
			/** Share of the link that pictures of this size take at the full frame rate. */
			linkShare: (bytes * 8 * FRAME_RATE) / judged.length / LINK_BPS,
			wholeShare: judged.filter(({ whole }) => whole).length / judged.length,
			medianPathMs: pathMs[Math.floor(pathMs.length / 2)]!,
			highPathMs: pathMs[Math.floor(pathMs.length * 0.95)]!,
			longestDelayMs: longestDelay(judged),
		};
	}
}

/**
 * By how much two whole pictures in a row arrive further apart than the first was from the next
 * that was sent.
 */
function longestDelay(pictures: readonly SentPicture[]): number {
	let longestMs = 0;
	let last: { readonly dueMs: number; readonly nextMs: number } | undefined;
	for (const [index, { enteredMs, dueMs, whole }] of pictures.entries()) {
		if (!whole) continue;
		if (last !== undefined) longestMs = Math.max(longestMs, dueMs - last.dueMs - last.nextMs);
		last = { dueMs, nextMs: (pictures[index + 1]?.enteredMs ?? enteredMs) - enteredMs };
	}
	return longestMs;
}
