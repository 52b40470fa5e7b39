import { isNull } from "../arrow/arrow-array.ts";
import { type PlainValue, valueAt } from "../arrow/arrow-values.ts";
import {
	type Chunk,
	type ComponentColumn,
	type ComponentDescriptor,
	isStatic,
	type TimeKind,
	timeRange,
	timesAreSorted,
} from "../chunk/chunk.ts";
import { entityPath } from "../chunk/entity-path.ts";
import { TUID_BYTES, type Tuid } from "../chunk/tuid.ts";
import type { StoreId, StoreInfo } from "./messages.ts";
import { RrdError, RrdReader, type RrdReaderOptions } from "./rrd-reader.ts";

/**
 * A time on a timeline. A number is a count on a sequence and seconds on other timelines; a bigint
 * is a count or nanoseconds.
 */
export type QueryTime = number | bigint;

/** The values of one component, and their time. */
export interface QueriedValues {
	readonly descriptor: ComponentDescriptor;
	/** A count or nanoseconds; `null`: static. */
	readonly time: bigint | null;
	readonly rowId: Tuid;
	/**
	 * One value for each instance. Bytes are views of the chunk. Empty: the component was emptied.
	 */
	readonly values: readonly PlainValue[];
}

/** The kind of a timeline, and its first and last time. */
export interface TimelineInfo {
	readonly kind: TimeKind;
	readonly start: bigint;
	readonly end: bigint;
}

/** The rows of one component in one chunk, on one timeline, in the order of their times. */
interface Segment {
	readonly chunk: Chunk;
	readonly column: ComponentColumn;
	readonly times: BigInt64Array;
	/** The rows that have the component, by time; `null`: all rows, in their order. */
	readonly order: Int32Array | null;
}

interface Entity {
	readonly chunks: Chunk[];
	readonly descriptors: Map<string, ComponentDescriptor>;
	/** Newest static value of each component. */
	readonly fixed: Map<string, Place>;
	/** Segments by timeline and component, made at the first query. */
	readonly segments: Map<string, readonly Segment[]>;
}

/** A row of a chunk. */
interface Place {
	readonly chunk: Chunk;
	readonly column: ComponentColumn;
	readonly row: number;
	readonly time: bigint | null;
}

const CLEAR = "Clear:is_recursive";

/**
 * The chunks of one recording, for queries by time. As in Rerun, a static value hides all others,
 * of rows at the same time the one logged last counts, and `Clear` hides the rows before it.
 */
export class ChunkStore {
	readonly storeId: StoreId;
	/** The program that made the recording. */
	readonly source: string;
	/**
	 * The place where the file ended within a message: its writer was killed, or a part of the file
	 * is missing. The store has the messages before that place. All stores of one file have the
	 * same value. `null`: the file ended behind a message, or the store was not read from a file.
	 */
	readonly cut: RrdError | null;
	readonly #entities = new Map<string, Entity>();
	readonly #timelines = new Map<string, TimelineInfo>();
	/** Entities that were cleared, which are few. */
	readonly #cleared = new Set<string>();
	#numRows = 0;

	/** @param cut as the field of that name. */
	constructor(info: StoreInfo, cut: RrdError | null = null) {
		this.storeId = info.storeId;
		this.source = info.source;
		this.cut = cut;
	}

	/**
	 * Reads a whole file: a store for each recording and each blueprint in it. If the file ends
	 * within a message, as its writer was killed, the stores have the messages before it: see
	 * `cut`.
	 *
	 * @param pieces the bytes, in pieces of any size. They are kept.
	 * @throws {RrdError} when a complete message is broken, or the file has no complete store. A
	 * message whose damaged length reaches beyond the file's end looks like one that was cut.
	 * @throws {TypeError} when an option has an unknown name.
	 */
	static read(pieces: Uint8Array | Iterable<Uint8Array>, options?: RrdReaderOptions): ChunkStore[] {
		const reader = new RrdReader(options);
		const found = new Map<string, { readonly info: StoreInfo; readonly chunks: Chunk[] }>();
		const contentsOf = (info: StoreInfo) => {
			const { kind, applicationId, recordingId } = info.storeId;
			const key = JSON.stringify([kind, applicationId, recordingId]);
			let contents = found.get(key);
			if (contents === undefined) {
				contents = { info, chunks: [] };
				found.set(key, contents);
			}
			return contents;
		};
		for (const piece of pieces instanceof Uint8Array ? [pieces] : pieces)
			for (const message of reader.push(piece)) {
				if (message.type === "storeInfo") contentsOf(message.info);
				else if (message.type === "chunk")
					contentsOf({ storeId: message.storeId, source: "unknown" }).chunks.push(message.chunk());
			}
		const cut = cutOf(reader);
		if (cut !== null && found.size === 0) throw cut;
		return Array.from(found.values(), ({ info, chunks }) => {
			const store = new ChunkStore(info, cut);
			for (const chunk of chunks) store.add(chunk);
			return store;
		});
	}

	/** Adds a chunk. @param chunk kept: it may not be changed any more. */
	add(chunk: Chunk): void {
		let entity = this.#entities.get(chunk.entityPath);
		if (entity === undefined) {
			entity = { chunks: [], descriptors: new Map(), fixed: new Map(), segments: new Map() };
			this.#entities.set(chunk.entityPath, entity);
		}
		entity.chunks.push(chunk);
		entity.segments.clear();
		for (const column of chunk.components) {
			const { descriptor } = column;
			entity.descriptors.set(descriptor.component, descriptor);
			if (isStatic(chunk)) keepLatest(entity.fixed, chunk, column);
			if (descriptor.component === CLEAR) this.#cleared.add(chunk.entityPath);
		}
		for (const { name, kind, times } of chunk.timelines) {
			const range = timeRange(times);
			if (range === null) continue;
			const known = this.#timelines.get(name);
			this.#timelines.set(name, {
				kind,
				start: known !== undefined && known.start < range.start ? known.start : range.start,
				end: known !== undefined && known.end > range.end ? known.end : range.end,
			});
		}
		this.#numRows += chunk.numRows;
	}

	get numRows(): number {
		return this.#numRows;
	}

	/** Paths of the entities that have data, sorted. */
	get entityPaths(): string[] {
		return [...this.#entities.keys()].sort();
	}

	get timelines(): ReadonlyMap<string, TimelineInfo> {
		return this.#timelines;
	}

	/** The components that an entity has at any time, sorted by name. */
	componentsOf(path: string | readonly string[]): ComponentDescriptor[] {
		const found = [...(this.#entities.get(entityPath(path))?.descriptors.values() ?? [])];
		return found.sort((a, b) => (a.component < b.component ? -1 : 1));
	}

	/**
	 * The newest values of a component at a time.
	 *
	 * @param at the end of the timeline by default.
	 * @returns `null` when there is no row until then, or a `Clear` came after it.
	 * @throws {RangeError} when `at` is NaN.
	 */
	latestAt(
		path: string | readonly string[],
		component: string,
		timeline: string,
		at?: QueryTime,
	): QueriedValues | null {
		const escaped = entityPath(path);
		const time = at === undefined ? undefined : this.#timeOf(timeline, at);
		const place = this.#staticPlace(escaped, component) ?? this.#latestPlace(escaped, component, timeline, time);
		if (place === null) return null;
		if (place.time !== null && this.#isCleared(escaped, place, timeline, time)) return null;
		return queried(place);
	}

	/**
	 * The newest values of all components of an entity at a time, by component. Components without
	 * a value are left out.
	 *
	 * @throws {RangeError} when `at` is NaN.
	 */
	latestAllAt(path: string | readonly string[], timeline: string, at?: QueryTime): Record<string, QueriedValues> {
		const found: Record<string, QueriedValues> = {};
		for (const { component } of this.componentsOf(path)) {
			const values = this.latestAt(path, component, timeline, at);
			if (values !== null) found[component] = values;
		}
		return found;
	}

	/**
	 * The rows of a component in a range of times, both ends included, in the order of time. A
	 * static value is the only row.
	 *
	 * @param range without `start` from the beginning, without `end` to the end.
	 * @throws {RangeError} when an end of the range is NaN.
	 */
	*range(
		path: string | readonly string[],
		component: string,
		timeline: string,
		range: { readonly start?: QueryTime | undefined; readonly end?: QueryTime | undefined } = {},
	): Generator<QueriedValues, void> {
		const escaped = entityPath(path);
		const fixed = this.#staticPlace(escaped, component);
		if (fixed !== null) {
			yield queried(fixed);
			return;
		}
		const start = range.start === undefined ? undefined : this.#timeOf(timeline, range.start);
		const end = range.end === undefined ? undefined : this.#timeOf(timeline, range.end);
		const places: Place[] = [];
		for (const { chunk, column, times, order } of this.#segments(escaped, component, timeline)) {
			const count = order?.length ?? times.length;
			for (let at = start === undefined ? 0 : firstAfter(times, order, start - 1n); at < count; at++) {
				const row = order === null ? at : order[at]!;
				if (end !== undefined && times[row]! > end) break;
				places.push({ chunk, column, row, time: times[row]! });
			}
		}
		places.sort(comparePlaces);
		for (const place of places) yield queried(place);
	}

	#timeOf(timeline: string, time: QueryTime): bigint {
		if (typeof time === "bigint") return time;
		if (Number.isNaN(time)) throw new RangeError(`The time on "${timeline}" is not a number.`);
		const scaled = this.#timelines.get(timeline)?.kind === "sequence" ? Math.floor(time) : Math.round(time * 1e9);
		return BigInt(Math.max(-(2 ** 62), Math.min(2 ** 62, scaled)));
	}

	#staticPlace(path: string, component: string): Place | null {
		return this.#entities.get(path)?.fixed.get(component) ?? null;
	}

	#latestPlace(path: string, component: string, timeline: string, until: bigint | undefined): Place | null {
		let latest: Place | null = null;
		for (const { chunk, column, times, order } of this.#segments(path, component, timeline)) {
			const at = (until === undefined ? (order?.length ?? times.length) : firstAfter(times, order, until)) - 1;
			if (at < 0) continue;
			const row = order === null ? at : order[at]!;
			const place = { chunk, column, row, time: times[row]! };
			if (latest === null || comparePlaces(place, latest) > 0) latest = place;
		}
		return latest;
	}

	/** True when a `Clear` of the entity, or a recursive one above it, came after a row. */
	#isCleared(path: string, place: Place, timeline: string, until: bigint | undefined): boolean {
		if (this.#cleared.size === 0 || place.column.descriptor.component === CLEAR) return false;
		for (let above: string | null = path; above !== null; above = parentOf(above)) {
			if (!this.#cleared.has(above)) continue;
			const clear = this.#latestPlace(above, CLEAR, timeline, until);
			if (clear === null || comparePlaces(clear, place) <= 0) continue;
			if (above === path || queried(clear).values[0] === true) return true;
			// A later `Clear` that is not recursive doesn't undo an earlier one that is.
			for (const { values, time, rowId } of this.range(
				above,
				CLEAR,
				timeline,
				until === undefined ? {} : { end: until },
			))
				if (values[0] === true && compareKeys(time, rowId, place.time, rowIdOf(place)) > 0) return true;
		}
		return false;
	}

	#segments(path: string, component: string, timeline: string): readonly Segment[] {
		const entity = this.#entities.get(path);
		if (entity === undefined) return [];
		const key = `${timeline}\n${component}`;
		let segments = entity.segments.get(key);
		if (segments === undefined) {
			segments = entity.chunks.flatMap((chunk) => {
				const column = chunk.components.find(({ descriptor }) => descriptor.component === component);
				const times = chunk.timelines.find(({ name }) => name === timeline)?.times;
				return column === undefined || times === undefined
					? []
					: [{ chunk, column, times, order: orderOf(chunk, column, times) }];
			});
			entity.segments.set(key, segments);
		}
		return segments;
	}
}

/** The error of a file that ends within a message; `null` if it does not. */
function cutOf(reader: RrdReader): RrdError | null {
	try {
		reader.end();
		return null;
	} catch (error) {
		if (error instanceof RrdError) return error;
		throw error;
	}
}

/** Keeps the row of a static component that was logged last. */
function keepLatest(fixed: Map<string, Place>, chunk: Chunk, column: ComponentColumn): void {
	const { component } = column.descriptor;
	for (let row = 0; row < chunk.numRows; row++) {
		if (isNull(column.lists, row)) continue;
		const place = { chunk, column, row, time: null };
		const known = fixed.get(component);
		if (known === undefined || comparePlaces(place, known) > 0) fixed.set(component, place);
	}
}

function orderOf(chunk: Chunk, column: ComponentColumn, times: BigInt64Array): Int32Array | null {
	const sorted = timesAreSorted(times);
	if (sorted && column.lists.nullCount === 0) return null;
	const rows: number[] = [];
	for (let row = 0; row < chunk.numRows; row++) if (!isNull(column.lists, row)) rows.push(row);
	if (!sorted) rows.sort((a, b) => compareKeys(times[a]!, rowIdAt(chunk, a), times[b]!, rowIdAt(chunk, b)));
	return Int32Array.from(rows);
}

/** The number of a segment's rows that are not after a time. */
function firstAfter(times: BigInt64Array, order: Int32Array | null, time: bigint): number {
	let low = 0;
	let high = order?.length ?? times.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (times[order === null ? middle : order[middle]!]! <= time) low = middle + 1;
		else high = middle;
	}
	return low;
}

function rowIdAt(chunk: Chunk, row: number): Tuid {
	return chunk.rowIds.subarray(row * TUID_BYTES, (row + 1) * TUID_BYTES);
}

function rowIdOf({ chunk, row }: Place): Tuid {
	return rowIdAt(chunk, row);
}

function comparePlaces(a: Place, b: Place): number {
	return compareKeys(a.time, rowIdOf(a), b.time, rowIdOf(b));
}

function compareKeys(timeA: bigint | null, rowA: Tuid, timeB: bigint | null, rowB: Tuid): number {
	if (timeA !== timeB) return (timeA ?? 0n) < (timeB ?? 0n) ? -1 : 1;
	for (let byte = 0; byte < TUID_BYTES; byte++) if (rowA[byte] !== rowB[byte]) return rowA[byte]! - rowB[byte]!;
	return 0;
}

function queried(place: Place): QueriedValues {
	const values = valueAt(place.column.lists, place.row);
	return {
		descriptor: place.column.descriptor,
		time: place.time,
		rowId: rowIdOf(place).slice(),
		values: values instanceof Uint8Array ? Array.from(values) : (values as PlainValue[]),
	};
}

/** The path above; `null` for the root. */
function parentOf(path: string): string | null {
	if (path === "/") return null;
	// A slash that belongs to a part has an odd number of backslashes before it.
	for (let at = path.length - 1; at >= 0; at--) {
		if (path[at] !== "/") continue;
		let backslashes = 0;
		while (path[at - 1 - backslashes] === "\\") backslashes++;
		if (backslashes % 2 === 0) return at === 0 ? "/" : path.slice(0, at);
	}
	return null;
}
