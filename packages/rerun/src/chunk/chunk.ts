import { type ArrowArray, isNull, sliceArray } from "../arrow/arrow-array.ts";
import {
	type ArrowField,
	type ArrowType,
	DURATION_NS,
	field,
	formatType,
	INT64,
	TIMESTAMP_NS,
} from "../arrow/arrow-type.ts";
import { type ArrowTable, decodeStream } from "../arrow/ipc-reader.ts";
import { encodeStreamPieces, type SchemaTemplate, type StreamPieces, schemaTemplate } from "../arrow/ipc-writer.ts";
import { joinPieces } from "../byte-pieces.ts";
import { parseTuid, TUID_BYTES, type Tuid, tuidsAreSorted, writeTuidText } from "./tuid.ts";

/*
 * Rerun stores, sends and indexes chunks: rows of one entity, as an Arrow record batch whose
 * metadata ("Sorbet") describes each column.
 * https://rerun.io/docs/concepts/logging-and-ingestion/rrd-format, and re_sorbet in
 * https://github.com/rerun-io/rerun.
 */

/**
 * The name and type of a component. A user's own values have no `archetype` and `componentType`.
 */
export interface ComponentDescriptor {
	/** Unique within the entity: `Points3D:positions`. */
	readonly component: string;
	/** `rerun.archetypes.Points3D` */
	readonly archetype?: string | undefined;
	/** `rerun.components.Position3D` */
	readonly componentType?: string | undefined;
}

/**
 * The kind of a timeline. `sequence` counts frames or steps, `duration` nanoseconds from an origin
 * of its own, `timestamp` nanoseconds since 1970.
 */
export type TimeKind = "sequence" | "duration" | "timestamp";

/** The times of a chunk's rows on one timeline. */
export interface TimeColumn {
	readonly name: string;
	readonly kind: TimeKind;
	/** A time for each row. */
	readonly times: BigInt64Array;
}

/** The values of one component in a chunk's rows. */
export interface ComponentColumn {
	readonly descriptor: ComponentDescriptor;
	/** A list for each row; `null` where a row does not have this component. */
	readonly lists: ArrowArray;
}

/** The values of one component in one row. An empty batch empties the component. */
export interface ComponentBatch {
	readonly descriptor: ComponentDescriptor;
	readonly values: ArrowArray;
}

/** Rows of one entity. Without timelines they are static: true at all times. */
export interface Chunk {
	readonly id: Tuid;
	/** Escaped, with its leading slash. */
	readonly entityPath: string;
	readonly numRows: number;
	/** `Tuid`s one after the other. */
	readonly rowIds: Uint8Array;
	readonly timelines: readonly TimeColumn[];
	readonly components: readonly ComponentColumn[];
}

/** The error of Arrow data that is not a chunk. */
export class ChunkError extends Error {
	override readonly name = "ChunkError";
}

/** Version of the metadata, that of Rerun 0.30 to 0.36. Readers of older versions warn of it. */
const SORBET_VERSION = "0.1.3";
const ROW_ID_NAME = "rerun.controls.RowId";
const ROW_ID_TYPE: ArrowType = { kind: "fixedSizeBinary", byteWidth: TUID_BYTES };
/** The column of row ids, which comes first. */
export const ROW_ID_FIELD: ArrowField = {
	...field(ROW_ID_NAME, ROW_ID_TYPE),
	metadata: new Map([
		["rerun:kind", "control"],
		["ARROW:extension:name", "rerun.datatypes.TUID"],
		["ARROW:extension:metadata", '{"namespace":"row"}'],
	]),
};

/** The value that means "static" in Rerun, and is no time. */
export const STATIC_TIME: bigint = -(2n ** 63n);

/** Arrow's types of times, by the kind of their timeline. */
export const TIME_TYPES: Readonly<Record<TimeKind, ArrowType>> = {
	sequence: INT64,
	duration: DURATION_NS,
	timestamp: TIMESTAMP_NS,
};

/** A schema message without the entity's path. */
interface ChunkSchema extends SchemaTemplate {
	/** Offset of the chunk's id. */
	readonly idAt: number;
}

/**
 * Schemas by the form of their chunks. Programs log the same components again and again, and the
 * schema is most of the work of a small chunk.
 */
const chunkSchemas = new Map<string, ChunkSchema>();
const MAX_CHUNK_SCHEMAS = 512;

const encoder = new TextEncoder();
const EMPTY_ID = "chunk_".padEnd(6 + 2 * TUID_BYTES, "0");

/**
 * Encodes a chunk as the Arrow stream in which Rerun keeps it, with flags for columns that are
 * sorted.
 *
 * @throws {Error} when the encoded schema lacks the chunk's id: a bug of this package.
 */
export function encodeChunk(chunk: Chunk): Uint8Array {
	const { pieces, byteLength } = encodeChunkPieces(chunk);
	return joinPieces(pieces, byteLength);
}

/** Encodes a chunk in pieces. Large pieces are the chunk's own buffers. */
export function encodeChunkPieces(chunk: Chunk): StreamPieces {
	const rowIdsSorted = tuidsAreSorted(chunk.rowIds);
	const sorted = chunk.timelines.map(({ times }) => timesAreSorted(times));
	const schema = chunkSchemaOf(chunk, rowIdsSorted, sorted);
	const columns: ArrowArray[] = [
		{ type: ROW_ID_TYPE, length: chunk.numRows, nullCount: 0, values: chunk.rowIds, children: [] },
	];
	for (const { kind, times } of chunk.timelines)
		columns.push({ type: TIME_TYPES[kind], length: chunk.numRows, nullCount: 0, values: times, children: [] });
	for (const { lists } of chunk.components) columns.push(lists);
	const stream = encodeStreamPieces(schema, encoder.encode(chunk.entityPath), columns, chunk.numRows);
	writeTuidText(chunk.id, stream.pieces[0]!, schema.idAt);
	return stream;
}

function chunkSchemaOf(chunk: Chunk, rowIdsSorted: boolean, sorted: readonly boolean[]): ChunkSchema {
	let key = `${rowIdsSorted}`;
	for (const [index, { name, kind }] of chunk.timelines.entries()) key += `\n${kind} ${sorted[index]} ${name}`;
	for (const { descriptor, lists } of chunk.components)
		key += `\n${componentKey(descriptor)}\t${formatType(lists.type)}`;
	let schema = chunkSchemas.get(key);
	if (schema === undefined) {
		schema = makeChunkSchema(chunk, rowIdsSorted, sorted);
		const [oldest] = chunkSchemas.keys();
		if (oldest !== undefined && chunkSchemas.size >= MAX_CHUNK_SCHEMAS) chunkSchemas.delete(oldest);
		chunkSchemas.set(key, schema);
	}
	return schema;
}

function componentKey({ component, archetype, componentType }: ComponentDescriptor): string {
	return `${component}\t${archetype}\t${componentType}`;
}

function makeChunkSchema(chunk: Chunk, rowIdsSorted: boolean, sorted: readonly boolean[]): ChunkSchema {
	const { bytes } = schemaTemplate({
		fields: chunkFields(chunk, rowIdsSorted, sorted),
		metadata: new Map([
			["rerun:id", EMPTY_ID],
			["sorbet:version", SORBET_VERSION],
			// The last pair, as its text is filled in.
			["rerun:entity_path", ""],
		]),
	});
	return { bytes, idAt: indexOfBytes(bytes, encoder.encode(EMPTY_ID)) + "chunk_".length };
}

function chunkFields(chunk: Chunk, rowIdsSorted: boolean, sorted: readonly boolean[]): ArrowField[] {
	return [
		rowIdsSorted
			? { ...ROW_ID_FIELD, metadata: new Map([...ROW_ID_FIELD.metadata!, ["rerun:is_sorted", "true"]]) }
			: ROW_ID_FIELD,
		...chunk.timelines.map(({ name, kind }, index) => ({
			...field(name, TIME_TYPES[kind], true),
			metadata: metadata({
				"rerun:kind": "index",
				"rerun:index_name": name,
				"rerun:is_sorted": sorted[index] ? "true" : undefined,
			}),
		})),
		...chunk.components.map(({ descriptor, lists }) => ({
			...field(descriptor.component, lists.type, true),
			metadata: componentMetadata(descriptor),
		})),
	];
}

/** The metadata of a component's column. @param kind `null` in tables of contents. */
export function componentMetadata(
	descriptor: ComponentDescriptor,
	kind: "data" | null = "data",
): ReadonlyMap<string, string> {
	return metadata({
		"rerun:kind": kind ?? undefined,
		"rerun:archetype": descriptor.archetype,
		"rerun:component": descriptor.component,
		"rerun:component_type": descriptor.componentType,
	});
}

function metadata(entries: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
	return new Map(Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array): number {
	for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1))
		if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
	throw new Error("A schema message lacks the chunk id that was written into it.");
}

/** True when no time is below its predecessor. */
export function timesAreSorted(times: BigInt64Array): boolean {
	// The halves are compared: a BigInt for each time would cost more than everything else.
	const low = new Uint32Array(times.buffer, times.byteOffset, 2 * times.length);
	const high = new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
	for (let at = 2; at < low.length; at += 2) {
		const before = high[at - 1]!;
		const after = high[at + 1]!;
		if (before > after || (before === after && low[at - 2]! > low[at]!)) return false;
	}
	return true;
}

/** The lowest and the highest of times in any order; `null` without times. */
export function timeRange(times: BigInt64Array): { readonly start: bigint; readonly end: bigint } | null {
	if (times.length === 0) return null;
	if (timesAreSorted(times)) return { start: times[0]!, end: times[times.length - 1]! };
	let start = times[0]!;
	let end = start;
	for (const time of times) {
		if (time < start) start = time;
		if (time > end) end = time;
	}
	return { start, end };
}

/** True when a chunk's rows have no times, and hold at all of them. */
export function isStatic(chunk: Chunk): boolean {
	return chunk.timelines.length === 0;
}

/** The rows from `start` until `end` as a chunk. Its buffers are views. */
export function sliceChunk(chunk: Chunk, start: number, end: number, id: Tuid): Chunk {
	return {
		id,
		entityPath: chunk.entityPath,
		numRows: end - start,
		rowIds: chunk.rowIds.subarray(start * TUID_BYTES, end * TUID_BYTES),
		timelines: chunk.timelines.map(({ name, kind, times }) => ({ name, kind, times: times.subarray(start, end) })),
		components: chunk.components
			.map(({ descriptor, lists }) => ({ descriptor, lists: sliceArray(lists, start, end) }))
			// Rerun allows no columns of nothing but nulls.
			.filter(({ lists }) => lists.nullCount < lists.length),
	};
}

/**
 * Cuts a chunk of more than `maxRows` rows where one of its times goes back: readers search sorted
 * chunks, and sort the others again and again.
 *
 * @param nextId makes the ids of the parts. A chunk that stays whole keeps its id.
 */
export function splitUnsorted(chunk: Chunk, maxRows: number, nextId: () => Tuid): readonly Chunk[] {
	if (chunk.numRows <= maxRows || chunk.timelines.every(({ times }) => timesAreSorted(times))) return [chunk];
	const parts: Chunk[] = [];
	let start = 0;
	for (let row = 1; row <= chunk.numRows; row++) {
		const goesBack = row < chunk.numRows && chunk.timelines.some(({ times }) => times[row]! < times[row - 1]!);
		// Times that go back all the time would make a chunk of each row: such rows stay together,
		// up to the limit.
		if (row === chunk.numRows || (goesBack && row - start >= MIN_SPLIT_ROWS) || row - start >= maxRows) {
			parts.push(sliceChunk(chunk, start, row, nextId()));
			start = row;
		}
	}
	return parts;
}

/** Fewest rows of a part. */
const MIN_SPLIT_ROWS = 16;

/**
 * Reads a chunk from its Arrow stream.
 *
 * @param bytes borrowed, and kept: columns are views of them.
 * @throws {ArrowError} when they are not such a stream.
 * @throws {ChunkError} when the stream is not a chunk.
 */
export function decodeChunk(bytes: Uint8Array): Chunk {
	return chunkFromTable(decodeStream(bytes));
}

function chunkFromTable({ schema, columns, numRows }: ArrowTable): Chunk {
	const path = metadataValue(schema.metadata, "entity_path");
	if (path === undefined) throw new ChunkError('A chunk has no "rerun:entity_path".');
	const id = parseTuid(metadataValue(schema.metadata, "id")?.replace(/^chunk_/, "") ?? "");
	if (id === null) throw new ChunkError(`A chunk of ${path} has no valid "rerun:id".`);
	let rowIds: Uint8Array | undefined;
	const timelines: TimeColumn[] = [];
	const components: ComponentColumn[] = [];
	for (const [index, column] of columns.entries()) {
		const { name, metadata } = schema.fields[index]!;
		const kind = metadataValue(metadata, "kind");
		if (kind === "control" || name === ROW_ID_NAME) rowIds = rowIdBytes(column, path);
		else if (kind === "index" || kind === "time")
			timelines.push(decodeTimeColumn(metadataValue(metadata, "index_name") ?? name, column, path));
		else if (kind === "data") {
			if (!isIndicator(name, column)) components.push(componentColumn(name, metadata, column, path));
		} else throw new ChunkError(`Column "${name}" of ${path} doesn't say what kind it is.`);
	}
	if (rowIds === undefined) throw new ChunkError(`A chunk of ${path} has no row ids.`);
	return { id, entityPath: path.startsWith("/") ? path : `/${path}`, numRows, rowIds, timelines, components };
}

/** The value of a key. Older keys have a dot in place of the colon. */
function metadataValue(metadata: ReadonlyMap<string, string> | undefined, key: string): string | undefined {
	return metadata?.get(`rerun:${key}`) ?? metadata?.get(`rerun.${key}`);
}

function rowIdBytes(column: ArrowArray, path: string): Uint8Array {
	if (column.type.kind === "fixedSizeBinary" && column.type.byteWidth === TUID_BYTES && column.nullCount === 0)
		return column.values as Uint8Array;
	throw new ChunkError(
		`The row ids of ${path} are ${formatType(column.type)} instead of ${formatType(ROW_ID_TYPE)}.`,
	);
}

function decodeTimeColumn(name: string, column: ArrowArray, path: string): TimeColumn {
	const { type } = column;
	const kind = timeKindOf(type);
	if (kind === null) throw new ChunkError(`Timeline "${name}" of ${path} is ${formatType(type)}, which is no time.`);
	if (column.nullCount > 0) throw new ChunkError(`Timeline "${name}" of ${path} has rows without a time.`);
	const times = column.values as BigInt64Array;
	if (times.includes(STATIC_TIME))
		throw new ChunkError(`Timeline "${name}" of ${path} has the time that stands for none.`);
	return { name, kind, times };
}

function timeKindOf(type: ArrowType): TimeKind | null {
	if (type.kind === "timestamp" || type.kind === "duration") return type.unit === "nanosecond" ? type.kind : null;
	return type.kind === "int" && type.bits === 64 && type.signed ? "sequence" : null;
}

function componentColumn(
	name: string,
	metadata: ReadonlyMap<string, string> | undefined,
	column: ArrowArray,
	path: string,
): ComponentColumn {
	if (column.type.kind !== "list")
		throw new ChunkError(`Component "${name}" of ${path} is ${formatType(column.type)} instead of a list.`);
	const archetype = metadataValue(metadata, "archetype");
	const legacyField = metadataValue(metadata, "archetype_field");
	const component = metadataValue(metadata, "component") ?? name;
	// Before 0.24 a column was named after its type alone.
	const legacy = legacyField !== undefined && archetype !== undefined;
	const componentType = legacy ? component : metadataValue(metadata, "component_type");
	return {
		descriptor: {
			component: legacy ? `${archetype.slice(archetype.lastIndexOf(".") + 1)}:${legacyField}` : component,
			...(archetype === undefined ? {} : { archetype }),
			...(componentType === undefined ? {} : { componentType }),
		},
		lists: column,
	};
}

/** True when a column is empty and only names the archetype of a row, as before 0.24. */
function isIndicator(name: string, { type }: ArrowArray): boolean {
	return type.kind === "list" && type.item.type.kind === "null" && name.endsWith("Indicator");
}

/** The number of rows that have a component. */
export function presentRows({ lists }: ComponentColumn): number {
	return lists.length - lists.nullCount;
}

/** The times of the rows that have a component. */
export function timesOfComponent(times: BigInt64Array, { lists }: ComponentColumn): BigInt64Array {
	return lists.nullCount === 0 ? times : times.filter((_, row) => !isNull(lists, row));
}
