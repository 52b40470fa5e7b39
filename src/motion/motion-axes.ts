import type { BoneTable } from "../skeleton/bone-table.ts";

/**
 * The axes of a recording's numbers. `flu`, as XR Robot Teleop Server writes: right-handed, X
 * forward, Y left, Z up (ROS REP 103). `unity`, as its headset client sends: left-handed, X
 * right, Y up, Z forward.
 */
export const MOTION_AXES = ["flu", "unity"] as const;
/** One of `MOTION_AXES`. */
export type MotionAxes = (typeof MOTION_AXES)[number];

/**
 * Turns bones in world axes (right-handed, X right, Y up, -Z forward) into a recording's, in
 * place. Only the order of numbers and their signs change, also of zeros, so that the inverse
 * is exact.
 *
 * From Unity to FLU: position (z, -x, y) and rotation (-qz, qx, -qy, qw); the world is Unity
 * with position (x, y, -z) and rotation (-qx, -qy, qz, qw).
 */
export function fileFromWorld(axes: MotionAxes, { ids, positions, rotations }: BoneTable): void {
	const flu = axes === "flu";
	for (let bone = 0; bone < ids.length; bone++) {
		const p = bone * 3;
		const q = bone * 4;
		const [x, y, z] = [positions[p]!, positions[p + 1]!, positions[p + 2]!];
		const [qx, qy, qz] = [rotations[q]!, rotations[q + 1]!, rotations[q + 2]!];
		positions[p] = flu ? -z : x;
		positions[p + 1] = flu ? -x : y;
		positions[p + 2] = flu ? y : -z;
		rotations[q] = flu ? -qz : -qx;
		rotations[q + 1] = flu ? -qx : -qy;
		rotations[q + 2] = flu ? qy : qz;
	}
}

/** The inverse of `fileFromWorld`. */
export function worldFromFile(axes: MotionAxes, { ids, positions, rotations }: BoneTable): void {
	const flu = axes === "flu";
	for (let bone = 0; bone < ids.length; bone++) {
		const p = bone * 3;
		const q = bone * 4;
		const [x, y, z] = [positions[p]!, positions[p + 1]!, positions[p + 2]!];
		const [qx, qy, qz] = [rotations[q]!, rotations[q + 1]!, rotations[q + 2]!];
		positions[p] = flu ? -y : x;
		positions[p + 1] = flu ? z : y;
		positions[p + 2] = flu ? -x : -z;
		rotations[q] = flu ? -qy : -qx;
		rotations[q + 1] = flu ? qz : -qy;
		rotations[q + 2] = flu ? -qx : qz;
	}
}
