import type { PictureColor } from "../media/panorama.ts";

/** Colour tags as FFmpeg spells them; undefined or `unknown` where the stream says nothing. */
export interface ColorTags {
	/** `tv` or `pc`. */
	readonly range?: string | undefined;
	/** `bt709`, `smpte170m`, `bt470bg`, `bt2020nc`, `gbr`, ... */
	readonly space?: string | undefined;
	/** `left`, `center`, `topleft`, ... */
	readonly chromaLocation?: string | undefined;
	/** `yuv420p`, `yuvj420p`, `rgb24`, ... */
	readonly pixelFormat: string;
}

/**
 * Separates red, green and blue from YCbCr. Grey, palette and mosaic formats count as RGB, as in
 * FFmpeg.
 */
export function isRgb(pixelFormat: string): boolean {
	return /^(0?rgb|0?bgr|[ax]?(rgb|bgr)|gbr|rgba|argb|bgra|abgr|pal8|bayer|x2rgb|x2bgr|monow|monob)/.test(pixelFormat);
}

/** Checks whether chroma has half the resolution both ways. */
function isChroma420(pixelFormat: string): boolean {
	return /420|^nv12|^nv21|^p01[0-9]|^p21|^yuv410/.test(pixelFormat);
}

/**
 * The colours of the 8-bit I420 pictures made from such a stream. Missing tags are read as
 * players read them.
 */
export function resolvePictureColor(tags: ColorTags, height: number): PictureColor {
	const rgb = isRgb(tags.pixelFormat);
	const full = !rgb && (tags.range === "pc" || tags.pixelFormat.startsWith("yuvj"));
	return {
		// RGB has full range and becomes limited, which every encoder and decoder takes.
		range: full ? "full" : "limited",
		matrix: rgb ? (height > 576 ? "bt709" : "bt601") : matrixOf(tags.space, height),
		chromaSiting: isChroma420(tags.pixelFormat) ? sitingOf(tags.chromaLocation, full) : "left",
	};
}

function matrixOf(space: string | undefined, height: number): PictureColor["matrix"] {
	switch (space) {
		case "bt709":
			return "bt709";
		case "smpte170m":
		case "bt470bg":
		case "fcc":
			return "bt601";
		case "bt2020nc":
		case "bt2020c":
			return "bt2020";
		default:
			// Untagged video: standard definition was BT.601, all above is BT.709.
			return height > 576 ? "bt709" : "bt601";
	}
}

/** Untagged: MPEG video is left-sited (H.264, E.2.1), JPEG centred (JFIF 1.02). */
function sitingOf(location: string | undefined, full: boolean): PictureColor["chromaSiting"] {
	if (location === "left" || location === "center" || location === "topleft") return location;
	return full ? "center" : "left";
}
