import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../../src/server/server.ts";
import { launchChromium } from "../support/chromium.ts";
import { makeClip } from "../support/clips.ts";
import { type Passage, UdpRelay } from "../support/udp-relay.ts";

const FRAME_RATE = 30;
const LINK_BPS = 6_000_000;
const DELAY_MS = 10;
/** Pictures in which the session finds the link, and those that are judged then. */
const SETTLE_PICTURES = 60;
const JUDGED_PICTURES = 100;
/** Between two heartbeats of this process, which holds the server and the path. */
const HEARTBEAT_MS = 5;
/** A heartbeat that comes later than this tells of a processor that was taken away. */
const STALL_MS = 40;
/** Time in which the queue is empty again that a stall has filled. */
const AFTER_STALL_MS = 250;

let browser: Browser;
beforeAll(async () => {
	browser = await launchChromium();
});
afterAll(() => browser.close());

describe("a link that is too narrow", () => {
	it("keeps the picture moving in Chromium: 10 Mbit/s configured, 6 Mbit/s there", async () => {
		// Each picture has another texture: x264 fills any rate with it, at a small size.
		const source = await makeClip({ width: 960, height: 480, frames: 30, rate: FRAME_RATE, draw: "detail" });
		await using server = await serve({
			port: 0,
			host: "127.0.0.1",
			source,
			view: { width: 480, height: 270, frameRate: FRAME_RATE },
			bitrateBps: 10_000_000,
			logLevel: "warn",
		});
		using pictures = new PictureWatch();
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
		const before = { frames: await framesReceived(page), sent: framesSent() };
		const first = pictures.count;
		await expect.poll(() => pictures.countJudged(first), { timeout: 60_000 }).toBe(JUDGED_PICTURES);
		const sent = framesSent() - before.sent;
		const path = pictures.judge(first);
		// These are the path's own times and the pictures' own sizes: a busy machine draws fewer
		// pictures, which are larger. What was due while this process stood still enters the path
		// at once, whatever the congestion control does: such pictures don't count. Without
		// congestion control the sender asks for 1.3 times the link's rate, a fifth of the pictures
		// are whole, every picture finds a full queue, the longest delay is 1.5 s and a third of
		// the packets are lost.
		expect(path.linkShare, "share of the link's rate that is sent").toBeLessThan(1.05);
		expect(path.fullRateShare, "share at the full frame rate").toBeGreaterThan(0.5);
		expect(path.wholeShare).toBeGreaterThan(0.97);
		expect(path.medianQueueMs).toBeLessThan(45);
		expect(path.highQueueMs, "95 of 100 pictures").toBeLessThan(125);
		expect(path.longestDelayMs).toBeLessThan(200);
		expect(path.overflowedShare).toBeLessThan(0.02);
		await expect
			.poll(async () => (await framesReceived(page)) - before.frames, { timeout: 10_000 })
			.toBeGreaterThan(0.97 * sent);
		await page.unrouteAll({ behavior: "wait" });
		await page.close();
		relay?.[Symbol.dispose]();
	}, 150_000);
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

/** The number of pictures that Chromium has received whole so far, decoded or not. */
function framesReceived(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const { connections } = globalThis as unknown as { readonly connections: readonly RTCPeerConnection[] };
		for (const entry of (await connections[0]!.getStats()).values())
			if (entry.type === "inbound-rtp") return entry.framesReceived;
		return 0;
	});
}

interface SentPicture {
	/** Time at which its first packet entered the path. */
	readonly startedMs: number;
	/** Time at which the last packet so far entered the path. */
	enteredMs: number;
	/** Time at which the last packet so far arrives. */
	dueMs: number;
	bytes: number;
	/** Longest time of a packet in the path. */
	pathMs: number;
	packets: number;
	/** Packets that found no room in the queue. */
	overflowed: number;
}

/** Notes the passage of each picture through the path, from the headers of its packets. */
class PictureWatch implements Disposable {
	readonly #pictures = new Map<number, SentPicture>();
	/** Last time before and first time after each standstill of this process. */
	readonly #stalls: (readonly [fromMs: number, toMs: number])[] = [];
	readonly #heart: NodeJS.Timeout;
	#ssrc: number | undefined;

	constructor() {
		let lastMs = performance.now();
		this.#heart = setInterval(() => {
			const nowMs = performance.now();
			if (nowMs - lastMs > STALL_MS) this.#stalls.push([lastMs, nowMs]);
			lastMs = nowMs;
		}, HEARTBEAT_MS);
	}

	[Symbol.dispose](): void {
		clearInterval(this.#heart);
	}

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
			startedMs: enteredMs,
			enteredMs,
			dueMs: enteredMs,
			bytes: 0,
			pathMs: 0,
			packets: 0,
			overflowed: 0,
		};
		this.#pictures.set(timestamp, picture);
		picture.bytes += packet.length;
		picture.packets++;
		picture.enteredMs = enteredMs;
		if (dueMs === undefined) picture.overflowed++;
		else {
			picture.dueMs = dueMs;
			picture.pathMs = Math.max(picture.pathMs, dueMs - enteredMs);
		}
	}

	/** The number of pictures that are judged so far. */
	countJudged(from: number): number {
		return this.#undisturbed(from).length;
	}

	/** The pictures that count: the last one is not whole yet. */
	#undisturbed(from: number): SentPicture[] {
		return [...this.#pictures.values()]
			.slice(from, -1)
			.filter(
				({ enteredMs, startedMs }) =>
					!this.#stalls.some(([fromMs, toMs]) => enteredMs >= fromMs && startedMs <= toMs + AFTER_STALL_MS),
			)
			.slice(0, JUDGED_PICTURES);
	}

	/** @param from number of the first picture that may count */
	judge(from: number) {
		const all = [...this.#pictures.values()];
		const judged = this.#undisturbed(from);
		const sent = all.slice(all.indexOf(judged[0]!), all.indexOf(judged.at(-1)!));
		const bits = sum(sent, "bytes") * 8;
		const sentSec = (judged.at(-1)!.enteredMs - judged[0]!.enteredMs) / 1000;
		// The link's own time for a picture is no queue.
		const queueMs = judged
			.map(({ bytes, pathMs }) => pathMs - DELAY_MS - (bytes * 8000) / LINK_BPS)
			.sort((a, b) => a - b);
		return {
			/** Rate that the sender asked of the link, over its rate. */
			linkShare: bits / sentSec / LINK_BPS,
			/** Share of the link that pictures of this size take at the full frame rate. */
			fullRateShare: (bits * FRAME_RATE) / sent.length / LINK_BPS,
			wholeShare: judged.filter(({ overflowed }) => overflowed === 0).length / judged.length,
			overflowedShare: sum(judged, "overflowed") / sum(judged, "packets"),
			medianQueueMs: queueMs[Math.floor(queueMs.length / 2)]!,
			highQueueMs: queueMs[Math.floor(queueMs.length * 0.95)]!,
			longestDelayMs: longestDelay(judged),
		};
	}
}

function sum(pictures: readonly SentPicture[], what: "bytes" | "packets" | "overflowed"): number {
	return pictures.reduce((total, picture) => total + picture[what], 0);
}

/** The most by which two whole pictures arrive further apart than they were sent. */
function longestDelay(pictures: readonly SentPicture[]): number {
	let longestMs = 0;
	let last: { readonly dueMs: number; readonly nextMs: number } | undefined;
	for (const [index, { enteredMs, dueMs, overflowed }] of pictures.entries()) {
		if (overflowed > 0) continue;
		if (last !== undefined) longestMs = Math.max(longestMs, dueMs - last.dueMs - last.nextMs);
		last = { dueMs, nextMs: (pictures[index + 1]?.enteredMs ?? enteredMs) - enteredMs };
	}
	return longestMs;
}
