import { describe, expect, it } from "vitest";
import { IDENTITY, quaternionFromAngles, RAD_PER_DEG } from "../../media/rotation.ts";
import { lensFovDeg, lensHalfWidth, type ViewerLens } from "../../media/viewer-lens.ts";
import { HeadMotion } from "./head-motion.ts";
import type { PicturePlane, WindowPlane } from "./lens-plane.ts";
import { MarginRule } from "./margin-rule.ts";

const ASPECT = 16 / 9;

function viewOf(lens: ViewerLens, fovDeg: number, yawDeg = 0): WindowPlane & PicturePlane {
	const halfWidth = lensHalfWidth(lens, fovDeg);
	const worldFromView = quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 });
	const halfHeight = halfWidth / ASPECT;
	const sides = { left: halfWidth, right: halfWidth, up: halfHeight, down: halfHeight };
	return { lens, worldFromView, halfWidth, halfHeight, sides };
}

/** The margin on each side, degrees, of a window whose head turns to the right at a speed. */
function marginDeg(
	rule: MarginRule,
	{
		degPerSec = 0,
		latencyMs = 66,
		nowMs = 0,
		window = viewOf("flat", 90),
		picture = undefined as PicturePlane | undefined,
		pictureAspect = ASPECT,
	},
): number {
	const scale = rule.update(
		{ window, picture, velocity: [0, -degPerSec * RAD_PER_DEG, 0], latencyMs, pictureAspect },
		nowMs,
	);
	return (lensFovDeg(window.lens, window.halfWidth * scale) - lensFovDeg(window.lens, window.halfWidth)) / 2;
}

describe("MarginRule", () => {
	it("asks for what a head turns through while a picture is under way, and a little more", () => {
		const rule = new MarginRule();
		expect(marginDeg(rule, {})).toBeLessThan(2.5);
		const wide = marginDeg(rule, { degPerSec: 100, latencyMs: 66 });
		expect(wide).toBeGreaterThan(6.6);
		expect(wide).toBeLessThan(10);
		expect(marginDeg(rule, { degPerSec: 100, latencyMs: 140 })).toBeGreaterThan(14);
	});

	it("grows at once, keeps its width through a turn, and shrinks a second after it", () => {
		const rule = new MarginRule();
		const rest = marginDeg(rule, {});
		const fast = marginDeg(rule, { degPerSec: 100, nowMs: 10 });
		expect(fast).toBeGreaterThan(rest + 4);
		expect(marginDeg(rule, { degPerSec: 90, nowMs: 500 })).toBe(fast);
		expect(marginDeg(rule, { degPerSec: 0, nowMs: 600 })).toBe(fast);
		expect(marginDeg(rule, { degPerSec: 100, nowMs: 900 })).toBe(fast);
		expect(marginDeg(rule, { nowMs: 1000 })).toBe(fast);
		expect(marginDeg(rule, { nowMs: 1999 })).toBe(fast);
		expect(marginDeg(rule, { nowMs: 2000 })).toBeLessThan(2.5);
	});

	it("grows by what was lacking when the last picture was shown, but not for a leap", () => {
		expect(marginDeg(new MarginRule(), { picture: viewOf("flat", 90, 12) })).toBeGreaterThan(11.9);
		expect(marginDeg(new MarginRule(), { picture: viewOf("flat", 90, 160) })).toBeLessThan(2.5);
	});

	it("covers an upright window by long pictures, and is as sharp as before once they are upright", () => {
		const rule = new MarginRule();
		const upright = { ...viewOf("flat", 50), halfHeight: viewOf("flat", 50).halfWidth * ASPECT };
		const scaleOf = (margin: number) => lensHalfWidth("flat", 50 + 2 * margin) / upright.halfWidth;
		const long = scaleOf(marginDeg(rule, { window: upright }));
		expect(long).toBeGreaterThan(ASPECT ** 2);
		expect(long).toBeLessThan(1.1 * ASPECT ** 2);
		const turning = scaleOf(marginDeg(rule, { window: upright, degPerSec: 60, nowMs: 10 }));
		expect(turning).toBeGreaterThan(long);
		expect(scaleOf(marginDeg(rule, { window: upright, pictureAspect: 1 / ASPECT, nowMs: 20 }))).toBeLessThan(1.1);
	});

	it("asks for no more than the lens can show, and for pictures that are not much coarser", () => {
		const at = (lens: ViewerLens, fovDeg: number) =>
			fovDeg + 2 * marginDeg(new MarginRule(), { degPerSec: 400, latencyMs: 200, window: viewOf(lens, fovDeg) });
		expect(at("flat", 140)).toBeCloseTo(150);
		expect(at("flat", 150)).toBeCloseTo(150);
		expect(at("pannini", 200)).toBeCloseTo(240);
		expect(lensHalfWidth("flat", at("flat", 60)) / lensHalfWidth("flat", 60)).toBeCloseTo(1.75);
	});
});

describe("HeadMotion", () => {
	it("measures a head's velocity over its last looks, by the shorter way round, until it rests", () => {
		const motion = new HeadMotion();
		expect(motion.velocity(0)).toEqual([0, 0, 0]);
		for (let atMs = 0; atMs <= 500; atMs += 16)
			motion.add(quaternionFromAngles({ yawDeg: 150 + 0.1 * atMs, pitchDeg: 0, rollDeg: 0 }), atMs);
		const [x, y, z] = motion.velocity(500);
		expect(y / RAD_PER_DEG).toBeCloseTo(-100, 3);
		expect(Math.hypot(x, z)).toBeCloseTo(0, 6);
		expect(motion.velocity(600)).toEqual([0, 0, 0]);
		motion.add(IDENTITY, 1000);
		motion.add(IDENTITY, 1001);
		expect(motion.velocity(1001)).toEqual([0, 0, 0]);
	});
});
