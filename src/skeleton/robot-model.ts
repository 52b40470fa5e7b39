import { IDENTITY, type Quaternion } from "../media/rotation.ts";
import { composeTransforms, type RigidTransform } from "./rigid-transform.ts";
import type { Vector3 } from "./vector.ts";

/** A solid of a robot's link, in the link's axes; the middle of the solid is at its place. */
export type RobotVisual =
	/** Its sides along x, y and z, metres. */
	| { readonly shape: "box"; readonly place: RigidTransform; readonly sides: Vector3 }
	/** Along z. */
	| {
			readonly shape: "cylinder";
			readonly place: RigidTransform;
			readonly radius: number;
			readonly length: number;
	  }
	| { readonly shape: "sphere"; readonly place: RigidTransform; readonly radius: number };

/** A link of a robot. Without visuals it is drawn as lines to the links that hang on it. */
export interface RobotLink {
	readonly name: string;
	readonly visuals: readonly RobotVisual[];
}

/** A joint that follows another one: `factor * that + offset`. */
export interface RobotMimic {
	/** The index of a joint that moves and is no mimic itself. */
	readonly joint: number;
	readonly factor: number;
	readonly offset: number;
}

/** A joint between two links, by their indices. */
export interface RobotJoint {
	readonly name: string;
	/** `turning` about the axis by radians, `sliding` along it by metres, or `fixed`. */
	readonly motion: "turning" | "sliding" | "fixed";
	readonly parent: number;
	readonly child: number;
	/** The child in the parent's axes where the joint stands at 0. */
	readonly place: RigidTransform;
	/** Length 1, in the child's axes. */
	readonly axis: Vector3;
	readonly mimic?: RobotMimic | undefined;
}

/**
 * The links and joints of a robot, a tree: link 0 is its base, each other link is the child of one
 * joint, and each joint's parent is the base or the child of an earlier joint.
 */
export interface RobotModel {
	readonly links: readonly RobotLink[];
	readonly joints: readonly RobotJoint[];
}

/** The joints that are given a value of their own, in the model's order. */
export function drivenJoints({ joints }: RobotModel): readonly RobotJoint[] {
	return joints.filter(({ motion, mimic }) => motion !== "fixed" && mimic === undefined);
}

/**
 * Forward kinematics: the place of each link, in the model's order.
 *
 * @param base the place of link 0.
 * @param values one for each driven joint, radians or metres.
 */
export function linkPlaces(
	{ links, joints }: RobotModel,
	base: RigidTransform,
	values: readonly number[],
): readonly RigidTransform[] {
	const places: RigidTransform[] = links.map(() => base);
	const ownValue = new Map<RobotJoint, number>();
	let driven = 0;
	for (const joint of joints)
		if (joint.motion !== "fixed" && joint.mimic === undefined) ownValue.set(joint, values[driven++] ?? 0);
	for (const joint of joints) {
		const { parent, child, place, mimic } = joint;
		const leader = mimic && joints[mimic.joint];
		const value =
			mimic && leader ? mimic.factor * (ownValue.get(leader) ?? 0) + mimic.offset : (ownValue.get(joint) ?? 0);
		const parentFromChild = composeTransforms(place, movedBy(joint, value));
		places[child] = composeTransforms(places[parent] ?? base, parentFromChild);
	}
	return places;
}

function movedBy({ motion, axis: [x, y, z] }: RobotJoint, value: number): RigidTransform {
	if (motion === "sliding") return { position: [x * value, y * value, z * value], rotation: IDENTITY };
	const [sin, cos] = motion === "turning" ? [Math.sin(value / 2), Math.cos(value / 2)] : [0, 1];
	return { position: [0, 0, 0], rotation: [x * sin, y * sin, z * sin, cos] satisfies Quaternion };
}
