import { describe, expect, it } from "vitest";
import { type ColorTags, resolvePictureColor } from "./picture-color.ts";

describe("resolvePictureColor()", () => {
	it.each<[string, ColorTags, number, ReturnType<typeof resolvePictureColor>]>([
		["untagged HD", { pixelFormat: "yuv420p" }, 960, { range: "limited", matrix: "bt709", chromaSiting: "left" }],
		["untagged SD", { pixelFormat: "yuv420p" }, 480, { range: "limited", matrix: "bt601", chromaSiting: "left" }],
		[
			"a camera's JPEG-like video",
			{ pixelFormat: "yuvj420p", space: "bt470bg" },
			1920,
			{ range: "full", matrix: "bt601", chromaSiting: "center" },
		],
		[
			"full range by tag",
			{ pixelFormat: "yuv420p", range: "pc", space: "bt709", chromaLocation: "left" },
			1920,
			{ range: "full", matrix: "bt709", chromaSiting: "left" },
		],
		[
			"10-bit HDR",
			{ pixelFormat: "yuv420p10le", space: "bt2020nc", chromaLocation: "topleft" },
			2160,
			{ range: "limited", matrix: "bt2020", chromaSiting: "topleft" },
		],
		[
			"RGB becomes limited BT.709",
			{ pixelFormat: "rgb24", range: "pc", space: "gbr" },
			1920,
			{ range: "limited", matrix: "bt709", chromaSiting: "left" },
		],
		[
			"4:2:2 is subsampled to the left",
			{ pixelFormat: "yuvj422p", chromaLocation: "center" },
			1920,
			{ range: "full", matrix: "bt709", chromaSiting: "left" },
		],
		[
			"NV12",
			{ pixelFormat: "nv12", chromaLocation: "center" },
			1920,
			{ range: "limited", matrix: "bt709", chromaSiting: "center" },
		],
		["planar RGB", { pixelFormat: "gbrp" }, 1920, { range: "limited", matrix: "bt709", chromaSiting: "left" }],
	])("%s", (_, tags, height, expected) => {
		expect(resolvePictureColor(tags, height)).toEqual(expected);
	});
});
