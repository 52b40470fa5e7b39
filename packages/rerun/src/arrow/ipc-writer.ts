import { joinPieces } from "../byte-pieces.ts";
import { runSteps } from "../turn-slices.ts";
import type { ArrowArray } from "./arrow-array.ts";
import type { ArrowField, ArrowType } from "./arrow-type.ts";
import { type FlatField, type FlatObject, writeFlatbufferSteps } from "./flatbuffer-writer.ts";
import { CONTINUATION, HEADER_RECORD_BATCH, HEADER_SCHEMA, METADATA_V5, TIME_UNITS } from "./ipc-format.ts";

/*
 * The encapsulated message format and its two messages,
 * https://arrow.apache.org/docs/format/Columnar.html#format-ipc with the tables of Message.fbs and
 * Schema.fbs. Buffers are aligned to 8 bytes.
 */

/** The columns of a stream. */
export interface ArrowSchema {
	readonly fields: readonly ArrowField[];
	readonly metadata?: ReadonlyMap<string, string> | undefined;
}

/** Length of a message's prefix: the continuation marker and the message's length. */
const FRAME_BYTES = 8;
/** Length of the mark at the end of a stream. */
const END_BYTES = 8;
/**
 * Length from which a buffer is a piece of its own. Shorter buffers are copied, which costs less.
 */
const SHARED_BYTES = 1 << 14;
const NO_TEXT = new Uint8Array(0);

/** The schema message at the beginning of a stream. */
export function encodeSchemaMessage(schema: ArrowSchema): Uint8Array {
	return runSteps(encodeSchemaMessageSteps(schema));
}

/** The schema message, made in steps of some fields. */
export function* encodeSchemaMessageSteps(schema: ArrowSchema): Generator<void, Uint8Array> {
	const { bytes } = yield* schemaTemplateSteps(schema);
	return new Uint8Array(bytes.buffer);
}

/**
 * A schema message whose last text may differ from stream to stream. Building it is most of the
 * work of a small stream, and is done once.
 */
export interface SchemaTemplate {
	/** Frame and FlatBuffer with an empty text, without the padding at their end. */
	readonly bytes: Uint8Array;
}

/**
 * Makes a template.
 *
 * @param schema the value of its last pair of metadata, if it has any, is empty: that is the text
 * that `encodeStreamPieces` fills in.
 */
export function schemaTemplate(schema: ArrowSchema): SchemaTemplate {
	return runSteps(schemaTemplateSteps(schema));
}

function* schemaTemplateSteps(schema: ArrowSchema): Generator<void, SchemaTemplate> {
	const { fields, metadata } = schema;
	// The writer puts an object behind its parent, depth first, so that the value of the last pair
	// ends the buffer.
	const flat = yield* writeFlatbufferSteps({
		table: [
			{ int16: METADATA_V5 },
			{ uint8: HEADER_SCHEMA },
			{
				table: [
					undefined,
					{ lazyTables: { length: fields.length, at: (index) => fieldTable(fields[index]!) } },
					keyValues(metadata),
				],
			},
			{ int64: 0 },
		],
	});
	yield;
	// The buffer has the padding, for `encodeSchemaMessage`.
	const message = new Uint8Array(align8(FRAME_BYTES + flat.length));
	const view = new DataView(message.buffer);
	view.setUint32(0, CONTINUATION, true);
	view.setInt32(4, message.length - FRAME_BYTES, true);
	message.set(flat, FRAME_BYTES);
	return { bytes: message.subarray(0, FRAME_BYTES + flat.length) };
}

function completedLength({ bytes }: SchemaTemplate, text: Uint8Array): number {
	return align8(bytes.length + text.length);
}

/** Writes a schema message with its text to the beginning of `into`, which has to be zero there. */
function complete({ bytes }: SchemaTemplate, text: Uint8Array, into: Uint8Array): void {
	const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
	into.set(bytes);
	view.setInt32(4, align8(bytes.length + text.length) - FRAME_BYTES, true);
	if (text.length === 0) return;
	// The text is its length in 4 bytes, its bytes, and a zero.
	into.set(text, bytes.length - 1);
	view.setUint32(bytes.length - 1 - 4, text.length, true);
}

/**
 * Encodes a stream: the schema, one record batch, the end.
 *
 * @param schemaMessage from `encodeSchemaMessage`, of the columns' types.
 * @param columns of `numRows` values each.
 */
export function encodeStream(schemaMessage: Uint8Array, columns: readonly ArrowArray[], numRows: number): Uint8Array {
	const { pieces, byteLength } = encodeStreamPieces({ bytes: schemaMessage }, NO_TEXT, columns, numRows);
	return joinPieces(pieces, byteLength);
}

/** A stream in pieces, to be written one after the other. */
export interface StreamPieces {
	/**
	 * Large pieces are the columns' own buffers, which may not be changed while the pieces are in
	 * use. The first piece holds the schema and belongs to the caller.
	 */
	readonly pieces: readonly Uint8Array[];
	readonly byteLength: number;
}

/**
 * Encodes a stream in pieces: large buffers are not copied.
 *
 * @param schema of the columns' types.
 * @param text is filled into the schema. It may be empty.
 * @param columns of `numRows` values each.
 */
export function encodeStreamPieces(
	schema: SchemaTemplate,
	text: Uint8Array,
	columns: readonly ArrowArray[],
	numRows: number,
): StreamPieces {
	const nodes: number[] = [];
	const buffers: (Uint8Array | null)[] = [];
	for (const column of columns) collect(column, nodes, buffers);
	let bodyBytes = 0;
	let sharedBytes = 0;
	for (const buffer of buffers) {
		if (buffer === null) continue;
		bodyBytes += align8(buffer.byteLength);
		if (buffer.byteLength >= SHARED_BYTES) sharedBytes += buffer.byteLength;
	}

	const start = completedLength(schema, text);
	const lengths = buffers.map((buffer) => buffer?.byteLength ?? 0);
	const bodyAt = start + batchHeadBytes(nodes, lengths);
	// The stream without the large buffers, which are pieces between its parts.
	const own = new Uint8Array(bodyAt + bodyBytes - sharedBytes + END_BYTES);
	complete(schema, text, own);
	const view = new DataView(own.buffer);
	writeBatchHead(view, start, { nodes, lengths, numRows });

	const pieces: Uint8Array[] = [];
	let pieceAt = 0;
	let at = bodyAt;
	for (const buffer of buffers) {
		if (buffer === null) continue;
		const length = buffer.byteLength;
		if (length >= SHARED_BYTES) {
			pieces.push(own.subarray(pieceAt, at), buffer);
			pieceAt = at;
			at += align8(length) - length;
		} else {
			own.set(buffer, at);
			at += align8(length);
		}
	}
	view.setUint32(at, CONTINUATION, true);
	pieces.push(own.subarray(pieceAt));
	return { pieces, byteLength: own.length + sharedBytes };
}

/** A stream whose columns are made one after the other, each when it is needed. */
export interface StreamInTurn {
	readonly pieces: Iterable<Uint8Array>;
	readonly byteLength: number;
}

/**
 * Encodes a stream of columns of which one at a time is in memory, and may be overwritten for the
 * next. They are made twice: first for the lengths of their buffers.
 *
 * @param schemaMessage from `encodeSchemaMessage`, of the columns' types.
 * @param columns makes the columns, the same each time, of `numRows` values each.
 */
export function* encodeStreamInTurn(
	schemaMessage: Uint8Array,
	columns: () => Iterable<ArrowArray>,
	numRows: number,
): Generator<void, StreamInTurn> {
	const nodes: number[] = [];
	const lengths: number[] = [];
	for (const column of columns()) {
		const buffers: (Uint8Array | null)[] = [];
		collect(column, nodes, buffers);
		for (const buffer of buffers) lengths.push(buffer?.byteLength ?? 0);
		yield;
	}
	const head = new Uint8Array(schemaMessage.length + batchHeadBytes(nodes, lengths));
	head.set(schemaMessage);
	writeBatchHead(new DataView(head.buffer), schemaMessage.length, { nodes, lengths, numRows });
	const bodyBytes = lengths.reduce((sum, length) => sum + align8(length), 0);
	const pieces = function* () {
		yield head;
		for (const column of columns()) {
			const buffers: (Uint8Array | null)[] = [];
			collect(column, [], buffers);
			for (const buffer of buffers) {
				if (buffer === null) continue;
				yield buffer;
				const padding = align8(buffer.byteLength) - buffer.byteLength;
				if (padding > 0) yield new Uint8Array(padding);
			}
		}
		const end = new Uint8Array(END_BYTES);
		new DataView(end.buffer).setUint32(0, CONTINUATION, true);
		yield end;
	};
	return { pieces: pieces(), byteLength: head.length + bodyBytes + END_BYTES };
}

/** What a record batch says of its columns. */
interface BatchFacts {
	/** Length and number of nulls of each node. */
	readonly nodes: readonly number[];
	/** Bytes of each buffer. */
	readonly lengths: readonly number[];
	readonly numRows: number;
}

const NODES_AT = 80;

function batchHeadBytes(nodes: readonly number[], lengths: readonly number[]): number {
	return FRAME_BYTES + NODES_AT + 8 * nodes.length + 8 + 16 * lengths.length;
}

/** Writes the head of a record batch message at `start`. */
function writeBatchHead(view: DataView, start: number, { nodes, lengths, numRows }: BatchFacts): void {
	const nodesAt = NODES_AT;
	const buffersAt = nodesAt + 8 * nodes.length + 8;
	const bodyBytes = lengths.reduce((sum, length) => sum + align8(length), 0);
	view.setUint32(start, CONTINUATION, true);
	view.setInt32(start + 4, batchHeadBytes(nodes, lengths) - FRAME_BYTES, true);

	// The record batch message always has the same tables at the same offsets: 0 root, 4 vtable and
	// 16 table of Message, 40 vtable and 52 table of RecordBatch, then its two vectors of structs.
	const flat = start + FRAME_BYTES;
	view.setUint32(flat, 16, true);
	vtable(view, flat + 4, 24, [16, 18, 4, 8]);
	view.setInt32(flat + 16, 12, true);
	view.setUint32(flat + 20, 52 - 20, true);
	int64(view, flat + 24, bodyBytes);
	view.setInt16(flat + 32, METADATA_V5, true);
	view.setUint8(flat + 34, HEADER_RECORD_BATCH);
	vtable(view, flat + 40, 20, [4, 12, 16]);
	view.setInt32(flat + 52, 12, true);
	int64(view, flat + 56, numRows);
	view.setUint32(flat + 64, nodesAt - 4 - 64, true);
	view.setUint32(flat + 68, buffersAt - 4 - 68, true);
	view.setUint32(flat + nodesAt - 4, nodes.length / 2, true);
	for (let at = 0; at < nodes.length; at++) int64(view, flat + nodesAt + 8 * at, nodes[at]!);
	view.setUint32(flat + buffersAt - 4, lengths.length, true);
	let offset = 0;
	for (const [index, length] of lengths.entries()) {
		int64(view, flat + buffersAt + 16 * index, offset);
		int64(view, flat + buffersAt + 16 * index + 8, length);
		offset += align8(length);
	}
}

function vtable(view: DataView, at: number, tableBytes: number, places: readonly number[]): void {
	view.setUint16(at, 4 + 2 * places.length, true);
	view.setUint16(at + 2, tableBytes, true);
	for (let slot = 0; slot < places.length; slot++) view.setUint16(at + 4 + 2 * slot, places[slot]!, true);
}

function int64(view: DataView, at: number, value: number): void {
	view.setUint32(at, value >>> 0, true);
	view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** Collects the nodes and buffers of a column and its children, in the order of a record batch. */
function collect(array: ArrowArray, nodes: number[], buffers: (Uint8Array | null)[]): void {
	nodes.push(array.length, array.nullCount);
	const { kind } = array.type;
	if (kind === "null") return;
	if (kind === "union") buffers.push(bytesOf(array.typeIds!));
	else buffers.push(array.nullCount > 0 ? array.validity! : null);
	if (array.offsets !== undefined) buffers.push(bytesOf(array.offsets));
	if (array.values !== undefined) buffers.push(bytesOf(array.values));
	for (const child of array.children) collect(child, nodes, buffers);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
	return array instanceof Uint8Array ? array : new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function align8(bytes: number): number {
	return Math.ceil(bytes / 8) * 8;
}

function fieldTable({ name, type, nullable, metadata }: ArrowField): FlatObject {
	const children =
		type.kind === "list" || type.kind === "fixedSizeList" ? [type.item] : "fields" in type ? type.fields : [];
	return {
		table: [
			{ text: name },
			{ uint8: nullable ? 1 : 0 },
			{ uint8: TYPE_CODES[type.kind] },
			{ table: typeFields(type) },
			undefined,
			{ tables: children.map(fieldTable) },
			keyValues(metadata),
		],
	};
}

function keyValues(metadata: ReadonlyMap<string, string> | undefined): FlatObject | undefined {
	if (metadata === undefined || metadata.size === 0) return undefined;
	return { tables: [...metadata].map(([key, value]) => ({ table: [{ text: key }, { text: value }] })) };
}

/** Codes of the union `Type` of Schema.fbs. */
const TYPE_CODES: Readonly<Record<ArrowType["kind"], number>> = {
	null: 1,
	int: 2,
	float: 3,
	binary: 4,
	utf8: 5,
	bool: 6,
	timestamp: 10,
	list: 12,
	struct: 13,
	union: 14,
	fixedSizeBinary: 15,
	fixedSizeList: 16,
	duration: 18,
};

function typeFields(type: ArrowType): (FlatField | undefined)[] {
	switch (type.kind) {
		case "null":
		case "bool":
		case "utf8":
		case "binary":
		case "list":
		case "struct":
			return [];
		case "int":
			return [{ int32: type.bits }, { uint8: type.signed ? 1 : 0 }];
		case "float":
			return [{ int16: type.bits === 16 ? 0 : type.bits === 32 ? 1 : 2 }];
		case "timestamp":
			return [
				{ int16: TIME_UNITS.indexOf(type.unit) },
				type.timezone === null ? undefined : { text: type.timezone },
			];
		case "duration":
			return [{ int16: TIME_UNITS.indexOf(type.unit) }];
		case "fixedSizeBinary":
			return [{ int32: type.byteWidth }];
		case "fixedSizeList":
			return [{ int32: type.size }];
		case "union":
			return [{ int16: type.mode === "dense" ? 1 : 0 }, { int32s: type.typeIds }];
	}
}
