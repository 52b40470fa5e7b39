/// <reference types="webxr" />

import type { RigidTransform } from "../../skeleton/rigid-transform.ts";

/**
 * The place from which a hand or controller points, along its own -Z, in `space`; `undefined` while
 * it is not tracked.
 */
export function pointingOf(
	frame: XRFrame,
	{ targetRaySpace }: XRInputSource,
	space: XRReferenceSpace,
): RigidTransform | undefined {
	const transform = frame.getPose(targetRaySpace, space)?.transform;
	if (transform === undefined) return undefined;
	const { position: p, orientation: q } = transform;
	return { position: [p.x, p.y, p.z], rotation: [q.x, q.y, q.z, q.w] };
}
