import type { Quaternion } from "../media/rotation.ts";
import type { Vector3 } from "../skeleton/vector.ts";

/**
 * The direction to look in: the orientation of the viewer's head, and its position if
 * known.
 */
export interface Look {
	/** `worldFromHead`: +X right, +Y up, -Z forward. Length 1. */
	readonly orientation: Quaternion;
	/** The head's position, metres. */
	readonly position?: Vector3 | undefined;
	/** Horizontal field of view, degrees. */
	readonly fovDeg?: number | undefined;
}
