import type { ProjectionSpec } from "./projection.ts";
import { type Quaternion, quaternionFromAngles, RAD_PER_DEG, type ViewAngles } from "./rotation.ts";

/**
 * The part of the world that a viewer sees. Every field may change from one frame to the next.
 */
export type View = PinholeView | ProjectedView;

/** A view through any projection: an eye's frustum, a little planet, a cubemap. */
export interface ProjectedView {
	readonly lens: "projection";
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
	readonly projection: ProjectionSpec;
	/** Turns the view's axes (+X right, +Y up, -Z into the picture) into the world's. */
	readonly worldFromView: Quaternion;
}

/** The view of a pinhole camera at the centre of the panorama. */
export interface PinholeView {
	readonly lens: "pinhole";
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
	/** Horizontal field of view, radians. The vertical one follows from square pixels. */
	readonly fovRad: number;
	/** Turns the view's axes (+X right, +Y up, -Z into the picture) into the world's. */
	readonly worldFromView: Quaternion;
}

/** Narrowest horizontal field of view that is drawn, degrees. */
export const MIN_FOV_DEG = 20;
/** Widest horizontal field of view that is drawn, degrees. */
export const MAX_FOV_DEG = 150;

/** Options of `viewFromAngles`. */
export interface ViewFromAnglesOptions extends Partial<ViewAngles> {
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
	/** Horizontal field of view, degrees. @default 90 */
	readonly fovDeg?: number | undefined;
}

/** A view in the direction of angles in degrees; angles that are not given are 0. */
export function viewFromAngles(options: ViewFromAnglesOptions): PinholeView {
	const { width, height, fovDeg = 90, yawDeg = 0, pitchDeg = 0, rollDeg = 0 } = options;
	const worldFromView = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg });
	return { lens: "pinhole", width, height, fovRad: fovDeg * RAD_PER_DEG, worldFromView };
}
