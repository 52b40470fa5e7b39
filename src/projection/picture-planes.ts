import { type EyeCount, type PlaneLayout, stackedPictureLayout } from "../media/panorama.ts";
import { normalizeQuaternion } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG, type View } from "../media/view.ts";
import { chromaSampling, LUMA_SAMPLING, type PlaneSampling } from "./plane-sampling.ts";
import type { PanoramaPicture } from "./projector.ts";

/**
 * One or two planes that share their coordinates, and are drawn together: luma of all eyes, U with
 * V.
 */
export interface PlaneGroup {
	readonly sampling: PlaneSampling;
	/** Of the panorama, relative to its first byte. */
	readonly sources: readonly PlaneLayout[];
	/** Of the view, relative to its first byte. */
	readonly targets: readonly PlaneLayout[];
}

/**
 * The planes of an output picture with those of the panorama that they are drawn from. Chroma is
 * sited in the output as it is in the input.
 *
 * @param width of one eye's view, as `height`. @throws {RangeError} if the panorama has fewer eyes.
 */
export function planeGroups(
	{ format, layout }: PanoramaPicture,
	width: number,
	height: number,
	eyes: EyeCount,
): readonly PlaneGroup[] {
	if (!(eyes <= format.eyes)) throw new RangeError(`A panorama of ${format.eyes} eye can't be drawn for ${eyes}.`);
	const all = Array.from({ length: eyes }, (_, eye) => {
		const of = (plane: PlaneLayout): PlaneLayout => ({ ...plane, offset: plane.offset + eye * layout.byteLength });
		return {
			from: { y: of(layout.y), u: of(layout.u), v: of(layout.v) },
			to: stackedPictureLayout(width, height, eyes, eye),
		};
	});
	const luma = {
		sampling: LUMA_SAMPLING,
		sources: all.map(({ from }) => from.y),
		targets: all.map(({ to }) => to.y),
	};
	const sampling = chromaSampling(format.color.chromaSiting);
	return [luma, ...all.map(({ from, to }) => ({ sampling, sources: [from.u, from.v], targets: [to.u, to.v] }))];
}

/**
 * @throws {RangeError} if the field of view is outside of MIN_FOV_DEG to MAX_FOV_DEG, or the
 * rotation is not finite or all zero.
 */
export function requireDrawableView({ fovRad, worldFromView }: View): void {
	const fovDeg = (fovRad * 180) / Math.PI;
	// The slack is for degrees that went through radians and back.
	if (!(fovDeg >= MIN_FOV_DEG - 1e-9 && fovDeg <= MAX_FOV_DEG + 1e-9)) {
		throw new RangeError(
			`A view's horizontal field of view is ${MIN_FOV_DEG} to ${MAX_FOV_DEG} degrees; got ${fovDeg}.`,
		);
	}
	normalizeQuaternion(worldFromView);
}
