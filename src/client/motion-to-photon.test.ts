import { describe, expect, it } from "vitest";
import type { FrameMessage } from "../protocol/frame-message.ts";
import { MotionToPhotonMeter } from "./motion-to-photon.ts";

const frame = (rtpTicks: number, poseSequence: number): FrameMessage => ({
	rtpTicks,
	poseSequence,
	orientation: [0, 0, 0, 1],
	fovDeg: 90,
	eyes: 1,
	lens: "flat",
	times: { poseMs: 100, drawMs: 102, drawnMs: 106, encodedMs: 111, sentMs: 112 },
});

/** A meter whose video has begun at 0. */
function running(): MotionToPhotonMeter {
	const meter = new MotionToPhotonMeter();
	meter.frameShown(0, 0);
	return meter;
}

describe("MotionToPhotonMeter", () => {
	it("measures from the pose to its picture, whichever news comes first", () => {
		const meter = running();
		meter.poseSent(1, 1000);
		meter.poseSent(2, 1010);
		meter.frameDescribed(frame(90, 1));
		expect(meter.frameShown(90, 1040)?.poseSequence).toBe(1);
		expect(meter.frameShown(180, 1060)).toBeUndefined();
		meter.frameDescribed(frame(180, 2));
		expect(meter.percentiles(1060)).toEqual({ p50: 40, p95: 50, samples: 2 });
	});

	it("counts a pose once, at its first picture", () => {
		const meter = running();
		meter.poseSent(1, 1000);
		for (const [rtp, shownAtMs] of [
			[1, 1040],
			[2, 1057],
			[3, 1073],
		] as const) {
			meter.frameDescribed(frame(rtp, 1));
			meter.frameShown(rtp, shownAtMs);
		}
		expect(meter.percentiles(1100)).toEqual({ p50: 40, p95: 40, samples: 1 });
	});

	it("gives percentiles by nearest rank over the last ten seconds", () => {
		const meter = running();
		for (let pose = 1; pose <= 100; pose++) {
			meter.poseSent(pose, 1000);
			meter.frameDescribed(frame(pose, pose));
			meter.frameShown(pose, 1000 + pose);
		}
		expect(meter.percentiles(2000)).toEqual({ p50: 50, p95: 95, samples: 100 });
		expect(meter.percentiles(12_000)).toBeUndefined();
	});

	it("does not count poses that waited for the connection", () => {
		const meter = new MotionToPhotonMeter();
		meter.poseSent(1, 1000);
		meter.frameDescribed(frame(1, 1));
		meter.frameShown(1, 1900);
		expect(meter.percentiles(2000)).toBeUndefined();
		meter.poseSent(2, 1910);
		meter.frameDescribed(frame(2, 2));
		meter.frameShown(2, 1950);
		expect(meter.percentiles(2000)).toEqual({ p50: 40, p95: 40, samples: 1 });
	});

	it("does not count poses that waited until a hidden page was shown again", () => {
		const meter = running();
		meter.poseSent(1, 1000);
		meter.poseSent(2, 30_010);
		for (const [rtp, shownAtMs] of [
			[1, 30_000],
			[2, 30_050],
		] as const) {
			meter.frameDescribed(frame(rtp, rtp));
			meter.frameShown(rtp, shownAtMs);
		}
		expect(meter.percentiles(31_000)).toEqual({ p50: 40, p95: 40, samples: 1 });
	});

	it("does not count pictures of poses it never sent, or no longer knows", () => {
		const meter = running();
		meter.poseSent(1, 10);
		for (let pose = 2; pose <= 1025; pose++) meter.poseSent(pose, 10 + pose);
		for (const pose of [0, 1, 77_777]) {
			meter.frameDescribed(frame(pose + 1, pose));
			meter.frameShown(pose + 1, 1500);
		}
		expect(meter.percentiles(1500)).toBeUndefined();
	});

	it("remembers a bounded number of unmatched frames, the newest", () => {
		const meter = running();
		meter.poseSent(1, 1000);
		for (let rtp = 1; rtp <= 300; rtp++) meter.frameDescribed(frame(rtp, 1));
		expect(meter.frameShown(44, 1500)).toBeUndefined();
		expect(meter.frameShown(45, 1500)).toBeDefined();
	});

	it("tells where the time goes on the server", () => {
		const meter = running();
		expect(meter.stages(0).draw).toBeNaN();
		meter.poseSent(1, 1000);
		meter.frameDescribed(frame(90, 1));
		meter.frameShown(90, 1040);
		expect(meter.stages(1040)).toEqual({ wait: 2, draw: 4, encode: 5, send: 1 });
	});

	it("matches no frame of another connection after a reset", () => {
		const meter = running();
		meter.poseSent(1, 1000);
		meter.frameDescribed(frame(90, 1));
		meter.reset();
		expect(meter.frameShown(90, 1040)).toBeUndefined();
		expect(meter.percentiles(1040)).toBeUndefined();
	});
});
