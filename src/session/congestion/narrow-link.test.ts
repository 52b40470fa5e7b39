import { describe, expect, it } from "vitest";
import type { SimulatedLink } from "../simulated-link.cases.ts";
import { SimulatedViewer } from "../simulated-viewer.cases.ts";
import type { BitrateLimits, CongestionController } from "./congestion-controller.ts";

const MBPS = 1_000_000;
/**
 * Time that the controller gets to find the link, and for which it is judged then,
 * seconds.
 */
const SETTLE_SEC = 3;
const JUDGED_SEC = 8;

/** A link with a queue of 200 ms, 20 ms there and back. */
const linkOf = (rateBps: number): SimulatedLink => ({ rateBps, queueSec: 0.2, delaySec: 0.01 });

/**
 * Believes that the path carries whatever the encoder may make, as a session without
 * congestion control would.
 */
const blind = ({ maxBps }: BitrateLimits): CongestionController => ({
	estimateBps: maxBps,
	pathIsClear: false,
	takeProbe: () => undefined,
	onPacketSent() {},
	onTransportFeedback() {},
	onReceiverReport() {},
	onRemb() {},
	onNack() {},
	onTick() {},
});

describe("10 Mbit/s configured, a narrower link: the picture keeps moving", () => {
	it.each([1, 2, 4, 6, 9])(
		"with transport-cc, %d Mbit/s: nothing is lost and nothing queues once the link is known",
		(mbps) => {
			const viewer = new SimulatedViewer({ link: linkOf(mbps * MBPS) });
			viewer.run(SETTLE_SEC);
			const { decodableShare, longestGapSec, usedShare, overflowedShare, queueSec, keyframes } =
				viewer.run(JUDGED_SEC);
			expect(decodableShare).toBeGreaterThan(0.97);
			expect(longestGapSec).toBeLessThan(0.06);
			expect(usedShare).toBeGreaterThan(0.85);
			expect(overflowedShare).toBe(0);
			expect(queueSec).toBeLessThan(0.035);
			expect(keyframes).toBe(0);
		},
	);

	it.each([2, 4, 6, 9])("with receiver reports and NACKs alone, %d Mbit/s: losses are rare, and mended", (mbps) => {
		const viewer = new SimulatedViewer({ link: linkOf(mbps * MBPS), transportCc: false });
		viewer.run(SETTLE_SEC);
		const { decodableShare, longestGapSec, usedShare, overflowedShare, queueSec } = viewer.run(JUDGED_SEC);
		expect(decodableShare).toBeGreaterThan(0.85);
		// A repair that is lost itself costs a key frame, which the viewer asks for
		// after half a second.
		expect(longestGapSec).toBeLessThan(0.8);
		expect(usedShare).toBeGreaterThan(0.6);
		expect(overflowedShare).toBeLessThan(0.08);
		expect(queueSec).toBeLessThan(0.08);
	});

	it.each([true, false])(
		"which it does not without congestion control, and this simulation sees it (transport-cc: %s)",
		(transportCc) => {
			const viewer = new SimulatedViewer({ link: linkOf(6 * MBPS), transportCc, createController: blind });
			viewer.run(SETTLE_SEC);
			const { decodableShare, overflowedShare, queueSec, keyframes } = viewer.run(JUDGED_SEC);
			expect(decodableShare).toBeLessThan(0.1);
			expect(overflowedShare).toBeGreaterThan(0.3);
			expect(queueSec).toBeGreaterThan(0.18);
			expect(keyframes).toBeGreaterThan(10);
		},
	);
});

describe("a link that changes", () => {
	it("costs a second of pictures when it falls to a quarter, and is used again soon after its return", () => {
		const viewer = new SimulatedViewer({ link: linkOf(8 * MBPS) });
		viewer.run(SETTLE_SEC);
		viewer.link = linkOf(2 * MBPS);
		expect(viewer.run(2).longestGapSec).toBeLessThan(1.2);
		const narrow = viewer.run(4);
		expect([narrow.overflowedShare, narrow.keyframes]).toEqual([0, 0]);
		expect(narrow.usedShare).toBeGreaterThan(0.8);
		expect(narrow.queueSec).toBeLessThan(0.04);
		viewer.link = linkOf(8 * MBPS);
		viewer.run(12);
		const wide = viewer.run(4);
		expect(wide.usedShare).toBeGreaterThan(0.75);
		expect(wide.overflowedShare).toBe(0);
	});

	it("is used as before where a radio loses one packet in a hundred: that is no full queue", () => {
		const viewer = new SimulatedViewer({ link: { ...linkOf(6 * MBPS), loss: 0.01 } });
		viewer.run(SETTLE_SEC);
		const { usedShare, decodableShare, longestGapSec, keyframes } = viewer.run(JUDGED_SEC);
		expect(usedShare).toBeGreaterThan(0.85);
		expect(decodableShare).toBeGreaterThan(0.97);
		expect(longestGapSec).toBeLessThan(0.15);
		expect(keyframes).toBe(0);
	});
});

describe("Wi-Fi that repeats frames: packets take up to 52 ms more each, in any order, and none is lost", () => {
	it("grows as on any path: a packet that comes late is no loss", () => {
		const link = { rateBps: 100 * MBPS, queueSec: 0.2, delaySec: 0.01, jitterSec: 0.052 };
		const viewer = new SimulatedViewer({ link });
		viewer.run(9);
		const { usedShare, keyframes } = viewer.run(1);
		// New pictures and retransmissions: packets that are only late are asked for,
		// and count against the target.
		expect(usedShare * link.rateBps).toBeGreaterThan(7.5 * MBPS);
		expect(keyframes).toBe(0);
	});
});
