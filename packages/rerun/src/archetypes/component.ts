import {
	type ArrowArray,
	type ArrowValues,
	boolArray,
	byteListArray,
	emptyArray,
	fixedSizeListArray,
	listArray,
	numberArray,
	utf8Array,
	valuesClass,
} from "../arrow/arrow-array.ts";
import {
	type ArrowType,
	BOOL,
	type FixedWidthType,
	fixedSizeList,
	list,
	UINT8,
	UINT32,
	UTF8,
} from "../arrow/arrow-type.ts";
import { arrayFromValues, numberOf } from "../arrow/arrow-values.ts";
import { describeValue } from "../describe-value.ts";
import { type Color, type Colors, packColor, packColors } from "./color.ts";

/** A number, or a list of them. Typed arrays of the component's own type are the fastest. */
export type Numbers = number | ArrayLike<number>;
/** Integers that may need 64 bits. */
export type Integers = number | bigint | ArrayLike<number | bigint>;
/** A vector of two, three, four or nine numbers. */
export type Vector = ArrayLike<number>;
/**
 * Vectors: their numbers one after the other (`Float32Array` is the fastest), or a list of vectors.
 */
export type Vectors = ArrayLike<number> | readonly ArrayLike<number>[];
/** A text, or a list of them. */
export type Texts = string | readonly string[];
/** A boolean, or a list of them. */
export type Flags = boolean | readonly boolean[];
/** The bytes of a file or a picture. They are copied. */
export type Bytes = Uint8Array | ArrayBuffer | ArrayBufferView;

/**
 * A component type of Rerun, which makes columns of the values that users give. Inputs are copied.
 * `where` names the field in errors, which are `TypeError`s and `RangeError`s.
 */
export interface Component<One, Many> {
	/** `rerun.components.Position3D` */
	readonly name: string;
	/** Arrow type of one value. */
	readonly type: ArrowType;
	one(value: One, where: string): ArrowArray;
	many(values: Many, where: string): ArrowArray;
}

/** A component of numbers. */
export function numbers(name: string, type: FixedWidthType | ArrowType): Component<number, Numbers> {
	const fixed = type as FixedWidthType;
	const many = (values: Numbers, where: string) =>
		numberColumn(fixed, typeof values === "number" ? [values] : values, where);
	return { name, type, one: (value, where) => numberColumn(fixed, [value], where), many };
}

/** A component of integers of 64 bits. */
export function integers(name: string, type: FixedWidthType | ArrowType): Component<number | bigint, Integers> {
	const fixed = type as FixedWidthType;
	const many = (values: Integers, where: string) =>
		numberColumn(fixed, typeof values === "number" || typeof values === "bigint" ? [values] : values, where);
	return { name, type, one: (value, where) => numberColumn(fixed, [value], where), many };
}

/** A component of an enum. @param values the numbers of the enum, by name. */
export function choices<Choice extends number>(
	name: string,
	type: FixedWidthType | ArrowType,
	values: Readonly<Record<string, Choice>>,
): Component<Choice, Choice | ArrayLike<Choice>> {
	const known = new Set<number>(Object.values(values));
	const many = (given: Choice | ArrayLike<Choice>, where: string) => {
		const array = numberColumn(type as FixedWidthType, typeof given === "number" ? [given] : given, where);
		for (const value of array.values as Uint8Array)
			if (!known.has(value))
				throw new RangeError(
					`${where} is ${value}; there are ${Object.entries(values)
						.map(([label, number]) => `${label} (${number})`)
						.join(", ")}.`,
				);
		return array;
	};
	return { name, type, one: many, many };
}

/** A component of vectors. @param size of each vector. */
export function vectors(name: string, item: ArrowType, size: number): Component<Vector, Vectors> {
	const type = fixedSizeList(item, size);
	const many = (values: Vectors, where: string) => vectorColumn(type as FixedSizeListType, values, where);
	const one = (value: Vector, where: string) => single(many(value, where), where);
	return { name, type, one, many };
}

/** A component of scales along three axes. One number stands for all of them. */
export function scales(name: string, item: ArrowType, size: number): Component<number | Vector, Vectors> {
	const each = vectors(name, item, size);
	return {
		...each,
		one: (value, where) => each.one(typeof value === "number" ? Array(size).fill(value) : value, where),
	};
}

type FixedSizeListType = Extract<ArrowType, { kind: "fixedSizeList" }>;

/** A component whose values are lists of vectors: the points of a line. */
export function strips(
	name: string,
	item: ArrowType,
	size: number,
): Component<Vectors, readonly Vectors[] | Float32Array | Float64Array> {
	const point = fixedSizeList(item, size) as FixedSizeListType;
	const type = list(point);
	const many = (values: readonly Vectors[] | Float32Array | Float64Array, where: string) => {
		const given: readonly Vectors[] =
			ArrayBuffer.isView(values) || typeof values[0] === "number" ? [values as ArrayLike<number>] : values;
		const arrays = given.map((strip, index) =>
			vectorColumn(point, strip, given.length === 1 ? where : `${where}[${index}]`),
		);
		const offsets = new Int32Array(arrays.length + 1);
		for (const [index, { length }] of arrays.entries()) offsets[index + 1] = offsets[index]! + length;
		const joined = new (valuesClass(item as FixedWidthType))(offsets[arrays.length]! * size);
		for (const [index, { children }] of arrays.entries())
			(joined as Float32Array).set(children[0]!.values as Float32Array, offsets[index]! * size);
		return listArray(type, offsets, fixedSizeListArray(point, joined));
	};
	return { name, type, one: (value, where) => many([value], where), many };
}

/** A component of texts. */
export function texts(name: string): Component<string, Texts> {
	const many = (values: Texts, where: string) => {
		const given = typeof values === "string" ? [values] : values;
		if (!Array.isArray(given))
			throw new TypeError(`${where} must be a string or a list of strings, not ${describeValue(given)}.`);
		for (const [index, text] of given.entries())
			if (typeof text !== "string")
				throw new TypeError(`${nth(where, given, index)} must be a string, not ${describeValue(text)}.`);
		return utf8Array(UTF8, given);
	};
	return { name, type: UTF8, one: many, many };
}

/** A component of booleans. */
export function flags(name: string): Component<boolean, Flags> {
	const many = (values: Flags, where: string) => {
		const given = typeof values === "boolean" ? [values] : values;
		if (!Array.isArray(given)) throw new TypeError(`${where} must be true or false, not ${describeValue(given)}.`);
		for (const [index, flag] of given.entries())
			if (typeof flag !== "boolean")
				throw new TypeError(`${nth(where, given, index)} must be true or false, not ${describeValue(flag)}.`);
		return boolArray(BOOL, given);
	};
	return { name, type: BOOL, one: many, many };
}

/** A component of bytes. */
export function bytes(name: string): Component<Bytes, Bytes | readonly Bytes[]> {
	const type = list(UINT8) as Extract<ArrowType, { kind: "list" }>;
	const many = (values: Bytes | readonly Bytes[], where: string) => {
		const given = Array.isArray(values) ? (values as readonly Bytes[]) : [values as Bytes];
		return byteListArray(
			type,
			given.map((blob, index) => byteView(blob, nth(where, given, index))),
		);
	};
	return { name, type, one: many, many };
}

/** The bytes of a buffer or a view, not copied. @throws {TypeError} when the value has no bytes. */
export function byteView(value: Bytes, where: string): Uint8Array {
	if (value instanceof ArrayBuffer) return new Uint8Array(value);
	if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	throw new TypeError(`${where} must be bytes, not ${describeValue(value)}.`);
}

/** A component of colours. */
export function colors(name: string): Component<Color, Colors> {
	return {
		name,
		type: UINT32,
		one: (value, where) => numberArray(UINT32, Uint32Array.of(packColor(value, where))),
		many: (values, where) => numberArray(UINT32, packColors(values, where)),
	};
}

/** A component of any other type: objects whose keys are the names of fields in camel case. */
export function structured<One>(name: string, type: ArrowType): Component<One, One | readonly One[]> {
	// A value that is a list itself could not be distinguished from a list of values.
	const isList = type.kind === "list" || type.kind === "fixedSizeList";
	return {
		name,
		type,
		one: (value, where) => arrayFromValues(type, [withArrowNames(type, value)], where),
		many: (values, where) => {
			const given: readonly unknown[] = Array.isArray(values) ? values : [values];
			if (isList && given.length > 0 && !Array.isArray(given[0]))
				throw new TypeError(`${where} must be a list of lists.`);
			return arrayFromValues(
				type,
				given.map((value) => withArrowNames(type, value)),
				where,
			);
		},
	};
}

/** Renames the fields of objects from `classId`, as in JavaScript, to `class_id`, as in Arrow. */
function withArrowNames(type: ArrowType, value: unknown): unknown {
	if (value === null || value === undefined || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
	if (type.kind === "list" || type.kind === "fixedSizeList")
		return Array.isArray(value) ? value.map((item) => withArrowNames(type.item.type, item)) : value;
	if (type.kind === "struct") {
		if (Array.isArray(value)) return value;
		return Object.fromEntries(
			type.fields.map((field) => [
				field.name,
				withArrowNames(field.type, (value as Record<string, unknown>)[camelCase(field.name)]),
			]),
		);
	}
	return value;
}

function camelCase(name: string): string {
	return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function nth(where: string, given: ArrayLike<unknown>, index: number): string {
	return given.length === 1 ? where : `${where}[${index}]`;
}

function single(array: ArrowArray, where: string): ArrowArray {
	if (array.length !== 1) throw new RangeError(`${where} must be one value; there are ${array.length}.`);
	return array;
}

/** A copy of numbers, each of them checked unless their type says that they fit. */
function numberColumn(type: FixedWidthType, given: ArrayLike<number | bigint>, where: string): ArrowArray {
	return numberArray(type, checkedValues(type, given, where));
}

function checkedValues(type: FixedWidthType, given: ArrayLike<number | bigint>, where: string): ArrowValues {
	const Values = valuesClass(type);
	// The constructor copies without making zeros first.
	if (
		given instanceof (Values as unknown as typeof Float32Array) ||
		(type.kind === "float" && type.bits !== 16 && given instanceof Float64Array)
	)
		return new (Values as unknown as typeof Float32Array)(given as Float32Array);
	if (typeof given !== "object" || given === null || typeof given.length !== "number")
		throw new TypeError(`${where} must be a number or a list of numbers, not ${describeValue(given)}.`);
	const values = new Values(given.length);
	for (let at = 0; at < given.length; at++) values[at] = checkedNumber(type, given[at], where, given, at) as never;
	return values;
}

function checkedNumber(
	type: FixedWidthType,
	value: unknown,
	where: string,
	given: ArrayLike<unknown>,
	at: number,
): number | bigint {
	// Names are made for errors only.
	if (type.kind === "float" && typeof value === "number") return value;
	return numberOf(type, value, nth(where, given, at));
}

function vectorColumn(type: FixedSizeListType, given: Vectors, where: string): ArrowArray {
	const { size } = type;
	const item = type.item.type as FixedWidthType;
	if (typeof given !== "object" || given === null || typeof given.length !== "number")
		throw new TypeError(
			`${where} must be a list of vectors, or of all their numbers, not ${describeValue(given)}.`,
		);
	if (given.length === 0) return emptyArray(type);
	if (ArrayBuffer.isView(given) || typeof given[0] === "number") {
		if (given.length % size !== 0)
			throw new RangeError(`${where} has ${given.length} numbers, which is no multiple of ${size}.`);
		return fixedSizeListArray(type, checkedValues(item, given as ArrayLike<number>, where));
	}
	const rows = given as readonly ArrayLike<number>[];
	const values = new (valuesClass(item))(rows.length * size);
	for (let row = 0; row < rows.length; row++) {
		const vector = rows[row];
		if (typeof vector !== "object" || vector === null || vector.length !== size)
			throw new RangeError(`${nth(where, rows, row)} must have ${size} numbers; it is ${describeValue(vector)}.`);
		for (let at = 0; at < size; at++)
			values[row * size + at] = checkedNumber(item, vector[at], nth(where, rows, row), vector, at) as never;
	}
	return fixedSizeListArray(type, values);
}
