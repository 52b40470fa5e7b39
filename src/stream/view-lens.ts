import type { ProjectionSpec } from "../media/projection.ts";
import { IDENTITY, RAD_PER_DEG } from "../media/rotation.ts";
import type { View } from "../media/view.ts";
import { clampLensFov, lensProjection, type ViewerLens } from "../media/viewer-lens.ts";
import { shareableProjection } from "./stored-format.ts";
import type { ViewPose } from "./view-mailbox.ts";
import type { EyeViewSize } from "./view-size.ts";

/** A lens by name, which zooms with the viewer, or a projection that the application has set. */
export type ViewLens = ViewerLens | ProjectionSpec;

/**
 * A lens in a form that other threads can use: a projection of the application's own is tabulated.
 *
 * @param size of the view.
 * @throws {RangeError | TypeError} if the projection is impossible.
 */
export function shareableLens(lens: ViewLens, { width, height }: EyeViewSize): ViewLens {
	return typeof lens === "string" ? lens : shareableProjection(lens, width, height);
}

/**
 * Makes the views of one viewer. The projection of a lens stays the same object while nobody zooms,
 * so that a projector need not compare it.
 */
export class LensViews {
	#name: ViewerLens | undefined;
	#fovRad = Number.NaN;
	#projection: ProjectionSpec | undefined;

	/**
	 * The view through `lens`. A field of view that it can't show is brought into its bounds. A
	 * source without a sphere is shown as it is, whatever the lens and the direction.
	 */
	through(
		lens: ViewLens,
		{ width, height }: EyeViewSize,
		pose: Pick<ViewPose, "worldFromView" | "fovRad">,
		source: ProjectionSpec | undefined,
	): View {
		if (source?.kind === "none")
			return { lens: "projection", width, height, projection: source, worldFromView: IDENTITY };
		const { worldFromView } = pose;
		const projection = typeof lens === "string" ? this.#projectionOf(lens, pose.fovRad) : lens;
		if (projection !== undefined) return { lens: "projection", width, height, projection, worldFromView };
		const fovRad = clampLensFov("flat", pose.fovRad / RAD_PER_DEG) * RAD_PER_DEG;
		return { lens: "pinhole", width, height, fovRad, worldFromView };
	}

	#projectionOf(name: ViewerLens, fovRad: number): ProjectionSpec | undefined {
		if (name !== this.#name || fovRad !== this.#fovRad) {
			this.#projection = lensProjection(name, fovRad / RAD_PER_DEG);
			this.#name = name;
			this.#fovRad = fovRad;
		}
		return this.#projection;
	}
}
