import { describeValue } from "../describe-value.ts";
import {
	type ArrowArray,
	bitAt,
	bitmapOf,
	bytesArray,
	emptyArray,
	isNull,
	listArray,
	utf8Array,
	valuesClass,
} from "./arrow-array.ts";
import { type ArrowType, formatType } from "./arrow-type.ts";
import { doubleFromHalf, halfFromDouble } from "./half-float.ts";

/**
 * A value as JavaScript has it: `null`, boolean, number (bigint for 64 bits), string, `Uint8Array`
 * for binaries and lists of bytes, an array for other lists, an object for a struct, `{ tag, value
 * }` for a union.
 */
export type PlainValue =
	| null
	| boolean
	| number
	| bigint
	| string
	| Uint8Array
	| PlainValue[]
	| { [name: string]: PlainValue };

const decoder = new TextDecoder();

/** One value of a column. */
export function valueAt(array: ArrowArray, at: number): PlainValue {
	if (isNull(array, at)) return null;
	const { type } = array;
	switch (type.kind) {
		case "null":
			return null;
		case "bool":
			return bitAt(array.values as Uint8Array, at);
		case "float":
			return type.bits === 16 ? doubleFromHalf(array.values![at] as number) : array.values![at]!;
		case "int":
		case "timestamp":
		case "duration":
			return array.values![at]!;
		case "utf8":
			return decoder.decode((array.values as Uint8Array).subarray(array.offsets![at]!, array.offsets![at + 1]!));
		case "binary":
			return (array.values as Uint8Array).subarray(array.offsets![at]!, array.offsets![at + 1]!);
		case "fixedSizeBinary":
			return (array.values as Uint8Array).subarray(at * type.byteWidth, (at + 1) * type.byteWidth);
		case "list":
			return valuesBetween(array.children[0]!, array.offsets![at]!, array.offsets![at + 1]!);
		case "fixedSizeList":
			return valuesBetween(array.children[0]!, at * type.size, (at + 1) * type.size);
		case "struct":
			return Object.fromEntries(
				type.fields.map(({ name }, index) => [name, valueAt(array.children[index]!, at)]),
			);
		case "union": {
			const index = type.typeIds.indexOf(array.typeIds![at]!);
			return {
				tag: type.fields[index]!.name,
				value: valueAt(array.children[index]!, type.mode === "dense" ? array.offsets![at]! : at),
			};
		}
	}
}

/** The values from `start` until `end`: a view of the bytes if they are bytes. */
function valuesBetween(array: ArrowArray, start: number, end: number): Uint8Array | PlainValue[] {
	if (array.type.kind === "int" && array.type.bits === 8 && !array.type.signed && array.nullCount === 0)
		return (array.values as Uint8Array).subarray(start, end);
	const values: PlainValue[] = [];
	for (let at = start; at < end; at++) values.push(valueAt(array, at));
	return values;
}

/**
 * A column of a type from plain values, in the forms of `valueAt`. Slow and general: numbers in
 * bulk go through `numberArray`.
 *
 * @param where names the column in errors.
 * @throws {TypeError} if a value is not of the type.
 * @throws {RangeError} if a number does not fit.
 */
export function arrayFromValues(type: ArrowType, values: ArrayLike<unknown>, where: string): ArrowArray {
	const given = Array.from(values);
	const nulls = given.map((value) => value === null || value === undefined);
	const nullCount = nulls.filter(Boolean).length;
	const base = {
		type,
		length: given.length,
		nullCount,
		...(nullCount > 0 ? { validity: bitmapOf(nulls.map((flag) => !flag)) } : {}),
	};
	const at = (index: number) => (given.length === 1 ? where : `${where}[${index}]`);
	switch (type.kind) {
		case "null":
			return { ...base, nullCount: given.length, children: [] };
		case "bool":
			return {
				...base,
				values: bitmapOf(given.map((value, index) => nulls[index]! || booleanOf(value, at(index)))),
				children: [],
			};
		case "int":
		case "float":
		case "timestamp":
		case "duration": {
			const numbers = new (valuesClass(type))(given.length);
			for (const [index, value] of given.entries())
				if (!nulls[index]) numbers[index] = numberOf(type, value, at(index)) as never;
			return { ...base, values: numbers, children: [] };
		}
		case "utf8":
			return {
				...utf8Array(
					type,
					given.map((value, index) => (nulls[index] ? "" : textOf(value, at(index)))),
				),
				...base,
			};
		case "binary":
			return {
				...bytesArray(
					type,
					given.map((value, index) => (nulls[index] ? NO_BYTES : bytesOf(value, at(index)))),
				),
				...base,
			};
		case "fixedSizeBinary": {
			const bytes = new Uint8Array(given.length * type.byteWidth);
			for (const [index, value] of given.entries()) {
				if (nulls[index]) continue;
				const blob = bytesOf(value, at(index));
				if (blob.length !== type.byteWidth)
					throw new RangeError(`${at(index)} has ${blob.length} bytes instead of ${type.byteWidth}.`);
				bytes.set(blob, index * type.byteWidth);
			}
			return { ...base, values: bytes, children: [] };
		}
		case "list": {
			const offsets = new Int32Array(given.length + 1);
			const items: unknown[] = [];
			for (const [index, value] of given.entries()) {
				if (!nulls[index]) for (const item of Array.from(listOf(value, at(index)))) items.push(item);
				offsets[index + 1] = items.length;
			}
			return listArray(type, offsets, itemsOf(type.item, items, where), base.validity, nullCount);
		}
		case "fixedSizeList": {
			const items: unknown[] = [];
			for (const [index, value] of given.entries()) {
				const of = nulls[index]
					? Array.from({ length: type.size }, () => zeroOf(type.item.type))
					: Array.from(listOf(value, at(index)));
				if (of.length !== type.size)
					throw new RangeError(`${at(index)} has ${of.length} values instead of ${type.size}.`);
				items.push(...of);
			}
			return { ...base, children: [itemsOf(type.item, items, where)] };
		}
		case "struct":
			return {
				...base,
				children: type.fields.map((of) =>
					itemsOf(
						of,
						given.map((value, index) =>
							nulls[index] ? zeroOrNull(of) : memberOf(value, of.name, at(index)),
						),
						`${where}.${of.name}`,
					),
				),
			};
		case "union":
			return unionFromValues(type, given, at);
	}
}

const NO_BYTES = new Uint8Array(0);

function unionFromValues(
	type: Extract<ArrowType, { kind: "union" }>,
	given: readonly unknown[],
	at: (index: number) => string,
): ArrowArray {
	if (type.mode !== "dense") throw new TypeError(`${at(0)} is a sparse union, which is not written.`);
	const typeIds = new Int8Array(given.length);
	const offsets = new Int32Array(given.length);
	const members: unknown[][] = type.fields.map(() => []);
	for (const [index, value] of given.entries()) {
		// Rerun's own unions begin with a field for what is missing.
		const tag =
			value === null || value === undefined
				? type.fields[0]!.name
				: (memberOf(value, "tag", at(index)) as string);
		const field = type.fields.findIndex(({ name }) => name === tag);
		if (field < 0)
			throw new TypeError(
				`${at(index)} has the tag ${JSON.stringify(tag)}; there are ${type.fields.map(({ name }) => name).join(", ")}.`,
			);
		typeIds[index] = type.typeIds[field]!;
		offsets[index] = members[field]!.length;
		members[field]!.push((value as { value?: unknown } | null | undefined)?.value ?? null);
	}
	const children = type.fields.map((of, index) => arrayFromValues(of.type, members[index]!, `${at(0)}.${of.name}`));
	return { type, length: given.length, nullCount: 0, typeIds, offsets, children };
}

function itemsOf(
	of: { readonly type: ArrowType; readonly nullable: boolean },
	items: readonly unknown[],
	where: string,
): ArrowArray {
	if (items.length === 0) return emptyArray(of.type);
	if (!of.nullable && of.type.kind !== "union") {
		const missing = items.findIndex((item) => item === null || item === undefined);
		if (missing >= 0) throw new TypeError(`${where} needs a value; it has none at ${missing}.`);
	}
	return arrayFromValues(of.type, items, where);
}

/**
 * What stands in a column where the struct around it is null: Arrow wants a value there all the
 * same.
 */
function zeroOrNull(of: { readonly type: ArrowType; readonly nullable: boolean }): unknown {
	return of.nullable ? null : zeroOf(of.type);
}

function zeroOf(type: ArrowType): unknown {
	switch (type.kind) {
		case "null":
		case "union":
			return null;
		case "bool":
			return false;
		case "utf8":
			return "";
		case "binary":
			return NO_BYTES;
		case "fixedSizeBinary":
			return new Uint8Array(type.byteWidth);
		case "list":
			return [];
		case "fixedSizeList":
			return Array.from({ length: type.size }, () => zeroOf(type.item.type));
		case "struct":
			return Object.fromEntries(type.fields.map((of) => [of.name, zeroOrNull(of)]));
		case "int":
		case "float":
		case "timestamp":
		case "duration":
			return 0;
	}
}

type Range = readonly [least: number | bigint, most: number | bigint];
const SIGNED_RANGES: Readonly<Record<8 | 16 | 32 | 64, Range>> = {
	8: [-128, 127],
	16: [-32_768, 32_767],
	32: [-(2 ** 31), 2 ** 31 - 1],
	64: [-(2n ** 63n), 2n ** 63n - 1n],
};
const UNSIGNED_RANGES: Readonly<Record<8 | 16 | 32 | 64, Range>> = {
	8: [0, 255],
	16: [0, 65_535],
	32: [0, 2 ** 32 - 1],
	64: [0n, 2n ** 64n - 1n],
};

/** A number as its typed array takes it. */
export function numberOf(
	type: Extract<ArrowType, { kind: "int" | "float" | "timestamp" | "duration" }>,
	value: unknown,
	where: string,
): number | bigint {
	if (type.kind === "float") {
		if (typeof value !== "number") throw new TypeError(`${where} must be a number, not ${describeValue(value)}.`);
		return type.bits === 16 ? halfFromDouble(value) : value;
	}
	if (typeof value !== "number" && typeof value !== "bigint")
		throw new TypeError(`${where} must be an integer, not ${describeValue(value)}.`);
	if (typeof value === "number" && !Number.isSafeInteger(value))
		throw new RangeError(
			`${where} must be an integer${Number.isInteger(value) ? " below 2^53, or a bigint" : ""}, not ${value}.`,
		);
	const bits = type.kind === "int" ? type.bits : 64;
	const [least, most] = type.kind === "int" && !type.signed ? UNSIGNED_RANGES[bits] : SIGNED_RANGES[bits];
	if (value < least || value > most)
		throw new RangeError(`${where} is ${value}, which does not fit ${formatType(type)}: ${least} to ${most}.`);
	return bits === 64 ? BigInt(value) : Number(value);
}

function booleanOf(value: unknown, where: string): boolean {
	if (typeof value !== "boolean") throw new TypeError(`${where} must be a boolean, not ${describeValue(value)}.`);
	return value;
}

function textOf(value: unknown, where: string): string {
	if (typeof value !== "string") throw new TypeError(`${where} must be a string, not ${describeValue(value)}.`);
	return value;
}

function bytesOf(value: unknown, where: string): Uint8Array {
	if (value instanceof Uint8Array) return value;
	if (value instanceof ArrayBuffer) return new Uint8Array(value);
	if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	throw new TypeError(`${where} must be bytes, not ${describeValue(value)}.`);
}

function listOf(value: unknown, where: string): ArrayLike<unknown> {
	if (Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value)) return value as ArrayLike<unknown>;
	throw new TypeError(`${where} must be a list, not ${describeValue(value)}.`);
}

function memberOf(value: unknown, name: string, where: string): unknown {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw new TypeError(`${where} must be an object, not ${describeValue(value)}.`);
	return (value as Record<string, unknown>)[name];
}
