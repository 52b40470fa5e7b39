import { describe, expect, it } from "vitest";
import { chooseStereo, guessProjection, type ProjectionClues } from "./projection-guess.ts";

const plain: ProjectionClues = { width: 3840, height: 1920, name: "clip.mp4", videoTracks: 1, codec: "h264" };

describe("guessProjection()", () => {
	it.each<[string, Partial<ProjectionClues>, string, string]>([
		["a 2:1 picture", {}, "equirectangular", "mono"],
		["nearly 2:1", { width: 1920, height: 968 }, "equirectangular", "mono"],
		["a square picture", { width: 2880, height: 2880 }, "equirectangular", "mono"],
		["a 4:1 picture", { width: 7680, height: 1920 }, "equirectangular", "mono"],
		[
			"a square of pixels that are twice as wide as high",
			{ width: 512, height: 512, pixelAspect: 2 },
			"equirectangular",
			"mono",
		],
		[
			"a 16:9 picture of pixels that make it 2:1",
			{ width: 1920, height: 1080, pixelAspect: 1.125 },
			"equirectangular",
			"mono",
		],
		["a 3:2 picture", { width: 3072, height: 2048 }, "cubemap", "mono"],
		["a 16:9 picture", { width: 1920, height: 1080 }, "unknown", "mono"],
		[
			"a GoPro file",
			{ name: "GS010013.360", videoTracks: 2, codec: "hevc", width: 4096, height: 1344 },
			"equi-angular-cubemap",
			"mono",
		],
		["an Insta360 file", { name: "VID_20240101_00_001.insv", width: 3840, height: 1920 }, "dual-fisheye", "mono"],
		["a name with _TB", { name: "concert_360_TB.mp4", width: 3840, height: 2160 }, "equirectangular", "top-bottom"],
		["a name with VR180 and SBS", { name: "beach.vr180.sbs.mp4" }, "half-equirectangular", "left-right"],
		["letters inside a word are no hint", { name: "butbsbstopic.mp4" }, "equirectangular", "mono"],
	])("%s", (_, clues, projection, stereo) => {
		expect(guessProjection({ ...plain, ...clues })).toMatchObject({ projection, stereo });
	});

	it("believes the file above all and says why in each case", () => {
		const stated = guessProjection({
			...plain,
			name: "a_sbs_180.mp4",
			statedProjection: "cubemap",
			statedStereo: "top-bottom",
		});
		expect(stated).toEqual({
			projection: "cubemap",
			stereo: "top-bottom",
			reason: "the file says so",
			stereoStated: true,
		});
		expect(guessProjection({ ...plain, name: "x_360_LR.mp4" }).reason).toBe('the name says "LR" and "360"');
		expect(guessProjection({ ...plain, statedStereo: "left-right" }).reason).toContain(
			"the file states the eyes' layout",
		);
	});
});

describe("chooseStereo()", () => {
	const size = { width: 2880, height: 2880 };
	const square = guessProjection({ ...plain, ...size });

	it("does what it is told, whatever is known", () => {
		expect(chooseStereo("mono", square, size, false)).toEqual({ layout: "mono" });
		expect(chooseStereo("right-left", square, size, true)).toEqual({ layout: "right-left" });
	});

	it("takes what the file states without a word, and a guess with advice", () => {
		expect(chooseStereo("auto", guessProjection({ ...plain, statedStereo: "bottom-top" }), plain, false)).toEqual({
			layout: "bottom-top",
		});
		const named = guessProjection({ ...plain, ...size, name: "a_TB.mp4" });
		expect(chooseStereo("auto", named, size, false)).toEqual({
			layout: "top-bottom",
			advice:
				'is read as two eyes, top-bottom: the name says "TB". If that is wrong, the option stereo ' +
				"changes it: --stereo mono",
		});
		expect(chooseStereo("auto", guessProjection(plain), plain, false)).toEqual({ layout: "mono" });
	});

	it("does not take a shape for two eyes, and says which option does", () => {
		expect(chooseStereo("auto", square, size, false)).toMatchObject({
			layout: "mono",
			advice: expect.stringMatching(
				/^is shown as one sphere for both eyes: the picture is square.*: --stereo top-bottom$/,
			),
		});
		const strip = { ...plain, width: 7680 };
		expect(chooseStereo("auto", guessProjection(strip), strip, false)).toMatchObject({
			layout: "mono",
			advice: expect.stringMatching(/--stereo left-right$/),
		});
		expect(chooseStereo("auto", guessProjection({ ...plain, ...size, statedStereo: "mono" }), size, false)).toEqual(
			{
				layout: "mono",
			},
		);
		expect(
			chooseStereo(
				"auto",
				guessProjection({ ...plain, ...size, statedProjection: "equirectangular" }),
				size,
				false,
			),
		).toEqual({
			layout: "mono",
		});
		expect(chooseStereo("auto", guessProjection({ ...plain, ...size, pixelAspect: 2 }), size, false)).toEqual({
			layout: "mono",
		});
	});

	it("shows eyes as they are that it can't divide, and pictures that a filter has changed", () => {
		expect(chooseStereo("auto", guessProjection({ ...plain, statedStereo: "other" }), plain, false)).toMatchObject({
			layout: "mono",
			advice: expect.stringContaining("not unfolded"),
		});
		const named = guessProjection({ ...plain, name: "a_TB.mp4" });
		expect(chooseStereo("auto", named, { width: 2882, height: 2882 }, false)).toEqual({ layout: "mono" });
		expect(chooseStereo("auto", guessProjection({ ...plain, statedStereo: "top-bottom" }), plain, true)).toEqual({
			layout: "mono",
		});
	});
});
