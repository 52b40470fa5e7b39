import type { Quaternion } from "./rotation.ts";

/**
 * What a viewer sees of the world: a pinhole camera at the centre of the panorama. Every field may
 * change from one frame to the next.
 */
export interface View {
	/** Even. */
	readonly width: number;
	/** Even. */
	readonly height: number;
	/** Horizontal field of view, radians. The vertical one follows from square pixels. */
	readonly fovRad: number;
	/** Turns the view's axes (+X right, +Y up, -Z into the picture) into the world's. */
	readonly worldFromView: Quaternion;
}

/** Narrowest and widest horizontal field of view that is drawn, degrees. */
export const MIN_FOV_DEG = 20;
export const MAX_FOV_DEG = 150;
