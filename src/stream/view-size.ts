import type { FoveatedWish } from "../media/foveation.ts";
import type { Frustum } from "../media/frustum.ts";
import type { EyeCount } from "../media/panorama.ts";
import type { Quaternion } from "../media/rotation.ts";

/** Size of one eye's view, pixels. */
export interface EyeViewSize {
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
}

/**
 * Size and number of a viewer's views: one for both eyes, or two of this size in
 * one picture, the left one on top of the right one.
 */
export interface ViewSize extends EyeViewSize {
	readonly eyes: EyeCount;
}

/** True if both have the same width, height and number of eyes. */
export function sameViewSize(a: ViewSize, b: ViewSize): boolean {
	return a.width === b.width && a.height === b.height && a.eyes === b.eyes;
}

/** The size that a client asks for; without `eyes` it can show one view. */
export interface ViewWish extends EyeViewSize {
	readonly eyes?: EyeCount | undefined;
	/** The cameras of the eyes, as the protocol has them: tangents. */
	readonly frusta?: readonly WishedFrustum[] | undefined;
	readonly foveated?: FoveatedWish | undefined;
}

/** A frustum, and the quaternion that turns the eye's axes into the head's. */
interface WishedFrustum extends Frustum {
	readonly q?: Quaternion | undefined;
}

/** Widest shape that is drawn, and upright the narrowest: a phone held upright is 1 to 2.2. */
const MAX_ASPECT = 2.4;
/**
 * Shapes that differ by less are the same: the bar of a window is no reason for
 * another size.
 */
const SAME_SHAPE = 0.02;
/** Shortest side of a view, pixels. */
export const LEAST_SIDE = 64;
/** Largest height of a view of which encoders still take two in one picture. */
const MAX_HEIGHT_OF_TWO = 4096;

/**
 * The size to draw for a viewer that asks for `wish`: the shape of the wish, and as
 * many pixels as are configured, or as the wish has if that is fewer. The shape
 * changes neither work nor bits. With two eyes each view has this size: twice the
 * work, for the same bits. A source with one eye is drawn once, in this size.
 */
export function viewSizeFor(configured: EyeViewSize, wish: ViewWish): ViewSize {
	const { eyes = 1 } = wish;
	const aspect = Math.min(MAX_ASPECT, Math.max(1 / MAX_ASPECT, wish.width / wish.height));
	const most = configured.width * configured.height;
	const wished = wish.width * wish.height;
	// More pixels than the client's window has would be invisible work.
	const affordable = Math.min(wished, most);
	const pixels = eyes === 2 ? Math.min(affordable, MAX_HEIGHT_OF_TWO ** 2 * aspect) : affordable;
	const configuredAspect = configured.width / configured.height;
	if (pixels === most && Math.abs(aspect / configuredAspect - 1) < SAME_SHAPE)
		return { width: configured.width, height: configured.height, eyes };
	return { width: evenSide(Math.sqrt(pixels * aspect)), height: evenSide(Math.sqrt(pixels / aspect)), eyes };
}

/** Upper bounds of the sizes that `viewSizeFor` returns for `configured`. */
export function largestViewSize(configured: EyeViewSize): EyeViewSize {
	const side = evenSide(Math.sqrt(configured.width * configured.height * MAX_ASPECT)) + 2;
	return { width: Math.max(side, configured.width), height: Math.max(side, configured.height) };
}

function evenSide(length: number): number {
	return Math.max(LEAST_SIDE, 2 * Math.round(length / 2));
}
