/**
 * Sorts the indices of `parents`: parents before their children, otherwise in rising order.
 *
 * @param parents parent of each bone; -1 for none.
 * @throws {RangeError} when a parent is no bone, or bones are each other's ancestors.
 */
export function topologicalOrder(parents: ArrayLike<number>): number[] {
	const order: number[] = [];
	// 0: not seen, 1: its ancestors are being placed, 2: placed.
	const states = new Uint8Array(parents.length);
	const place = (bone: number): void => {
		if (states[bone] === 2) return;
		if (states[bone] === 1) throw new RangeError(`Bone ${bone} is its own ancestor.`);
		states[bone] = 1;
		const parent = parents[bone]!;
		if (parent !== -1) {
			if (!Number.isInteger(parent) || parent < 0 || parent >= parents.length)
				throw new RangeError(`The parent of bone ${bone} is ${parent}, which is no bone.`);
			place(parent);
		}
		states[bone] = 2;
		order.push(bone);
	};
	for (let bone = 0; bone < parents.length; bone++) place(bone);
	return order;
}
