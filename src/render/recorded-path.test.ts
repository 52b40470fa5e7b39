import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { clipFrameFromLuma, makeClip } from "../../test/support/clips.ts";
import { IDENTITY } from "../media/rotation.ts";
import { readPictures } from "../source/reading.cases.ts";
import { type RecordedPath, render } from "./index.ts";
import type { RenderedView } from "./options.ts";
import { ViewPlan } from "./view-plan.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-recorded-path-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CLIP = { width: 256, height: 128, frames: 24, rate: 10 };

/** A viewer who was shown these pictures of the clip, one each 40 ms. */
function shown(frames: readonly number[]): RecordedPath {
	const pictures = frames.map((frame, index) => ({
		stampSec: frame / CLIP.rate,
		atSec: 100 + index * 0.04,
		worldFromView: IDENTITY,
		projection: { kind: "perspective", fovDeg: 90 } as const,
		width: 128,
		height: 72,
	}));
	return { pictures, viewer: "0123abcd", sourceName: undefined };
}

it("draws the source's very picture of each recorded one, also twice, back at a loop, and after leaps", async () => {
	const input = await makeClip(CLIP);
	const path = join(folder, "again.mp4");
	const notices: string[] = [];
	const frames = [9, 10, 12, 9, 3, 20, 20, 21, 23, 0, 1, 1, 2, 15, 16, 4, 4.5, 99, 7, 9];
	const report = await render({
		input,
		outputs: [{ path }],
		recordedPath: shown(frames),
		threads: 1,
		onNotice: (message) => notices.push(message),
	});
	expect(report.files).toMatchObject([{ width: 128, height: 72, pictures: frames.length - 1 }]);
	const { pictures } = await readPictures(path);
	// A stamp between two pictures gives the later one.
	const drawn = [9, 10, 12, 9, 3, 20, 20, 21, 23, 0, 1, 1, 2, 15, 16, 4, 5, 7, 9];
	expect(pictures.map(({ middle }) => clipFrameFromLuma(middle[0]))).toEqual(drawn);
	const steps = pictures.slice(1).map(({ mediaSec }, index) => mediaSec - pictures[index]!.mediaSec);
	expect(steps.slice(0, 10)).toEqual(steps.slice(0, 10).map(() => expect.closeTo(0.04, 3)));
	expect(notices.join(" ")).toMatch(/^1 pictures are not in .*ends before 1 of the recorded pictures/);
});

it("draws a part of what was recorded, at the size and through the lens that are asked for", async () => {
	const input = await makeClip(CLIP);
	const path = join(folder, "part.mp4");
	const view = { width: 192, projection: { kind: "equirect" } } as const;
	const recordedPath = shown([3, 4, 5, 6, 7, 8]);
	const options = { input, outputs: [{ path, view }], recordedPath, threads: 1 };
	const report = await render({ ...options, startSec: 0.08, endSec: 0.16 });
	expect(report.files).toMatchObject([{ width: 192, height: 96, pictures: 2 }]);
	const { pictures } = await readPictures(path);
	expect(pictures.map(({ middle }) => clipFrameFromLuma(middle[0]))).toEqual([5, 6]);
	await expect(render({ ...options, force: true, startSec: 9 })).rejects.toThrow(
		/Nothing was recorded from 9 to Infinity s/,
	);
});

it("reads an input of the recorded name as it was read then, whatever its name or shape suggests", async () => {
	const input = await makeClip({ ...CLIP, draw: "pattern" });
	const projection = { kind: "fisheye", fovDeg: 190 } as const;
	const path = shown([3]);
	const reading = { projection, orientation: { yawDeg: 30 } };
	const drawn = async (name: string, recordedPath: RecordedPath, source = {}) => {
		const output = join(folder, name);
		await render({ input, outputs: [{ path: output }], recordedPath, source, threads: 1 });
		return readFileSync(output);
	};
	const asThen = await drawn("then.mp4", { ...path, sourceName: basename(input), reading });
	expect(asThen.equals(await drawn("said.mp4", path, reading))).toBe(true);
});

it("has the size of most recorded pictures, for each eye, and a panorama its own shape", () => {
	const path = shown([1, 2, 3]);
	const [first] = path.pictures;
	const turned = { ...path, pictures: [{ ...first!, width: 72, height: 128 }, ...path.pictures] };
	const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
	const format = { width: 256, height: 128, eyes: 2, color } as const;
	const sizeOf = (view: RenderedView) => {
		const { width, height, eyes } = new ViewPlan(view, turned, format);
		return [width, height, eyes];
	};
	expect(sizeOf({})).toEqual([128, 72, "left"]);
	expect(sizeOf({ stereo: "top-bottom" })).toEqual([128, 72, "both"]);
	expect(sizeOf({ stereo: "left-right", width: 512 })).toEqual([256, 144, "both"]);
	expect(sizeOf({ stereo: "top-bottom", height: 288 })).toEqual([256, 144, "both"]);
	expect(sizeOf({ projection: { kind: "perspective", fovDeg: 60 }, height: 36 })).toEqual([64, 36, "left"]);
	expect(sizeOf({ projection: { kind: "equirect" }, stereo: "left" })).toEqual([256, 128, "left"]);
	expect(sizeOf({ projection: { kind: "fisheye" }, width: 100 })).toEqual([100, 100, "left"]);
});
