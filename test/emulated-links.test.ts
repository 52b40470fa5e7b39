import { describe, expect, it } from "vitest";
import { seededRandom } from "../src/skeleton/seeded-random.cases.ts";
import { CubicFlow } from "./support/links/cubic-flow.ts";
import { EmulatedLink, type Fate } from "./support/links/emulated-link.ts";
import { type DirectionPlan, linkOptions } from "./support/links/link-plan.ts";
import { NETWORK_LINKS } from "./support/links/network-links.ts";
import { bitsBetween, sentMs, steppedRate, walkingRate } from "./support/links/rate-profile.ts";

const PACKET_BYTES = 1200;
const MBPS = 1_000_000;

/** Sends packets of 1200 bytes at a steady rate through a link. @returns what became of each. */
function sendThrough(plan: DirectionPlan, { bps, seconds, seed = 1 }: { bps: number; seconds: number; seed?: number }) {
	const link = new EmulatedLink(linkOptions(plan, seed));
	link.start(0);
	const everyMs = (PACKET_BYTES * 8000) / bps;
	return Array.from({ length: Math.floor((seconds * 1000) / everyMs) }, (_, index) => {
		const enteredMs = index * everyMs;
		return { enteredMs, ...link.enter(PACKET_BYTES, enteredMs) };
	});
}

type Sent = { readonly enteredMs: number } & Fate;

const arrived = (sent: readonly Sent[]) => sent.filter((packet) => packet.kind === "arrives");
const share = (sent: readonly Sent[], kind: Fate["kind"]) =>
	sent.filter((packet) => packet.kind === kind).length / sent.length;

/** Bits a second that arrive between two times. */
function arrivingBps(sent: readonly Sent[], fromMs: number, toMs: number): number {
	const within = arrived(sent).filter(({ dueMs }) => fromMs <= dueMs && dueMs < toMs);
	return (within.length * PACKET_BYTES * 8000) / (toMs - fromMs);
}

describe("a link of the network bench", () => {
	it("carries each rate of its steps, and holds no packet longer than its queue at the present rate", () => {
		const sent = sendThrough(NETWORK_LINKS.steps100.down, { bps: 12 * MBPS, seconds: 40 });
		expect(arrivingBps(sent, 1000, 14_000) / MBPS).toBeCloseTo(10, 1);
		expect(arrivingBps(sent, 15_000, 22_000) / MBPS).toBeCloseTo(6, 1);
		expect(arrivingBps(sent, 23_000, 32_000) / MBPS).toBeCloseTo(2, 1);
		expect(arrivingBps(sent, 33_000, 40_000) / MBPS).toBeCloseTo(10, 1);
		// What waits at a step down takes longer than the queue is long.
		const steady = arrived(sent).filter(({ enteredMs }) => enteredMs % 1000 < 800);
		expect(Math.max(...steady.map(({ enteredMs, dueMs }) => dueMs - enteredMs))).toBeCloseTo(110, -1);
	});

	it("sends bits across a step at both rates, and counts as many between the same times", () => {
		const rate = steppedRate([
			{ fromMs: 0, bps: 2000 },
			{ fromMs: 1000, bps: 1000 },
		]);
		expect(sentMs(rate, 500, 1500)).toBe(1500);
		expect(bitsBetween(rate, 500, 1500)).toBe(1500);
	});

	it("of a mobile network takes every rate between its bounds, 6.5 Mbit/s in the mean, the same in every run", () => {
		const { rateBps } = NETWORK_LINKS.lte.down;
		const rate = walkingRate(rateBps, seededRandom(3));
		const rates = Array.from({ length: 20_000 }, (_, step) => rate.bpsAt(step * 200));
		expect(Math.min(...rates)).toBeGreaterThanOrEqual(rateBps.minBps);
		expect(Math.max(...rates)).toBeLessThanOrEqual(rateBps.maxBps);
		expect(rates.reduce((sum, bps) => sum + bps, 0) / rates.length / MBPS).toBeCloseTo(6.5, 0);
		for (const from of [1, 4, 7, 10])
			expect(
				rates.filter((bps) => bps >= from * MBPS && bps < (from + 2) * MBPS).length / rates.length,
			).toBeCloseTo(2 / 11, 1);
		const again = walkingRate(rateBps, seededRandom(3));
		expect(rates.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, step) => again.bpsAt(step * 200)));
	});

	it("loses 1 packet in 26, four at a time, where losses come in bursts", () => {
		const sent = sendThrough(NETWORK_LINKS.burst.down, { bps: 10 * MBPS, seconds: 60 });
		const bursts = sent.filter(({ kind }, index) => kind === "lost" && sent[index - 1]?.kind !== "lost").length;
		expect(share(sent, "lost")).toBeGreaterThan(0.034);
		expect(share(sent, "lost")).toBeLessThan(0.043);
		expect((share(sent, "lost") * sent.length) / bursts).toBeCloseTo(4, 0);
	});

	it("of Wi-Fi delays by 20 +- 15 ms, out of order, and loses nothing", () => {
		const sent = sendThrough(NETWORK_LINKS.wifi.down, { bps: 10 * MBPS, seconds: 20 });
		const delays = arrived(sent).map(({ enteredMs, dueMs }) => dueMs - enteredMs);
		const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length;
		expect(arrived(sent).length).toBe(sent.length);
		expect(mean).toBeGreaterThan(19);
		expect(mean).toBeLessThan(22);
		expect(Math.min(...delays)).toBe(0);
		const overtaken = arrived(sent).filter(({ dueMs }, index, all) => dueMs < (all[index - 1]?.dueMs ?? 0));
		expect(overtaken.length / sent.length).toBeGreaterThan(0.4);
	});

	it("keeps the order of packets whose delays differ, unless they may overtake", () => {
		const plan = { ...NETWORK_LINKS.wifi.down, overtaking: false };
		const times = arrived(sendThrough(plan, { bps: 10 * MBPS, seconds: 2 })).map(({ dueMs }) => dueMs);
		expect(times).toEqual(times.toSorted((a, b) => a - b));
	});

	it("carries nothing in an outage, and everything again after it", () => {
		const sent = sendThrough(NETWORK_LINKS.outage.down, { bps: 5 * MBPS, seconds: 20 });
		expect(share(sent, "outage")).toBeCloseTo(0.1, 2);
		expect(arrivingBps(sent, 14_100, 16_000)).toBe(0);
		expect(arrivingBps(sent, 16_100, 20_000) / MBPS).toBeCloseTo(5, 1);
	});

	it("swallows packets above its MTU, headers included, and carries those of exactly its length", () => {
		const link = new EmulatedLink(linkOptions({ mtuBytes: 1280 }, 1));
		expect(link.enter(1252, 0).kind).toBe("arrives");
		expect(link.enter(1253, 0).kind).toBe("oversized");
	});

	it("waits with its course for the start: a long handshake takes no time from the first rate", () => {
		const link = new EmulatedLink(linkOptions(NETWORK_LINKS.outage.down, 1));
		expect(link.enter(PACKET_BYTES, 15_000).kind).toBe("arrives");
		link.start(20_000);
		expect(link.enter(PACKET_BYTES, 33_000).kind).toBe("arrives");
		expect(link.enter(PACKET_BYTES, 35_000).kind).toBe("outage");
	});
});

describe("the TCP flow beside", () => {
	const flow = (fromMs: number) => new CubicFlow({ fromMs, roundTripMs: 50 });

	/** Lets flows share a link of 10 Mbit/s. @returns the rate of each from the tenth second on. */
	function shareLink(flows: readonly CubicFlow[], seconds: number, queueMs = 100) {
		let freeMs = 0;
		let overflowed = 0;
		const offer = (byteLength: number, nowMs: number) => {
			const leavesMs = Math.max(freeMs, nowMs) + (byteLength * 8) / 10_000;
			if (leavesMs - nowMs > queueMs) {
				overflowed++;
				return undefined;
			}
			freeMs = leavesMs;
			return leavesMs;
		};
		const run = (untilMs: number) => {
			for (;;) {
				const next = flows.toSorted((a, b) => a.nextMs - b.nextMs)[0]!;
				if (next.nextMs > untilMs) return;
				next.advance(next.nextMs, { offer });
			}
		};
		run(10_000);
		const before = flows.map(({ bytesAcknowledged }) => bytesAcknowledged);
		run(seconds * 1000);
		const rates = flows.map((each, index) => ((each.bytesAcknowledged - before[index]!) * 8) / (seconds - 10));
		return { rates, overflowed };
	}

	it("fills a link by itself, and loses few packets in it", () => {
		const { rates, overflowed } = shareLink([flow(0)], 40);
		expect(rates[0]! / MBPS).toBeGreaterThan(9.8);
		expect(overflowed).toBeLessThan(250);
	});

	it("shares it with another: both have a third or more", () => {
		const { rates } = shareLink([flow(0), flow(3000)], 120);
		expect((rates[0]! + rates[1]!) / MBPS).toBeGreaterThan(9.7);
		for (const bps of rates) expect(bps / MBPS).toBeGreaterThan(3.3);
	});

	it("fills what a stream of constant rate in the same queue leaves, and stops at its end", () => {
		const plan = { ...NETWORK_LINKS.tcp.down, beside: { fromMs: 0, toMs: 20_000, roundTripMs: 50 } };
		const sent = sendThrough(plan, { bps: 3 * MBPS, seconds: 30 });
		const queued = arrived(sent).map(({ enteredMs, queuedMs }) => ({ enteredMs, queuedMs }));
		const during = queued.filter(({ enteredMs }) => enteredMs > 5000 && enteredMs < 20_000);
		expect(during.filter(({ queuedMs }) => queuedMs > 15).length / during.length).toBeGreaterThan(0.8);
		expect(queued.filter(({ enteredMs, queuedMs }) => enteredMs > 21_000 && queuedMs > 1)).toEqual([]);
	});
});
