import { describe, expect, it } from "vitest";
import {
	burstyLink,
	cleanLink,
	farLink,
	lossyLink,
	lteLink,
	narrowLink,
	sharedLink,
	wifiLink,
} from "../simulated-links.cases.ts";
import { SimulatedViewer } from "../simulated-viewer.cases.ts";

const MBPS = 1_000_000;
/** A link may be used for 10 Mbit/s of pictures; the session starts with 5. */
const SETTLE_SEC = 2;

describe("a session on links of every kind", () => {
	it.each([0, 0.02, 0.1])("makes 9.2 Mbit/s of pictures on a clean path of %d s", (roundTripSec) => {
		const viewer = new SimulatedViewer({ link: cleanLink(roundTripSec) });
		viewer.run(SETTLE_SEC);
		const { mediaBps, freezes } = viewer.run(4);
		expect(mediaBps).toBeGreaterThan(9.2 * MBPS);
		expect(freezes).toBe(0);
	});

	describe.each([0.1, 0.5])("steps, with a queue of %d s in front of the link", (queueSec) => {
		it("uses nine tenths of 10, 6 and 2 Mbit/s, empties the queue at once and is back up within seconds", () => {
			const viewer = new SimulatedViewer({ link: narrowLink(10, queueSec) });
			expect(viewer.run(8).mediaBps).toBeGreaterThan(0.9 * 10 * MBPS);
			for (const mbps of [6, 2]) {
				viewer.link = narrowLink(mbps, queueSec);
				const { mediaBps, longestGapSec, longQueueSec } = viewer.run(10);
				expect(mediaBps, `${mbps} Mbit/s`).toBeGreaterThan(0.9 * mbps * MBPS);
				expect(longQueueSec).toBeLessThan(queueSec > 0.1 ? 0.8 : 0.5);
				// Pictures that the queue had no room for are mended by a key frame.
				expect(longestGapSec).toBeLessThan(0.4);
			}
			viewer.link = narrowLink(10, queueSec);
			viewer.run(2);
			expect(viewer.run(1).mediaBps).toBeGreaterThan(0.7 * 10 * MBPS);
			viewer.run(2);
			expect(viewer.run(3).mediaBps).toBeGreaterThan(0.9 * 10 * MBPS);
		});
	});

	it.each([
		["2 % of random loss", lossyLink(0.02), 9],
		["5 % of random loss", lossyLink(0.05), 8.5],
		["bursts of losses", burstyLink, 8.5],
		["Wi-Fi that delays each packet on its own", wifiLink, 8.5],
	])("takes %s for no full queue", (_name, link, mbps) => {
		for (const seed of [1, 2]) {
			const viewer = new SimulatedViewer({ link, seed });
			viewer.run(SETTLE_SEC);
			expect(viewer.run(8).mediaBps).toBeGreaterThan(mbps * MBPS);
		}
	});

	it("follows a mobile link whose rate walks at random, and keeps its queue short", () => {
		for (const seed of [1, 2]) {
			const viewer = new SimulatedViewer({ link: lteLink(seed), seed });
			const { mediaBps, highQueueSec } = viewer.run(20);
			expect(mediaBps).toBeGreaterThan(2.5 * MBPS);
			expect(highQueueSec).toBeLessThan(0.12);
		}
	});

	it.each([0.1, 0.2])("shares a link of 10 Mbit/s and a queue of %d s with a TCP flow", (queueSec) => {
		const viewer = new SimulatedViewer({ link: sharedLink(queueSec) });
		viewer.run(4);
		viewer.hasTcp = true;
		viewer.run(4);
		const { mediaBps, tcpBps } = viewer.run(16);
		expect(mediaBps).toBeGreaterThan(3.5 * MBPS);
		expect(tcpBps).toBeGreaterThan(2.5 * MBPS);
		viewer.hasTcp = false;
		viewer.run(6);
		expect(viewer.run(2).mediaBps).toBeGreaterThan(5 * MBPS);
	});

	it("uses 80 % of a far path that loses 6 of 100 packets, a fifth of that for FEC", () => {
		const viewer = new SimulatedViewer({ link: farLink });
		viewer.run(6);
		const { usedShare, mediaBps, freezes } = viewer.run(16);
		expect(usedShare).toBeGreaterThan(0.8);
		expect(mediaBps).toBeGreaterThan(0.6 * 4 * MBPS);
		expect(freezes).toBeLessThanOrEqual(1);
	});

	it("shows pictures again 0.3 s after an outage of two seconds, and as many bits as before soon after", () => {
		const link = narrowLink(10, 0.2);
		const viewer = new SimulatedViewer({ link });
		viewer.run(5);
		viewer.link = { ...link, outage: true };
		viewer.run(2);
		viewer.link = link;
		expect(viewer.run(1).longestGapSec).toBeLessThan(2.3);
		expect(viewer.run(2).mediaBps).toBeGreaterThan(0.85 * 10 * MBPS);
	});
});

describe("machines that are busy", () => {
	const stalls = { intervalSec: 0.1, longestSec: 0.06 };
	it.each([
		["receives", { ...narrowLink(6, 0.2), stalls }, 0, 0.9 * 6],
		["sends", narrowLink(6, 0.2), 0.06, 0.9 * 6],
		["sends and receives, on a wide path,", { ...narrowLink(100, 0.2), stalls }, 0.06, 9.5],
	])(
		"are no full queue: one that %s, and stops for up to 60 ms ten times a second",
		(_name, link, stallSec, mbps) => {
			const viewer = new SimulatedViewer({ link });
			viewer.stallSec = stallSec;
			viewer.run(3);
			expect(viewer.run(6).bitrateBps).toBeGreaterThan(0.9 * mbps * MBPS);
		},
	);
});

describe("a picture that stands still", () => {
	it("loses nothing of the estimate, and probes find what the path has gained meanwhile", () => {
		const viewer = new SimulatedViewer({ link: narrowLink(2, 0.2) });
		viewer.run(5);
		viewer.fill = 0.1;
		expect(viewer.run(4).bitrateBps).toBeGreaterThan(1.7 * MBPS);
		viewer.link = narrowLink(8, 0.2);
		const { repeated } = viewer;
		viewer.run(12);
		expect(viewer.repeated - repeated, "packets that are sent again for a probe").toBeGreaterThan(20);
		viewer.fill = 1;
		const moving = viewer.run(1);
		expect(moving.mediaBps).toBeGreaterThan(6 * MBPS);
		expect(moving.overflowedShare).toBe(0);
	});

	it("sends no padding to a viewer without RTX, who would take it for loss, and still keeps the estimate", () => {
		const viewer = new SimulatedViewer({ link: narrowLink(8, 0.2), rtx: false });
		viewer.run(4);
		viewer.fill = 0.1;
		viewer.run(8);
		expect(viewer.repeated).toBe(0);
		viewer.fill = 1;
		expect(viewer.run(1).mediaBps).toBeGreaterThan(6 * MBPS);
	});
});
