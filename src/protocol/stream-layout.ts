import { MAX_BONES } from "../skeleton/pose-sample.ts";
import { SKELETON_SHAPES, type SkeletonType } from "../skeleton/tables/skeleton-shape.ts";

/** A client's declaration of one of its pose streams. */
export interface StreamLayout {
	/** The skeleton of its JSON messages that do not name one. */
	readonly skeleton?: SkeletonType | undefined;
	/**
	 * Ids of the bones that it sends, in this order; `faultOfBoneList` has found none. Without it,
	 * bones come in the order of their ids.
	 */
	readonly bones?: ArrayLike<number> | undefined;
}

/** Looks up a client's declarations; messages of unknown streams are read as they stand. */
export type StreamLayouts = (stream: number) => StreamLayout | undefined;

/**
 * Checks a client's list of bones: ids that the skeleton has, each once.
 *
 * @returns why it can't be used, `undefined` if it can.
 */
export function faultOfBoneList(bones: ArrayLike<number>, skeleton: SkeletonType | undefined): string | undefined {
	const limit = skeleton === undefined ? MAX_BONES : SKELETON_SHAPES[skeleton].boneCount;
	const seen = new Set<number>();
	for (const bone of Array.from(bones)) {
		if (!Number.isInteger(bone) || bone < 0 || bone >= limit)
			return "it lists bones that the skeleton does not have";
		if (seen.has(bone)) return "it lists a bone twice";
		seen.add(bone);
	}
	return undefined;
}

/**
 * Counts the bones of a sample of a skeleton: all that the skeleton has, sent or not; without a
 * table, as many as are needed.
 *
 * @param bones declared ids, in the order in which they are sent
 * @param count bones of the message
 */
export function boneCountOf(
	skeleton: SkeletonType | undefined,
	bones: ArrayLike<number> | undefined,
	count: number,
): number {
	if (skeleton !== undefined) return SKELETON_SHAPES[skeleton].boneCount;
	if (bones === undefined) return count;
	let highest = 0;
	for (let index = 0; index < bones.length; index++) highest = Math.max(highest, bones[index]!);
	return highest + 1;
}
