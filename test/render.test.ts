import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "./support/clips.ts";
import { PATIENCE_MS, runInProcess } from "./support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-render-command-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

beforeAll(async () => {
	const still = {
		width: 128,
		height: 64,
		frames: 1,
		rate: 1,
		container: "png",
		codec: "png",
		codecOptions: {},
	} as const;
	const photo = await makeClip({ ...still, pixelFormat: "rgb24" });
	mkdirSync(file("photos"));
	for (const name of ["frame_0001.png", "frame_0002.png"]) copyFileSync(photo, file(`photos/${name}`));
});

describe("panogaze render", { timeout: 2 * PATIENCE_MS }, () => {
	it("renders a folder of photos into another, and reports it for programs", async () => {
		mkdirSync(file("views"));
		const size = ["--width", "128", "--height", "64"];
		const args = [
			"render",
			file("photos"),
			file("views"),
			"--format",
			"jpg",
			"--json",
			"--quiet",
			"--threads",
			"1",
		];
		const { code, stdout, stderr } = await runInProcess([...args, ...size]);
		expect([code, stderr]).toEqual([0, ""]);
		expect(readdirSync(file("views"))).toEqual(["frame_0001.jpg", "frame_0002.jpg"]);
		expect(JSON.parse(stdout)).toMatchObject([
			{
				files: [{ path: file("views/frame_0001.jpg"), width: 128, height: 64, pictures: 1 }],
				interrupted: false,
			},
			{ files: [{ path: file("views/frame_0002.jpg") }] },
		]);
	});

	it("renders a series of pictures into a video, in each of several views", async () => {
		const views = ["--view", "left=-90,0", "--view", "up=0,90,0,120"];
		const args = ["render", file("photos/frame_%04d.png"), file("tour.mp4"), "--input-option", "framerate=5"];
		const { code, stderr } = await runInProcess([...args, ...views, "--width", "128", "--height", "64"]);
		expect(stderr).toContain("tour-left.mp4: 128x64, 2 pictures");
		expect([code, existsSync(file("tour-up.mp4"))]).toEqual([0, true]);
	});

	it.each([
		["an input that is not there", 3, ["nope.mp4", "out.mp4"], /nope\.mp4/],
		["an output of no known kind", 2, ["a.mp4", "out.mp5"], /Did you mean \.mp4\?/],
		[
			"a mistyped projection",
			2,
			["a.mp4", "out.mp4", "--out", "fisheyee"],
			/--out is one of .*did you mean fisheye\?/,
		],
		["an option of no projection", 2, ["a.mp4", "out.mp4", "--in", "eac", "--in-option", "fov=9"], /--in-option/],
		["a codec of no encoder", 2, ["a.mp4", "out.mp4", "--codec", "h265"], /--codec/],
		["one file for several inputs", 2, ["a.mp4", "b.mp4", "out.mp4"], /is a folder/],
		["a duration of nothing", 2, ["a.mp4", "out.mp4", "--duration", "0"], /--duration is seconds above 0; got 0/],
		["an end before the start", 2, ["a.mp4", "out.mp4", "--start", "2", "--end", "1"], /--end is a time after/],
		["an output alone", 2, ["out.mp4"], /IN\.\.\. OUT/],
		["a camera path that is not there", 3, ["a.mp4", "out.mp4", "--path", "no.csv"], /no\.csv does not exist\.$/m],
	])("says what is wrong with %s, with exit code %i", async (_name, expected, args, words) => {
		const { code, stderr } = await runInProcess(["render", ...args]);
		expect(stderr).toMatch(words);
		expect(stderr).not.toMatch(/\n {4}at /);
		expect(code).toBe(expected);
	});
});
