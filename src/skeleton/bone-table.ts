import type { PoseSample } from "./pose-sample.ts";

/** The bound of listed ids: a `body_pose` message may have as many bones. */
export const MAX_LISTED_BONES = 1024;

/** Bones one after the other, each with its id: as files and `body_pose` list them. */
export interface BoneTable {
	readonly ids: Int32Array;
	/** Metres, x y z of each. */
	readonly positions: Float32Array;
	/** Quaternions, x y z w of each. */
	readonly rotations: Float32Array;
}

/**
 * Lists the ids of a sample's tracked bones, in the order of their list if there was one, else
 * in the order of ids.
 */
export function trackedBones(sample: PoseSample): Int32Array {
	const ids = new Int32Array(trackedCount(sample));
	listTracked(sample, ids);
	return ids;
}

/** The number of a sample's tracked bones. */
export function trackedCount({ boneOrder, boneCount, valid }: PoseSample): number {
	if (boneOrder !== undefined) return boneOrder.length;
	let count = 0;
	for (let bone = 0; bone < boneCount; bone++) if (valid[bone] === 1) count++;
	return count;
}

/** Copies the tracked bones of a sample into a table. */
export function boneTable(sample: PoseSample): BoneTable {
	const count = trackedCount(sample);
	const table = {
		ids: new Int32Array(count),
		positions: new Float32Array(count * 3),
		rotations: new Float32Array(count * 4),
	};
	fillBoneTable(sample, table);
	return table;
}

/** Copies the tracked bones of a sample into a table of `trackedCount` bones. */
export function fillBoneTable(sample: PoseSample, { ids, positions, rotations }: BoneTable): void {
	listTracked(sample, ids);
	for (let row = 0; row < ids.length; row++) {
		const bone = ids[row]!;
		for (let part = 0; part < 3; part++) positions[row * 3 + part] = sample.positions[bone * 3 + part]!;
		for (let part = 0; part < 4; part++) rotations[row * 4 + part] = sample.rotations[bone * 4 + part]!;
	}
}

function listTracked({ boneOrder, boneCount, valid }: PoseSample, ids: Int32Array): void {
	if (boneOrder !== undefined) {
		ids.set(boneOrder);
		return;
	}
	let count = 0;
	for (let bone = 0; bone < boneCount; bone++) if (valid[bone] === 1) ids[count++] = bone;
}

/**
 * Empties a sample and sets its bones. The last pose of a bone that is listed twice counts. Ids
 * below 0 and from `MAX_LISTED_BONES` on are left out.
 *
 * @param boneCount bones of the sample's skeleton; listed ones beyond are kept for recorders.
 */
export function setBoneTable(sample: PoseSample, boneCount: number, table: BoneTable): void {
	const { ids, positions, rotations } = table;
	let room = boneCount;
	for (const id of ids) if (isListedBone(id)) room = Math.max(room, id + 1);
	sample.reset(boneCount, room);
	const order = new Int32Array(ids.length);
	let count = 0;
	let inOrder = room === boneCount;
	for (const [row, id] of ids.entries()) {
		if (!isListedBone(id)) continue;
		if (sample.valid[id] === 0) {
			if (count > 0 && id < order[count - 1]!) inOrder = false;
			order[count++] = id;
		}
		for (let part = 0; part < 3; part++) sample.positions[id * 3 + part] = positions[row * 3 + part]!;
		for (let part = 0; part < 4; part++) sample.rotations[id * 4 + part] = rotations[row * 4 + part]!;
		sample.valid[id] = 1;
	}
	if (!inOrder) sample.boneOrder = order.slice(0, count);
}

function isListedBone(id: number): boolean {
	return id >= 0 && id < MAX_LISTED_BONES;
}
