import type { Quaternion } from "../media/rotation.ts";
import type { Vector3 } from "../skeleton/vector.ts";

/** Where to look: what a client knows of its head. */
export interface Look {
	/** `worldFromHead`: +X right, +Y up, -Z forward. Length 1. */
	readonly orientation: Quaternion;
	/** Metres. */
	readonly position?: Vector3 | undefined;
	/** Horizontal field of view, degrees. */
	readonly fovDeg?: number | undefined;
}
