import { describe, expect, it } from "vitest";
import { openLibavEncoder } from "../encoder/libav-encoder.ts";
import { vp9KeyframeSize } from "./vp9.ts";

describe("vp9KeyframeSize()", () => {
	it.each([
		[64, 66],
		[322, 182],
		[4096, 258],
	])("reads %i x %i from a key frame, and nothing from another frame", (width, height) => {
		const color = { range: "full", matrix: "bt601", chromaSiting: "left" } as const;
		const options = { width, height, frameRate: 30, bitrateBps: 1e6, color, format: { codec: "vp9" } } as const;
		using encoder = openLibavEncoder("auto", options);
		const picture = { data: new Uint8Array((width * height * 3) / 2).fill(128), width, height };
		const [key, next] = [0, 1].map((at) => encoder.encode(picture, { ticks: at * 3000, keyframe: at === 0 }).data);
		expect(vp9KeyframeSize(key!)).toEqual({ width, height });
		expect(vp9KeyframeSize(next!)).toBeUndefined();
		for (let length = 0; length < 9; length++) expect(vp9KeyframeSize(key!.subarray(0, length))).toBeUndefined();
	});
});
