import type { ArrowArray } from "./arrow-array.ts";
import type { ArrowField, ArrowTimeUnit, ArrowType } from "./arrow-type.ts";
import { type FlatField, type FlatObject, writeFlatbuffer } from "./flatbuffer-writer.ts";

/*
 * The encapsulated message format and its two messages, https://arrow.apache.org/docs/format/Columnar.html#format-ipc with the tables of
 * Message.fbs and Schema.fbs. Buffers are aligned to 8 bytes.
 */

export interface ArrowSchema {
	readonly fields: readonly ArrowField[];
	readonly metadata?: ReadonlyMap<string, string>;
}

const METADATA_V5 = 4;
const HEADER_SCHEMA = 1;
const HEADER_RECORD_BATCH = 3;
const CONTINUATION = 0xffff_ffff;

/** Marks the end of a stream. */
const END_BYTES = 8;

const TIME_UNITS: readonly ArrowTimeUnit[] = ["second", "millisecond", "microsecond", "nanosecond"];

/** The schema message, with which a stream begins. */
export function encodeSchemaMessage(schema: ArrowSchema): Uint8Array {
	const flat = writeFlatbuffer({
		table: [
			{ int16: METADATA_V5 },
			{ uint8: HEADER_SCHEMA },
			{ table: [undefined, { tables: schema.fields.map(fieldTable) }, keyValues(schema.metadata)] },
			{ int64: 0 },
		],
	});
	const padded = Math.ceil(flat.length / 8) * 8;
	const message = new Uint8Array(8 + padded);
	const view = new DataView(message.buffer);
	view.setUint32(0, CONTINUATION, true);
	view.setInt32(4, padded, true);
	message.set(flat, 8);
	return message;
}

/**
 * A whole stream: the schema, one record batch, the end.
 *
 * @param schemaMessage from `encodeSchemaMessage`, of the columns' types.
 * @param columns of `numRows` values each.
 */
export function encodeStream(schemaMessage: Uint8Array, columns: readonly ArrowArray[], numRows: number): Uint8Array {
	const nodes: number[] = [];
	const buffers: (Uint8Array | null)[] = [];
	for (const column of columns) collect(column, nodes, buffers);
	let bodyBytes = 0;
	for (const buffer of buffers) if (buffer !== null) bodyBytes += align8(buffer.byteLength);

	const nodeCount = nodes.length / 2;
	const nodesAt = 80;
	const buffersAt = nodesAt + 16 * nodeCount + 8;
	const flatBytes = buffersAt + 16 * buffers.length;
	const start = schemaMessage.length;
	const bodyAt = start + 8 + flatBytes;
	const stream = new Uint8Array(bodyAt + bodyBytes + END_BYTES);
	stream.set(schemaMessage);
	const view = new DataView(stream.buffer);
	view.setUint32(start, CONTINUATION, true);
	view.setInt32(start + 4, flatBytes, true);

	// The record batch message always has the same tables, so that their places are known:
	// 0 root, 4 vtable and 16 table of Message, 40 vtable and 52 table of RecordBatch, then its two vectors of structs.
	const flat = start + 8;
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
	view.setUint32(flat + nodesAt - 4, nodeCount, true);
	for (let at = 0; at < nodes.length; at++) int64(view, flat + nodesAt + 8 * at, nodes[at]!);
	view.setUint32(flat + buffersAt - 4, buffers.length, true);
	let offset = 0;
	for (let at = 0; at < buffers.length; at++) {
		const buffer = buffers[at]!;
		const length = buffer === null ? 0 : buffer.byteLength;
		int64(view, flat + buffersAt + 16 * at, offset);
		int64(view, flat + buffersAt + 16 * at + 8, length);
		if (buffer !== null) stream.set(buffer, bodyAt + offset);
		offset += align8(length);
	}
	view.setUint32(bodyAt + bodyBytes, CONTINUATION, true);
	return stream;
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

/** A column's nodes and buffers, and its children's, in the order in which a record batch lists them. */
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
	const children = type.kind === "list" || type.kind === "fixedSizeList" ? [type.item] : "fields" in type ? type.fields : [];
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
			return [{ int16: TIME_UNITS.indexOf(type.unit) }, type.timezone === null ? undefined : { text: type.timezone }];
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
