import { expect, it } from "vitest";
import { IDENTITY } from "../../media/rotation.ts";
import type { PictureView } from "../reprojection/stamped-pictures.ts";
import { eyePictureUniforms } from "./scene.ts";

it("shows pictures that can't be turned, or can't be what their message says, as flat ones", () => {
	const view: PictureView = { poseSequence: 1, orientation: IDENTITY, fovDeg: 90, eyes: 1, lens: "flat" };
	const uniforms = (differing: Partial<PictureView>) =>
		eyePictureUniforms({ view: { ...view, ...differing }, width: 320, height: 180 }, 0);
	const flat = uniforms({});
	expect(uniforms({ lens: "custom" })).toEqual(flat);
	expect(uniforms({ surround: { width: 320, height: 256, gap: 2, cuts: 2 } })).toEqual(flat);
	expect(uniforms({ fovDeg: 0 })).toEqual(uniforms({ fovDeg: 20 }));
	expect(uniforms({ lens: "none", fovDeg: 300 })).toEqual(uniforms({ fovDeg: 150 }));
});
