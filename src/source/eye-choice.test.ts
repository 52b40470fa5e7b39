import { expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { quaternionFromAngles } from "../media/rotation.ts";
import { readPictures } from "./reading.cases.ts";

it.each(["left", "right"] as const)("a source gives the %s eye alone if it is told to", async (eye) => {
	const clip = await makeClip({
		width: 512,
		height: 128,
		frames: 2,
		rate: 2,
		draw: "pattern",
		stereo: "left-right",
		stated: true,
	});
	const both = (await readPictures(clip)).pictures[0]!;
	const one = await readPictures(clip, { eye });
	expect(one.info!.format).toMatchObject({ width: 256, height: 128, eyes: 1 });
	const length = both.layout.byteLength;
	const expected = both.bytes.subarray(eye === "left" ? 0 : length, eye === "left" ? length : 2 * length);
	expect(Buffer.compare(one.pictures[0]!.bytes, expected)).toBe(0);
});

it("a source has the projection and the orientation that it is told", async () => {
	const clip = await makeClip({ width: 256, height: 128, frames: 2, rate: 2 });
	const projection = { kind: "perspective", fovDeg: 80 } as const;
	const { info } = await readPictures(clip, { projection, orientation: { yawDeg: 30 } });
	expect(info!.format).toMatchObject({
		projection,
		worldFromPanorama: quaternionFromAngles({ yawDeg: 30, pitchDeg: 0, rollDeg: 0 }),
	});
});

it("a flat camera's pictures are read as they are, however small", async () => {
	const clip = await makeClip({ width: 66, height: 50, frames: 2, rate: 2 });
	const { info, notices } = await readPictures(clip, { projection: { kind: "none" } });
	expect(info!.format).toMatchObject({ width: 66, height: 50, eyes: 1, projection: { kind: "none" } });
	expect(info!.layout).toBe(
		"none: pictures are shown as they are (told: the option projection); one picture for both eyes (assumed: no " +
			"panorama is known to have the shape 66x50)",
	);
	expect(notices).toEqual([]);
});
