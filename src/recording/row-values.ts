import {
	type ArrowArray,
	type ArrowType,
	type ArrowValues,
	type ComponentBatch,
	DynamicArchetype,
	type Loggable,
} from "panogaze-rerun";

/*
 * Rows that come hundreds of times a second. An archetype checks and copies what it is given; here
 * the component is taken from an example, and the numbers are kept as they are.
 */

const NO_CHILDREN: readonly ArrowArray[] = [];

/** Makes the batches of one component; the numbers must not change any more. */
export type BatchMaker<Values> = (values: Values) => ComponentBatch;

/** The only component of an example. @throws {Error} if it has several, or was made wrongly. */
function componentOf({ batches, error }: Loggable): ComponentBatch {
	const [batch] = batches;
	if (error !== undefined || batch === undefined || batches.length !== 1)
		throw new Error("An example has one component.", { cause: error });
	return batch;
}

/** A component of numbers. @param example has it alone. */
export function numbersLike(example: Loggable): BatchMaker<ArrowValues> {
	const { descriptor, values } = componentOf(example);
	return (given) => ({ descriptor, values: numberArray(values.type, given) });
}

/** The components of an archetype of ours. @param examples arrays of the type of each. */
export function detailsLike<Name extends string>(
	archetype: string,
	examples: Readonly<Record<Name, ArrowValues>>,
): Readonly<Record<Name, BatchMaker<ArrowValues>>> {
	const makers = Object.entries<ArrowValues>(examples).map(([name, example]) => [
		name,
		numbersLike(new DynamicArchetype(archetype, { [name]: example })),
	]);
	return Object.fromEntries(makers);
}

/** A component of vectors, one after the other. @param example has it alone. */
export function vectorsLike(example: Loggable): BatchMaker<ArrowValues> {
	const { descriptor, values } = componentOf(example);
	const { type } = values;
	if (type.kind !== "fixedSizeList") throw new Error("An example of vectors has them.");
	return (given) => ({
		descriptor,
		values: {
			type,
			length: given.length / type.size,
			nullCount: 0,
			children: [numberArray(type.item.type, given)],
		},
	});
}

/** A component of bytes, in one value. @param example has it alone. */
export function bytesLike(example: Loggable): BatchMaker<Uint8Array> {
	const { descriptor, values } = componentOf(example);
	const { type } = values;
	if (type.kind !== "list") throw new Error("An example of bytes has them.");
	return (given) => ({
		descriptor,
		values: {
			type,
			length: 1,
			nullCount: 0,
			offsets: Int32Array.of(0, given.length),
			children: [numberArray(type.item.type, given)],
		},
	});
}

function numberArray(type: ArrowType, values: ArrowValues): ArrowArray {
	return { type, length: values.length, nullCount: 0, values, children: NO_CHILDREN };
}
