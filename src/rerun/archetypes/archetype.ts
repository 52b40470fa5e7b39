import { type ArrowArray, emptyArray, listArray } from "../arrow/arrow-array.ts";
import { type ArrowType, list } from "../arrow/arrow-type.ts";
import type { ComponentColumn, ComponentDescriptor } from "../chunk.ts";
import type { Component } from "./component.ts";

/** The values of one component in one row. None at all: the component is emptied. */
export interface ComponentBatch {
	readonly descriptor: ComponentDescriptor;
	readonly values: ArrowArray;
}

/** What can be logged: some components of one entity. */
export interface Loggable {
	readonly batches: readonly ComponentBatch[];
	/** What was wrong with the arguments that it was made of. Then it has no batches, and whoever logs it is told: see `RecordingStream`. */
	readonly error?: Error;
}

/** Components that are made at once. Making them never throws: what goes wrong is kept in `error`, so that a stream can decide what becomes of it. */
export class Batches implements Loggable {
	readonly batches: readonly ComponentBatch[];
	readonly error?: Error;

	constructor(make: () => readonly ComponentBatch[]) {
		try {
			this.batches = make();
		} catch (error) {
			this.batches = [];
			this.error = asError(error);
		}
	}

	/** Makes it what it is if its arguments are wrong. */
	protected fail(error: Error): void {
		Object.assign(this, { batches: [], error });
	}
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}

/** Stands for arguments that a constructor could make nothing of. */
class Mistake {
	readonly #error: Error;

	constructor(error: Error) {
		this.#error = error;
	}

	get error(): Error {
		return this.#error;
	}
}

/**
 * What a constructor makes of its arguments before it calls `super`. If that throws, each field of the result stands for the error, and the archetype that
 * gets them keeps it.
 */
export function deferringErrors<Made extends object>(make: () => Made): Made {
	try {
		return make();
	} catch (error) {
		const mistake = new Mistake(asError(error));
		return new Proxy({} as Made, { get: () => mistake });
	}
}

/** A field of an archetype: which component it is and how many of its values there may be. */
interface FieldShape {
	/** As Rerun writes it: `class_ids`. */
	readonly name: string;
	// biome-ignore lint/suspicious/noExplicitAny: the generated classes say what each field takes
	readonly component: Component<any, any>;
	/** A batch in each row, else one value. */
	readonly plural?: true;
	/** `all`: says how many instances there are. `each`: has one value for each of them, or one for all. */
	readonly count?: "all" | "each";
}

interface Field extends FieldShape {
	readonly descriptor: ComponentDescriptor;
	/** Names it in errors: `Points3D.classIds`. */
	readonly where: string;
}

/** The fields of an archetype. */
export interface ArchetypeSpec {
	/** `Points3D` */
	readonly shortName: string;
	readonly fields: ReadonlyMap<string, Field>;
}

/** @param fields by their names in JavaScript. */
export function archetypeSpec(name: string, fields: Readonly<Record<string, FieldShape>>): ArchetypeSpec {
	const shortName = name.slice(name.lastIndexOf(".") + 1);
	return {
		shortName,
		fields: new Map(
			Object.entries(fields).map(([key, shape]) => [
				key,
				{
					...shape,
					where: `${shortName}.${key}`,
					descriptor: { component: `${shortName}:${shape.name}`, archetype: name, componentType: shape.component.name },
				},
			]),
		),
	};
}

export interface FromFieldsOptions {
	/** Whether fields that are not given are emptied, rather than left as they were. @default false */
	readonly clearUnset?: boolean;
}

/** Base of all archetypes: some of their fields, as they will be logged. */
export class Archetype extends Batches {
	/** @param values by field; `undefined` and `null` are the same as not being given. */
	constructor(spec: ArchetypeSpec, values: Readonly<Record<string, unknown>>, options: FromFieldsOptions = {}) {
		super(() => batchesOf(spec, values, options));
		if (this.error === undefined) return;
		const mistake = Object.values(values).find((value) => value instanceof Mistake);
		if (mistake !== undefined) this.fail(mistake.error);
	}
}

function batchesOf(spec: ArchetypeSpec, values: Readonly<Record<string, unknown>>, options: FromFieldsOptions): ComponentBatch[] {
	const batches: ComponentBatch[] = [];
	let all = -1;
	let counting: Field | undefined;
	for (const key in values) {
		const value = values[key];
		if (value === undefined || value === null) continue;
		const field = fieldOf(spec, key);
		const array = field.plural === true ? field.component.many(value, field.where) : field.component.one(value, field.where);
		batches.push({ descriptor: field.descriptor, values: array });
		if (field.count === "all") {
			all = array.length;
			counting = field;
		}
	}
	if (counting !== undefined) checkCounts(spec, values, batches, counting, all);
	if (options.clearUnset === true)
		for (const [key, field] of spec.fields)
			if (values[key] === undefined || values[key] === null)
				batches.push({ descriptor: field.descriptor, values: emptyArray(field.component.type) });
	return batches;
}

function fieldOf(spec: ArchetypeSpec, key: string): Field {
	const field = spec.fields.get(key);
	if (field === undefined) throw new TypeError(`${spec.shortName} has no field ${key}; there are ${[...spec.fields.keys()].join(", ")}.`);
	return field;
}

/** What is given for each instance is given for all of them, or once. Viewers would stretch or cut it without a word. */
function checkCounts(
	spec: ArchetypeSpec,
	values: Readonly<Record<string, unknown>>,
	batches: readonly ComponentBatch[],
	counting: Field,
	all: number,
): void {
	let index = 0;
	for (const key in values) {
		if (values[key] === undefined || values[key] === null) continue;
		const { length } = batches[index++]!.values;
		const field = spec.fields.get(key)!;
		if (field.count === "each" && length > 1 && length !== all)
			throw new RangeError(`${field.where} has ${length} values for ${all} ${counting.name}: give one for each, or a single one for all.`);
	}
}

/** Columns of components with many rows, for `sendColumns`. */
export interface Columns {
	readonly columns: readonly ComponentColumn[];
	/** What was wrong with the arguments that they were made of. Then there are none. */
	readonly error?: Error;
}

/** A component's values in bulk. `where` names it in errors. */
interface BulkValues extends ComponentBatch {
	readonly where: string;
}

/** Columns with one value in each row, until they are partitioned. Making them never throws: see `error`. */
export class BulkColumns implements Columns {
	readonly columns: readonly ComponentColumn[];
	readonly error?: Error;
	readonly #bulk: readonly BulkValues[];

	constructor(make: () => readonly BulkValues[]) {
		let bulk: readonly BulkValues[] = [];
		try {
			bulk = make();
		} catch (error) {
			this.error = asError(error);
		}
		this.#bulk = bulk;
		this.columns = bulk.map(({ descriptor, values }) => ({
			descriptor,
			lists: listArray(listTypeOf(values.type), countingOffsets(values.length), values),
		}));
	}

	/** Columns in which row `n` has `lengths[n]` of the values. Together they have to be as many as there are. */
	partition(lengths: ArrayLike<number>): Columns {
		if (this.error !== undefined) return this;
		try {
			return { columns: this.#partition(lengths) };
		} catch (error) {
			return { columns: [], error: asError(error) };
		}
	}

	#partition(lengths: ArrayLike<number>): ComponentColumn[] {
		const offsets = new Int32Array(lengths.length + 1);
		for (let row = 0; row < lengths.length; row++) {
			const length = lengths[row]!;
			if (!Number.isInteger(length) || length < 0) throw new RangeError(`Length ${row} of the partition is ${length}.`);
			offsets[row + 1] = offsets[row]! + length;
		}
		const total = offsets[lengths.length]!;
		return this.#bulk.map(({ where, descriptor, values }) => {
			if (values.length !== total) throw new RangeError(`${where} has ${values.length} values; the partition is of ${total}.`);
			return { descriptor, lists: listArray(listTypeOf(values.type), offsets, values) };
		});
	}
}

/** Columns of an archetype's fields. */
export class ArchetypeColumns extends BulkColumns {
	constructor(spec: ArchetypeSpec, values: Readonly<Record<string, unknown>>) {
		super(() =>
			Object.entries(values)
				.filter(([, value]) => value !== undefined && value !== null)
				.map(([key, value]) => {
					const { descriptor, component, where } = fieldOf(spec, key);
					return { descriptor, where, values: component.many(value, where) };
				}),
		);
	}
}

/** Of lists with one item each. */
function countingOffsets(length: number): Int32Array {
	const offsets = new Int32Array(length + 1);
	for (let at = 1; at <= length; at++) offsets[at] = at;
	return offsets;
}

const listTypes = new WeakMap<ArrowType, ArrowType>();

/** The type of a component's column: a list whose items may be null. The same object for the same type. */
export function listTypeOf(type: ArrowType): ArrowType {
	let found = listTypes.get(type);
	if (found === undefined) {
		found = list(type, true);
		listTypes.set(type, found);
	}
	return found;
}
