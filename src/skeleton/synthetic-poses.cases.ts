import { type Quaternion, quaternionFromAngles } from "../media/rotation.ts";
import type { HandedPose } from "./hand-pose.ts";
import { type RigidTransform, transformPoint } from "./rigid-transform.ts";
import { createSkeletonPose, type SkeletonPose, setBone } from "./skeleton-pose.ts";
import { FINGERS, handBones } from "./tables/hand-bones.ts";
import type { Side, SKELETONS, SkeletonType } from "./tables/skeleton.ts";
import type { Vector3 } from "./vector.ts";

export function randomRotation(random: () => number): Quaternion {
	return quaternionFromAngles({
		yawDeg: random() * 360 - 180,
		pitchDeg: random() * 180 - 90,
		rollDeg: random() * 360 - 180,
	});
}

export function randomTransform(random: () => number): RigidTransform {
	return { position: [random() * 2 - 1, random() * 2, random() * 2 - 1], rotation: randomRotation(random) };
}

/** A skeleton with every bone somewhere. */
export function randomPose<Type extends SkeletonType>(skeleton: Type, random: () => number): SkeletonPose<Type> {
	const pose = createSkeletonPose(skeleton);
	for (let bone = 0; bone < pose.boneCount; bone++) {
		const { position, rotation } = randomTransform(random);
		pose.positions.set(position, bone * 3);
		pose.rotations.set(rotation, bone * 4);
		pose.valid[bone] = 1;
	}
	return pose;
}

/** Where fingers begin, in the axes of a right hand, and how long their bones are; metres. */
const FINGER_SHAPES = {
	thumb: { start: [-0.02, 0, -0.02], bones: [0.045, 0.03, 0.025] },
	index: { start: [-0.02, 0, -0.03], bones: [0.065, 0.04, 0.025, 0.02] },
	middle: { start: [0, 0, -0.03], bones: [0.065, 0.045, 0.03, 0.02] },
	ring: { start: [0.02, 0, -0.03], bones: [0.06, 0.04, 0.03, 0.02] },
	little: { start: [0.04, 0, -0.03], bones: [0.055, 0.03, 0.02, 0.018] },
} as const;

/**
 * Adds a hand whose fingers run along its -Z and bend towards its palm by `bendRad` at each joint
 * from the knuckle on.
 */
export function addHand(pose: HandedPose, side: Side, worldFromHand: RigidTransform, bendRad = 0): void {
	const { wrist, fingers } = handBones(pose.skeleton, side)!;
	const mirror = side === "right" ? 1 : -1;
	const put = (bone: number, [x, y, z]: Vector3) => {
		if (bone < 0) return;
		pose.positions.set(transformPoint(worldFromHand, [x * mirror, y, z]), bone * 3);
		pose.rotations.set(worldFromHand.rotation, bone * 4);
		pose.valid[bone] = 1;
	};
	put(wrist, [0, 0, 0]);
	for (const finger of FINGERS) {
		const [x] = FINGER_SHAPES[finger].start;
		let [, y, z]: Vector3 = FINGER_SHAPES[finger].start;
		put(fingers[finger][0]!, [x, y, z]);
		for (const [index, length] of FINGER_SHAPES[finger].bones.entries()) {
			y -= Math.sin(bendRad * index) * length;
			z -= Math.cos(bendRad * index) * length;
			put(fingers[finger][index + 1]!, [x, y, z]);
		}
	}
}

/**
 * A body that stands at the world's origin and looks forward, moved by `worldFromPerson`. Its hands
 * hang in front, flat.
 */
export function standingBody(
	worldFromPerson: RigidTransform = { position: [0, 0, 0], rotation: [0, 0, 0, 1] },
): SkeletonPose<"FullBody"> {
	const pose = createSkeletonPose("FullBody");
	const put = (bone: keyof typeof SKELETONS.FullBody.bones, position: Vector3) =>
		setBone(pose, bone, {
			position: transformPoint(worldFromPerson, position),
			rotation: worldFromPerson.rotation,
		});
	put("Root", [0, 0, 0]);
	put("Hips", [0, 0.95, 0]);
	put("Chest", [0, 1.3, 0]);
	put("Head", [0, 1.65, 0]);
	put("LeftArmUpper", [-0.2, 1.45, 0]);
	put("RightArmUpper", [0.2, 1.45, 0]);
	for (const side of ["left", "right"] as const) {
		const position = transformPoint(worldFromPerson, [side === "left" ? -0.25 : 0.25, 1.1, -0.4]);
		addHand(pose, side, { position, rotation: worldFromPerson.rotation });
	}
	return pose;
}
