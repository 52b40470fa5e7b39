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
 * the component is taken from an example, and no object is made for a number.
 */

const NO_CHILDREN: readonly ArrowArray[] = [];

/**
 * Makes the batches of one component. Of numbers it is the same batch each time, for `logRow`,
 * which copies them; arrays of the component's own type must not change any more.
 */
export type BatchMaker = (values: number | readonly number[] | ArrowValues) => ComponentBatch;

/** The only component of an example. @throws {Error} if it has several, or was made wrongly. */
function componentOf({ batches, error }: Loggable): ComponentBatch {
	const [batch] = batches;
	if (error !== undefined || batch === undefined || batches.length !== 1)
		throw new Error("An example has one component.", { cause: error });
	return batch;
}

/** A component of numbers. @param example has it alone. */
export function numbersLike(example: Loggable): BatchMaker {
	const { descriptor, values } = componentOf(example);
	return makerOf(numbersOf(values), (numbers) => ({ descriptor, values: numberArray(values.type, numbers) }));
}

/** The components of an archetype of ours. @param examples arrays of the type of each. */
export function detailsLike<Name extends string>(
	archetype: string,
	examples: Readonly<Record<Name, ArrowValues>>,
): Readonly<Record<Name, BatchMaker>> {
	const makers = Object.entries<ArrowValues>(examples).map(([name, example]) => [
		name,
		numbersLike(new DynamicArchetype(archetype, { [name]: example })),
	]);
	return Object.fromEntries(makers);
}

/** A component of vectors, one after the other. @param example has it alone. */
export function vectorsLike(example: Loggable): BatchMaker {
	const { descriptor, values } = componentOf(example);
	const { type } = values;
	if (type.kind !== "fixedSizeList") throw new Error("An example of vectors has them.");
	return makerOf(numbersOf(values.children[0]!), (numbers) => ({
		descriptor,
		values: {
			type,
			length: numbers.length / type.size,
			nullCount: 0,
			children: [numberArray(type.item.type, numbers)],
		},
	}));
}

/** A component of bytes, in one value. @param example has it alone. */
export function bytesLike(example: Loggable): (bytes: Uint8Array) => ComponentBatch {
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

function numbersOf({ values }: ArrowArray): ArrowValues {
	if (values === undefined) throw new Error("An example of numbers has them.");
	return values;
}

/** @param like has the type of the numbers. */
function makerOf(like: ArrowValues, batchOf: (numbers: ArrowValues) => ComponentBatch): BatchMaker {
	const arrayOf = (length: number) => new (like.constructor as new (length: number) => Float64Array)(length);
	let kept = arrayOf(1);
	let batch = batchOf(kept);
	return (given) => {
		if (typeof given === "object" && given.constructor === like.constructor) return batchOf(given as ArrowValues);
		const numbers = typeof given === "number" ? undefined : given;
		const length = numbers?.length ?? 1;
		if (kept.length !== length) {
			kept = arrayOf(length);
			batch = batchOf(kept);
		}
		if (numbers === undefined) kept[0] = given as number;
		else for (let at = 0; at < length; at++) kept[at] = numbers[at] as number;
		return batch;
	};
}

function numberArray(type: ArrowType, values: ArrowValues): ArrowArray {
	return { type, length: values.length, nullCount: 0, values, children: NO_CHILDREN };
}
