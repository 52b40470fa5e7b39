import type { FoveatedWish } from "../media/foveation.ts";
import { type EyeFrustum, isFrustum } from "../media/frustum.ts";
import type { ViewMessage } from "../protocol/control-message.ts";
import { MAX_VIEW_SIDE, MIN_VIEW_SIDE } from "../protocol/control-writing.ts";

/** A wish for a view beyond its size. */
export interface ViewRequestOptions {
	/**
	 * 2: a picture of that size for each eye, if the source has two.
	 * @default 1
	 */
	readonly eyes?: 1 | 2 | undefined;
	/**
	 * The cameras of the eyes, the left one first: one for each of `eyes`.
	 * @default square pixels, and the field of view of the head
	 */
	readonly frusta?: readonly EyeFrustum[] | undefined;
	/**
	 * A squeeze towards the edges: the middle is as sharp as a flat view of that size, with 0.6 of
	 * its pixels, with `frusta` 0.5.
	 * @default false
	 */
	readonly foveated?: FoveatedWish | undefined;
	/**
	 * The size is a choice of the viewer: it is requested at once, also if it differs little.
	 * @default false
	 */
	readonly atOnce?: boolean | undefined;
}

/** The picture that a client asks for, in pixels of one eye. */
export type ViewRequest = Omit<ViewMessage, "type">;

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
 * Numbers of frusta have this many steps for 1: a hundredth of a pixel. A headset's turned eyes are
 * stated anew in each frame, and differ in their last digits.
 */
const FRUSTUM_STEPS = 1e5;

/**
 * Makes a request that the protocol allows: even sides within 64 to 4096, in the given
 * shape, and frusta only if all of them can be drawn.
 * @returns `undefined` for an element without a size.
 */
export function viewRequestFrom(
	width: number,
	height: number,
	{ eyes = 1, frusta, foveated = false }: ViewRequestOptions = {},
): ViewRequest | undefined {
	if (!(width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height))) return undefined;
	const shrink = Math.min(1, MAX_VIEW_SIDE / Math.max(width, height));
	const side = (length: number) => Math.max(MIN_VIEW_SIDE, 2 * Math.round((length * shrink) / 2));
	return {
		width: side(width),
		height: side(height),
		...(eyes === 2 && { eyes }),
		...(frusta?.every((frustum) => isFrustum(frustum)) && { frusta: frusta.map(frustumToWire) }),
		...(foveated !== false && { foveated: foveationToWire(foveated) }),
	};
}

/** Eyes that a device has lost sight of look straight ahead: NaN is no JSON. */
function foveationToWire(wish: Exclude<FoveatedWish, false>): NonNullable<ViewRequest["foveated"]> {
	if (wish === true || !wish.gaze.every(Number.isFinite)) return true;
	return { gaze: [wish.gaze[0], wish.gaze[1]] };
}

function frustumToWire({ left, right, up, down, headFromEye }: EyeFrustum): NonNullable<ViewRequest["frusta"]>[number] {
	const rounded = (number: number) => Math.round(number * FRUSTUM_STEPS) / FRUSTUM_STEPS;
	const sides = { left: rounded(left), right: rounded(right), up: rounded(up), down: rounded(down) };
	if (headFromEye === undefined) return sides;
	const [x, y, z, w] = headFromEye;
	return { ...sides, q: [rounded(x), rounded(y), rounded(z), rounded(w)] };
}

/**
 * @returns whether two requests differ in what costs no key frame, and so is worth a message at
 * any time: the cameras of the eyes, and the gaze.
 */
export function differsInShape(present: ViewRequest, wanted: ViewRequest): boolean {
	const shapeOf = ({ frusta, foveated }: ViewRequest) => JSON.stringify([frusta, foveated]);
	return shapeOf(present) !== shapeOf(wanted);
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
