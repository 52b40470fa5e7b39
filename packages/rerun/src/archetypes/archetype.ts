import { type ArrowArray, emptyArray, isNull, listArray, sliceArray } from "../arrow/arrow-array.ts";
import { listTypeOf } from "../arrow/arrow-type.ts";
import type { ComponentBatch, ComponentColumn, ComponentDescriptor } from "../chunk/chunk.ts";
import { checkOptions, nearestName, type OptionNames } from "../option-names.ts";
import type { Component } from "./component.ts";

/** What can be logged: some components of one entity. */
export interface Loggable {
	readonly batches: readonly ComponentBatch[];
	/**
	 * Full name of the archetype, `rerun.archetypes.Points3D`, which is known even if none of its
	 * fields is given.
	 */
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
 * Components that are made at once. Making them never throws: what goes wrong is kept in `error`
 * and `warning`, so that a stream can decide what becomes of it.
 */
export class Batches implements Loggable {
	readonly batches: readonly ComponentBatch[];
	readonly archetype?: string | undefined;
	readonly error?: Error | undefined;
	readonly warning?: Error | undefined;

	/** @param make gets a function that keeps a warning: the first one counts. */
	constructor(make: (warn: (warning: Error) => void) => readonly ComponentBatch[], archetype?: string) {
		if (archetype !== undefined) this.archetype = archetype;
		try {
			this.batches = make((warning) => this.warn(warning));
		} catch (error) {
			this.batches = [];
			this.error = asError(error);
		}
	}

	/** Makes it what it is if its arguments are wrong. */
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
 * What a constructor makes of its arguments before it calls `super`. If that throws, each field of
 * the result stands for the error, and the archetype that gets them keeps it.
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
	/** Name of the field as Rerun writes it: `class_ids`. */
	readonly name: string;
	// biome-ignore lint/suspicious/noExplicitAny: the generated classes say what each field takes
	readonly component: Component<any, any>;
	/** A batch in each row, else one value. */
	readonly plural?: true | undefined;
	/**
	 * `all`: says how many instances there are. `each`: has one value for each of them, or one for
	 * all.
	 */
	readonly count?: "all" | "each" | undefined;
}

interface Field extends FieldShape {
	readonly descriptor: ComponentDescriptor;
	/** Names it in errors: `Points3D.classIds`. */
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

/** @param fields by their names in JavaScript. */
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

export interface FromFieldsOptions {
	/**
	 * True when fields that are not given are emptied, rather than left as they were.
	 * @default false
	 */
	readonly clearUnset?: boolean | undefined;
}

const FROM_FIELDS_OPTIONS: OptionNames<FromFieldsOptions> = { clearUnset: true };

/** Base of all archetypes: some of their fields, as they will be logged. */
export class Archetype extends Batches {
	/** @param values by field; `undefined` and `null` are the same as not being given. */
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
 * The batch of a field that should have one value. Several, or none, are made into a batch as well:
 * they can be logged, if not shown.
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
 * What doesn't fit together in one row's batches: something is given for each instance of an
 * archetype, but neither for all of them nor once for all; or a field of one value has several.
 * Viewers cut or stretch such batches without a word. An empty batch empties its component, which
 * is right.
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
				`${field.where} has ${values.length} values for ${count} ${all.name}: give one for each, or a single one for all.`,
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
						`${where} has ${length} values for ${lengthAt(counting, row)} ${all.name} in row ${row}: give one for each, or a single one for all.`,
					);
			}
		}
	}
	return null;
}

/** Columns of components with many rows, for `sendColumns`. */
export interface Columns {
	readonly columns: readonly ComponentColumn[];
	/** What was wrong with the arguments that they were made of. Then there are none. */
	readonly error?: Error | undefined;
	/** Warning about data that viewers can't draw. A strict stream refuses it, others log it. */
	readonly warning?: Error | undefined;
}

/** A component's values in bulk. `where` names it in errors. */
interface BulkValues extends ComponentBatch {
	readonly where: string;
}

/**
 * Columns with one value in each row, until they are partitioned. Making them never throws: see
 * `error`.
 */
export class BulkColumns implements Columns {
	readonly columns: readonly ComponentColumn[];
	readonly error?: Error | undefined;
	readonly warning?: Error | undefined;
	readonly #bulk: readonly BulkValues[];

	/** @param make gets a function that keeps a warning. */
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
	 * Columns in which row `n` has `lengths[n]` of the values. Together they have to be as many as
	 * there are; values beyond them are left out.
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

/** Offsets of lists with one item each. */
function countingOffsets(length: number): Int32Array {
	const offsets = new Int32Array(length + 1);
	for (let at = 1; at <= length; at++) offsets[at] = at;
	return offsets;
}
