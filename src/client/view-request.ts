import { MAX_VIEW_SIDE, MIN_VIEW_SIDE } from "../protocol/control-message.ts";

/** Size of a picture, pixels of one eye. */
export interface ViewSize {
	readonly width: number;
	readonly height: number;
	/** 2: one for each eye, if the source has two. Left out: 1. */
	readonly eyes?: 2;
}

/** Shapes that differ by less are served well enough by cropping. */
const OTHER_SHAPE = 1.15;
/** With this many times more pixels of the same shape the picture is too coarse. */
const TOO_COARSE = 2;
/** With less than this share of the pixels much is drawn that cannot be seen. */
const TOO_FINE = 0.9;

/**
 * @returns `width` x `height` as the protocol takes it: even, the sides within 64 to 4096, the
 * shape kept; `undefined` of nothing.
 */
export function viewSizeFrom(width: number, height: number, eyes: 1 | 2 = 1): ViewSize | undefined {
	if (!(width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height))) return undefined;
	const shrink = Math.min(1, MAX_VIEW_SIDE / Math.max(width, height));
	const side = (length: number) => Math.max(MIN_VIEW_SIDE, 2 * Math.round((length * shrink) / 2));
	return { width: side(width), height: side(height), ...(eyes === 2 && { eyes }) };
}

/**
 * Whether a view of size `wanted` is worth an encoder's new start, when `present` was asked for
 * before.
 */
export function isWorthChanging(present: ViewSize, wanted: ViewSize): boolean {
	const shape = (wanted.width / wanted.height) * (present.height / present.width);
	const size = (wanted.width * wanted.height) / (present.width * present.height);
	return present.eyes !== wanted.eyes || ratio(shape) > OTHER_SHAPE || size > TOO_COARSE || size < TOO_FINE;
}

function ratio(factor: number): number {
	return Math.max(factor, 1 / factor);
}
