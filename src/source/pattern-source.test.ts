import { describe, expect, it } from "vitest";
import { LANDMARK_PARALLAX_DEG, LANDMARK_RADIUS_DEG } from "./pattern-scene.ts";
import { createPatternSource } from "./pattern-source.ts";
import { lumaOfPanorama, readTimeCode } from "./time-code.ts";
import { describeVideoSource, SourceUnderTest } from "./video-source.cases.ts";

describeVideoSource("createPatternSource()", async () => createPatternSource({ width: 640, frameRate: 30 }));

describe("createPatternSource()", () => {
	it("shows picture n at media time n / rate, and says when that was", async () => {
		await using test = await SourceUnderTest.start(createPatternSource({ width: 640, frameRate: 50 }));
		const pictures = await test.take(10);
		for (const { timeCode, mediaTimeSec } of pictures) expect(timeCode).toBe(Math.round(mediaTimeSec * 50));
		// A busy machine may paint any of them late.
		const lagSec = async () => {
			const { captureTimeSec, readyTimeSec } = await test.next();
			return Math.abs(captureTimeSec - readyTimeSec);
		};
		await expect.poll(lagSec, { timeout: 20_000, interval: 0 }).toBeLessThan(0.1);
		expect(test.info).toMatchObject({
			codec: "rawvideo",
			durationSec: Number.NaN,
			format: { width: 640, height: 320 },
		});
		expect(test.source.name).toBe("pattern");
	});

	it("is for two eyes when asked: each sees the same picture number, and its own landmarks", async () => {
		await using test = await SourceUnderTest.start(
			createPatternSource({ width: 640, frameRate: 30, stereo: true }),
		);
		expect(test.info.format).toMatchObject({ width: 640, height: 320, eyes: 2 });
		expect(test.source.name).toBe("pattern:stereo");
		for (let n = 0; n < 5; n++) await test.next();
		const lease = test.store.acquireNewest()!;
		const lumas = [0, 1].map((eye) =>
			lumaOfPanorama(lease.data.subarray(eye * lease.layout.byteLength), lease.layout.y),
		);
		expect(lumas.map(readTimeCode)).toEqual(Array(2).fill(Math.round(lease.mediaTimeSec * 30)));
		// The white ring around the disc in front, where the left eye sees it on the left: there is
		// disc already for the right one.
		const edgeDeg = -(LANDMARK_RADIUS_DEG + 0.375 - LANDMARK_PARALLAX_DEG);
		expect(lumas[0]!(edgeDeg, 0)! - lumas[1]!(edgeDeg, 0)!).toBeGreaterThan(60);
		expect(lumas[1]!(-edgeDeg, 0)! - lumas[0]!(-edgeDeg, 0)!).toBeGreaterThan(60);
		lease.release();
	});

	it("refuses sizes and rates that cannot be", () => {
		expect(() => createPatternSource({ width: 641 })).toThrow(RangeError);
		expect(() => createPatternSource({ width: 640, height: 321 })).toThrow("even");
		expect(() => createPatternSource({ frameRate: 0 })).toThrow("frameRate");
	});
});
