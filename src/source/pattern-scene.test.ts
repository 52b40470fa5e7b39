import { describe, expect, it } from "vitest";
import {
	directionFromAngles,
	LANDMARK_RADIUS_DEG,
	landmarks,
	limitedBt709FromRgb,
	MARKER_PERIOD_SEC,
	markerAnglesAt,
	sceneColorAt,
} from "./pattern-scene.ts";

describe("sceneColorAt()", () => {
	it("is flat and of the stated colour all over each landmark", () => {
		for (const { yawDeg, pitchDeg, color } of landmarks) {
			const [x, y, z] = directionFromAngles(yawDeg, pitchDeg);
			const aside = directionFromAngles(yawDeg + 90, 0);
			const above = directionFromAngles(yawDeg, pitchDeg + 90);
			for (let turn = 0; turn < 360; turn += 30) {
				const reach = Math.tan(((LANDMARK_RADIUS_DEG - 0.1) * Math.PI) / 180);
				const a = Math.cos((turn * Math.PI) / 180) * reach;
				const b = Math.sin((turn * Math.PI) / 180) * reach;
				const direction = [x + a * aside[0] + b * above[0], y + a * aside[1] + b * above[1], z + a * aside[2] + b * above[2]] as const;
				expect(sceneColorAt(direction)).toEqual(color);
			}
			expect(sceneColorAt([x, y, z], 0.002)).toEqual(color);
		}
	});

	it("gives the landmarks colours that cannot be mistaken for each other", () => {
		for (const [i, a] of landmarks.entries()) {
			for (const b of landmarks.slice(i + 1)) {
				const [ya, ua, va] = limitedBt709FromRgb(a.color);
				const [yb, ub, vb] = limitedBt709FromRgb(b.color);
				expect(Math.hypot(ya - yb, ua - ub, va - vb)).toBeGreaterThan(40);
			}
		}
	});

	it("has no step at the seam behind", () => {
		for (let pitchDeg = -85; pitchDeg <= 85; pitchDeg += 0.5) {
			const left = sceneColorAt(directionFromAngles(-179.999_99, pitchDeg), 0.002);
			const right = sceneColorAt(directionFromAngles(179.999_99, pitchDeg), 0.002);
			for (let i = 0; i < 3; i++) expect(Math.abs(left[i]! - right[i]!)).toBeLessThan(0.5);
		}
	});

	it("does not depend on the length of the direction and refuses one without any", () => {
		expect(sceneColorAt([0.3, 0.2, -0.9])).toEqual(sceneColorAt([3, 2, -9]));
		expect(() => sceneColorAt([0, 0, 0])).toThrow(RangeError);
	});

	it("stays within the colours of a screen everywhere", () => {
		for (let yawDeg = -180; yawDeg < 180; yawDeg += 3.7) {
			for (let pitchDeg = -90; pitchDeg <= 90; pitchDeg += 2.9) {
				for (const value of sceneColorAt(directionFromAngles(yawDeg, pitchDeg), 0.01)) {
					expect(value).toBeGreaterThanOrEqual(0);
					expect(value).toBeLessThanOrEqual(255);
				}
			}
		}
	});
});

it("directionFromAngles() is -Z at rest, +X at the right, +Y above", () => {
	const close = (yawDeg: number, pitchDeg: number, expected: readonly number[]) =>
		directionFromAngles(yawDeg, pitchDeg).forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 12));
	close(0, 0, [0, 0, -1]);
	close(90, 0, [1, 0, 0]);
	close(180, 0, [0, 0, 1]);
	close(0, 90, [0, 1, 0]);
});

it("markerAnglesAt() goes once around to the right and is where it began", () => {
	const start = markerAnglesAt(0);
	expect(markerAnglesAt(MARKER_PERIOD_SEC)).toEqual(start);
	expect(markerAnglesAt(MARKER_PERIOD_SEC / 4).yawDeg).toBeCloseTo(90, 9);
	expect(markerAnglesAt((MARKER_PERIOD_SEC * 3) / 4).yawDeg).toBeCloseTo(-90, 9);
});

it("limitedBt709FromRgb() gives the standard's numbers for black, white and the primaries", () => {
	expect(limitedBt709FromRgb([0, 0, 0])).toEqual([16, 128, 128]);
	expect(limitedBt709FromRgb([255, 255, 255])).toEqual([235, 128, 128]);
	expect(limitedBt709FromRgb([255, 0, 0])).toEqual([63, 102, 240]);
	expect(limitedBt709FromRgb([0, 255, 0])).toEqual([173, 42, 26]);
	expect(limitedBt709FromRgb([0, 0, 255])).toEqual([32, 240, 118]);
});
