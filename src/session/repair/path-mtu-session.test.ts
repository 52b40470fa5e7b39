import { describe, expect, it } from "vitest";
import { knownRate } from "../congestion/known-rate.cases.ts";
import { MBPS } from "../simulated-links.cases.ts";
import { SimulatedViewer, type SimulatedViewerOptions } from "../simulated-viewer.cases.ts";

/** All frames but the last, which are still on their way. */
const WHOLE = 0.96;

/** A path of 50 ms that loses a fortieth, where longer packets vanish. */
function viewerBehind(mtuBytes: number, options: Partial<SimulatedViewerOptions> = {}): SimulatedViewer {
	return new SimulatedViewer({
		link: { down: { delayMs: 25, mtuBytes, loss: 0.025 }, up: { delayMs: 25 } },
		createController: () => knownRate(4 * MBPS),
		...options,
	});
}

describe("a session over a path that loses long packets", () => {
	it.each([
		[1200, 2],
		[1000, 2],
		[620, 3.5],
	])("has its picture through a tunnel of %i bytes after %f s", (mtuBytes, sec) => {
		const viewer = viewerBehind(mtuBytes);
		viewer.run(sec);
		const { decodableShare, freezes, keyframes } = viewer.run(4);
		expect(decodableShare).toBeGreaterThan(WHOLE);
		expect([freezes, keyframes]).toEqual([0, 0]);
	});

	it("finds it out by requests and receiver reports alone", () => {
		const viewer = viewerBehind(1000, { transportCc: false });
		viewer.run(12);
		const { decodableShare, keyframes } = viewer.run(4);
		expect(decodableShare).toBeGreaterThan(WHOLE);
		expect(keyframes).toBe(0);
	});

	it("has its picture again after a change to such a path, and long packets after a change back", () => {
		const viewer = viewerBehind(1500);
		expect(viewer.run(3).decodableShare).toBeGreaterThan(0.95);
		const packetsPerSec = (sec: number) => {
			const before = viewer.session.stats();
			viewer.run(sec);
			return (viewer.session.stats().packetsSent - before.packetsSent) / sec;
		};
		const longPerSec = packetsPerSec(2);
		viewer.change({ down: { mtuBytes: 1000 } });
		const { longestGapSec } = viewer.run(3);
		expect(longestGapSec).toBeLessThan(1.6);
		expect(packetsPerSec(3)).toBeGreaterThan(1.2 * longPerSec);
		viewer.change({ down: { mtuBytes: 1500 } });
		viewer.run(9);
		expect(packetsPerSec(3)).toBeLessThan(1.1 * longPerSec);
	});
});
