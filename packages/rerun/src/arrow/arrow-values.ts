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
import { type ArrowField, type ArrowType, formatType } from "./arrow-type.ts";
import { doubleFromHalf, halfFromDouble } from "./half-float.ts";

/**
 * A value in JavaScript: `null`, boolean, number (bigint for 64 bits), string, `Uint8Array` for
 * binaries and lists of bytes, an array for other lists, an object for a struct, `{ tag, value }`
 * for a union.
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

/** Reads a value of a column. */
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

/** The values from `start` until `end`. Bytes are a view. */
function valuesBetween(array: ArrowArray, start: number, end: number): Uint8Array | PlainValue[] {
	if (array.type.kind === "int" && array.type.bits === 8 && !array.type.signed && array.nullCount === 0)
		return (array.values as Uint8Array).subarray(start, end);
	const values: PlainValue[] = [];
	for (let at = start; at < end; at++) values.push(valueAt(array, at));
	return values;
}

/**
 * Makes a column of plain values, in the forms of `valueAt`. Slow and general: `numberArray` is for
 * many numbers.
 *
 * @param where names the column in errors.
 * @throws {TypeError} when a value is not of the type.
 * @throws {RangeError} when a number does not fit.
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
			for (const [index, value] of given.entries())
				if (!nulls[index]) bytes.set(bytesOf(value, at(index), type.byteWidth), index * type.byteWidth);
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
			const items = given.flatMap((value, index) =>
				Array.from(nulls[index] ? (zeroOf(type) as unknown[]) : listOf(value, at(index), type.size)),
			);
			return { ...base, children: [itemsOf(type.item, items, where)] };
		}
		case "struct": {
			const members = (field: ArrowField) =>
				given.map((value, index) =>
					nulls[index] ? zeroOrNull(field) : memberOf(value, field.name, at(index)),
				);
			const children = type.fields.map((field) => itemsOf(field, members(field), `${where}.${field.name}`));
			return { ...base, children };
		}
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
		// Rerun's own unions begin with a field for missing values.
		const tag =
			value === null || value === undefined
				? type.fields[0]?.name
				: (memberOf(value, "tag", at(index)) as string);
		const field = type.fields.findIndex(({ name }) => name === tag);
		if (field < 0)
			throw new TypeError(
				`${at(index)} has the tag ${JSON.stringify(tag)}; ` +
					`there are ${type.fields.map(({ name }) => name).join(", ")}.`,
			);
		typeIds[index] = type.typeIds[field]!;
		offsets[index] = members[field]!.length;
		members[field]!.push((value as { value?: unknown } | null | undefined)?.value ?? null);
	}
	const children = type.fields.map(({ name, type: child }, index) =>
		arrayFromValues(child, members[index] ?? [], `${at(0)}.${name}`),
	);
	return { type, length: given.length, nullCount: 0, typeIds, offsets, children };
}

/** The column of a child: the items of lists, or a field of structs. */
function itemsOf({ type, nullable }: ArrowField, items: readonly unknown[], where: string): ArrowArray {
	if (items.length === 0) return emptyArray(type);
	if (!nullable && type.kind !== "union") {
		const missing = items.findIndex((item) => item === null || item === undefined);
		if (missing >= 0) throw new TypeError(`${where} needs a value; it has none at ${missing}.`);
	}
	return arrayFromValues(type, items, where);
}

/** The value of a field in a struct that is null: Arrow's columns have a value there, too. */
function zeroOrNull({ type, nullable }: ArrowField): unknown {
	return nullable ? null : zeroOf(type);
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
			return Object.fromEntries(type.fields.map((field) => [field.name, zeroOrNull(field)]));
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

/**
 * A number in the form of its typed array.
 *
 * @throws {TypeError} when it is not a number.
 * @throws {RangeError} when it does not fit the type.
 */
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

/** @param byteWidth the length that the bytes must have, if it is given. */
function bytesOf(value: unknown, where: string, byteWidth?: number): Uint8Array {
	let bytes: Uint8Array;
	if (value instanceof Uint8Array) bytes = value;
	else if (value instanceof ArrayBuffer) bytes = new Uint8Array(value);
	else if (ArrayBuffer.isView(value)) bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	else throw new TypeError(`${where} must be bytes, not ${describeValue(value)}.`);
	if (byteWidth !== undefined && bytes.length !== byteWidth)
		throw new RangeError(`${where} has ${bytes.length} bytes instead of ${byteWidth}.`);
	return bytes;
}

/** @param size the length that the list must have, if it is given. */
function listOf(value: unknown, where: string, size?: number): ArrayLike<unknown> {
	if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && "length" in value))
		throw new TypeError(`${where} must be a list, not ${describeValue(value)}.`);
	const items = value as ArrayLike<unknown>;
	if (size !== undefined && items.length !== size)
		throw new RangeError(`${where} has ${items.length} values instead of ${size}.`);
	return items;
}

function memberOf(value: unknown, name: string, where: string): unknown {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw new TypeError(`${where} must be an object, not ${describeValue(value)}.`);
	return (value as Record<string, unknown>)[name];
}
