import type { SphericalMetadata } from "../metadata/statements.ts";
import { panoramasIn, type StereoLayout } from "./stereo.ts";

/**
 * The longest side of a completed panorama: a few bytes of metadata must not cost gigabytes.
 */
const LONGEST_SIDE = 16_384;

interface Size {
	readonly width: number;
	readonly height: number;
}

/**
 * FFmpeg's filters that put a picture of a part of the sphere at its place in a whole panorama,
 * with black around it, for each eye.
 *
 * @param size of the upright pictures, with all eyes
 * @param bounds missing part at each side of an eye's panorama, 0 to 1
 * @returns no filters when nothing is missing, or when a whole panorama would be longer than
 * 16384 pixels.
 */
export function sphereFilters(size: Size, bounds: SphericalMetadata["bounds"], layout: StereoLayout): string[] {
	const { across, down } = panoramasIn(layout);
	const eye = { width: size.width / across, height: size.height / down };
	const whole = wholeSphere(eye, bounds);
	if (whole.width <= eye.width && whole.height <= eye.height) return [];
	const x = Math.min(even(bounds.left * whole.width), whole.width - eye.width);
	const y = Math.min(even(bounds.top * whole.height), whole.height - eye.height);
	const pad = `pad=w=${whole.width}:h=${whole.height}:x=${x}:y=${y}:color=black`;
	if (layout === "mono") return [pad];
	const second = across === 2 ? `x=${eye.width}:y=0` : `x=0:y=${eye.height}`;
	const crop = `crop=w=${eye.width}:h=${eye.height}`;
	return [
		`split=2[first][second];[first]${crop}:x=0:y=0,${pad}[firstwhole];[second]${crop}:${second},` +
			`${pad}[secondwhole];` +
			`[firstwhole][secondwhole]${across === 2 ? "hstack" : "vstack"}`,
	];
}

/**
 * The size of a panorama after it is completed to the whole sphere: its own when nothing is
 * missing or the whole would be too long.
 */
export function wholeSphere(picture: Size, { left, top, right, bottom }: SphericalMetadata["bounds"]): Size {
	const { width, height } = picture;
	const whole = { width: even(width / (1 - left - right)), height: even(height / (1 - top - bottom)) };
	const possible = whole.width <= LONGEST_SIDE && whole.height <= LONGEST_SIDE;
	return possible && left + top + right + bottom > 0 ? whole : { width, height };
}

function even(size: number): number {
	return Math.round(size / 2) * 2;
}
