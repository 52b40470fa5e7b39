/** A column of a schema, or a child of a nested type. */
export interface ArrowField {
	readonly name: string;
	readonly type: ArrowType;
	readonly nullable: boolean;
	readonly metadata?: ReadonlyMap<string, string> | undefined;
}

/** The unit of Arrow's times. */
export type ArrowTimeUnit = "second" | "millisecond" | "microsecond" | "nanosecond";

/** The Arrow types of Rerun's chunks, and of users' own values. */
export type ArrowType =
	| { readonly kind: "null" }
	| { readonly kind: "bool" }
	| { readonly kind: "int"; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
	| { readonly kind: "float"; readonly bits: 16 | 32 | 64 }
	| { readonly kind: "utf8" }
	| { readonly kind: "binary" }
	| { readonly kind: "fixedSizeBinary"; readonly byteWidth: number }
	| { readonly kind: "timestamp"; readonly unit: ArrowTimeUnit; readonly timezone: string | null }
	| { readonly kind: "duration"; readonly unit: ArrowTimeUnit }
	| { readonly kind: "list"; readonly item: ArrowField }
	| { readonly kind: "fixedSizeList"; readonly item: ArrowField; readonly size: number }
	| { readonly kind: "struct"; readonly fields: readonly ArrowField[] }
	| {
			readonly kind: "union";
			readonly mode: "dense" | "sparse";
			readonly fields: readonly ArrowField[];
			readonly typeIds: readonly number[];
	  };

/** A type whose values have a fixed width: `ArrowArray.values` is a typed array of them. */
export type FixedWidthType = Extract<ArrowType, { kind: "int" | "float" | "timestamp" | "duration" }>;

export const NULL: ArrowType = { kind: "null" };
export const BOOL: ArrowType = { kind: "bool" };
export const INT8: ArrowType = { kind: "int", bits: 8, signed: true };
export const INT16: ArrowType = { kind: "int", bits: 16, signed: true };
export const INT32: ArrowType = { kind: "int", bits: 32, signed: true };
export const INT64: ArrowType = { kind: "int", bits: 64, signed: true };
export const UINT8: ArrowType = { kind: "int", bits: 8, signed: false };
export const UINT16: ArrowType = { kind: "int", bits: 16, signed: false };
export const UINT32: ArrowType = { kind: "int", bits: 32, signed: false };
export const UINT64: ArrowType = { kind: "int", bits: 64, signed: false };
export const FLOAT16: ArrowType = { kind: "float", bits: 16 };
export const FLOAT32: ArrowType = { kind: "float", bits: 32 };
export const FLOAT64: ArrowType = { kind: "float", bits: 64 };
export const UTF8: ArrowType = { kind: "utf8" };
export const BINARY: ArrowType = { kind: "binary" };
export const TIMESTAMP_NS: ArrowType = { kind: "timestamp", unit: "nanosecond", timezone: null };
export const DURATION_NS: ArrowType = { kind: "duration", unit: "nanosecond" };

export function field(name: string, type: ArrowType, nullable = false): ArrowField {
	return { name, type, nullable };
}

export function list(item: ArrowType, itemNullable = false): ArrowType {
	return { kind: "list", item: field("item", item, itemNullable) };
}

const listTypes = new WeakMap<ArrowType, ArrowType>();

/**
 * The type of a component's column: a list whose items may be null. Equal types share an object.
 */
export function listTypeOf(type: ArrowType): ArrowType {
	let found = listTypes.get(type);
	if (found === undefined) {
		found = list(type, true);
		listTypes.set(type, found);
	}
	return found;
}

export function fixedSizeList(item: ArrowType, size: number): ArrowType {
	return { kind: "fixedSizeList", item: field("item", item), size };
}

export function struct(...fields: readonly ArrowField[]): ArrowType {
	return { kind: "struct", fields };
}

/** A dense union whose type ids count from 0. */
export function denseUnion(...fields: readonly ArrowField[]): ArrowType {
	return { kind: "union", mode: "dense", fields, typeIds: fields.map((_, index) => index) };
}

/**
 * The type in words, the same for equal types: `List<FixedSizeList<float32, 3>>`. A `?` marks items
 * and fields that may be null. Metadata is left out.
 */
export function formatType(type: ArrowType): string {
	let text = formatted.get(type);
	if (text === undefined) {
		text = format(type);
		formatted.set(type, text);
	}
	return text;
}

const formatted = new WeakMap<ArrowType, string>();

function format(type: ArrowType): string {
	const item = ({ name, type, nullable }: ArrowField) =>
		`${name === "item" ? "" : `${name}: `}${formatType(type)}${nullable ? "?" : ""}`;
	const fields = (list: readonly ArrowField[]) =>
		list.map(({ name, type, nullable }) => `${name}${nullable ? "?" : ""}: ${formatType(type)}`).join(", ");
	switch (type.kind) {
		case "null":
		case "bool":
		case "utf8":
		case "binary":
			return type.kind;
		case "int":
			return `${type.signed ? "int" : "uint"}${type.bits}`;
		case "float":
			return `float${type.bits}`;
		case "fixedSizeBinary":
			return `FixedSizeBinary<${type.byteWidth}>`;
		case "timestamp":
			return `Timestamp<${type.unit}${type.timezone === null ? "" : `, ${type.timezone}`}>`;
		case "duration":
			return `Duration<${type.unit}>`;
		case "list":
			return `List<${item(type.item)}>`;
		case "fixedSizeList":
			return `FixedSizeList<${item(type.item)}, ${type.size}>`;
		case "struct":
			return `{${fields(type.fields)}}`;
		case "union": {
			const inOrder = type.typeIds.every((id, index) => id === index);
			const mode = type.mode === "dense" ? "DenseUnion" : "SparseUnion";
			return `${mode}${inOrder ? "" : `[${type.typeIds.join(" ")}]`}{${fields(type.fields)}}`;
		}
	}
}

/** True when two types are equal but for metadata. */
export function typesEqual(a: ArrowType, b: ArrowType): boolean {
	return a === b || formatType(a) === formatType(b);
}
