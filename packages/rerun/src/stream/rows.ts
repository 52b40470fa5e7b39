import { type Columns, columnLengthsWarning, type Loggable, lengthsWarning } from "../archetypes/archetype.ts";
import type { ComponentBatch, ComponentColumn, TimeColumn } from "../chunk/chunk.ts";
import { type TimeValues, timeColumn } from "../chunk/time-value.ts";
import { describeValue } from "../describe-value.ts";

/** The components of a row, each once, and a warning about components that viewers can't draw. */
export interface Row {
	readonly batches: readonly ComponentBatch[];
	readonly warning: Error | null;
}

/** An argument of `log` that is not its options. */
type RowPart = Loggable | readonly Loggable[] | (() => Loggable | readonly Loggable[]);

/**
 * The row that `log` makes of its arguments. Of a component that comes twice, the last one counts.
 *
 * @throws {Error} what went wrong when an archetype was made.
 * @throws {TypeError} when an argument is no archetype.
 */
export function rowOf(parts: readonly RowPart[]): Row {
	const [only] = parts;
	// The usual case: one archetype, which has each of its components once.
	if (parts.length === 1 && typeof only === "object" && only !== null && "batches" in only)
		return { batches: checkedBatches(only), warning: only.warning ?? null };
	const byComponent = new Map<string, ComponentBatch>();
	let warning: Error | null = null;
	for (const part of parts) {
		const given = typeof part === "function" ? part() : part;
		for (const loggable of Array.isArray(given) ? (given as readonly Loggable[]) : [given as Loggable]) {
			if (typeof loggable !== "object" || loggable === null || !Array.isArray(loggable.batches))
				throw new TypeError(`log() takes archetypes, not ${describeValue(loggable)}.`);
			for (const batch of checkedBatches(loggable)) byComponent.set(batch.descriptor.component, batch);
			warning ??= loggable.warning ?? null;
		}
	}
	const batches = [...byComponent.values()];
	// The fields of one archetype may come in several arguments.
	return { batches, warning: warning ?? lengthsWarning(batches) };
}

/** The batches of an archetype. @throws {Error} what went wrong when it was made. */
export function checkedBatches({ batches, error }: Loggable): readonly ComponentBatch[] {
	if (error !== undefined) throw error;
	return batches;
}

/** Rows in columns, and a warning about rows that viewers can't draw. */
export interface RowColumns {
	readonly numRows: number;
	readonly timelines: readonly TimeColumn[];
	readonly components: readonly ComponentColumn[];
	readonly warning: Error | null;
}

/**
 * The rows that `sendColumns` makes of its arguments.
 *
 * @throws {Error} what went wrong when an archetype's columns were made.
 * @throws {TypeError} when a time is wrong, an argument has no columns, or a component comes twice.
 * @throws {RangeError} when the columns have different lengths.
 */
export function columnsOf(times: Readonly<Record<string, TimeValues>>, given: readonly Columns[]): RowColumns {
	const timelines = Object.entries(times).map(([name, values]) => timeColumn(name, values));
	let warning: Error | null = null;
	const components = given.flatMap((columns) => {
		if (!Array.isArray(columns?.columns))
			throw new TypeError(`sendColumns takes columns of archetypes, not ${describeValue(columns)}.`);
		if (columns.error !== undefined) throw columns.error;
		warning ??= columns.warning ?? null;
		return columns.columns as readonly ComponentColumn[];
	});
	const [first] = timelines;
	const numRows = first?.times.length ?? components[0]?.lists.length ?? 0;
	for (const { name, times: column } of timelines)
		if (column.length !== numRows)
			throw new RangeError(`"${name}" has ${column.length} times; "${first?.name}" has ${numRows}.`);
	const seen = new Set<string>();
	for (const { descriptor, lists } of components) {
		if (lists.length !== numRows)
			throw new RangeError(
				`${descriptor.component} has ${lists.length} rows; there are ${numRows} times. ` +
					"partition() puts several values into one row.",
			);
		if (seen.has(descriptor.component)) throw new TypeError(`${descriptor.component} is given twice.`);
		seen.add(descriptor.component);
	}
	return { numRows, timelines, components, warning: warning ?? columnLengthsWarning(components) };
}
