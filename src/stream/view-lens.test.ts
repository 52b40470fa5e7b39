import { describe, expect, it } from "vitest";
import { RAD_PER_DEG } from "../media/rotation.ts";
import type { View } from "../media/view.ts";
import { lensFovDeg, lensHalfWidth, lensProjection, lensRay, VIEWER_LENSES } from "../media/viewer-lens.ts";
import { createProjection } from "../projection/create-projection.ts";
import { Perspective } from "../projection/perspective.ts";
import { LensViews } from "./view-lens.ts";

const SIZE = { width: 640, height: 360 };

describe("a viewer's lens", () => {
	it("sees the directions of its projection, so that clients grab what they see", () => {
		for (const lens of VIEWER_LENSES)
			for (const fovDeg of [60, 130]) {
				const spec = lensProjection(lens, fovDeg);
				const { width, height } = SIZE;
				const projection =
					spec === undefined
						? new Perspective(width, height, fovDeg * RAD_PER_DEG)
						: createProjection(spec, width, height);
				const perPx = lensHalfWidth(lens, fovDeg) / (width / 2);
				for (const [x, y] of [
					[320, 180],
					[0, 0],
					[640, 200],
					[100, 300],
				] as const) {
					const [rightX, up, back] = projection.unproject(x, y);
					const length = Math.hypot(rightX, up, back);
					for (const [axis, value] of lensRay(
						lens,
						(x - width / 2) * perPx,
						(height / 2 - y) * perPx,
					).entries())
						expect(value, `${lens} ${fovDeg} at ${x}, ${y}`).toBeCloseTo(
							[rightX, up, back][axis]! / length,
							6,
						);
				}
				expect(lensFovDeg(lens, lensHalfWidth(lens, fovDeg))).toBeCloseTo(fovDeg, 9);
			}
	});

	it("keeps its projection while nobody zooms, and shows a source without a sphere as it is", () => {
		const views = new LensViews();
		const pose = { worldFromView: [0, 0, 0, 1], fovRad: 6 } as const;
		const [first, second] = [0, 1].map(() => views.through("little-planet", SIZE, pose, undefined));
		expect(first).toMatchObject({ lens: "projection", projection: { kind: "stereographic", fovDeg: 340 } });
		const projectionOf = (view: View | undefined) => (view?.lens === "projection" ? view.projection : undefined);
		expect(projectionOf(second)).toBe(projectionOf(first));
		expect(views.through("flat", SIZE, pose, undefined)).toMatchObject({ fovRad: 150 * RAD_PER_DEG });
		const shape = { aspect: 16 / 9, gaze: [0, 0] } as const;
		for (const shaped of [undefined, shape])
			expect(
				views.all({ lens: "flat", shape: shaped }, { ...SIZE, eyes: 1 }, pose, undefined).fovRad,
			).toBeCloseTo(150 * RAD_PER_DEG, 9);
		const still = { worldFromView: [0, 1, 0, 0], fovRad: 1 } as const;
		expect(views.through("pannini", SIZE, still, { kind: "none" })).toMatchObject({
			projection: { kind: "none" },
			worldFromView: [0, 0, 0, 1],
		});
	});
});
