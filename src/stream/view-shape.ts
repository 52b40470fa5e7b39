import { type Foveation, foveatedShares, foveationFor } from "../media/foveation.ts";
import { type EyeFrustum, type Frustum, isFrustum, MIN_FRUSTUM_SPAN, symmetricFrustum } from "../media/frustum.ts";
import { matrixFromQuaternion, multiplyQuaternions, type Quaternion, RAD_PER_DEG } from "../media/rotation.ts";
import { checkedFrustum } from "../protocol/frame-message.ts";
import type { ViewPose } from "./view-mailbox.ts";
import { type EyeViewSize, LEAST_SIDE, type ViewSize, type ViewWish } from "./view-size.ts";

/** Pixels of a foveated view, as a share of a flat one's that is as sharp in the middle. */
const SHARE_OF_WINDOW = 0.6;
const SHARE_OF_HEADSET = 0.5;
/** Half the width of the view for which a foveated picture is measured: 90 degrees. */
const USUAL_HALF_WIDTH = 1;
/** Greatest angle between straight ahead and the gaze, to a side. */
const MAX_GAZE_DEG = 60;
/** Greatest tangent of a side that covers two turned eyes. */
const MAX_COVERING_TANGENT = 11;

/** The form of a flat view beyond one field of view and square pixels. */
export interface ViewShape {
	/** The cameras of the eyes, the left one first. @default square pixels, and the head's field */
	readonly frusta?: readonly EyeFrustum[] | undefined;
	/** The gaze around which the view is squeezed: to the right and downward. @default it is not */
	readonly gaze?: readonly [across: number, down: number] | undefined;
	/** Width by height of the flat view, for shapes without frusta. */
	readonly aspect: number;
}

/** One eye's flat view. */
export interface ShapedView {
	readonly frustum: Frustum;
	readonly worldFromView: Quaternion;
}

/** The flat views of a picture, one or one for each eye, and how they are squeezed. */
export interface ShapedViews {
	readonly views: readonly ShapedView[];
	/** The sides of each view, as the frame message states them. */
	readonly frusta: readonly EyeFrustum[];
	readonly foveation: Foveation | undefined;
}

/** Pixels of a foveated view, as a share of a flat one's. */
function shareOf({ frusta }: ViewShape): number {
	return frusta === undefined ? SHARE_OF_WINDOW : SHARE_OF_HEADSET;
}

/**
 * The size of a view of this shape.
 * @param flat size of a flat view of the same sharpness.
 */
export function shapedSize(flat: EyeViewSize, shape: ViewShape): EyeViewSize {
	if (shape.gaze === undefined) return flat;
	const frustum = shape.frusta?.[0] ?? symmetricFrustum(USUAL_HALF_WIDTH, flat.width, flat.height);
	const [width, height] = foveatedShares(frustum, shareOf(shape));
	const side = (length: number) => Math.max(LEAST_SIDE, 2 * Math.round(length / 2));
	return { width: side(flat.width * width), height: side(flat.height * height) };
}

/**
 * The flat views to draw.
 *
 * @param eyes views in the picture. One view for two frusta covers both.
 * @param fovRad the head's field of view, for shapes without frusta.
 */
export function shapedViews(
	shape: ViewShape,
	{ width, height, eyes }: ViewSize,
	{ worldFromView: head, fovRad }: Pick<ViewPose, "worldFromView" | "fovRad">,
): ShapedViews {
	const wished: readonly EyeFrustum[] = shape.frusta ?? [symmetricFrustum(Math.tan(fovRad / 2), shape.aspect, 1)];
	const frusta = eyes === 1 ? [coveringFrustum(wished)] : [wished[0]!, wished[1] ?? wished[0]!];
	const views = frusta.map((frustum: EyeFrustum) => ({
		frustum,
		worldFromView: frustum.headFromEye ? multiplyQuaternions(head, frustum.headFromEye) : head,
	}));
	const foveation = shape.gaze && foveationFor(frusta[0]!, { width, height }, shareOf(shape), shape.gaze);
	return { views, frusta, foveation };
}

/** One frustum, not turned, that shows all that several show. */
function coveringFrustum(frusta: readonly EyeFrustum[]): EyeFrustum {
	if (frusta.length === 1) return frusta[0]!;
	const corners = frusta.flatMap(({ left, right, up, down, headFromEye = [0, 0, 0, 1] }) =>
		[-left, right].flatMap((x) => [-down, up].map((y) => turned(headFromEye, x, y))),
	);
	const side = (axis: 0 | 1, sign: 1 | -1) =>
		Math.max(
			...corners.map((corner) =>
				corner[2] < 0
					? Math.min(MAX_COVERING_TANGENT, (sign * corner[axis]) / -corner[2])
					: MAX_COVERING_TANGENT,
			),
		);
	const [left, right] = keptApart(side(0, -1), side(0, 1));
	const [up, down] = keptApart(side(1, 1), side(1, -1));
	return { left, right, up, down };
}

/** Two opposite sides, moved outward where a camera's turn has brought them too close. */
function keptApart(side: number, opposite: number): readonly [side: number, opposite: number] {
	const lacking = Math.max(0, MIN_FRUSTUM_SPAN - side - opposite);
	return [side + lacking / 2, opposite + lacking / 2];
}

/** The ray through a place of an eye's picture plane at distance 1, in the head's axes. */
function turned(headFromEye: Quaternion, x: number, y: number): readonly [x: number, y: number, z: number] {
	const m = matrixFromQuaternion(headFromEye);
	return [m[0] * x + m[1] * y - m[2], m[3] * x + m[4] * y - m[5], m[6] * x + m[7] * y - m[8]];
}

/**
 * The shape that a client wishes.
 *
 * @param wish from the protocol; frusta that are impossible, or too few for its eyes, are as none.
 * @param flat size of the flat view.
 */
export function shapeFor(wish: ViewWish, flat: EyeViewSize): ViewShape | undefined {
	const known = wish.frusta
		?.filter((frustum) => isFrustum(frustum))
		.flatMap(({ left, right, up, down, q }) => {
			const frustum = checkedFrustum([left, right, up, down], q);
			return frustum === undefined ? [] : [frustum];
		});
	const usable = known?.length === (wish.eyes ?? 1) ? known : undefined;
	const { foveated = false } = wish;
	if (usable === undefined && foveated === false) return undefined;
	const [right, up] = typeof foveated === "object" ? foveated.gaze : [0, 0];
	const tangent = (deg: number) => Math.tan(Math.min(MAX_GAZE_DEG, Math.max(-MAX_GAZE_DEG, deg)) * RAD_PER_DEG);
	return {
		aspect: flat.width / flat.height,
		...(usable && { frusta: usable }),
		...(foveated !== false && { gaze: [tangent(right), -tangent(up)] as const }),
	};
}
