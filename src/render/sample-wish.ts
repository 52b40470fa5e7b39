import type { SampleWish } from "../source/libav-converter.ts";
import type { SampleWishName } from "./render-protocol.ts";

/** FFmpeg's name of 4:2:0 of 10 bits, of pictures with more than 8. */
export const TEN_BITS = "yuv420p10le";

/** The kind of samples in memory for each kind of output. */
export function sampleWish(name: SampleWishName): SampleWish {
	return ({ pixelFormat, color }) => {
		const is420 = /420|^nv12|^p01/.test(pixelFormat);
		const rgb = { pixelFormat: "gbrp", color: { ...color, range: "full", chromaSiting: "left" } } as const;
		if (name === "rgb" || (name === "jpeg" && !is420)) return rgb;
		// JFIF: full range, BT.601, chroma in the middle.
		if (name === "jpeg")
			return { pixelFormat: "yuv420p", color: { range: "full", matrix: "bt601", chromaSiting: "center" } };
		const deep = name === "video" && bitsOf(pixelFormat) > 8;
		return { pixelFormat: deep ? TEN_BITS : "yuv420p", color };
	};
}

/** Bits of a sample, by FFmpeg's name of the pixel format: `yuv420p10le`, `p010le`, `rgb48be`. */
function bitsOf(pixelFormat: string): number {
	if (/48|64|f(16|32)/.test(pixelFormat)) return 16;
	return Number(/(?:p0?|gray|gbrap?|x2)(9|10|12|14|16)(?:le|be)?$/.exec(pixelFormat)?.[1] ?? 8);
}
