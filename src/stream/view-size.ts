import type { EyeCount } from "../media/panorama.ts";

/** Pixels of one eye's view. */
export interface EyeViewSize {
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
}

/**
 * What is drawn for a viewer: one view for both eyes, or two of this size, the left one on top of
 * the right one in one picture.
 */
export interface ViewSize extends EyeViewSize {
	readonly eyes: EyeCount;
}

/** Whether both have the same width, height and number of eyes. */
export function sameViewSize(a: ViewSize, b: ViewSize): boolean {
	return a.width === b.width && a.height === b.height && a.eyes === b.eyes;
}

/** What a client would like; without `eyes` it can show one. */
export interface ViewWish extends EyeViewSize {
	readonly eyes?: EyeCount | undefined;
}

/** Widest and highest shapes that are drawn: a phone held upright is 1 to 2.2. */
const MAX_ASPECT = 2.4;
/**
 * Shapes that differ by less are the same: a browser's window bar is no reason for another size.
 */
const SAME_SHAPE = 0.02;
/** Shortest side of a view, pixels. */
export const LEAST_SIDE = 64;
/** Highest view of which two still make one picture that encoders take. */
const MAX_HEIGHT_OF_TWO = 4096;

/**
 * The size to draw for a viewer that would like `wish`: its shape, and as many pixels as are
 * configured, or as the wish has if that is fewer. The shape changes neither work nor bits. With
 * two eyes each gets this size: twice the work, for the same bits. A source with one eye is drawn
 * once all the same, in this size.
 */
export function viewSizeFor(configured: EyeViewSize, wish: ViewWish): ViewSize {
	const { eyes = 1 } = wish;
	const aspect = Math.min(MAX_ASPECT, Math.max(1 / MAX_ASPECT, wish.width / wish.height));
	const most = configured.width * configured.height;
	const wished = wish.width * wish.height;
	// More than the window has would be work that nobody sees.
	const affordable = Math.min(wished, most);
	const pixels = eyes === 2 ? Math.min(affordable, MAX_HEIGHT_OF_TWO ** 2 * aspect) : affordable;
	const configuredAspect = configured.width / configured.height;
	if (pixels === most && Math.abs(aspect / configuredAspect - 1) < SAME_SHAPE)
		return { width: configured.width, height: configured.height, eyes };
	return { width: evenSide(Math.sqrt(pixels * aspect)), height: evenSide(Math.sqrt(pixels / aspect)), eyes };
}

/** Bounds of every size that `viewSizeFor` gives for `configured`. */
export function largestViewSize(configured: EyeViewSize): EyeViewSize {
	const side = evenSide(Math.sqrt(configured.width * configured.height * MAX_ASPECT)) + 2;
	return { width: Math.max(side, configured.width), height: Math.max(side, configured.height) };
}

function evenSide(length: number): number {
	return Math.max(LEAST_SIDE, 2 * Math.round(length / 2));
}
