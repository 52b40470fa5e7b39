import { type EyeCount, leastPanoramaWidth, type PanoramaFormat, type PictureFormat } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { STEREO_LAYOUTS, type StereoLayout } from "../media/stereo-layout.ts";
import { SourceError } from "./video-source.ts";

export { STEREO_LAYOUTS, type StereoLayout } from "../media/stereo-layout.ts";

/** Values of the option `stereo`; `auto` goes by the file's metadata, then by its name. */
export const STEREO_CHOICES = ["auto", ...STEREO_LAYOUTS] as const;
export type StereoChoice = (typeof STEREO_CHOICES)[number];

/** One eye's part of a picture, counted in panoramas from the upper left corner. */
export interface EyePart {
	readonly column: 0 | 1;
	readonly row: 0 | 1;
}

const FIRST: EyePart = { column: 0, row: 0 };
const BELOW: EyePart = { column: 0, row: 1 };
const BESIDE: EyePart = { column: 1, row: 0 };

const PARTS: Readonly<Record<StereoLayout, readonly EyePart[]>> = {
	mono: [FIRST],
	"top-bottom": [FIRST, BELOW],
	"bottom-top": [BELOW, FIRST],
	"left-right": [FIRST, BESIDE],
	"right-left": [BESIDE, FIRST],
};

/** Values of the option `eye`: the eyes that are read of a picture for two. */
export const EYE_CHOICES = ["both", "left", "right"] as const;
export type EyeChoice = (typeof EYE_CHOICES)[number];

/** The panoramas across and down a picture, and those of them that are read, left eye first. */
export interface PicturePacking {
	readonly across: 1 | 2;
	readonly down: 1 | 2;
	readonly parts: readonly EyePart[];
}

/**
 * The packing of pictures of `layout`; `custom` shows each eye the whole picture.
 * @param eye only this eye's panorama is read
 */
export function packingOf(layout: StereoLayout | "custom", eye: EyeChoice = "both"): PicturePacking {
	const all = layout === "custom" ? [FIRST, FIRST] : eyeParts(layout);
	const one = all.at(eye === "left" ? 0 : -1);
	const parts = eye === "both" || one === undefined ? all : [one];
	return { ...panoramasIn(layout === "custom" ? "mono" : layout), parts };
}

/**
 * The eyes' parts of a picture, the left eye's first; one part if there is one panorama for both.
 */
export function eyeParts(layout: StereoLayout): readonly EyePart[] {
	return PARTS[layout];
}

/** Panoramas across and down a picture. */
export function panoramasIn(layout: StereoLayout): { readonly across: 1 | 2; readonly down: 1 | 2 } {
	const parts = PARTS[layout];
	return { across: parts.includes(BESIDE) ? 2 : 1, down: parts.includes(BELOW) ? 2 : 1 };
}

/**
 * Checks whether a picture of this size can be divided into panoramas of even size that are
 * large enough.
 */
export function isDivisible(
	layout: StereoLayout,
	{ width, height }: { readonly width: number; readonly height: number },
	projection?: ProjectionSpec,
): boolean {
	const { across, down } = panoramasIn(layout);
	return width % (2 * across) === 0 && height % (2 * down) === 0 && width / across >= leastPanoramaWidth(projection);
}

/**
 * The format of panoramas that pictures are divided into: one for each eye of the layout.
 *
 * @param label name of the source in an error
 * @param projection of one eye's picture. @default the whole sphere, equirectangular
 * @throws {SourceError} if they can't be divided into panoramas of even size.
 */
export function dividedFormat(
	{ width, height, color }: PictureFormat,
	layout: StereoLayout | "custom",
	label: string,
	projection?: ProjectionSpec,
): PanoramaFormat {
	const { across, down, parts } = packingOf(layout);
	if (layout !== "mono" && layout !== "custom" && !isDivisible(layout, { width, height }, projection)) {
		const eye = `${width / across}x${height / down}`;
		throw new SourceError(
			"failed",
			`The pictures of ${label} are ${width}x${height}: divided into two eyes, ${layout}, each is ` +
				`${eye}, but both sides have to be even and the width at least ${leastPanoramaWidth(projection)}. A ` +
				"filter can scale them; the stereo layout mono shows them as one sphere.",
		);
	}
	return { width: width / across, height: height / down, eyes: parts.length as EyeCount, color };
}
