import { describe, expect, it } from "vitest";
import type { LinkPlan } from "../../../test/support/links/link-plan.ts";
import { NETWORK_LINKS } from "../../../test/support/links/network-links.ts";
import { knownRate } from "../congestion/known-rate.cases.ts";
import { MBPS } from "../simulated-links.cases.ts";
import { SimulatedViewer, type SimulatedViewerOptions } from "../simulated-viewer.cases.ts";

/** Time in which the session learns the path, seconds. */
const SETTLE_SEC = 4;
/** And after a start at too high a rate over a long way, seconds. */
const FAR_SETTLE_SEC = 14;

const { loss5, burst, wifi, path240 } = NETWORK_LINKS;
const cleanFar: LinkPlan = { down: { delayMs: 120 }, up: { delayMs: 120 } };

/** The outcome for a viewer after `sec` seconds, and the shares of packets that were repairs. */
function judge(link: LinkPlan, mbps: number, sec: number, options: Partial<SimulatedViewerOptions> = {}) {
	// What is judged is repair alone.
	const viewer = new SimulatedViewer({ link, createController: () => knownRate(mbps * MBPS), ...options });
	viewer.run(link === path240 ? FAR_SETTLE_SEC : SETTLE_SEC);
	const before = viewer.session.stats();
	const outcome = viewer.run(sec);
	const after = viewer.session.stats();
	const packets = after.packetsSent - before.packetsSent;
	return {
		...outcome,
		fecShare: (after.fecPacketsSent - before.fecPacketsSent) / packets,
		retransmittedShare: (after.retransmittedPacketsSent - before.retransmittedPacketsSent) / packets,
	};
}

describe("repair of a link whose rate is known", () => {
	it.each([
		["5 % loss, 50 ms", loss5, 0.07, 0.12],
		["bursts of four, 3.8 % loss, 50 ms", burst, 0.07, 0.09],
	])("%s: no freeze, and most of it by retransmission", (_, link, mostFec, mostRetransmitted) => {
		const { freezes, longestGapSec, keyframes, mediaBps, fecShare, retransmittedShare } = judge(link, 7, 6, {
			seed: 1,
		});
		expect([freezes, keyframes]).toEqual([0, 0]);
		expect(longestGapSec).toBeLessThan(0.19);
		expect(mediaBps).toBeGreaterThan(5.5 * MBPS);
		expect(fecShare).toBeLessThan(mostFec);
		expect(retransmittedShare).toBeLessThan(mostRetransmitted);
	});

	it("6 % loss, 240 ms: FEC of less than a quarter saves what retransmission can't", () => {
		const bare = judge(path240, 3.85, 10, { fec: false });
		expect(bare.freezes).toBeGreaterThan(2);
		const { freezes, frozenSec, mediaBps, fecShare, retransmittedShare } = judge(path240, 3.85, 20);
		expect(freezes).toBeLessThanOrEqual(1);
		expect(frozenSec).toBeLessThan(0.7);
		expect(fecShare).toBeGreaterThan(0.15);
		expect(fecShare).toBeLessThan(0.23);
		expect(retransmittedShare).toBeLessThan(0.01);
		expect(mediaBps).toBeGreaterThan(0.7 * path240.down.rateBps);
	});

	it("the same at a third of the rate: pictures are cut into enough packets for FEC", () => {
		const { freezes, fecShare } = judge(path240, 1.3, 20);
		expect(freezes).toBeLessThanOrEqual(2);
		expect(fecShare).toBeLessThan(0.23);
	});

	it("240 ms without loss: no repair packet", () => {
		const { freezes, fecShare } = judge(cleanFar, 4, 3);
		expect([freezes, fecShare]).toEqual([0, 0]);
	});

	it("a path that duplicates packets: nothing counts as lost, and nothing is repaired", () => {
		const viewer = new SimulatedViewer({ link: { down: { delayMs: 60 }, up: { delayMs: 60 } } });
		viewer.duplicatedShare = 0.2;
		viewer.run(3);
		const { bitrateBps, freezes, keyframes } = viewer.run(4);
		expect([freezes, keyframes]).toEqual([0, 0]);
		expect(bitrateBps).toBeGreaterThan(9.9 * MBPS);
		expect(viewer.repeated).toBeGreaterThan(500);
		const { fecPacketsSent, nackCount, fractionLost } = viewer.session.stats();
		expect([fecPacketsSent, nackCount, fractionLost]).toEqual([0, 0, 0]);
	});

	it("Wi-Fi that reorders packets: those that are only late are not sent again", () => {
		const { freezes, keyframes, retransmittedShare, fecShare } = judge(wifi, 6, 6);
		expect([freezes, keyframes]).toEqual([0, 0]);
		// Receivers ask for two fifths of the packets there.
		expect(retransmittedShare).toBeLessThan(0.05);
		expect(fecShare).toBeLessThan(0.02);
	});
});
