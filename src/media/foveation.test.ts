import { describe, expect, it } from "vitest";
import { foveatedShares, foveationFor, squeezed, squeezedSpan, unsqueezed } from "./foveation.ts";
import { symmetricFrustum } from "./frustum.ts";

/** Steps of the picture for a step of the scene. */
const sharpness = (distance: number, strength: number) =>
	(squeezed(distance + 1e-5, strength) - squeezed(distance - 1e-5, strength)) / 2e-5;
const TAN_20_DEG = Math.tan(Math.PI / 9);

describe("foveation", () => {
	it("keeps the middle as it is, squeezes the edges, and comes back", () => {
		let before = 1;
		for (let distance = 0.01; distance <= 2; distance += 0.01) {
			const place = squeezed(distance, 2);
			expect(unsqueezed(place, 2)).toBeCloseTo(distance, 10);
			expect(squeezed(-distance, 2)).toBe(-place);
			const now = sharpness(distance, 2);
			expect(now).toBeLessThanOrEqual(before + 1e-6);
			before = now;
		}
		expect(sharpness(0.365, 2)).toBeCloseTo(0.97, 2);
		expect(sharpness(0.6, 2)).toBeCloseTo(0.52, 1);
		expect([squeezed(2, 0), unsqueezed(2, 0)]).toEqual([2, 2]);
	});

	it.each([
		["a window of 90 degrees", symmetricFrustum(1, 16, 9), 0.6, 0.95],
		["a window with a margin", symmetricFrustum(1.43, 16, 9), 0.6, 0.99],
		["an eye of a headset", { left: 1.2, right: 0.9, up: 1, down: 1.1 }, 0.5, 0.97],
	])("of %s has its share of the pixels and a sharp middle of 40 degrees", (_, frustum, share, least) => {
		const [across, down] = foveatedShares(frustum, share);
		expect(across * down).toBeCloseTo(share, 6);
		const flat = { width: 1000 * (frustum.left + frustum.right), height: 1000 * (frustum.up + frustum.down) };
		const size = { width: across * flat.width, height: down * flat.height };
		const foveation = foveationFor(frustum, size, share);
		for (const strength of foveation.strength) expect(sharpness(TAN_20_DEG, strength)).toBeGreaterThan(least);
		const span = squeezedSpan(frustum, foveation);
		expect(size.width / span[0], "as many pixels as the flat picture in the middle").toBeCloseTo(1000, 3);
		expect(size.height / span[1]).toBeCloseTo(1000, 3);
	});

	it("around a gaze at the edge of the view has the same sharpness there", () => {
		const frustum = symmetricFrustum(1, 16, 9);
		const [across, down] = foveatedShares(frustum, 0.6);
		const size = { width: 1280 * across, height: 720 * down };
		const { gaze, strength } = foveationFor(frustum, size, 0.6, [0.8, -0.4]);
		const span = squeezedSpan(frustum, { gaze, strength });
		expect(size.width / span[0]).toBeCloseTo(640, 3);
		expect(size.height / span[1]).toBeCloseTo(640, 3);
	});
});
