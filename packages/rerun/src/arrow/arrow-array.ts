import { type ArrowType, type FixedWidthType, formatType, typesEqual } from "./arrow-type.ts";

/** Numbers of fixed width. Half floats are kept as their 16 bits. */
export type ArrowValues =
	| Int8Array
	| Uint8Array
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| BigInt64Array
	| BigUint64Array
	| Float32Array
	| Float64Array;

/**
 * A column of values in Arrow's own layout (https://arrow.apache.org/docs/format/Columnar.html).
 * The type decides about its buffers: those that the type doesn't use are `undefined`. Never
 * changed once made.
 */
export interface ArrowArray {
	readonly type: ArrowType;
	readonly length: number;
	/** The number of null values. 0: there is no `validity`. */
	readonly nullCount: number;
	/** A bit for each value, lowest first; 0: the value is null. */
	readonly validity?: Uint8Array | undefined;
	/** Lists, texts and binaries: `length + 1` ends. Dense unions: `length` places in the child. */
	readonly offsets?: Int32Array | undefined;
	/** Unions: the type id of the child that holds each value. */
	readonly typeIds?: Int8Array | undefined;
	/** Numbers; bits of a `bool`, lowest first; bytes of texts and binaries. */
	readonly values?: ArrowValues | undefined;
	/** Lists have one child, structs and unions one for each field. */
	readonly children: readonly ArrowArray[];
}

const NO_CHILDREN: readonly ArrowArray[] = [];

/** A column of numbers. @param values kept, not copied. */
export function numberArray(type: FixedWidthType | ArrowType, values: ArrowValues): ArrowArray {
	return { type, length: values.length, nullCount: 0, values, children: NO_CHILDREN };
}

/** A column of lists of one size. @param values of all lists, one after the other. Kept. */
export function fixedSizeListArray(
	type: Extract<ArrowType, { kind: "fixedSizeList" }>,
	values: ArrowValues,
): ArrowArray {
	return {
		type,
		length: values.length / type.size,
		nullCount: 0,
		children: [numberArray(type.item.type, values)],
	};
}

/** A column of lists. @param offsets ends of the lists in `items`, behind a first 0. */
export function listArray(
	type: ArrowType,
	offsets: Int32Array,
	items: ArrowArray,
	validity?: Uint8Array,
	nullCount = 0,
): ArrowArray {
	return {
		type,
		length: offsets.length - 1,
		nullCount,
		...(nullCount === 0 ? {} : { validity }),
		offsets,
		children: [items],
	};
}

const encoder = new TextEncoder();

/** A column of texts. @throws {RangeError} when they are longer than 2 GiB together. */
export function utf8Array(type: ArrowType, texts: readonly string[]): ArrowArray {
	const offsets = new Int32Array(texts.length + 1);
	let most = 0;
	// A character of UTF-16 takes at most three bytes of UTF-8.
	for (let index = 0; index < texts.length; index++) most += 3 * texts[index]!.length;
	const bytes = new Uint8Array(checkedEnd(most));
	let at = 0;
	for (let index = 0; index < texts.length; index++) {
		at = encodeText(texts[index]!, bytes, at);
		offsets[index + 1] = at;
	}
	return { type, length: texts.length, nullCount: 0, offsets, values: bytes.slice(0, at), children: NO_CHILDREN };
}

/** Length of a text up to which a loop costs less than a call of the encoder. */
const SHORT_TEXT = 48;

/** Writes a text as UTF-8. @returns the offset of its end. */
function encodeText(text: string, into: Uint8Array, start: number): number {
	if (text.length <= SHORT_TEXT) {
		let at = start;
		for (let index = 0; index < text.length; index++) {
			const code = text.charCodeAt(index);
			if (code > 127) return start + encoder.encodeInto(text, into.subarray(start)).written;
			into[at++] = code;
		}
		return at;
	}
	return start + encoder.encodeInto(text, into.subarray(start)).written;
}

/** A column of binaries. @throws {RangeError} when they are longer than 2 GiB together. */
export function bytesArray(type: ArrowType, blobs: readonly Uint8Array[]): ArrowArray {
	const offsets = new Int32Array(blobs.length + 1);
	for (const [index, blob] of blobs.entries()) offsets[index + 1] = checkedEnd(offsets[index]! + blob.length);
	const values = new Uint8Array(offsets[blobs.length]!);
	for (const [index, blob] of blobs.entries()) values.set(blob, offsets[index]!);
	return { type, length: blobs.length, nullCount: 0, offsets, values, children: NO_CHILDREN };
}

/** A column of byte lists. @throws {RangeError} when they are longer than 2 GiB together. */
export function byteListArray(type: Extract<ArrowType, { kind: "list" }>, blobs: readonly Uint8Array[]): ArrowArray {
	const [blob] = blobs;
	if (blob !== undefined && blobs.length === 1) {
		return listArray(
			type,
			Int32Array.of(0, checkedEnd(blob.length)),
			numberArray(type.item.type, new Uint8Array(blob)),
		);
	}
	const { offsets, values } = bytesArray(type, blobs);
	return listArray(type, offsets!, numberArray(type.item.type, values!));
}

/** A column of booleans. */
export function boolArray(type: ArrowType, flags: readonly boolean[]): ArrowArray {
	return { type, length: flags.length, nullCount: 0, values: bitmapOf(flags), children: NO_CHILDREN };
}

/** A bit for each flag, lowest first. */
export function bitmapOf(flags: readonly boolean[]): Uint8Array {
	const bits = new Uint8Array((flags.length + 7) >> 3);
	for (let at = 0; at < flags.length; at++) if (flags[at]) bits[at >> 3]! |= 1 << (at & 7);
	return bits;
}

/** True when a bit is set. */
export function bitAt(bits: Uint8Array, at: number): boolean {
	return ((bits[at >> 3]! >> (at & 7)) & 1) === 1;
}

/** True when a value is null. */
export function isNull(array: ArrowArray, at: number): boolean {
	return array.type.kind === "null" || (array.validity !== undefined && !bitAt(array.validity, at));
}

/** An empty column of a type. */
export function emptyArray(type: ArrowType): ArrowArray {
	const base = { type, length: 0, nullCount: 0 };
	switch (type.kind) {
		case "null":
			return { ...base, children: NO_CHILDREN };
		case "bool":
		case "fixedSizeBinary":
			return { ...base, values: new Uint8Array(0), children: NO_CHILDREN };
		case "int":
		case "float":
		case "timestamp":
		case "duration":
			return { ...base, values: new (valuesClass(type))(0), children: NO_CHILDREN };
		case "utf8":
		case "binary":
			return { ...base, offsets: new Int32Array(1), values: new Uint8Array(0), children: NO_CHILDREN };
		case "list":
			return { ...base, offsets: new Int32Array(1), children: [emptyArray(type.item.type)] };
		case "fixedSizeList":
			return { ...base, children: [emptyArray(type.item.type)] };
		case "struct":
			return { ...base, children: type.fields.map((field) => emptyArray(field.type)) };
		case "union":
			return {
				...base,
				typeIds: new Int8Array(0),
				...(type.mode === "dense" ? { offsets: new Int32Array(0) } : {}),
				children: type.fields.map((field) => emptyArray(field.type)),
			};
	}
}

type ValuesClass = {
	new (length: number): ArrowValues;
	new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrowValues;
	readonly BYTES_PER_ELEMENT: number;
};

/** The typed array that holds a type's values. */
export function valuesClass(type: FixedWidthType): ValuesClass {
	if (type.kind === "timestamp" || type.kind === "duration") return BigInt64Array as ValuesClass;
	if (type.kind === "float")
		return (type.bits === 16 ? Uint16Array : type.bits === 32 ? Float32Array : Float64Array) as ValuesClass;
	switch (type.bits) {
		case 8:
			return (type.signed ? Int8Array : Uint8Array) as ValuesClass;
		case 16:
			return (type.signed ? Int16Array : Uint16Array) as ValuesClass;
		case 32:
			return (type.signed ? Int32Array : Uint32Array) as ValuesClass;
		case 64:
			return (type.signed ? BigInt64Array : BigUint64Array) as ValuesClass;
	}
}

/**
 * Joins columns into one.
 *
 * @throws {TypeError} when there are none, or their types differ.
 * @throws {RangeError} when lists or texts are longer than 2 GiB together.
 */
export function concatArrays(arrays: readonly ArrowArray[]): ArrowArray {
	const first = arrays[0];
	if (first === undefined) throw new TypeError("There are no columns to join.");
	if (arrays.length === 1) return first;
	const { type } = first;
	let length = 0;
	let nullCount = 0;
	for (const array of arrays) {
		if (!typesEqual(array.type, type))
			throw new TypeError(
				`A column of ${formatType(type)} can't be joined with one of ${formatType(array.type)}.`,
			);
		length += array.length;
		nullCount += array.nullCount;
	}
	const base = {
		type,
		length,
		nullCount,
		...(nullCount > 0 && type.kind !== "null" ? { validity: concatValidity(arrays, length) } : {}),
	};
	switch (type.kind) {
		case "null":
			return { ...base, children: NO_CHILDREN };
		case "bool":
			return { ...base, values: concatBits(arrays, length), children: NO_CHILDREN };
		case "int":
		case "float":
		case "timestamp":
		case "duration":
		case "fixedSizeBinary":
			return { ...base, values: concatValues(arrays, type), children: NO_CHILDREN };
		case "utf8":
		case "binary":
			return { ...base, ...concatTexts(arrays, length), children: NO_CHILDREN };
		case "list": {
			const { offsets, spans } = concatOffsets(arrays, length);
			return {
				...base,
				offsets,
				children: [
					concatArrays(arrays.map((array, index) => sliceArray(array.children[0]!, ...spans[index]!))),
				],
			};
		}
		case "fixedSizeList":
			return { ...base, children: [concatArrays(arrays.map((array) => array.children[0]!))] };
		case "struct":
			return {
				...base,
				children: type.fields.map((_, index) => concatArrays(arrays.map((array) => array.children[index]!))),
			};
		case "union":
			return { ...base, ...concatUnions(arrays, type, length) };
	}
}

/** The values from `start` until `end`. Buffers are shared with `array` where that is possible. */
export function sliceArray(array: ArrowArray, start: number, end: number): ArrowArray {
	if (start === 0 && end === array.length) return array;
	const { type } = array;
	const length = end - start;
	let nullCount = 0;
	let validity: Uint8Array | undefined;
	if (array.validity !== undefined) {
		validity = sliceBits(array.validity, start, length);
		for (let at = 0; at < length; at++) if (!bitAt(validity, at)) nullCount++;
	} else if (type.kind === "null") nullCount = length;
	const base = { type, length, nullCount, ...(nullCount > 0 && validity !== undefined ? { validity } : {}) };
	switch (type.kind) {
		case "null":
			return { ...base, children: NO_CHILDREN };
		case "bool":
			return { ...base, values: sliceBits(array.values as Uint8Array, start, length), children: NO_CHILDREN };
		case "int":
		case "float":
		case "timestamp":
		case "duration":
			return { ...base, values: array.values!.subarray(start, end), children: NO_CHILDREN };
		case "fixedSizeBinary":
			return {
				...base,
				values: array.values!.subarray(start * type.byteWidth, end * type.byteWidth),
				children: NO_CHILDREN,
			};
		case "utf8":
		case "binary":
		case "list": {
			const from = array.offsets![start]!;
			const offsets = array.offsets!.slice(start, end + 1);
			if (from !== 0) for (let at = 0; at < offsets.length; at++) offsets[at]! -= from;
			const to = from + offsets[length]!;
			return type.kind === "list"
				? { ...base, offsets, children: [sliceArray(array.children[0]!, from, to)] }
				: { ...base, offsets, values: array.values!.subarray(from, to), children: NO_CHILDREN };
		}
		case "fixedSizeList":
			return { ...base, children: [sliceArray(array.children[0]!, start * type.size, end * type.size)] };
		case "struct":
			return { ...base, children: array.children.map((child) => sliceArray(child, start, end)) };
		case "union":
			// A dense union's children stay whole: its offsets point into them.
			return {
				...base,
				typeIds: array.typeIds!.slice(start, end),
				...(type.mode === "dense"
					? { offsets: array.offsets!.slice(start, end), children: array.children }
					: { children: array.children.map((child) => sliceArray(child, start, end)) }),
			};
	}
}

function concatTexts(
	arrays: readonly ArrowArray[],
	length: number,
): { readonly offsets: Int32Array; readonly values: Uint8Array } {
	const { offsets, spans } = concatOffsets(arrays, length);
	const values = new Uint8Array(offsets[length]!);
	let at = 0;
	for (const [index, array] of arrays.entries()) {
		const [start, end] = spans[index]!;
		values.set((array.values as Uint8Array).subarray(start, end), at);
		at += end - start;
	}
	return { offsets, values };
}

function concatUnions(
	arrays: readonly ArrowArray[],
	{ mode, fields, typeIds: ids }: Extract<ArrowType, { kind: "union" }>,
	length: number,
): Pick<ArrowArray, "typeIds" | "offsets" | "children"> {
	const typeIds = new Int8Array(length);
	const offsets = new Int32Array(length);
	const childLengths = fields.map(() => 0);
	let at = 0;
	for (const array of arrays) {
		typeIds.set(array.typeIds!, at);
		if (mode === "dense")
			for (let index = 0; index < array.length; index++)
				offsets[at + index] = array.offsets![index]! + childLengths[ids.indexOf(array.typeIds![index]!)]!;
		for (const [index, child] of array.children.entries()) childLengths[index]! += child.length;
		at += array.length;
	}
	const children = fields.map((_, index) => concatArrays(arrays.map((array) => array.children[index]!)));
	return { typeIds, ...(mode === "dense" ? { offsets } : {}), children };
}

/** The validity of joined columns. */
function concatValidity(arrays: readonly ArrowArray[], length: number): Uint8Array {
	const bits = new Uint8Array((length + 7) >> 3);
	let at = 0;
	for (const { length: count, validity } of arrays)
		for (let index = 0; index < count; index++, at++)
			if (validity === undefined || bitAt(validity, index)) bits[at >> 3]! |= 1 << (at & 7);
	return bits;
}

function concatBits(arrays: readonly ArrowArray[], length: number): Uint8Array {
	const bits = new Uint8Array((length + 7) >> 3);
	let at = 0;
	for (const { length: count, values } of arrays)
		for (let index = 0; index < count; index++, at++)
			if (bitAt(values as Uint8Array, index)) bits[at >> 3]! |= 1 << (at & 7);
	return bits;
}

function sliceBits(bits: Uint8Array, start: number, length: number): Uint8Array {
	const sliced = new Uint8Array((length + 7) >> 3);
	for (let at = 0; at < length; at++) if (bitAt(bits, start + at)) sliced[at >> 3]! |= 1 << (at & 7);
	return sliced;
}

function concatValues(
	arrays: readonly ArrowArray[],
	type: FixedWidthType | Extract<ArrowType, { kind: "fixedSizeBinary" }>,
): ArrowValues {
	let length = 0;
	for (const { values } of arrays) length += values!.length;
	const whole = joinedView(arrays, length);
	if (whole !== undefined) return whole;
	const joined = type.kind === "fixedSizeBinary" ? new Uint8Array(length) : new (valuesClass(type))(length);
	let at = 0;
	for (const { values } of arrays) {
		(joined as Uint8Array).set(values as Uint8Array, at);
		at += values!.length;
	}
	return joined;
}

/** Values that lie one behind the other in memory, as one view; `undefined`: they don't. */
function joinedView(arrays: readonly ArrowArray[], length: number): ArrowValues | undefined {
	const first = arrays[0]!.values!;
	const { buffer, byteOffset } = first;
	let end = byteOffset;
	for (let index = 0; index < arrays.length; index++) {
		const values = arrays[index]!.values!;
		if (values.buffer !== buffer || values.byteOffset !== end) return undefined;
		end += values.byteLength;
	}
	// A Node Buffer is made by other means.
	const kind = first instanceof Uint8Array ? Uint8Array : (first.constructor as ValuesClass);
	return new kind(buffer as ArrayBuffer, byteOffset, length);
}

function concatOffsets(
	arrays: readonly ArrowArray[],
	length: number,
): { readonly offsets: Int32Array; readonly spans: readonly (readonly [number, number])[] } {
	const offsets = new Int32Array(length + 1);
	const spans: (readonly [number, number])[] = [];
	let at = 0;
	let end = 0;
	for (const array of arrays) {
		const from = array.offsets![0]!;
		const to = array.offsets![array.length]!;
		for (let index = 1; index <= array.length; index++)
			offsets[++at] = checkedEnd(end + array.offsets![index]! - from);
		end += to - from;
		spans.push([from, to]);
	}
	return { offsets, spans };
}

/** Checks an offset of lists or texts, which has 31 bits in Arrow. */
function checkedEnd(end: number): number {
	if (end > 0x7fff_ffff)
		throw new RangeError(`A column of lists or texts holds at most 2 GiB of values; this one has ${end}.`);
	return end;
}
