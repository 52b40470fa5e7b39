import { expect, it } from "vitest";
import { IDENTITY } from "../../media/rotation.ts";
import { picturePlane } from "./picture-plane.ts";
import type { PictureView } from "./stamped-pictures.ts";

const VIEW: PictureView = { poseSequence: 1, orientation: IDENTITY, fovDeg: 90, eyes: 1, lens: "flat" };
const SURROUND = { width: 256, height: 48, gap: 2, cuts: 2 };

it("shows no picture in another direction that can't be what its message says", () => {
	const planeOf = (view: Partial<PictureView>, height = 98) =>
		picturePlane({ view: { ...VIEW, ...view }, width: 256, height });
	expect(planeOf({ surround: SURROUND })?.sides.up).toBeCloseTo(48 / 256);
	expect(planeOf({ surround: SURROUND }, 50)).toBeUndefined();
	for (const fovDeg of [0, -40, 180.1, Number.NaN]) expect(planeOf({ fovDeg })).toBeUndefined();
	for (const lens of ["custom", "none"] as const) expect(planeOf({ lens })).toBeUndefined();
});
