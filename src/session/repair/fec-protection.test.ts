import { describe, expect, it } from "vitest";
import { FecProtection } from "./fec-protection.ts";
import type { PathLosses } from "./path-losses.ts";

/** A path of these losses. */
const protectionFor = (lossShare: number, burstPackets = 1) =>
	new FecProtection({ lossShare, burstPackets } as PathLosses);

/** Share of repair packets among all, over many pictures. */
function shareOf(protection: FecProtection, roundTripSec: number, packets = 12): number {
	let repairs = 0;
	for (let picture = 0; picture < 300; picture++) repairs += protection.decide(packets, false, roundTripSec).repairs;
	return repairs / (repairs + 300 * packets);
}

describe("FecProtection", () => {
	it("adds nothing where nothing is lost, and nothing where a retransmission is as quick", () => {
		expect(shareOf(protectionFor(0), 0.3)).toBe(0);
		expect(shareOf(protectionFor(0.05), 0.02)).toBe(0);
	});

	it("adds more for more loss, for longer bursts and for a longer way, up to a quarter of all packets", () => {
		const few = shareOf(protectionFor(0.01), 0.2);
		const more = shareOf(protectionFor(0.03), 0.2);
		const most = shareOf(protectionFor(0.2), 0.2);
		expect(few).toBeGreaterThan(0.05);
		expect(more).toBeGreaterThan(few + 0.03);
		expect(most).toBeGreaterThan(more);
		expect(most).toBeLessThanOrEqual(0.25);
		expect(shareOf(protectionFor(0.03, 9), 0.2, 30)).toBeGreaterThan(more);
		expect(shareOf(protectionFor(0.03), 0.06)).toBeLessThan(more / 2);
	});

	it("cuts the pictures of a long way into packets of one length, enough of them for an average one", () => {
		const protection = protectionFor(0.06);
		expect(protection.maxPayloadBytes(12_000)).toBe(Number.POSITIVE_INFINITY);
		shareOf(protection, 0.24);
		for (let picture = 0; picture < 60; picture++) protection.maxPayloadBytes(picture % 2 === 0 ? 11_000 : 13_000);
		for (const bytes of [9000, 12_000, 40_000]) {
			expect(protection.maxPayloadBytes(bytes)).toBeGreaterThan(12_000 / 17);
			expect(protection.maxPayloadBytes(bytes)).toBeLessThan(12_000 / 14);
		}
		for (let picture = 0; picture < 100; picture++) protection.maxPayloadBytes(2000);
		expect(protection.maxPayloadBytes(2000)).toBe(400);
	});

	it("protects a key frame first, and takes it from the pictures after it", () => {
		const protection = protectionFor(0.02);
		const ordinary = protection.decide(40, false, 0.2).repairs;
		expect(protection.decide(40, true, 0.2).repairs).toBeGreaterThan(1.8 * ordinary);
		expect(protection.decide(40, false, 0.2).repairs).toBe(0);
	});
});
