import { describe, expect, it } from "vitest";
import { assert } from "../media/assert.ts";
import { isFrustum, MAX_FRUSTUM_TANGENT, MIN_FRUSTUM_SPAN } from "../media/frustum.ts";
import { IDENTITY, quaternionFromAngles, RAD_PER_DEG } from "../media/rotation.ts";
import { createProjection } from "../projection/create-projection.ts";
import { encodeFrameMessage, parseFrameMessage } from "../protocol/frame-message.ts";
import { encodeFrameStamp, parseFrameStamp } from "../protocol/frame-stamp.ts";
import { LensViews } from "./view-lens.ts";
import { shapedSize, shapedViews, shapeFor, type ViewShape } from "./view-shape.ts";
import type { ViewSize } from "./view-size.ts";

const FLAT = { width: 1280, height: 720 };
const LEFT = { left: 1.2, right: 0.8, up: 0.7, down: 0.9 };
const RIGHT = { left: 0.8, right: 1.2, up: 0.9, down: 0.7 };
const HEAD = { worldFromView: [0, 0, 0, 1], fovRad: Math.PI / 2 } as const;

/** The view of a shape can be drawn, and both forms of its picture's message are understood. */
function expectDescribed(shape: ViewShape, size: ViewSize): void {
	const { views, fovRad, ...geometry } = new LensViews().all({ lens: "flat", shape }, size, HEAD, undefined);
	const [view] = views;
	assert(view.lens === "projection", "A shape is drawn through a projection.");
	expect(createProjection(view.projection, view.width, view.height).unproject(0, 0).every(Number.isFinite)).toBe(
		true,
	);
	const message = {
		...{ rtpTicks: 0, poseSequence: 0, orientation: IDENTITY, times: {} },
		...{ fovDeg: fovRad / RAD_PER_DEG, eyes: size.eyes, ...geometry },
	};
	const words = JSON.stringify(geometry);
	expect(parseFrameMessage(encodeFrameMessage(message)).kind, words).toBe("message");
	expect(parseFrameStamp(encodeFrameStamp(message)).kind, words).toBe("message");
}

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

	it("is drawn and described up to the bounds of a frustum, however its numbers are rounded on the way", () => {
		const sides = [MAX_FRUSTUM_TANGENT, 0.05, 1 / 3, -1 / 3].flatMap((side) =>
			[MAX_FRUSTUM_TANGENT, MIN_FRUSTUM_SPAN - side].map((opposite) => [side, opposite] as const),
		);
		const possible = sides.flatMap(([left, right]) =>
			sides.map(([up, down]) => ({ left, right, up, down })).filter((frustum) => isFrustum(frustum)),
		);
		expect(possible.length).toBeGreaterThan(20);
		for (const frustum of possible)
			for (const foveated of [false, true, { gaze: [60, -60] as [number, number] }]) {
				const shape = shapeFor({ ...FLAT, frusta: [frustum], foveated }, FLAT)!;
				const size = { ...shapedSize(FLAT, shape), eyes: 1 } as const;
				expectDescribed(shape, size);
			}
	});

	it("covers two eyes that are turned until nothing is left between the sides", () => {
		const aside = { left: -5, right: 5.1, up: 1, down: 1 };
		const [x, y, z, w] = quaternionFromAngles({ yawDeg: -78.8, pitchDeg: 0, rollDeg: 0 });
		const eye = { ...aside, q: [x, y, z, w] as [number, number, number, number] };
		const shape = shapeFor({ ...FLAT, eyes: 2, frusta: [eye, eye], foveated: true }, FLAT)!;
		expectDescribed(shape, { ...FLAT, eyes: 1 });
	});

	it("leaves impossible frusta out, and such as are not one for each eye", () => {
		const empty = { ...LEFT, left: -1, right: 0.9 };
		expect(shapeFor({ ...FLAT, frusta: [empty] }, FLAT)).toBeUndefined();
		expect(shapeFor({ ...FLAT, frusta: [{ ...LEFT, up: 12 }] }, FLAT)).toBeUndefined();
		expect(shapeFor({ ...FLAT, frusta: [{ ...LEFT, up: 12 }], foveated: true }, FLAT)?.frusta).toBeUndefined();
		expect(shapeFor({ ...FLAT, frusta: [{ ...LEFT, q: [0, 0, 0, 0] }] }, FLAT)).toBeUndefined();
		expect(shapeFor({ ...FLAT, frusta: [LEFT, RIGHT] }, FLAT)).toBeUndefined();
		expect(shapeFor({ ...FLAT, eyes: 2, frusta: [LEFT] }, FLAT)).toBeUndefined();
	});
});
