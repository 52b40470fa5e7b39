import { describe, expect, it } from "vitest";
import type { LinkPlan } from "../../../test/support/links/link-plan.ts";
import { NETWORK_LINKS } from "../../../test/support/links/network-links.ts";
import { MBPS, narrowLink } from "../simulated-links.cases.ts";
import { SimulatedViewer } from "../simulated-viewer.cases.ts";

/** A link may be used for 10 Mbit/s of pictures; the session starts with 5. */
const SETTLE_SEC = 2;

const NARROW_WIFI: LinkPlan = {
	down: { delayMs: 20, jitterMs: 20, overtaking: true, rateBps: 5 * MBPS, queueMs: 200 },
	up: { delayMs: 20 },
};

describe("a session on links of every kind", () => {
	it.each(["clean", "rtt20", "rtt100"] as const)(
		"makes 9.2 Mbit/s of pictures on a path without limits: %s",
		(name) => {
			const viewer = new SimulatedViewer({ link: NETWORK_LINKS[name] });
			viewer.run(SETTLE_SEC);
			const { mediaBps, freezes } = viewer.run(4);
			expect(mediaBps).toBeGreaterThan(9.2 * MBPS);
			expect(freezes).toBe(0);
		},
	);

	it.each(["steps100", "steps500"] as const)(
		"uses nine tenths of 10, 6 and 2 Mbit/s, empties the queue at once and is back up within seconds: %s",
		(name) => {
			const link = NETWORK_LINKS[name];
			const viewer = new SimulatedViewer({ link });
			viewer.run(6);
			expect(viewer.run(8).mediaBps).toBeGreaterThan(0.9 * 10 * MBPS);
			for (const mbps of [6, 2]) {
				const step = viewer.run(1);
				const { mediaBps, longestGapSec } = viewer.run(mbps === 6 ? 7 : 9);
				expect(mediaBps, `${mbps} Mbit/s`).toBeGreaterThan(0.9 * mbps * MBPS);
				expect(step.longQueueSec).toBeLessThan(name === "steps500" ? 0.8 : 0.5);
				expect(longestGapSec).toBeLessThan(0.1);
				// Pictures that the queue had no room for are mended by a key frame.
				expect(step.longestGapSec).toBeLessThan(0.25);
			}
			viewer.run(2);
			expect(viewer.run(1).mediaBps).toBeGreaterThan(0.7 * 10 * MBPS);
			viewer.run(2);
			expect(viewer.run(3).mediaBps).toBeGreaterThan(0.9 * 10 * MBPS);
		},
	);

	it.each([
		["2 % of random loss", NETWORK_LINKS.loss2, 9],
		["5 % of random loss", NETWORK_LINKS.loss5, 8.5],
		["bursts of losses", NETWORK_LINKS.burst, 8.5],
		["Wi-Fi that delays each packet on its own", NETWORK_LINKS.wifi, 8.5],
		["such Wi-Fi of 5 Mbit/s", NARROW_WIFI, 4],
	])("takes %s for no full queue", (_name, link, mbps) => {
		const viewer = new SimulatedViewer({ link });
		viewer.run(SETTLE_SEC);
		expect(viewer.run(6).mediaBps).toBeGreaterThan(mbps * MBPS);
	});

	it("follows a mobile link whose rate walks at random, and keeps its queue short", () => {
		for (const seed of [1, 2]) {
			const viewer = new SimulatedViewer({ link: NETWORK_LINKS.lte, seed });
			const { mediaBps, highQueueSec } = viewer.run(14);
			expect(mediaBps).toBeGreaterThan(2.5 * MBPS);
			expect(highQueueSec).toBeLessThan(0.12);
		}
	});

	it.each([100, 200])("shares a link of 10 Mbit/s and a queue of %d ms with a TCP flow", (queueMs) => {
		const { down, up } = NETWORK_LINKS.tcp;
		const link = { down: { ...down, queueMs, beside: { ...down.beside, toMs: 20_000 } }, up };
		const viewer = new SimulatedViewer({ link });
		viewer.run(10);
		const { mediaBps, tcpBps } = viewer.run(10);
		expect(mediaBps).toBeGreaterThan(3.5 * MBPS);
		expect(tcpBps).toBeGreaterThan(2.5 * MBPS);
		viewer.run(6);
		expect(viewer.run(2).mediaBps).toBeGreaterThan(5 * MBPS);
	});

	it("uses 90 % of a far path that loses 6 of 100 packets, and 6 of 100 reports", () => {
		const viewer = new SimulatedViewer({ link: NETWORK_LINKS.path240 });
		viewer.run(6);
		const { usedShare, mediaBps, freezes } = viewer.run(16);
		expect(usedShare).toBeGreaterThan(0.9);
		// The rest is FEC and packets that are sent again.
		expect(mediaBps).toBeGreaterThan(0.68 * 4 * MBPS);
		expect(freezes).toBeLessThanOrEqual(1);
	});

	it.each([100, 500])("gets pictures through a link of 0.3 Mbit/s and a queue of %d ms", (queueMs) => {
		const viewer = new SimulatedViewer({ link: narrowLink(0.3 * MBPS, queueMs) });
		viewer.run(5);
		const { decodableShare, mediaBps, longestGapSec } = viewer.run(10);
		expect(decodableShare).toBeGreaterThan(0.95);
		expect(mediaBps).toBeGreaterThan(0.8 * 0.3 * MBPS);
		expect(longestGapSec).toBeLessThan(0.5);
	});

	it("shows pictures again 0.3 s after an outage of two seconds, and as many bits as before soon after", () => {
		const { down, up } = NETWORK_LINKS.outage;
		const outages = [{ fromMs: 7000, toMs: 9000 }];
		const viewer = new SimulatedViewer({ link: { down: { ...down, outages }, up: { ...up, outages } } });
		viewer.run(7);
		expect(viewer.run(3).longestGapSec).toBeLessThan(2.3);
		expect(viewer.run(2).mediaBps).toBeGreaterThan(0.85 * 10 * MBPS);
	});
});

describe("machines that are busy", () => {
	it.each([
		["receives", narrowLink(6 * MBPS, 200), { stallSec: 0, viewerStallSec: 0.06 }, 0.9 * 6],
		["sends", narrowLink(6 * MBPS, 200), { stallSec: 0.06, viewerStallSec: 0 }, 0.9 * 6],
		["sends and receives, on a wide path,", NETWORK_LINKS.rtt100, { stallSec: 0.06, viewerStallSec: 0.06 }, 9.5],
	])("are no full queue: one that %s, and stops for up to 60 ms ten times a second", (_name, link, stalls, mbps) => {
		const viewer = new SimulatedViewer({ link });
		Object.assign(viewer, stalls);
		viewer.run(3);
		expect(viewer.run(6).bitrateBps).toBeGreaterThan(0.9 * mbps * MBPS);
	});
});

describe("a picture that stands still", () => {
	it("loses nothing of the estimate, and probes find what the path has gained meanwhile", () => {
		const course = [
			{ fromMs: 0, bps: 2 * MBPS },
			{ fromMs: 9000, bps: 8 * MBPS },
		];
		const viewer = new SimulatedViewer({ link: narrowLink(course, 200) });
		viewer.run(5);
		viewer.fill = 0.1;
		expect(viewer.run(4).bitrateBps).toBeGreaterThan(1.7 * MBPS);
		const { repeated } = viewer;
		viewer.run(12);
		expect(viewer.repeated - repeated, "packets that are sent again for a probe").toBeGreaterThan(20);
		viewer.fill = 1;
		const moving = viewer.run(1);
		expect(moving.mediaBps).toBeGreaterThan(6 * MBPS);
		expect(moving.overflowedShare).toBe(0);
	});

	it("sends no padding to a viewer without RTX, who would take it for loss, and still keeps the estimate", () => {
		const viewer = new SimulatedViewer({ link: narrowLink(8 * MBPS, 200), rtx: false });
		viewer.run(4);
		viewer.fill = 0.1;
		viewer.run(8);
		expect(viewer.repeated).toBe(0);
		viewer.fill = 1;
		expect(viewer.run(1).mediaBps).toBeGreaterThan(6 * MBPS);
	});
});
