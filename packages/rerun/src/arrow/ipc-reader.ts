import { type ArrowArray, type ArrowValues, emptyArray, sliceArray, valuesClass } from "./arrow-array.ts";
import type { ArrowField, ArrowType } from "./arrow-type.ts";
import { FlatbufferError, FlatTable } from "./flatbuffer-reader.ts";
import { CONTINUATION, HEADER_RECORD_BATCH, HEADER_SCHEMA, METADATA_V5, TIME_UNITS } from "./ipc-format.ts";
import type { ArrowSchema } from "./ipc-writer.ts";

/** The error of bytes that are not an Arrow stream, or one of a kind that isn't read here. */
export class ArrowError extends Error {
	override readonly name = "ArrowError";
}

/** A schema and its first record batch. */
export interface ArrowTable {
	readonly schema: ArrowSchema;
	readonly columns: readonly ArrowArray[];
	readonly numRows: number;
}

const METADATA_V4 = 3;

/** Bounds on schemas, far above those of any chunk: hostile bytes must not fill the memory. */
const MAX_FIELDS = 20_000;
const MAX_DEPTH = 32;
/** Most values of a column whose values take no bytes. */
const MAX_EMPTY_VALUES = 1 << 24;

/**
 * Reads the schema and the first record batch of a stream. Large lists, texts and binaries are read
 * as their common forms.
 *
 * @param bytes borrowed, and kept: the columns' buffers are views of them where their alignment
 * allows it.
 * @throws {ArrowError} when they are not such a stream, or it has types, compression or
 * dictionaries that Rerun's chunks don't use.
 */
export function decodeStream(bytes: Uint8Array): ArrowTable {
	try {
		// The slice() of Node's Buffer copies nothing, unlike that of a Uint8Array.
		return decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
	} catch (error) {
		if (error instanceof FlatbufferError)
			throw new ArrowError(`The metadata of an Arrow message is broken: ${error.message}.`);
		throw error;
	}
}

function decode(bytes: Uint8Array): ArrowTable {
	const first = nextMessage(bytes, 0);
	if (first === null) throw new ArrowError("An Arrow stream has no schema.");
	if (first.headerType !== HEADER_SCHEMA) throw new ArrowError("An Arrow stream does not begin with a schema.");
	const fields = new FieldReader().fields(first.header.tables(1), 0);
	if (first.header.int16(0) !== 0) throw new ArrowError("An Arrow stream is big endian.");
	const schema = { fields: fields.map(({ field }) => field), metadata: keyValues(first.header, 2) };
	const second = nextMessage(bytes, first.end);
	if (second === null) return { schema, columns: schema.fields.map(({ type }) => emptyArray(type)), numRows: 0 };
	if (second.headerType !== HEADER_RECORD_BATCH)
		throw new ArrowError("An Arrow stream has no record batch behind its schema.");
	const { header } = second;
	if (header.table(3) !== undefined)
		throw new ArrowError("A record batch is compressed inside, which Rerun's never are.");
	const numRows = header.count(0);
	const columns = new BatchReader(second.body, header).columns(fields, numRows);
	return { schema, columns, numRows };
}

interface Message {
	readonly headerType: number;
	readonly header: FlatTable;
	readonly body: Uint8Array;
	readonly end: number;
}

/** Reads a message; `null` at the end of the stream. */
function nextMessage(bytes: Uint8Array, at: number): Message | null {
	if (at === bytes.length) return null;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (at + 8 > bytes.length || view.getUint32(at, true) !== CONTINUATION)
		throw new ArrowError("An Arrow message does not begin with its mark.");
	const flatBytes = view.getUint32(at + 4, true);
	if (flatBytes === 0) return null;
	const bodyAt = at + 8 + flatBytes;
	if (bodyAt > bytes.length)
		throw new ArrowError(`An Arrow message claims ${flatBytes} bytes of metadata, more than there are.`);
	const message = FlatTable.root(bytes.subarray(at + 8, bodyAt));
	const version = message.int16(0);
	if (version !== METADATA_V5 && version !== METADATA_V4)
		throw new ArrowError(`An Arrow message has metadata version ${version + 1}; 4 and 5 are read.`);
	const header = message.table(2);
	if (header === undefined) throw new ArrowError("An Arrow message has no header.");
	const end = bodyAt + message.count(3);
	if (end > bytes.length)
		throw new ArrowError(`An Arrow message claims a body of ${end - bodyAt} bytes, more than there are.`);
	let body = bytes.subarray(bodyAt, end);
	if (body.byteOffset % 8 !== 0) body = body.slice();
	return { headerType: message.uint8(1), header, body, end };
}

function keyValues(table: FlatTable, slot: number): ReadonlyMap<string, string> {
	return new Map(table.tables(slot).map((pair) => [pair.text(0) ?? "", pair.text(1) ?? ""]));
}

/** A field, and the width of its offsets in the stream. */
interface StreamField {
	readonly field: ArrowField;
	readonly wideOffsets: boolean;
	readonly children: readonly StreamField[];
}

class FieldReader {
	#count = 0;

	fields(tables: readonly FlatTable[], depth: number): StreamField[] {
		this.#count += tables.length;
		if (this.#count > MAX_FIELDS) throw new ArrowError(`A schema has more than ${MAX_FIELDS} fields.`);
		if (depth > MAX_DEPTH) throw new ArrowError(`A schema is nested deeper than ${MAX_DEPTH}.`);
		return tables.map((table) => this.#field(table, depth));
	}

	#field(table: FlatTable, depth: number): StreamField {
		const name = table.text(0) ?? "";
		if (table.table(4) !== undefined)
			throw new ArrowError(`Column "${name}" has a dictionary, which is not read here.`);
		const children = this.fields(table.tables(5), depth + 1);
		const code = table.uint8(2);
		const type = readType(
			code,
			table.table(3),
			name,
			children.map(({ field }) => field),
		);
		const metadata = keyValues(table, 6);
		return {
			field: { name, type, nullable: table.uint8(1) !== 0, ...(metadata.size === 0 ? {} : { metadata }) },
			wideOffsets: code === 19 || code === 20 || code === 21,
			children,
		};
	}
}

/** Codes and tables of the union `Type` of Schema.fbs. */
function readType(
	code: number,
	table: FlatTable | undefined,
	name: string,
	children: readonly ArrowField[],
): ArrowType {
	const fields = table ?? new FlatTable(NO_FIELDS, 4);
	const unit = (missing: number) => {
		const found = TIME_UNITS[fields.int16(0, missing)];
		if (found === undefined) throw new ArrowError(`Column "${name}" has a time unit that Arrow doesn't have.`);
		return found;
	};
	const item = () => {
		const [only] = children;
		if (only === undefined || children.length !== 1)
			throw new ArrowError(`The list "${name}" has ${children.length} children instead of one.`);
		return only;
	};
	const positive = (value: number) => {
		if (value < 0) throw new ArrowError(`Column "${name}" has values of negative size.`);
		return value;
	};
	switch (code) {
		case 1:
			return { kind: "null" };
		case 2:
			return intType(fields, name);
		case 3:
			return floatType(fields, name);
		case 4:
		case 19:
			return { kind: "binary" };
		case 5:
		case 20:
			return { kind: "utf8" };
		case 6:
			return { kind: "bool" };
		case 10:
			return { kind: "timestamp", unit: unit(0), timezone: fields.text(1) ?? null };
		case 12:
		case 21:
			return { kind: "list", item: item() };
		case 13:
			return { kind: "struct", fields: children };
		case 14:
			return {
				kind: "union",
				mode: fields.int16(0) === 1 ? "dense" : "sparse",
				fields: children,
				typeIds: unionTypeIds(fields.int32s(1), children.length, name),
			};
		case 15:
			return { kind: "fixedSizeBinary", byteWidth: positive(fields.int32(0)) };
		case 16:
			return { kind: "fixedSizeList", item: item(), size: positive(fields.int32(0)) };
		case 18:
			return { kind: "duration", unit: unit(1) };
		default:
			throw new ArrowError(`Column "${name}" has the Arrow type with code ${code}, which is not read here.`);
	}
}

function intType(fields: FlatTable, name: string): ArrowType {
	const bits = fields.int32(0);
	if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64)
		throw new ArrowError(`Column "${name}" has integers of ${bits} bits.`);
	return { kind: "int", bits, signed: fields.uint8(1) !== 0 };
}

function floatType(fields: FlatTable, name: string): ArrowType {
	const bits = ([16, 32, 64] as const)[fields.int16(0)];
	if (bits === undefined) throw new ArrowError(`Column "${name}" has floats of an unknown precision.`);
	return { kind: "float", bits };
}

/** A table without fields. */
const NO_FIELDS = new DataView(Uint8Array.of(4, 0, 4, 0, 4, 0, 0, 0).buffer);

function unionTypeIds(ids: readonly number[] | undefined, fields: number, name: string): readonly number[] {
	const typeIds = ids ?? Array.from({ length: fields }, (_, index) => index);
	if (typeIds.length !== fields || new Set(typeIds).size !== fields || typeIds.some((id) => id < 0 || id > 127))
		throw new ArrowError(`The union "${name}" has not one type id for each of its fields.`);
	return typeIds;
}

class BatchReader {
	readonly #body: Uint8Array;
	readonly #header: FlatTable;
	readonly #nodes: { at: number; length: number };
	readonly #buffers: { at: number; length: number };
	#node = 0;
	#buffer = 0;

	constructor(body: Uint8Array, header: FlatTable) {
		this.#body = body;
		this.#header = header;
		this.#nodes = header.vector(1, 16);
		this.#buffers = header.vector(2, 16);
	}

	columns(fields: readonly StreamField[], numRows: number): ArrowArray[] {
		const columns = fields.map((field) => this.#column(field));
		for (const [index, column] of columns.entries())
			if (column.length !== numRows)
				throw new ArrowError(
					`Column "${fields[index]!.field.name}" has ${column.length} values in a batch of ${numRows} rows.`,
				);
		return columns;
	}

	#column(stream: StreamField): ArrowArray {
		const { type } = stream.field;
		if (this.#node >= this.#nodes.length) throw new ArrowError("A record batch has fewer columns than its schema.");
		const node = this.#nodes.at + 16 * this.#node++;
		const length = this.#header.countAt(node);
		const nullCount = this.#header.countAt(node + 8);
		if (nullCount > length) throw broken(stream, `claims ${nullCount} nulls among ${length} values`);
		if (takesNoBytes(type) && length > MAX_EMPTY_VALUES)
			throw broken(stream, `claims ${length} values that take no bytes`);
		if (type.kind === "null") return { type, length, nullCount: length, children: [] };
		if (type.kind === "union") return this.#union(stream, type, { type, length, nullCount: 0 });
		const bits = this.#bytes();
		if (nullCount > 0 && bits.length * 8 < length) throw broken(stream, "has no validity for all its nulls");
		const validity = nullCount > 0 ? { validity: bits } : {};
		return this.#content(stream, type, { type, length, nullCount, ...validity });
	}

	/** The rest of a column, behind its validity. */
	#content(stream: StreamField, type: Exclude<ArrowType, { kind: "null" | "union" }>, base: ColumnBase): ArrowArray {
		const { length } = base;
		const { name } = stream.field;
		switch (type.kind) {
			case "bool": {
				const values = this.#bytes();
				if (values.length * 8 < length) throw broken(stream, `has not the bits of ${length} values`);
				return { ...base, values, children: [] };
			}
			case "int":
			case "float":
			case "timestamp":
			case "duration":
				return { ...base, values: this.#values(valuesClass(type), length, name), children: [] };
			case "fixedSizeBinary": {
				const values = this.#values(valuesClass(UINT8_TYPE), length * type.byteWidth, name);
				return { ...base, values, children: [] };
			}
			case "utf8":
			case "binary": {
				const offsets = this.#offsets(stream, length);
				const values = this.#bytes();
				if (offsets[length]! > values.length) throw broken(stream, "has texts that end outside of its bytes");
				return { ...base, offsets, values, children: [] };
			}
			case "list": {
				const offsets = this.#offsets(stream, length);
				const child = this.#column(stream.children[0]!);
				if (offsets[length]! > child.length) throw broken(stream, "has lists that end outside of its items");
				return { ...base, offsets, children: [child] };
			}
			case "fixedSizeList": {
				const child = this.#column(stream.children[0]!);
				if (child.length < length * type.size) throw broken(stream, `has not the items of ${length} lists`);
				return { ...base, children: [sliceArray(child, 0, length * type.size)] };
			}
			case "struct": {
				const children = stream.children.map((child) => this.#column(child));
				for (const child of children)
					if (child.length < length) throw broken(stream, "has a field with fewer values than it has itself");
				return { ...base, children: children.map((child) => sliceArray(child, 0, length)) };
			}
		}
	}

	#union(stream: StreamField, type: Extract<ArrowType, { kind: "union" }>, base: ColumnBase): ArrowArray {
		const { length } = base;
		const typeIds = this.#values(
			Int8Array as ReturnType<typeof valuesClass>,
			length,
			stream.field.name,
		) as Int8Array;
		const offsets =
			type.mode === "dense"
				? (this.#values(Int32Array as ReturnType<typeof valuesClass>, length, stream.field.name) as Int32Array)
				: undefined;
		const children = stream.children.map((child) => this.#column(child));
		const fieldOf = new Map(type.typeIds.map((id, index) => [id, index]));
		for (let at = 0; at < length; at++) {
			const index = fieldOf.get(typeIds[at]!);
			if (index === undefined)
				throw broken(stream, `has a value of type id ${typeIds[at]}, which its union doesn't have`);
			const place = offsets === undefined ? at : offsets[at]!;
			if (place < 0 || place >= children[index]!.length)
				throw broken(stream, "has a value outside of its field's values");
		}
		return { ...base, typeIds, ...(offsets === undefined ? {} : { offsets }), children };
	}

	/** Offsets that begin at 0 or later and never go back. */
	#offsets(stream: StreamField, length: number): Int32Array {
		const { name } = stream.field;
		let offsets: Int32Array;
		if (stream.wideOffsets) {
			const wide = this.#lenient(BigInt64Array as ReturnType<typeof valuesClass>, length, name) as BigInt64Array;
			offsets = new Int32Array(wide.length);
			for (const [at, end] of wide.entries()) {
				if (end < 0n || end > 0x7fff_ffffn)
					throw new ArrowError(`Column "${name}" has offsets outside of 0 to 2^31.`);
				offsets[at] = Number(end);
			}
		} else offsets = this.#lenient(Int32Array as ReturnType<typeof valuesClass>, length, name) as Int32Array;
		if (offsets[0]! < 0) throw new ArrowError(`Column "${name}" has a negative offset.`);
		for (let at = 0; at < length; at++)
			if (offsets[at + 1]! < offsets[at]!) throw new ArrowError(`Column "${name}" has offsets that go back.`);
		return offsets;
	}

	/** The ends of `length` lists. A column without values may lack them. */
	#lenient(Values: ReturnType<typeof valuesClass>, length: number, name: string): ArrowValues {
		if (length > 0 || this.#peekLength() > 0) return this.#values(Values, length + 1, name);
		this.#bytes();
		return new Values(1);
	}

	#values(Values: ReturnType<typeof valuesClass>, length: number, name: string): ArrowValues {
		let bytes = this.#bytes();
		if (bytes.length < length * Values.BYTES_PER_ELEMENT)
			throw new ArrowError(`Column "${name}" has not the bytes of ${length} values.`);
		if (bytes.byteOffset % Values.BYTES_PER_ELEMENT !== 0) bytes = bytes.slice();
		return new Values(bytes.buffer, bytes.byteOffset, length);
	}

	#peekLength(): number {
		return this.#buffer < this.#buffers.length ? this.#header.countAt(this.#buffers.at + 16 * this.#buffer + 8) : 0;
	}

	#bytes(): Uint8Array {
		if (this.#buffer >= this.#buffers.length)
			throw new ArrowError("A record batch has fewer buffers than its schema asks for.");
		const at = this.#buffers.at + 16 * this.#buffer++;
		const start = this.#header.countAt(at);
		const end = start + this.#header.countAt(at + 8);
		if (end > this.#body.length) throw new ArrowError("A buffer of a record batch ends outside of it.");
		return this.#body.subarray(start, end);
	}
}

/** The length of a column and its nulls. */
type ColumnBase = Pick<ArrowArray, "type" | "length" | "nullCount" | "validity">;

/** The error of a column. @param fault the rest of a sentence that begins with its name. */
function broken({ field }: StreamField, fault: string): ArrowError {
	return new ArrowError(`Column "${field.name}" ${fault}.`);
}

/** True for types of which any number of values takes no bytes. */
function takesNoBytes(type: ArrowType): boolean {
	switch (type.kind) {
		case "null":
			return true;
		case "fixedSizeBinary":
			return type.byteWidth === 0;
		case "fixedSizeList":
			return type.size === 0;
		case "struct":
			return type.fields.length === 0;
		default:
			return false;
	}
}

const UINT8_TYPE = { kind: "int", bits: 8, signed: false } as const;
