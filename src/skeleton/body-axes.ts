import { add, cross, directionOf, type RigidTransform, rotationFromAxes, subtract } from "./rigid-transform.ts";
import { positionAt, type SkeletonPose } from "./skeleton-pose.ts";
import { SKELETONS } from "./tables/skeleton.ts";
import type { Vector3 } from "./vector.ts";

/** Bodies whose shoulders, hips and hands have a known place. */
export type BodyPose =
	| SkeletonPose<"Body">
	| SkeletonPose<"FullBody">
	| SkeletonPose<"WebXRBody">
	| SkeletonPose<"PicoBody">
	| SkeletonPose<"HtcBody">;

const TORSO = {
	Body: torso("Body", "LeftArmUpper", "RightArmUpper", "Hips"),
	FullBody: torso("FullBody", "LeftArmUpper", "RightArmUpper", "Hips"),
	WebXRBody: torso("WebXRBody", "left-arm-upper", "right-arm-upper", "hips"),
	PicoBody: torso("PicoBody", "LeftShoulder", "RightShoulder", "Pelvis"),
	HtcBody: torso("HtcBody", "LeftArm", "RightArm", "Pelvis"),
};

/**
 * Finds `worldFromBody`, the axes of a body, from positions alone.
 *
 * Origin: the shoulder centre, midway between the two shoulder joints (where the upper arms
 * begin). +X runs along the shoulders from left to right, +Y from the hips to the shoulder
 * centre, -Z forward, square to both. The line of the shoulders and the spine are seldom square
 * to each other. Each is turned by half of the error, which gives the rotation nearest to both
 * (the polar decomposition, as in XR Robot Teleop Server, whose axes are ROS's).
 * `levelTransform` removes the lean.
 *
 * @returns `undefined` if a shoulder or the hips are not tracked, or all three lie on a line.
 */
export function bodyAxes(pose: BodyPose): RigidTransform | undefined {
	const { leftShoulder, rightShoulder, hips } = TORSO[pose.skeleton];
	const [left, right, hip] = [
		positionAt(pose, leftShoulder),
		positionAt(pose, rightShoulder),
		positionAt(pose, hips),
	];
	if (left === undefined || right === undefined || hip === undefined) return undefined;
	const position: Vector3 = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2, (left[2] + right[2]) / 2];
	const across = directionOf(subtract(right, left));
	const up = directionOf(subtract(position, hip));
	const z = across && up && directionOf(cross(across, up));
	if (z === undefined) return undefined;
	// The lines midway between the two and square to that are square to each other whatever the
	// angle; 45 degrees from both lie the axes.
	const between = directionOf(add(across!, up!))!;
	const beside = directionOf(subtract(across!, up!))!;
	const x = directionOf(add(between, beside))!;
	return { position, rotation: rotationFromAxes(x, cross(z, x), z) };
}

function torso<Type extends BodyPose["skeleton"]>(
	skeleton: Type,
	left: keyof (typeof SKELETONS)[Type]["bones"],
	right: keyof (typeof SKELETONS)[Type]["bones"],
	hips: keyof (typeof SKELETONS)[Type]["bones"],
): { readonly leftShoulder: number; readonly rightShoulder: number; readonly hips: number } {
	const bones = SKELETONS[skeleton].bones as Record<PropertyKey, number>;
	return { leftShoulder: bones[left]!, rightShoulder: bones[right]!, hips: bones[hips]! };
}
