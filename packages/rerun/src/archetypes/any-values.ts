import { type ArrowArray, type ArrowValues, byteListArray, numberArray } from "../arrow/arrow-array.ts";
import {
	type ArrowType,
	BOOL,
	FLOAT32,
	FLOAT64,
	INT8,
	INT16,
	INT32,
	INT64,
	list,
	TIMESTAMP_NS,
	UINT8,
	UINT16,
	UINT32,
	UINT64,
	UTF8,
} from "../arrow/arrow-type.ts";
import { arrayFromValues } from "../arrow/arrow-values.ts";
import type { ComponentBatch } from "../chunk/chunk.ts";
import { describeValue } from "../describe-value.ts";
import { Batches, BulkColumns } from "./archetype.ts";

/**
 * One or several values of a user's own. Numbers become doubles, bigints integers of 64 bits, dates
 * timestamps, an `ArrayBuffer` one value of bytes; typed arrays keep their type. `{ type, values }`
 * has any Arrow type.
 */
export type AnyValue =
	| number
	| bigint
	| string
	| boolean
	| Date
	| ArrayBuffer
	| ArrowValues
	| Uint8ClampedArray
	| readonly number[]
	| readonly bigint[]
	| readonly string[]
	| readonly boolean[]
	| readonly Date[]
	| { readonly type: ArrowType; readonly values: readonly unknown[] };

/**
 * Values of a user's own beside those of the archetypes: `new AnyValues({ temperature: 21.5, tags:
 * ["a", "b"] })`.
 */
export class AnyValues extends Batches {
	/** @param values by component; `undefined` and `null` are left out. */
	constructor(values: Readonly<Record<string, AnyValue | null | undefined>>) {
		super((warn) => batchesOf(values, (name) => ({ component: name }), warn));
	}

	/**
	 * Values of many rows, for `sendColumns`: one value in each row, unless they are partitioned.
	 */
	static columns(values: Readonly<Record<string, AnyValue | null | undefined>>): BulkColumns {
		return columnsOf((warn) => batchesOf(values, (name) => ({ component: name }), warn));
	}
}

/** An archetype of a user's own: `AnyValues` with a name that keeps its components together. */
export class DynamicArchetype extends Batches {
	/** @param archetype its name, `my_app.Battery`. @param values by field. */
	constructor(archetype: string, values: Readonly<Record<string, AnyValue | null | undefined>>) {
		super((warn) => batchesOf(values, fieldsOf(archetype), warn), archetype);
	}

	/**
	 * Values of many rows, for `sendColumns`: one value in each row, unless they are partitioned.
	 */
	static columns(archetype: string, values: Readonly<Record<string, AnyValue | null | undefined>>): BulkColumns {
		return columnsOf((warn) => batchesOf(values, fieldsOf(archetype), warn));
	}
}

function fieldsOf(archetype: string): (name: string) => ComponentBatch["descriptor"] {
	if (typeof archetype !== "string" || archetype === "")
		throw new TypeError(`An archetype must have a name, not ${describeValue(archetype)}.`);
	// Rerun leaves out its own prefixes only.
	const shortName = archetype.replace(/^rerun\.(blueprint\.)?archetypes\./, "");
	return (name) => ({ component: `${shortName}:${name}`, archetype });
}

type Warn = (warning: Error) => void;

function columnsOf(make: (warn: Warn) => readonly ComponentBatch[]): BulkColumns {
	return new BulkColumns((warn) => make(warn).map((batch) => ({ ...batch, where: batch.descriptor.component })));
}

function batchesOf(
	values: Readonly<Record<string, AnyValue | null | undefined>>,
	descriptorOf: (name: string) => ComponentBatch["descriptor"],
	warn: Warn,
): ComponentBatch[] {
	const batches: ComponentBatch[] = [];
	for (const [name, value] of Object.entries(values)) {
		if (name === "") throw new RangeError("A component must have a name.");
		if (value === undefined || value === null) continue;
		const descriptor = descriptorOf(name);
		// The other values are logged nevertheless, as in Python.
		if (Array.isArray(value) && value.length === 0)
			warn(
				new TypeError(
					`${name} is empty and is left out: an empty list has no type. ` +
						"A typed array has one, and { type, values }.",
				),
			);
		else batches.push({ descriptor, values: anyArray(value, name) });
	}
	return batches;
}

const TYPES: readonly (readonly [new (length: number) => ArrowValues, ArrowType])[] = [
	[Float64Array, FLOAT64],
	[Float32Array, FLOAT32],
	[Uint8Array, UINT8],
	[Uint16Array, UINT16],
	[Uint32Array, UINT32],
	[BigUint64Array, UINT64],
	[Int8Array, INT8],
	[Int16Array, INT16],
	[Int32Array, INT32],
	[BigInt64Array, INT64],
];

const BYTES = list(UINT8) as Extract<ArrowType, { kind: "list" }>;

function anyArray(value: AnyValue, name: string): ArrowArray {
	if (value instanceof ArrayBuffer) return byteListArray(BYTES, [new Uint8Array(value)]);
	if (value instanceof Uint8ClampedArray) return numberArray(UINT8, new Uint8Array(value));
	for (const [Values, type] of TYPES)
		if (value instanceof Values) return numberArray(type, new Values(value as never));
	if (typeof value === "object" && "type" in value && "values" in value)
		return arrayFromValues(value.type, value.values, name);
	const given: readonly unknown[] = Array.isArray(value) ? value : [value];
	const dates = given.length > 0 && given.every((item) => item instanceof Date);
	return arrayFromValues(
		dates ? TIMESTAMP_NS : typeOf(given, name),
		dates ? given.map((item) => BigInt(Number(item)) * 1_000_000n) : given,
		name,
	);
}

function typeOf(given: readonly unknown[], name: string): ArrowType {
	const [first] = given;
	if (given.some((item) => typeof item !== typeof first)) throw new TypeError(`${name} has values of several types.`);
	switch (typeof first) {
		case "number":
			return FLOAT64;
		case "bigint":
			return INT64;
		case "string":
			return UTF8;
		case "boolean":
			return BOOL;
		default:
			throw new TypeError(`${name} is ${describeValue(first)}, which has no Arrow type of its own.`);
	}
}
