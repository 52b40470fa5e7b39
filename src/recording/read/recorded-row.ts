import { type ArrowArray, type ArrowValues, type Chunk, type Loggable, sliceArray, valueAt } from "panogaze-rerun";

/** The columns of a chunk by name, found once for all of its rows. */
export interface ReadChunk {
	readonly entity: readonly string[];
	readonly chunk: Chunk;
	readonly columns: ReadonlyMap<string, ArrowArray>;
	readonly times: ReadonlyMap<string, BigInt64Array>;
}

/** Prepares a chunk for the reading of its rows. */
export function readChunk(entity: readonly string[], chunk: Chunk): ReadChunk {
	return {
		entity,
		chunk,
		columns: new Map(chunk.components.map(({ descriptor, lists }) => [descriptor.component, lists])),
		times: new Map(chunk.timelines.map(({ name, times }) => [name, times])),
	};
}

/** One row of a recording: what was logged at one call. */
export class RecordedRow {
	readonly #from: ReadChunk;
	readonly #row: number;

	constructor(from: ReadChunk, row: number) {
		this.#from = from;
		this.#row = row;
	}

	/** Parts of the entity's path. */
	get entity(): readonly string[] {
		return this.#from.entity;
	}

	/** Sixteen bytes whose order is that of the calls. */
	get id(): Uint8Array {
		return this.#from.chunk.rowIds.subarray(this.#row * 16, this.#row * 16 + 16);
	}

	/** Time on a timeline: nanoseconds or a count. */
	time(timeline: string): bigint | undefined {
		return this.#from.times.get(timeline)?.[this.#row];
	}

	has(component: string): boolean {
		return this.#span(component) !== undefined;
	}

	/** All numbers of a component one after the other: a view of the chunk. */
	numbers(component: string): ArrowValues | undefined {
		const span = this.#span(component);
		if (span === undefined) return undefined;
		let [items, start, end] = span;
		while (items.type.kind === "fixedSizeList") {
			start *= items.type.size;
			end *= items.type.size;
			items = items.children[0]!;
		}
		const { kind } = items.type;
		return kind === "int" || kind === "float" ? items.values?.subarray(start, end) : undefined;
	}

	/** The first number of a component. */
	number(component: string): number | undefined {
		const first = this.numbers(component)?.[0];
		return first === undefined ? undefined : Number(first);
	}

	text(component: string): string | undefined {
		const value = this.#first(component);
		return typeof value === "string" ? value : undefined;
	}

	flag(component: string): boolean | undefined {
		const value = this.#first(component);
		return typeof value === "boolean" ? value : undefined;
	}

	/** The value of a text in JSON; `null`: it is none. */
	json(component: string): unknown {
		try {
			return JSON.parse(this.text(component) ?? "null");
		} catch {
			return null;
		}
	}

	/** The bytes of a list of bytes, or of a binary: a view of the chunk. */
	bytes(component: string): Uint8Array | undefined {
		const value = this.#first(component);
		return value instanceof Uint8Array ? value : undefined;
	}

	/** All of its values, as they were logged. */
	values(): Loggable {
		const batches = this.#from.chunk.components.flatMap(({ descriptor, lists }) => {
			const span = spanOf(lists, this.#row);
			return span === undefined ? [] : [{ descriptor, values: sliceArray(...span) }];
		});
		return { batches };
	}

	#span(component: string) {
		const lists = this.#from.columns.get(component);
		return lists === undefined ? undefined : spanOf(lists, this.#row);
	}

	#first(component: string) {
		const span = this.#span(component);
		return span === undefined || span[1] === span[2] ? undefined : valueAt(span[0], span[1]);
	}
}

/** The values of a row: the items of all rows, where its own begin, and where they end. */
function spanOf(lists: ArrowArray, row: number): [items: ArrowArray, start: number, end: number] | undefined {
	const { validity, offsets, children } = lists;
	if (validity !== undefined && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) return undefined;
	const [items] = children;
	if (items === undefined || offsets === undefined) return undefined;
	return [items, offsets[row]!, offsets[row + 1]!];
}

/** Compares the ids of two rows. */
export function compareRows(a: RecordedRow, b: RecordedRow): number {
	const [left, right] = [a.id, b.id];
	for (let byte = 0; byte < 16; byte++) if (left[byte] !== right[byte]) return left[byte]! - right[byte]!;
	return 0;
}
