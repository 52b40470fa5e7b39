/** Pixels of a picture. */
export interface ViewSize {
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
}

/** Widest and highest shapes that are drawn: a phone held upright is 1 to 2.2. */
const MAX_ASPECT = 2.4;
/** A wish for less than this share of the pixels is followed: drawing more would be work that nobody sees. */
const WORTH_SHRINKING = 0.5;
/** Shapes that differ by less are the same: a browser's window bar is no reason for another size. */
const SAME_SHAPE = 0.02;
const LEAST_SIDE = 64;

/**
 * The size to draw for a viewer that would like `wish`: its shape, and as many pixels as are configured, or fewer if it wishes for much fewer.
 * Work and bits stay what was configured, whatever the shape.
 */
export function viewSizeFor(configured: ViewSize, wish: ViewSize): ViewSize {
	const most = configured.width * configured.height;
	const wished = wish.width * wish.height;
	const pixels = wished < WORTH_SHRINKING * most ? wished : most;
	const aspect = Math.min(MAX_ASPECT, Math.max(1 / MAX_ASPECT, wish.width / wish.height));
	const configuredAspect = configured.width / configured.height;
	if (pixels === most && Math.abs(aspect / configuredAspect - 1) < SAME_SHAPE)
		return { width: configured.width, height: configured.height };
	return { width: evenSide(Math.sqrt(pixels * aspect)), height: evenSide(Math.sqrt(pixels / aspect)) };
}

/** Bounds of every size that `viewSizeFor` gives for `configured`. */
export function largestViewSize(configured: ViewSize): ViewSize {
	const side = evenSide(Math.sqrt(configured.width * configured.height * MAX_ASPECT)) + 2;
	return { width: Math.max(side, configured.width), height: Math.max(side, configured.height) };
}

function evenSide(length: number): number {
	return Math.max(LEAST_SIDE, 2 * Math.round(length / 2));
}
