import { assert } from "../media/assert.ts";
import type { PictureGeometry } from "../media/encoded-packet.ts";
import type { Foveation } from "../media/foveation.ts";
import type { Frustum } from "../media/frustum.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { IDENTITY, RAD_PER_DEG } from "../media/rotation.ts";
import type { View } from "../media/view.ts";
import { clampLensFov, lensProjection, type ViewerLens } from "../media/viewer-lens.ts";
import { shareableProjection } from "./stored-format.ts";
import type { ViewPose } from "./view-mailbox.ts";
import { shapedViews, type ViewShape } from "./view-shape.ts";
import type { EyeViewSize, ViewSize } from "./view-size.ts";

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

/** A lens, and the shape of the view through it where the lens is flat. */
export interface ShapedLens {
	readonly lens: ViewLens;
	readonly shape?: ViewShape | undefined;
}

/** The views of a picture, and how they differ from a flat view with square pixels. */
export interface LensedViews extends PictureGeometry {
	/** One for all eyes, or one for each. */
	readonly views: readonly [View, (View | undefined)?];
	/** Horizontal field of view of the left one, radians. */
	readonly fovRad: number;
}

/** Direction and field of view of a pose. */
type LookPose = Pick<ViewPose, "worldFromView" | "fovRad">;

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
	through(lens: ViewLens, { width, height }: EyeViewSize, pose: LookPose, source: ProjectionSpec | undefined): View {
		if (source?.kind === "none")
			return { lens: "projection", width, height, projection: source, worldFromView: IDENTITY };
		const { worldFromView, fovRad } = poseInBounds(lens, pose);
		const projection = typeof lens === "string" ? this.#projectionOf(lens, fovRad) : lens;
		if (projection !== undefined) return { lens: "projection", width, height, projection, worldFromView };
		return { lens: "pinhole", width, height, fovRad, worldFromView };
	}

	/**
	 * All views of a picture through a lens and in a shape, of `size.eyes` eyes. The field of view
	 * is brought into the lens's bounds.
	 */
	all(
		{ lens, shape }: ShapedLens,
		size: ViewSize,
		wishedPose: LookPose,
		source: ProjectionSpec | undefined,
	): LensedViews {
		const pose = poseInBounds(lens, wishedPose);
		const name = source?.kind === "none" ? "none" : typeof lens === "string" ? lens : "custom";
		if (name !== "flat" || shape === undefined)
			return { lens: name, views: [this.through(lens, size, pose, source)], fovRad: pose.fovRad };
		const { views, frusta, foveation } = shapedViews(shape, size, pose);
		const [left, right] = views.map(({ frustum, worldFromView }): View => {
			const projection = shapedProjection(frustum, foveation);
			return { lens: "projection", width: size.width, height: size.height, projection, worldFromView };
		});
		assert(left !== undefined, "A picture has a view.");
		const [first] = frusta;
		return {
			lens: foveation ? "foveated" : "flat",
			views: [left, right],
			frusta,
			foveation,
			fovRad: first ? Math.atan(first.left) + Math.atan(first.right) : pose.fovRad,
		};
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

/** A pose as a lens can show it. Projections of the application zoom with nobody. */
function poseInBounds(lens: ViewLens, { worldFromView, fovRad }: LookPose): LookPose {
	if (typeof lens !== "string") return { worldFromView, fovRad };
	return { worldFromView, fovRad: clampLensFov(lens, fovRad / RAD_PER_DEG) * RAD_PER_DEG };
}

function shapedProjection(frustum: Frustum, foveation: Foveation | undefined): ProjectionSpec {
	const degrees = (tangent: number) => Math.atan(tangent) / RAD_PER_DEG;
	const { left, right, up, down } = frustum;
	const anglesDeg = { left: degrees(left), right: degrees(right), up: degrees(up), down: degrees(down) };
	if (foveation === undefined) return { kind: "perspective", anglesDeg };
	const { gaze, strength } = foveation;
	return { kind: "foveated", anglesDeg, gazeDeg: [degrees(gaze[0]), -degrees(gaze[1])], strength };
}
