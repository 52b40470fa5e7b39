import type { ArrowArray } from "../arrow/arrow-array.ts";
import { typesEqual } from "../arrow/arrow-type.ts";
import type { OptionNames } from "../option-names.ts";
import {
	type Chunk,
	type ComponentBatch,
	type ComponentDescriptor,
	splitUnsorted,
	type TimeColumn,
	type TimeKind,
} from "./chunk.ts";
import { RowColumn } from "./row-column.ts";
import { TUID_BYTES, type TuidSource } from "./tuid.ts";

/**
 * The bounds within which rows that are logged one by one are put together into chunks. A chunk
 * costs about 2 kB and 50 microseconds, however few rows it has (measured: `npm run bench --
 * rerun`).
 */
export interface BatchingOptions {
	/** Longest wait of a row, in seconds. 0: rows don't wait. */
	readonly tickSec: number;
	/**
	 * Bytes of an entity's rows at which they are sent. The rows of all entities are sent at eight
	 * times as many.
	 */
	readonly maxBytes: number;
	/** Number of an entity's rows at which they are sent. */
	readonly maxRows: number;
	/**
	 * Most rows of a chunk whose times go back: readers sort such a chunk whenever they look into
	 * it.
	 */
	readonly maxRowsIfUnsorted: number;
}

/** The names of `BatchingOptions`. */
export const BATCHING_OPTIONS: OptionNames<BatchingOptions> = {
	tickSec: true,
	maxBytes: true,
	maxRows: true,
	maxRowsIfUnsorted: true,
};

/** Presets of `BatchingOptions`. A stream chooses `live` while one of its sinks is, else `file`. */
export const Batching = {
	/**
	 * For a person who watches: a row is sent within half a frame at 60 Hz, and rows of one moment
	 * still travel together.
	 */
	live: { tickSec: 0.008, maxBytes: 1 << 20, maxRows: 1 << 16, maxRowsIfUnsorted: 256 },
	/** For files: 100 Hz gives 20 rows to a chunk, and a program that is killed loses 0.2 s. */
	file: { tickSec: 0.2, maxBytes: 2 << 20, maxRows: 1 << 16, maxRowsIfUnsorted: 256 },
	/** Each row is a chunk and is sent at once: for tests and for tracking down a crash. */
	always: { tickSec: 0, maxBytes: 0, maxRows: 1, maxRowsIfUnsorted: 256 },
	/** Only `flush()` sends. */
	never: {
		tickSec: Number.POSITIVE_INFINITY,
		maxBytes: Number.POSITIVE_INFINITY,
		maxRows: Number.POSITIVE_INFINITY,
		maxRowsIfUnsorted: 256,
	},
} as const satisfies Record<string, BatchingOptions>;

/** A timeline and a time on it. */
export interface TimePoint {
	readonly name: string;
	readonly kind: TimeKind;
	time: bigint;
}

/** Rows of one entity that fit into one chunk: the same timelines, the same components. */
interface Group {
	readonly timelines: readonly { readonly name: string; readonly kind: TimeKind }[];
	readonly descriptors: readonly ComponentDescriptor[];
	readonly columns: readonly RowColumn[];
	/** True when the group takes no further rows. */
	readonly full: boolean;
	rows: number;
	/** Both grow by doubling. */
	rowIds: DataView<ArrayBuffer>;
	times: BigInt64Array[];
}

interface Entity {
	readonly path: string;
	groups: Group[];
	rows: number;
	byteLength: number;
	/** Rows of the largest chunk that was made last. */
	rowsBefore: number;
}

const FIRST_CAPACITY = 8;
/** Length of a row that becomes a chunk of its own: joining it with others would copy it. */
const LARGE_ROW_BYTES = 1 << 18;
/** `maxBytes` of all entities together, as a multiple of that of one. */
const MAX_FULL_ENTITIES = 8;

/** Puts rows together into chunks. Does no I/O and reads no clock: its owner drains it. */
export class ChunkBatcher {
	readonly #tuids: TuidSource;
	#entities = new Map<string, Entity>();
	/** Those of the last `take`: the next chunks will have about as many rows. */
	#entitiesBefore: ReadonlyMap<string, Entity> = new Map();
	options: BatchingOptions;
	#rows = 0;
	#byteLength = 0;

	constructor(tuids: TuidSource, options: BatchingOptions) {
		this.#tuids = tuids;
		this.options = options;
	}

	/** The number of rows that wait. */
	get rows(): number {
		return this.#rows;
	}

	/** Bytes of the rows that wait, about. */
	get byteLength(): number {
		return this.#byteLength;
	}

	/**
	 * Adds a row.
	 *
	 * @param path in Rerun's form, see `entityPath`.
	 * @param times none for a static row.
	 * @param batches each component once. Numbers up to 16 KiB are copied; all else is kept, and
	 * may not be changed any more.
	 * @returns the entity's chunks if it has enough rows now. Look at `isFull` afterwards.
	 */
	push(path: string, times: readonly TimePoint[], batches: readonly ComponentBatch[]): readonly Chunk[] {
		let entity = this.#entities.get(path);
		if (entity === undefined) {
			const rowsBefore = this.#entitiesBefore.get(path)?.rowsBefore ?? 0;
			entity = { path, groups: [], rows: 0, byteLength: 0, rowsBefore };
			this.#entities.set(path, entity);
		}
		let byteLength = TUID_BYTES + 8 * times.length;
		for (const { values } of batches) byteLength += 8 + byteLengthOf(values);
		const isLarge = byteLength >= LARGE_ROW_BYTES;
		this.#append(
			isLarge ? newGroup(entity, times, batches, true) : groupOf(entity, times, batches),
			times,
			batches,
		);
		entity.rows++;
		entity.byteLength += byteLength;
		this.#rows++;
		this.#byteLength += byteLength;
		return entity.rows >= this.options.maxRows || entity.byteLength >= this.options.maxBytes
			? this.#take(entity)
			: NO_CHUNKS;
	}

	/** True when the rows of all entities together are so many that they should be sent. */
	get isFull(): boolean {
		return this.#byteLength >= MAX_FULL_ENTITIES * this.options.maxBytes;
	}

	/** Takes out all rows as chunks. */
	drain(): readonly Chunk[] {
		return [...this.take()].flat();
	}

	/**
	 * Takes out all rows, and makes the chunks of one entity in each step. Rows that are pushed
	 * from now on are not among them. Rows count as waiting until their chunk is made.
	 */
	take(): Iterable<readonly Chunk[]> {
		// Entities come and go: the new map forgets those that are not logged any more.
		const entities = this.#entities;
		this.#entities = new Map();
		this.#entitiesBefore = entities;
		return this.#chunksOf(entities);
	}

	*#chunksOf(entities: Map<string, Entity>): Generator<readonly Chunk[], void> {
		for (const entity of entities.values()) yield this.#take(entity);
	}

	#append(group: Group, times: readonly TimePoint[], batches: readonly ComponentBatch[]): void {
		const { rows } = group;
		if (rows * TUID_BYTES === group.rowIds.byteLength) grow(group);
		this.#tuids.fill(group.rowIds, rows * TUID_BYTES, 1);
		for (let index = 0; index < times.length; index++) group.times[index]![rows] = times[index]!.time;
		for (let index = 0; index < batches.length; index++) group.columns[index]!.add(batches[index]!.values);
		group.rows = rows + 1;
	}

	#take(entity: Entity): Chunk[] {
		const chunks: Chunk[] = [];
		if (entity.groups.length > 0) entity.rowsBefore = 0;
		for (const group of entity.groups) {
			entity.rowsBefore = Math.max(entity.rowsBefore, group.rows);
			const chunk = this.#chunkOf(entity.path, group);
			chunks.push(...splitUnsorted(chunk, this.options.maxRowsIfUnsorted, () => this.#tuids.next()));
		}
		this.#rows -= entity.rows;
		this.#byteLength -= entity.byteLength;
		entity.groups = [];
		entity.rows = 0;
		entity.byteLength = 0;
		return chunks;
	}

	#chunkOf(entityPath: string, group: Group): Chunk {
		const { rows } = group;
		return {
			id: this.#tuids.next(),
			entityPath,
			numRows: rows,
			rowIds: new Uint8Array(group.rowIds.buffer, 0, rows * TUID_BYTES),
			timelines: group.timelines.map(
				({ name, kind }, index): TimeColumn => ({ name, kind, times: group.times[index]!.subarray(0, rows) }),
			),
			components: group.descriptors.map((descriptor, index) => ({
				descriptor,
				lists: group.columns[index]!.lists(),
			})),
		};
	}
}

const NO_CHUNKS: readonly Chunk[] = [];

/** The group that takes such rows: mostly that of the row before. */
function groupOf(entity: Entity, times: readonly TimePoint[], batches: readonly ComponentBatch[]): Group {
	for (let at = entity.groups.length - 1; at >= 0; at--)
		if (takes(entity.groups[at]!, times, batches)) return entity.groups[at]!;
	return newGroup(entity, times, batches, false);
}

function newGroup(
	entity: Entity,
	times: readonly TimePoint[],
	batches: readonly ComponentBatch[],
	full: boolean,
): Group {
	// Some more than before, so that a few more rows need no larger memory.
	const capacity = full ? 1 : Math.max(FIRST_CAPACITY, entity.rowsBefore + (entity.rowsBefore >> 3));
	const group: Group = {
		timelines: times.map(({ name, kind }) => ({ name, kind })),
		descriptors: batches.map(({ descriptor }) => descriptor),
		columns: batches.map(({ values }) => new RowColumn(values.type, capacity)),
		full,
		rows: 0,
		rowIds: new DataView(new ArrayBuffer(capacity * TUID_BYTES)),
		times: times.map(() => new BigInt64Array(capacity)),
	};
	entity.groups.push(group);
	return group;
}

function takes(group: Group, times: readonly TimePoint[], batches: readonly ComponentBatch[]): boolean {
	const { timelines, descriptors, columns } = group;
	if (group.full) return false;
	if (timelines.length !== times.length || descriptors.length !== batches.length) return false;
	for (let index = 0; index < times.length; index++)
		if (timelines[index]!.name !== times[index]!.name || timelines[index]!.kind !== times[index]!.kind)
			return false;
	for (let index = 0; index < batches.length; index++) {
		const { descriptor, values } = batches[index]!;
		if (!descriptorsEqual(descriptors[index]!, descriptor) || !typesEqual(columns[index]!.type, values.type))
			return false;
	}
	return true;
}

function descriptorsEqual(a: ComponentDescriptor, b: ComponentDescriptor): boolean {
	return (
		a === b || (a.component === b.component && a.archetype === b.archetype && a.componentType === b.componentType)
	);
}

function grow(group: Group): void {
	const rowIds = new Uint8Array(2 * group.rowIds.byteLength);
	rowIds.set(new Uint8Array(group.rowIds.buffer));
	group.rowIds = new DataView(rowIds.buffer);
	group.times = group.times.map((times) => {
		const larger = new BigInt64Array(2 * times.length);
		larger.set(times);
		return larger;
	});
}

/** The bytes of a column's buffers. */
function byteLengthOf(array: ArrowArray): number {
	let total = (array.values?.byteLength ?? 0) + (array.offsets?.byteLength ?? 0) + (array.typeIds?.byteLength ?? 0);
	if (array.validity !== undefined) total += array.validity.byteLength;
	for (let index = 0; index < array.children.length; index++) total += byteLengthOf(array.children[index]!);
	return total;
}

/** The bytes of a chunk's columns. */
export function chunkByteLength(chunk: Chunk): number {
	let total = chunk.rowIds.byteLength + 8 * chunk.numRows * chunk.timelines.length;
	for (const { lists } of chunk.components) total += byteLengthOf(lists);
	return total;
}
