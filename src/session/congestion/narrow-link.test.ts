import { describe, expect, it } from "vitest";
import { MBPS, narrowLink } from "../simulated-links.cases.ts";
import { SimulatedViewer } from "../simulated-viewer.cases.ts";
import { knownRate } from "./known-rate.cases.ts";

/**
 * Time that the controller gets to find the link, and for which it is judged then,
 * seconds.
 */
const SETTLE_SEC = 3;
const JUDGED_SEC = 6;
const QUEUE_MS = 200;

describe("10 Mbit/s configured, a narrower link: the picture keeps moving", () => {
	it.each([1, 4, 9])(
		"with transport-cc, %d Mbit/s: nothing is lost and nothing queues once the link is known",
		(mbps) => {
			const viewer = new SimulatedViewer({ link: narrowLink(mbps * MBPS, QUEUE_MS) });
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

	it.each([2, 6])("with receiver reports and NACKs alone, %d Mbit/s: losses are rare, and mended", (mbps) => {
		const viewer = new SimulatedViewer({ link: narrowLink(mbps * MBPS, QUEUE_MS), transportCc: false });
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

	it.each([
		[0.02, 0.5],
		[0.05, 0.25],
	])(
		"with receiver reports and NACKs alone, and a radio's loss of %d: %d of it is used at the least",
		(loss, share) => {
			const { down, up } = narrowLink(4 * MBPS, QUEUE_MS);
			const viewer = new SimulatedViewer({ link: { down: { ...down, loss }, up }, transportCc: false });
			viewer.run(8);
			const { usedShare, decodableShare } = viewer.run(8);
			expect(usedShare).toBeGreaterThan(share);
			expect(decodableShare).toBeGreaterThan(0.85);
		},
	);

	it.each([true, false])(
		"which it does not without congestion control, and this simulation sees it (transport-cc: %s)",
		(transportCc) => {
			const viewer = new SimulatedViewer({
				link: narrowLink(6 * MBPS, QUEUE_MS),
				transportCc,
				// As a session without congestion control would.
				createController: ({ maxBps }) => knownRate(maxBps),
			});
			viewer.run(1);
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
		const course = [
			{ fromMs: 0, bps: 8 * MBPS },
			{ fromMs: SETTLE_SEC * 1000, bps: 2 * MBPS },
			{ fromMs: (SETTLE_SEC + 6) * 1000, bps: 8 * MBPS },
		];
		const viewer = new SimulatedViewer({ link: narrowLink(course, QUEUE_MS) });
		viewer.run(SETTLE_SEC);
		expect(viewer.run(2).longestGapSec).toBeLessThan(1.2);
		const narrow = viewer.run(4);
		expect([narrow.overflowedShare, narrow.keyframes]).toEqual([0, 0]);
		expect(narrow.usedShare).toBeGreaterThan(0.8);
		expect(narrow.queueSec).toBeLessThan(0.04);
		viewer.run(12);
		const wide = viewer.run(4);
		expect(wide.usedShare).toBeGreaterThan(0.75);
		expect(wide.overflowedShare).toBe(0);
	});

	it("is no full queue of somebody else where one packet takes longer than an empty queue", () => {
		const course = [
			{ fromMs: 0, bps: 3 * MBPS },
			{ fromMs: 4000, bps: 0.5 * MBPS },
		];
		const viewer = new SimulatedViewer({ link: narrowLink(course, 300) });
		viewer.run(7);
		const { usedShare, highQueueSec, longestGapSec } = viewer.run(9);
		expect(usedShare).toBeGreaterThan(0.9);
		expect(highQueueSec).toBeLessThan(0.1);
		expect(longestGapSec).toBeLessThan(0.15);
	});

	it("is used as before where a radio loses one packet in a hundred: that is no full queue", () => {
		const { down, up } = narrowLink(6 * MBPS, QUEUE_MS);
		const viewer = new SimulatedViewer({ link: { down: { ...down, loss: 0.01 }, up } });
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
		const rateBps = 100 * MBPS;
		const down = { rateBps, delayMs: 10, jitterMs: 52, overtaking: true };
		const viewer = new SimulatedViewer({ link: { down, up: { delayMs: 10 } } });
		viewer.run(9);
		const { usedShare, keyframes } = viewer.run(1);
		// New pictures and retransmissions: packets that are only late are asked for,
		// and count against the target.
		expect(usedShare * rateBps).toBeGreaterThan(7.5 * MBPS);
		expect(keyframes).toBe(0);
	});
});
