import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../../media/rotation.ts";
import { lensHalfWidth, lensProjection, VIEWER_LENSES, type ViewerLens } from "../../media/viewer-lens.ts";
import { createProjection } from "../../projection/create-projection.ts";
import { rotateVector } from "../../skeleton/rigid-transform.ts";
import { type PicturePlane, pictureFromWindow, placeInPicture, type WindowPlane } from "./lens-plane.ts";

const FOV_DEG: Readonly<Record<ViewerLens, number>> = { flat: 100, pannini: 150, "little-planet": 280 };
const [WIDTH, HEIGHT] = [1280, 720];

const projectionOf = (lens: ViewerLens, fovDeg: number) =>
	createProjection(lensProjection(lens, fovDeg) ?? { kind: "perspective", fovDeg }, WIDTH, HEIGHT);

function viewOf(lens: ViewerLens, fovDeg: number, yawDeg: number, pitchDeg: number): WindowPlane & PicturePlane {
	const halfWidth = lensHalfWidth(lens, fovDeg);
	const halfHeight = (halfWidth * HEIGHT) / WIDTH;
	const sides = { left: halfWidth, right: halfWidth, up: halfHeight, down: halfHeight };
	return {
		lens,
		worldFromView: quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 4 }),
		halfWidth,
		halfHeight,
		sides,
	};
}

describe("placeInPicture", () => {
	it.each(VIEWER_LENSES.flatMap((window) => VIEWER_LENSES.map((picture) => [window, picture] as const)))(
		"finds what a %s window shows in a %s picture, where the server's projections draw it",
		(windowLens, pictureLens) => {
			const [windowFov, pictureFov] = [FOV_DEG[windowLens] * 0.8, FOV_DEG[pictureLens]];
			const window = viewOf(windowLens, windowFov, 20, -10);
			const picture = viewOf(pictureLens, pictureFov, 8, -16);
			const [seen, drawn] = [projectionOf(windowLens, windowFov), projectionOf(pictureLens, pictureFov)];
			let compared = 0;
			for (let x = 0; x <= WIDTH; x += 80) {
				for (let y = 0; y <= HEIGHT; y += 80) {
					const place = placeInPicture(picture, window, (2 * x) / WIDTH - 1, 1 - (2 * y) / HEIGHT);
					const ray = rotateVector(pictureFromWindow(picture, window), seen.unproject(x, y));
					const [column, row] = drawn.project(ray);
					if (place === undefined || Number.isNaN(column)) continue;
					compared++;
					expect((place[0] + 1) * (WIDTH / 2)).toBeCloseTo(column, 6);
					expect((1 - place[1]) * (HEIGHT / 2)).toBeCloseTo(row, 6);
				}
			}
			expect(compared).toBeGreaterThan(20);
		},
	);

	it("has no place in a flat picture for what lies behind it", () => {
		const picture = viewOf("flat", 100, 180, 0);
		expect(placeInPicture(picture, viewOf("flat", 60, 0, 0), 0, 0)).toBeUndefined();
	});
});
