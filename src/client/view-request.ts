import { MAX_VIEW_SIDE, MIN_VIEW_SIDE } from "../protocol/control-message.ts";

/** The picture that a client asks for, in pixels of one eye. */
export interface ViewRequest {
	readonly width: number;
	readonly height: number;
	/** 2: a picture for each eye, if the source has two. Absent: one picture. */
	readonly eyes?: 2;
}

/** A larger ratio of two shapes is worth a change; a smaller one is cropped. */
const OTHER_SHAPE = 1.15;
/**
 * If the element has this many times the picture's pixels, the picture is too coarse.
 */
const TOO_COARSE = 2;
/**
 * If the element has less than this share of the picture's pixels, much is drawn in
 * vain.
 */
const TOO_FINE = 0.9;

/**
 * Makes a request that the protocol allows: even sides within 64 to 4096, in the given
 * shape.
 * @returns `undefined` for an element without a size.
 */
export function viewRequestFrom(width: number, height: number, eyes: 1 | 2 = 1): ViewRequest | undefined {
	if (!(width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height))) return undefined;
	const shrink = Math.min(1, MAX_VIEW_SIDE / Math.max(width, height));
	const side = (length: number) => Math.max(MIN_VIEW_SIDE, 2 * Math.round((length * shrink) / 2));
	return { width: side(width), height: side(height), ...(eyes === 2 && { eyes }) };
}

/**
 * @returns whether `wanted` differs enough from `present` to be worth the restart of an
 * encoder.
 */
export function isWorthChanging(present: ViewRequest, wanted: ViewRequest): boolean {
	const shape = (wanted.width / wanted.height) * (present.height / present.width);
	const size = (wanted.width * wanted.height) / (present.width * present.height);
	return present.eyes !== wanted.eyes || ratio(shape) > OTHER_SHAPE || size > TOO_COARSE || size < TOO_FINE;
}

function ratio(factor: number): number {
	return Math.max(factor, 1 / factor);
}
