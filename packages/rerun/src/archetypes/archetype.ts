import { type ArrowArray, emptyArray, isNull, listArray, sliceArray } from "../arrow/arrow-array.ts";
import { listTypeOf } from "../arrow/arrow-type.ts";
import type { ComponentBatch, ComponentColumn, ComponentDescriptor } from "../chunk/chunk.ts";
import { checkOptions, nearestName, type OptionNames } from "../option-names.ts";
import type { Component } from "./component.ts";

/** A value that can be logged: some components of one entity. */
export interface Loggable {
	readonly batches: readonly ComponentBatch[];
	/** Full name of the archetype, `rerun.archetypes.Points3D`, even if it has no batches. */
	readonly archetype?: string | undefined;
	/**
	 * Error in the arguments of the constructor. The archetype then has no batches, and nothing is
	 * logged: see `RecordingStream`.
	 */
	readonly error?: Error | undefined;
	/**
	 * Warning about data that viewers can't draw, such as three radii for one point. A strict
	 * stream refuses it, others log it.
	 */
	readonly warning?: Error | undefined;
}

/**
 * Components that are made at once. Making them never throws: errors are kept in `error` and
 * `warning`, so that a stream can throw them or warn of them.
 */
export class Batches implements Loggable {
	readonly batches: readonly ComponentBatch[];
	readonly archetype?: string | undefined;
	readonly error?: Error | undefined;
	readonly warning?: Error | undefined;

	/** @param make receives a function that keeps a warning: the first one counts. */
	constructor(make: (warn: (warning: Error) => void) => readonly ComponentBatch[], archetype?: string) {
		if (archetype !== undefined) this.archetype = archetype;
		try {
			this.batches = make((warning) => this.warn(warning));
		} catch (error) {
			this.batches = [];
			this.error = asError(error);
		}
	}

	/** Removes all batches, as the arguments are wrong. */
	protected fail(error: Error): void {
		Object.assign(this, { batches: [], error });
	}

	protected warn(warning: Error): void {
		if (this.warning === undefined) Object.assign(this, { warning });
	}
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}

/** A field whose value could not be made, with the error. */
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
 * Makes the arguments of `super` in a constructor. If `make` throws, each field of the result
 * stands for the error, and the archetype that receives them keeps it.
 */
export function deferringErrors<Made extends object>(make: () => Made): Made {
	try {
		return make();
	} catch (error) {
		const mistake = new Mistake(asError(error));
		return new Proxy({} as Made, { get: () => mistake });
	}
}

/** A field of an archetype: its component, and the number of its values. */
interface FieldShape {
	/** Name of the field as Rerun writes it: `class_ids`. */
	readonly name: string;
	// biome-ignore lint/suspicious/noExplicitAny: the generated classes say what each field takes
	readonly component: Component<any, any>;
	/** The field has a batch in each row, and not a single value. */
	readonly plural?: true | undefined;
	/**
	 * `all`: its length is the number of instances. `each`: a value for each of them, or one for
	 * all.
	 */
	readonly count?: "all" | "each" | undefined;
}

interface Field extends FieldShape {
	readonly descriptor: ComponentDescriptor;
	/** The name of the field in errors: `Points3D.classIds`. */
	readonly where: string;
}

/** The fields of an archetype. */
export interface ArchetypeSpec {
	/** `rerun.archetypes.Points3D` */
	readonly name: string;
	/** `Points3D` */
	readonly shortName: string;
	readonly fields: ReadonlyMap<string, Field>;
}

/** Makes the fields of an archetype. @param fields by their names in JavaScript. */
export function archetypeSpec(name: string, fields: Readonly<Record<string, FieldShape>>): ArchetypeSpec {
	const shortName = name.slice(name.lastIndexOf(".") + 1);
	const known = new Map<string, Field>();
	for (const [key, shape] of Object.entries(fields)) {
		const descriptor = {
			component: `${shortName}:${shape.name}`,
			archetype: name,
			componentType: shape.component.name,
		};
		const field: Field = { ...shape, where: `${shortName}.${key}`, descriptor };
		known.set(key, field);
		fieldOfDescriptor.set(descriptor, field);
	}
	return { name, shortName, fields: known };
}

/** Fields of Rerun's archetypes, by the descriptors of their batches and columns. */
const fieldOfDescriptor = new WeakMap<ComponentDescriptor, Field>();

/** The options of `fromFields`. */
export interface FromFieldsOptions {
	/** Empties the fields that are not given. Otherwise they keep their values. @default false */
	readonly clearUnset?: boolean | undefined;
}

const FROM_FIELDS_OPTIONS: OptionNames<FromFieldsOptions> = { clearUnset: true };

/** The base of all archetypes: some of their fields, as they will be logged. */
export class Archetype extends Batches {
	/** @param values by field; `undefined` and `null` are left out. */
	constructor(spec: ArchetypeSpec, values: Readonly<Record<string, unknown>>, options?: FromFieldsOptions) {
		super((warn) => batchesOf(spec, values, options, warn), spec.name);
		if (this.error === undefined) return;
		const mistake = Object.values(values).find((value) => value instanceof Mistake);
		if (mistake !== undefined) this.fail(mistake.error);
	}
}

function batchesOf(
	spec: ArchetypeSpec,
	values: Readonly<Record<string, unknown>>,
	options: FromFieldsOptions | undefined,
	warn: (warning: Error) => void,
): ComponentBatch[] {
	if (options !== undefined) checkOptions(options, FROM_FIELDS_OPTIONS, `${spec.shortName}.fromFields()`);
	const batches: ComponentBatch[] = [];
	for (const key in values) {
		const value = values[key];
		if (value === undefined || value === null) continue;
		const field = fieldOf(spec, key);
		batches.push({
			descriptor: field.descriptor,
			values: field.plural === true ? field.component.many(value, field.where) : singleValue(field, value),
		});
	}
	const warning = lengthsWarning(batches);
	if (warning !== null) warn(warning);
	if (options?.clearUnset === true)
		for (const [key, field] of spec.fields)
			if (values[key] === undefined || values[key] === null)
				batches.push({ descriptor: field.descriptor, values: emptyArray(field.component.type) });
	return batches;
}

/**
 * The batch of a field that should have one value. Several values, or none, make a batch as well:
 * they can be logged though not shown.
 */
function singleValue({ component, where }: Field, value: unknown): ArrowArray {
	try {
		return component.one(value, where);
	} catch (error) {
		try {
			const several = component.many(value, where);
			if (several.length !== 1) return several;
		} catch {
			// The value is wrong either way; the error about a single value is the clearer one.
		}
		throw error;
	}
}

function fieldOf(spec: ArchetypeSpec, key: string): Field {
	const field = spec.fields.get(key);
	if (field === undefined) {
		const nearest = nearestName(key, spec.fields.keys());
		const help = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
		throw new TypeError(
			`${spec.shortName} has no field ${key}; there are ${[...spec.fields.keys()].join(", ")}.${help}`,
		);
	}
	return field;
}

/**
 * A warning about batches of one row whose lengths don't fit together: a field has neither one
 * value nor one for each instance, or a field of one value has several. Viewers cut or stretch such
 * batches without a warning. An empty batch empties its component, and is right.
 */
export function lengthsWarning(batches: readonly ComponentBatch[]): RangeError | null {
	let all: Field | undefined;
	let count = 0;
	for (const { descriptor, values } of batches) {
		const field = fieldOfDescriptor.get(descriptor);
		if (field === undefined) continue;
		if (field.plural !== true && values.length > 1)
			return new RangeError(`${field.where} must be one value; there are ${values.length}.`);
		if (field.count === "all") {
			all = field;
			count = values.length;
		}
	}
	if (all === undefined) return null;
	for (const { descriptor, values } of batches) {
		if (values.length <= 1 || values.length === count) continue;
		const field = fieldOfDescriptor.get(descriptor);
		if (field?.count === "each" && descriptor.archetype === all.descriptor.archetype)
			return new RangeError(
				`${field.where} has ${values.length} values for ${count} ${all.name}: ` +
					"give one for each, or a single one for all.",
			);
	}
	return null;
}

/**
 * The warning of `lengthsWarning` for the first row of `columns` whose lengths don't fit together;
 * `null` if all fit.
 */
export function columnLengthsWarning(columns: readonly ComponentColumn[]): RangeError | null {
	const lengthAt = ({ lists }: ComponentColumn, row: number) => lists.offsets![row + 1]! - lists.offsets![row]!;
	const known = columns.filter(({ descriptor }) => fieldOfDescriptor.has(descriptor));
	for (const column of known) {
		const { plural, where } = fieldOfDescriptor.get(column.descriptor)!;
		if (plural === true) continue;
		for (let row = 0; row < column.lists.length; row++)
			if (!isNull(column.lists, row) && lengthAt(column, row) > 1)
				return new RangeError(`${where} must be one value; there are ${lengthAt(column, row)} in row ${row}.`);
	}
	for (const counting of known) {
		const all = fieldOfDescriptor.get(counting.descriptor)!;
		if (all.count !== "all") continue;
		for (const column of known) {
			const { count, where } = fieldOfDescriptor.get(column.descriptor)!;
			if (count !== "each" || column.descriptor.archetype !== counting.descriptor.archetype) continue;
			for (let row = 0; row < column.lists.length; row++) {
				const length = lengthAt(column, row);
				if (length > 1 && length !== lengthAt(counting, row) && !isNull(counting.lists, row))
					return new RangeError(
						`${where} has ${length} values for ${lengthAt(counting, row)} ${all.name} in row ${row}: ` +
							"give one for each, or a single one for all.",
					);
			}
		}
	}
	return null;
}

/** Columns of components with many rows, for `sendColumns`. */
export interface Columns {
	readonly columns: readonly ComponentColumn[];
	/** Error in the arguments. There are no columns then. */
	readonly error?: Error | undefined;
	/** Warning about data that viewers can't draw. A strict stream refuses it, others log it. */
	readonly warning?: Error | undefined;
}

/** Values of one component. `where` names it in errors. */
interface BulkValues extends ComponentBatch {
	readonly where: string;
}

/** Columns with one value in each row, until they are partitioned. Making them never throws. */
export class BulkColumns implements Columns {
	readonly columns: readonly ComponentColumn[];
	readonly error?: Error | undefined;
	readonly warning?: Error | undefined;
	readonly #bulk: readonly BulkValues[];

	/** @param make receives a function that keeps a warning. */
	constructor(make: (warn: (warning: Error) => void) => readonly BulkValues[]) {
		let bulk: readonly BulkValues[] = [];
		try {
			bulk = make((warning) => Object.assign(this, { warning }));
		} catch (error) {
			this.error = asError(error);
		}
		this.#bulk = bulk;
		this.columns = bulk.map(({ descriptor, values }) => ({
			descriptor,
			lists: listArray(listTypeOf(values.type), countingOffsets(values.length), values),
		}));
	}

	/**
	 * Columns in which row `n` has `lengths[n]` of the values. The lengths have to add up to the
	 * number of values; further values are left out, with a warning.
	 */
	partition(lengths: ArrayLike<number>): Columns {
		if (this.error !== undefined) return this;
		try {
			return this.#partition(lengths);
		} catch (error) {
			return { columns: [], error: asError(error) };
		}
	}

	#partition(lengths: ArrayLike<number>): Columns {
		const offsets = new Int32Array(lengths.length + 1);
		for (let row = 0; row < lengths.length; row++) {
			const length = lengths[row]!;
			if (!Number.isInteger(length) || length < 0)
				throw new RangeError(`Length ${row} of the partition is ${length}.`);
			offsets[row + 1] = offsets[row]! + length;
		}
		const total = offsets[lengths.length]!;
		let warning = this.warning;
		const columns = this.#bulk.map(({ where, descriptor, values }) => {
			if (values.length !== total) {
				const mismatch = new RangeError(`${where} has ${values.length} values; the partition is of ${total}.`);
				if (values.length < total) throw mismatch;
				warning ??= mismatch;
			}
			return { descriptor, lists: listArray(listTypeOf(values.type), offsets, sliceArray(values, 0, total)) };
		});
		return { columns, ...(warning === undefined ? {} : { warning }) };
	}
}

/** Columns of the fields of an archetype. */
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

/** The offsets of lists with one item each. */
function countingOffsets(length: number): Int32Array {
	const offsets = new Int32Array(length + 1);
	for (let at = 1; at <= length; at++) offsets[at] = at;
	return offsets;
}
