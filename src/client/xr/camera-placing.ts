import { multiplyQuaternions, type Quaternion, quaternionFromAngles } from "../../media/rotation.ts";
import {
	composeTransforms,
	invertTransform,
	type RigidTransform,
	rotateVector,
	subtract,
} from "../../skeleton/rigid-transform.ts";
import type { Vector3 } from "../../skeleton/vector.ts";

/** Distance of a panel from the wearer, metres. */
const DISTANCE_M = 1.4;
/** Directions of the first panels from straight ahead, degrees: right, left, then beyond them. */
const YAWS_DEG = [38, -38, 76, -76, 114, -114, 152, -152];
/** Below straight ahead, degrees. */
const PITCH_DEG = -8;

/** The place of a panel that nobody has moved: beside the view, facing the wearer. */
export function placeBeside(index: number, head: Vector3, headYawDeg: number): RigidTransform {
	return placeAt(head, headYawDeg + YAWS_DEG[index % YAWS_DEG.length]!, PITCH_DEG, DISTANCE_M);
}

/** The place of a panel that faces the wearer, in a direction of the room. */
export function placeAt(head: Vector3, yawDeg: number, pitchDeg: number, distanceM: number): RigidTransform {
	const rotation = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 });
	const [x, y, z] = rotateVector(rotation, [0, 0, -distanceM]);
	return { position: [head[0] + x, head[1] + y, head[2] + z], rotation };
}

/**
 * Distance at which a ray meets a panel, metres; NaN if it does not.
 *
 * @param ray at its origin, along its own -Z.
 * @param size of the panel, metres.
 */
export function distanceAlong(ray: RigidTransform, panel: RigidTransform, size: readonly [number, number]): number {
	return meetingOf(ray, panel, size)?.distance ?? Number.NaN;
}

/** A place on a panel where a ray meets it. */
export interface Meeting {
	/** From the ray's origin, metres. */
	readonly distance: number;
	/** From the panel's middle to the right and up, metres. */
	readonly x: number;
	readonly y: number;
}

/** Finds where a ray meets a panel, as `distanceAlong` does; `undefined`: it does not. */
export function meetingOf(
	ray: RigidTransform,
	panel: RigidTransform,
	size: readonly [number, number],
): Meeting | undefined {
	const panelFromWorld = invertTransform(panel);
	const [x, y, z] = rotateVector(panelFromWorld.rotation, subtract(ray.position, panel.position));
	const toPanel: Quaternion = multiplyQuaternions(panelFromWorld.rotation, ray.rotation);
	const [dx, dy, dz] = rotateVector(toPanel, [0, 0, -1]);
	const distance = -z / dz;
	if (!(distance > 0)) return undefined;
	const meeting = { distance, x: x + dx * distance, y: y + dy * distance };
	return Math.abs(meeting.x) <= size[0] / 2 && Math.abs(meeting.y) <= size[1] / 2 ? meeting : undefined;
}

/** The place of a panel that a hand has carried from one place of its own to another. */
export function carried(panel: RigidTransform, before: RigidTransform, now: RigidTransform): RigidTransform {
	return composeTransforms(now, composeTransforms(invertTransform(before), panel));
}
