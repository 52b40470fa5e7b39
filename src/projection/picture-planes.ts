import type { PictureLayout, PlaneLayout } from "../media/panorama.ts";
import { normalizeQuaternion } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG, type View } from "../media/view.ts";
import { chromaSampling, LUMA_SAMPLING, type PlaneSampling } from "./plane-sampling.ts";
import type { PanoramaPicture } from "./projector.ts";

/** Planes that share their coordinates, and are drawn together: luma alone, U with V. */
export interface PlaneGroup {
	readonly sampling: PlaneSampling;
	/** Of the panorama, relative to its first byte. */
	readonly sources: readonly PlaneLayout[];
	/** Of the view, relative to its first byte. */
	readonly targets: readonly PlaneLayout[];
}

/** The planes of an output picture with those of the panorama that they are drawn from. Chroma is sited in the output as it is in the input. */
export function planeGroups(panorama: PanoramaPicture, to: PictureLayout): readonly PlaneGroup[] {
	const from: PictureLayout = panorama.layout;
	return [
		{ sampling: LUMA_SAMPLING, sources: [from.y], targets: [to.y] },
		{ sampling: chromaSampling(panorama.format.color.chromaSiting), sources: [from.u, from.v], targets: [to.u, to.v] },
	];
}

/** @throws {RangeError} if `into` is no place for a view of this size. */
export function requirePlaceFor({ width, height }: View, { y, u, v }: PictureLayout): void {
	const fits = [y, u, v].every((plane, index) => {
		const step = index === 0 ? 1 : 2;
		return plane.width * step === width && plane.height * step === height && plane.stride >= plane.width;
	});
	if (!fits || u.stride !== v.stride)
		throw new RangeError(`The place for a view of ${width}x${height} has the size ${y.width}x${y.height}.`);
}

/** @throws {RangeError} if the field of view is outside of MIN_FOV_DEG to MAX_FOV_DEG, or the rotation is not finite or all zero. */
export function requireDrawableView({ fovRad, worldFromView }: View): void {
	const fovDeg = (fovRad * 180) / Math.PI;
	// The slack is for degrees that went through radians and back.
	if (!(fovDeg >= MIN_FOV_DEG - 1e-9 && fovDeg <= MAX_FOV_DEG + 1e-9)) {
		throw new RangeError(`A view's horizontal field of view is ${MIN_FOV_DEG} to ${MAX_FOV_DEG} degrees; got ${fovDeg}.`);
	}
	normalizeQuaternion(worldFromView);
}
