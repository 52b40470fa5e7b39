import { describe, expect, it } from "vitest";
import { createPatternSource } from "./pattern-source.ts";
import { describeVideoSource, SourceUnderTest } from "./video-source.cases.ts";

describeVideoSource("createPatternSource()", async () => createPatternSource({ width: 960, frameRate: 30 }));

describe("createPatternSource()", () => {
	it("shows picture n at media time n / rate, and says when that was", async () => {
		await using test = await SourceUnderTest.start(createPatternSource({ width: 960, frameRate: 50 }));
		for (const picture of await test.take(10)) {
			expect(picture.timeCode).toBe(Math.round(picture.mediaTimeSec * 50));
			expect(Math.abs(picture.captureTimeSec - picture.readyTimeSec)).toBeLessThan(0.25);
		}
		expect(test.info).toMatchObject({ codec: "rawvideo", durationSec: Number.NaN, format: { width: 960, height: 480 } });
		expect(test.source.name).toBe("pattern");
	});

	it("refuses sizes and rates that cannot be", () => {
		expect(() => createPatternSource({ width: 961 })).toThrow(RangeError);
		expect(() => createPatternSource({ width: 960, height: 481 })).toThrow("even");
		expect(() => createPatternSource({ frameRate: 0 })).toThrow("frameRate");
	});
});
