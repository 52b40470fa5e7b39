import type { Quaternion } from "../media/rotation.ts";
import { conjugate, invertTransform, type RigidTransform } from "./rigid-transform.ts";
import { type BoneName, SKELETONS, type SkeletonType } from "./tables/skeleton.ts";
import type { Vector3 } from "./vector.ts";

/**
 * The poses of some bones, in arrays that their owner fills again and again. The arrays may be
 * longer than `boneCount` needs.
 */
export interface BonePoses {
	/** The number of bones, valid or not. */
	readonly boneCount: number;
	/** Metres, x y z of each bone. */
	readonly positions: Float32Array;
	/** Quaternions of length 1, x y z w of each bone. */
	readonly rotations: Float32Array;
	/** 1 for each tracked bone, 0 for the others, whose numbers mean nothing. */
	readonly valid: Uint8Array;
}

/** A skeleton's bones by id. In the world's axes unless stated otherwise. */
export interface SkeletonPose<Type extends SkeletonType = SkeletonType> extends BonePoses {
	readonly skeleton: Type;
}

/** A pose without any tracked bone. */
export function createSkeletonPose<Type extends SkeletonType>(skeleton: Type): SkeletonPose<Type> {
	const boneCount = SKELETONS[skeleton].names.length;
	const rotations = new Float32Array(boneCount * 4);
	for (let bone = 0; bone < boneCount; bone++) rotations[bone * 4 + 3] = 1;
	return {
		skeleton,
		boneCount,
		positions: new Float32Array(boneCount * 3),
		rotations,
		valid: new Uint8Array(boneCount),
	};
}

/** The position of a bone, metres; `undefined` if it is not tracked. */
export function bonePosition<Type extends SkeletonType>(
	pose: SkeletonPose<Type>,
	bone: BoneName<Type>,
): Vector3 | undefined {
	return positionAt(pose, idOf(pose, bone));
}

/** `worldFromBone` of a bone; `undefined` if it is not tracked. */
export function boneTransform<Type extends SkeletonType>(
	pose: SkeletonPose<Type>,
	bone: BoneName<Type>,
): RigidTransform | undefined {
	return transformAt(pose, idOf(pose, bone));
}

/** Sets the pose of a bone, which is tracked from then on. */
export function setBone<Type extends SkeletonType>(
	pose: SkeletonPose<Type>,
	bone: BoneName<Type>,
	worldFromBone: RigidTransform,
): void {
	const id = idOf(pose, bone);
	pose.positions.set(worldFromBone.position, id * 3);
	pose.rotations.set(worldFromBone.rotation, id * 4);
	pose.valid[id] = 1;
}

/** Like `bonePosition`, by number. -1, and numbers beyond the pose's bones, are not tracked. */
export function positionAt({ boneCount, positions, valid }: BonePoses, bone: number): Vector3 | undefined {
	if (bone < 0 || bone >= boneCount || valid[bone] !== 1) return undefined;
	return [positions[bone * 3]!, positions[bone * 3 + 1]!, positions[bone * 3 + 2]!];
}

/** Like `boneTransform`, by number. */
export function transformAt(poses: BonePoses, bone: number): RigidTransform | undefined {
	const position = positionAt(poses, bone);
	if (position === undefined) return undefined;
	const { rotations } = poses;
	const at = bone * 4;
	return { position, rotation: [rotations[at]!, rotations[at + 1]!, rotations[at + 2]!, rotations[at + 3]!] };
}

/**
 * Converts poses in one coordinate frame into poses relative to each bone's parent:
 * `parentFromBone = parentFromWorld * worldFromBone`. Bones without a parent keep their poses.
 * A bone whose parent is not tracked becomes untracked.
 *
 * @param into may be `pose` itself.
 * @param parents a client's own parents, by id, if it has declared them.
 */
export function localFromWorld<Type extends SkeletonType>(
	pose: SkeletonPose<Type>,
	into: SkeletonPose<Type>,
	parents: ArrayLike<number> = SKELETONS[pose.skeleton].parents,
	parentsFirst: ArrayLike<number> = SKELETONS[pose.skeleton].parentsFirst,
): void {
	// Children come first, so that each still finds its parent in the world when both poses are
	// the same.
	for (let index = parentsFirst.length - 1; index >= 0; index--) {
		const bone = parentsFirst[index]!;
		const parent = parents[bone]!;
		if (parent < 0) copyBone(pose, into, bone);
		else if (pose.valid[bone] !== 1 || pose.valid[parent] !== 1) into.valid[bone] = 0;
		else {
			const { position, rotation } = transformAt(pose, parent)!;
			const inverse = conjugate(rotation);
			const { positions: p } = pose;
			const at = bone * 3;
			rotateInto(into, bone, inverse, p[at]! - position[0], p[at + 1]! - position[1], p[at + 2]! - position[2]);
			turnInto(into, bone, inverse, pose);
		}
	}
}

/**
 * The inverse of `localFromWorld`: `worldFromBone = worldFromParent * parentFromBone`, with
 * parents before their children.
 *
 * @param into may be `pose` itself.
 * @param parents a client's own parents, by id, if it has declared them; `parentsFirst` is then
 * their `topologicalOrder`.
 */
export function worldFromLocal<Type extends SkeletonType>(
	pose: SkeletonPose<Type>,
	into: SkeletonPose<Type>,
	parents: ArrayLike<number> = SKELETONS[pose.skeleton].parents,
	parentsFirst: ArrayLike<number> = SKELETONS[pose.skeleton].parentsFirst,
): void {
	for (let index = 0; index < parentsFirst.length; index++) {
		const bone = parentsFirst[index]!;
		const parent = parents[bone]!;
		if (parent < 0) copyBone(pose, into, bone);
		else if (pose.valid[bone] !== 1 || into.valid[parent] !== 1) into.valid[bone] = 0;
		else placeBone(transformAt(into, parent)!, pose, into, bone);
	}
}

/**
 * Converts all bones into other axes, such as those of the body or a hand: `frameFromBone =
 * inverse(worldFromFrame) * worldFromBone`.
 *
 * @param into may be `pose` itself; has the same number of bones.
 */
export function poseInAxes(pose: BonePoses, worldFromFrame: RigidTransform, into: BonePoses): void {
	const frameFromWorld = invertTransform(worldFromFrame);
	for (let bone = 0; bone < pose.boneCount; bone++) {
		if (pose.valid[bone] === 1) placeBone(frameFromWorld, pose, into, bone);
		else into.valid[bone] = 0;
	}
}

function idOf<Type extends SkeletonType>({ skeleton }: SkeletonPose<Type>, bone: BoneName<Type>): number {
	return (SKELETONS[skeleton].bones as Readonly<Record<string, number>>)[bone]!;
}

function copyBone(from: BonePoses, into: BonePoses, bone: number): void {
	into.valid[bone] = from.valid[bone]!;
	for (let part = bone * 3; part < bone * 3 + 3; part++) into.positions[part] = from.positions[part]!;
	for (let part = bone * 4; part < bone * 4 + 4; part++) into.rotations[part] = from.rotations[part]!;
}

/** Sets one bone: `into = parent * from`. */
function placeBone({ position, rotation }: RigidTransform, from: BonePoses, into: BonePoses, bone: number): void {
	const at = bone * 3;
	rotateInto(into, bone, rotation, from.positions[at]!, from.positions[at + 1]!, from.positions[at + 2]!);
	into.positions[at]! += position[0];
	into.positions[at + 1]! += position[1];
	into.positions[at + 2]! += position[2];
	turnInto(into, bone, rotation, from);
}

function rotateInto(
	into: BonePoses,
	bone: number,
	[qx, qy, qz, qw]: Quaternion,
	x: number,
	y: number,
	z: number,
): void {
	const tx = 2 * (qy * z - qz * y);
	const ty = 2 * (qz * x - qx * z);
	const tz = 2 * (qx * y - qy * x);
	const at = bone * 3;
	into.positions[at] = x + qw * tx + qy * tz - qz * ty;
	into.positions[at + 1] = y + qw * ty + qz * tx - qx * tz;
	into.positions[at + 2] = z + qw * tz + qx * ty - qy * tx;
}

function turnInto(into: BonePoses, bone: number, [ax, ay, az, aw]: Quaternion, from: BonePoses): void {
	const at = bone * 4;
	const bx = from.rotations[at]!;
	const by = from.rotations[at + 1]!;
	const bz = from.rotations[at + 2]!;
	const bw = from.rotations[at + 3]!;
	into.rotations[at] = aw * bx + ax * bw + ay * bz - az * by;
	into.rotations[at + 1] = aw * by - ax * bz + ay * bw + az * bx;
	into.rotations[at + 2] = aw * bz + ax * by - ay * bx + az * bw;
	into.rotations[at + 3] = aw * bw - ax * bx - ay * by - az * bz;
	into.valid[bone] = 1;
}
