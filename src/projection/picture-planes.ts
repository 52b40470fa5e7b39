import { assert } from "../media/assert.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import { type EyeCount, type PlaneLayout, stackedPictureLayout } from "../media/panorama.ts";
import { normalizeQuaternion } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG, type PinholeView, type View } from "../media/view.ts";
import { chromaSampling, LUMA_SAMPLING, type PlaneSampling } from "./plane-sampling.ts";
import type { PanoramaPicture } from "./projector.ts";

/** A plane of the view, and the plane of the panorama that it is drawn from. */
export interface DrawnPlane {
	/** Relative to the panorama's first byte. */
	readonly source: PlaneLayout;
	/** Relative to the view's first byte. */
	readonly target: PlaneLayout;
}

/** Planes that share their coordinates and are drawn together: luma of all eyes, or U with V. */
export interface PlaneGroup {
	readonly sampling: PlaneSampling;
	readonly planes: readonly [first: DrawnPlane, second?: DrawnPlane];
}

/**
 * The planes of an output picture with the planes of the panorama that they are drawn from. Chroma
 * is sited in the output as it is in the input.
 *
 * @param width pixels of one eye's view, as `height`.
 * @throws {RangeError} when a size is odd, or the panorama has fewer eyes or too few bytes.
 */
export function planeGroups(
	{ format, layout, data }: PanoramaPicture,
	width: number,
	height: number,
	eyes: EyeCount,
): readonly PlaneGroup[] {
	if (!(eyes <= format.eyes)) throw new RangeError(`A panorama of ${format.eyes} eye can't be drawn for ${eyes}.`);
	if (data.length < eyes * layout.byteLength) {
		const size = `${format.width}x${format.height}`;
		const byteLength = eyes * layout.byteLength;
		throw new RangeError(`A panorama of ${size} for ${eyes} has ${byteLength} bytes; got ${data.length}.`);
	}
	const sampling = chromaSampling(format.color.chromaSiting);
	const [left, right] = Array.from({ length: eyes }, (_, eye) => {
		const target = stackedPictureLayout(width, height, eyes, eye);
		const plane = (name: "y" | "u" | "v"): DrawnPlane => {
			const source = layout[name];
			return { source: { ...source, offset: source.offset + eye * layout.byteLength }, target: target[name] };
		};
		return { y: plane("y"), u: plane("u"), v: plane("v") };
	});
	assert(left !== undefined, "A picture is for at least one eye.");
	const luma = right === undefined ? ([left.y] as const) : ([left.y, right.y] as const);
	const leftChroma: PlaneGroup = { sampling, planes: [left.u, left.v] };
	const groups: PlaneGroup[] = [{ sampling: LUMA_SAMPLING, planes: luma }, leftChroma];
	if (right !== undefined) groups.push({ sampling, planes: [right.u, right.v] });
	return groups;
}

/**
 * Checks that a view of `width` x `height` of each of `eyes` fits `into` exactly.
 *
 * @throws {RangeError} when `into` has another size or too few bytes.
 */
export function requireRoom(into: I420Picture, width: number, height: number, eyes: EyeCount): void {
	if (into.width !== width || into.height !== height * eyes) {
		const size = `${width}x${height * eyes}`;
		throw new RangeError(
			`A view of ${width}x${height} is drawn into a picture of ${size}; got ${into.width}x${into.height}.`,
		);
	}
	const byteLength = (into.width * into.height * 3) / 2;
	if (into.data.length < byteLength)
		throw new RangeError(
			`A picture of ${into.width}x${into.height} has ${byteLength} bytes; got ${into.data.length}.`,
		);
}

/**
 * Checks that `view` can be drawn.
 *
 * @throws {RangeError} when the field of view is outside of MIN_FOV_DEG to MAX_FOV_DEG, or the
 * rotation is not finite or all zero.
 */
export function requireDrawableView(view: View): asserts view is PinholeView {
	if (view.lens !== "pinhole") throw new RangeError(`A view's lens is "pinhole"; got "${view.lens}".`);
	const { fovRad, worldFromView } = view;
	const fovDeg = (fovRad * 180) / Math.PI;
	// The slack is for degrees that went through radians and back.
	if (!(fovDeg >= MIN_FOV_DEG - 1e-9 && fovDeg <= MAX_FOV_DEG + 1e-9)) {
		throw new RangeError(
			`A view's horizontal field of view is ${MIN_FOV_DEG} to ${MAX_FOV_DEG} degrees; got ${fovDeg}.`,
		);
	}
	normalizeQuaternion(worldFromView);
}
