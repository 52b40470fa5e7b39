import type { ArrowType } from "../arrow/arrow-type.ts";
import { arrayFromValues } from "../arrow/arrow-values.ts";
import { describeValue } from "../describe-value.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import type { Component } from "./component.ts";

/** A tensor: numbers in any number of dimensions. */
export interface ShapedTensor {
	/** Size of each dimension, the slowest first. Without it there is one dimension. */
	readonly shape?: readonly number[] | undefined;
	/** Name of each dimension. */
	readonly names?: readonly string[] | undefined;
	readonly data: TensorValues;
}

/** The numbers of a tensor. Plain lists become doubles. */
export type TensorValues =
	| Uint8Array
	| Uint16Array
	| Uint32Array
	| BigUint64Array
	| Int8Array
	| Int16Array
	| Int32Array
	| BigInt64Array
	| Float32Array
	| Float64Array
	| readonly number[];

const SHAPED_NAMES: OptionNames<ShapedTensor> = { shape: true, names: true, data: true };

/** A tensor, or the numbers of one dimension. */
export type TensorData = ShapedTensor | TensorValues;

const TAGS: readonly (readonly [string, new (length: number) => ArrayBufferView])[] = [
	["U8", Uint8Array],
	["U8", Uint8ClampedArray],
	["U16", Uint16Array],
	["U32", Uint32Array],
	["U64", BigUint64Array],
	["I8", Int8Array],
	["I16", Int16Array],
	["I32", Int32Array],
	["I64", BigInt64Array],
	["F32", Float32Array],
	["F64", Float64Array],
];

/** The component of `Tensor`. */
export function tensors(name: string, type: ArrowType): Component<TensorData, readonly TensorData[]> {
	const many = (values: readonly TensorData[], where: string) =>
		arrayFromValues(
			type,
			values.map((value) => tensorValue(value, where)),
			where,
		);
	return { name, type, one: (value, where) => many([value], where), many };
}

function tensorValue(value: TensorData, where: string): unknown {
	if (isInput(value)) checkOptions(value, SHAPED_NAMES, where);
	const { shape, names, data } = isInput(value) ? value : { shape: undefined, names: undefined, data: value };
	const tag = Array.isArray(data) ? "F64" : TAGS.find(([, Values]) => data instanceof Values)?.[0];
	if (tag === undefined)
		throw new TypeError(`${where} must be numbers or { shape, data }, not ${describeValue(value)}.`);
	const sizes = shape ?? [data.length];
	const total = sizes.reduce((product, size) => product * size, 1);
	if (total !== data.length)
		throw new RangeError(`${where} has ${data.length} numbers; a shape of ${sizes.join(" x ")} has ${total}.`);
	if (names !== undefined && names.length !== sizes.length)
		throw new RangeError(`${where} has ${names.length} names for ${sizes.length} dimensions.`);
	return { shape: sizes, names: names ?? null, buffer: { tag, value: data } };
}

function isInput(value: TensorData): value is ShapedTensor {
	return typeof value === "object" && value !== null && "data" in value;
}
