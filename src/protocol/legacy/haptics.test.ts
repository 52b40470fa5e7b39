import { describe, expect, it } from "vitest";
import { encodeHaptics } from "./haptics.ts";

describe("encodeHaptics", () => {
	it("writes every part of both hands, in the client's words", () => {
		expect(JSON.parse(encodeHaptics({ timestampSec: 12.5, left: { thumb: 0.25, palm: 1 } }))).toEqual({
			type: "haptics",
			timestamp: 12.5,
			left: { thumb: 0.25, index: 0, middle: 0, ring: 0, little: 0, palm: 1 },
			right: { thumb: 0, index: 0, middle: 0, ring: 0, little: 0, palm: 0 },
		});
	});

	it("clamps, and never holds a motor on for a number that is none", () => {
		const { right, timestamp } = JSON.parse(
			encodeHaptics({
				timestampSec: Number.NaN,
				right: { thumb: 7, index: -1, middle: Number.NaN, ring: Number.POSITIVE_INFINITY },
			}),
		);
		expect(right).toEqual({ thumb: 1, index: 0, middle: 0, ring: 1, little: 0, palm: 0 });
		expect(timestamp).toBe(0);
	});
});
