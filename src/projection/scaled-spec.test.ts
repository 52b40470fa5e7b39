import { describe, expect, it } from "vitest";
import type { ProjectionSpec } from "../media/projection.ts";
import { createProjection } from "./create-projection.ts";
import { scaledSpec } from "./scaled-spec.ts";

const PINHOLE = { fx: 610, fy: 590, cx: 660, cy: 340 };
const CIRCLE = { kind: "fisheye", fovDeg: 190, center: [600, 350], radius: 340 } as const;

describe("The projection of a scaled copy", () => {
	it.each<[string, ProjectionSpec]>([
		["equirect", { kind: "equirect" }],
		["flat", { kind: "perspective", fovDeg: 90 }],
		["calibrated flat", { kind: "perspective", calibration: { ...PINHOLE, distortion: [-0.1, 0.01, 0, 0] } }],
		["fisheye", CIRCLE],
		["fisheye in the middle", { kind: "fisheye" }],
		["kannala-brandt", { kind: "kannala-brandt", ...PINHOLE, k: [0.01, 0, 0, 0] }],
		["mei", { kind: "mei", ...PINHOLE, xi: 1.2, firstPixelCenter: 0.5 }],
		["double-sphere", { kind: "double-sphere", ...PINHOLE, xi: -0.2, alpha: 0.6 }],
		["two lenses", { kind: "dual-fisheye", front: { lens: CIRCLE, yawDeg: 1 }, back: { lens: CIRCLE } }],
		["cube", { kind: "cubemap", padding: 8 }],
		["cube outside", { kind: "cubemap", padding: 8, paddingIs: "outside" }],
		["eac", { kind: "eac", padding: 16 }],
	])("has the same directions at the same places (%s)", (_, spec) => {
		expectSame(spec, { width: 1280, height: 720 }, { width: 320, height: 180 });
	});

	it("has the overlap of a GoPro MAX, which follows from the size of the whole picture", () => {
		expectSame({ kind: "gopro-max" }, { width: 2272, height: 1472 }, { width: 1136, height: 736 });
		expectSame({ kind: "gopro-max" }, { width: 4096, height: 2688 }, { width: 1024, height: 672 });
	});
});

function expectSame(
	spec: ProjectionSpec,
	from: { readonly width: number; readonly height: number },
	to: { readonly width: number; readonly height: number },
): void {
	const whole = createProjection(spec, from.width, from.height);
	const small = createProjection(scaledSpec(spec, from, to), to.width, to.height);
	const scale = to.width / from.width;
	let seen = 0;
	for (const [across, down] of [
		[0.1, 0.2],
		[0.4, 0.6],
		[0.55, 0.45],
		[0.8, 0.7],
	] as const) {
		const expected = unit(whole.unproject(across * from.width, down * from.height));
		const found = unit(small.unproject(across * to.width, down * to.height));
		expect(found.map(Number.isNaN)).toEqual(expected.map(Number.isNaN));
		if (found.some(Number.isNaN)) continue;
		seen++;
		for (const [axis, part] of found.entries()) expect(part).toBeCloseTo(expected[axis]!, 6);
		const [x, y] = whole.project(whole.unproject(across * from.width, down * from.height));
		const [smallX, smallY] = small.project(whole.unproject(across * from.width, down * from.height));
		if (Number.isNaN(x)) continue;
		expect(smallX).toBeCloseTo(x * scale, 4);
		expect(smallY).toBeCloseTo(y * scale, 4);
	}
	expect(seen).toBeGreaterThan(1);
}

const unit = (ray: readonly number[]) => ray.map((part) => part / Math.hypot(...ray));
