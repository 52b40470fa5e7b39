import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../media/rotation.ts";
import { shapedSize, shapedViews, shapeFor } from "./view-shape.ts";

const FLAT = { width: 1280, height: 720 };
const LEFT = { left: 1.2, right: 0.8, up: 0.7, down: 0.9 };
const RIGHT = { left: 0.8, right: 1.2, up: 0.9, down: 0.7 };
const HEAD = { worldFromView: [0, 0, 0, 1], fovRad: Math.PI / 2 } as const;

describe("the shape of a view", () => {
	it("of a window has 0.6 of a flat view's pixels if it is foveated, of a headset's eye 0.5", () => {
		const pixels = (wish: Parameters<typeof shapeFor>[0]) => {
			const { width, height } = shapedSize(FLAT, shapeFor(wish, FLAT)!);
			expect([width % 2, height % 2]).toEqual([0, 0]);
			return (width * height) / (FLAT.width * FLAT.height);
		};
		expect(pixels({ ...FLAT, foveated: true })).toBeCloseTo(0.6, 2);
		expect(pixels({ ...FLAT, eyes: 2, frusta: [LEFT, RIGHT], foveated: true })).toBeCloseTo(0.5, 2);
		expect(pixels({ ...FLAT, eyes: 2, frusta: [LEFT, RIGHT] })).toBe(1);
		expect(shapeFor({ ...FLAT, foveated: false }, FLAT)).toBeUndefined();
	});

	it("shows the same window foveated as flat, whatever its field of view", () => {
		const shape = shapeFor({ ...FLAT, foveated: true }, FLAT)!;
		const size = { ...shapedSize(FLAT, shape), eyes: 1 } as const;
		for (const fovRad of [0.6, 1.5, 2.2]) {
			const { frusta, foveation } = shapedViews(shape, size, { ...HEAD, fovRad });
			const half = Math.tan(fovRad / 2);
			expect(frusta[0]!.left).toBeCloseTo(half);
			expect(frusta[0]!.up).toBeCloseTo((half * 720) / 1280);
			// The squeeze grows and shrinks with the window.
			expect(foveation!.strength[0] * half).toBeCloseTo(2.127, 2);
			expect(foveation!.strength[1] * half).toBeCloseTo(2.127, 1);
		}
	});

	it("looks aside where the client's gaze is, with up as up", () => {
		const shape = shapeFor({ ...FLAT, foveated: { gaze: [10, 5] } }, FLAT);
		expect(shape?.gaze?.[0]).toBeCloseTo(0.176, 3);
		expect(shape?.gaze?.[1]).toBeCloseTo(-0.0875, 3);
		expect(shapeFor({ ...FLAT, foveated: { gaze: [1e9, 0] } }, FLAT)?.gaze?.[0]).toBeCloseTo(Math.sqrt(3), 6);
	});

	it("of a source with one eye is one view that covers both frusta, turned ones too", () => {
		const both = shapeFor({ ...FLAT, eyes: 2, frusta: [LEFT, RIGHT] }, FLAT)!;
		const { views, frusta } = shapedViews(both, { ...FLAT, eyes: 1 }, HEAD);
		expect(views).toHaveLength(1);
		expect(frusta).toEqual([{ left: 1.2, right: 1.2, up: 0.9, down: 0.9 }]);
		const q = [...quaternionFromAngles({ yawDeg: 10, pitchDeg: 0, rollDeg: 0 })] as [
			number,
			number,
			number,
			number,
		];
		const turned = shapeFor({ ...FLAT, eyes: 2, frusta: [LEFT, { ...RIGHT, q }] }, FLAT)!;
		const [covering] = shapedViews(turned, { ...FLAT, eyes: 1 }, HEAD).frusta;
		expect(covering!.right).toBeCloseTo(Math.tan(Math.atan(1.2) + Math.PI / 18), 6);
		expect(covering!.left).toBe(1.2);
	});

	it("leaves impossible frusta out, and such as are not one for each eye", () => {
		const empty = { ...LEFT, left: -1, right: 0.9 };
		expect(shapeFor({ ...FLAT, frusta: [empty] }, FLAT)).toBeUndefined();
		expect(shapeFor({ ...FLAT, frusta: [{ ...LEFT, q: [0, 0, 0, 0] }] }, FLAT)).toBeUndefined();
		expect(shapeFor({ ...FLAT, frusta: [LEFT, RIGHT] }, FLAT)).toBeUndefined();
		expect(shapeFor({ ...FLAT, eyes: 2, frusta: [LEFT] }, FLAT)).toBeUndefined();
	});
});
