import type { ArrowArray } from "../arrow/arrow-array.ts";
import { type ArrowField, type ArrowType, BOOL, field, UINT64, UTF8 } from "../arrow/arrow-type.ts";
import { arrayFromValues, valueAt } from "../arrow/arrow-values.ts";
import { decodeStream } from "../arrow/ipc-reader.ts";
import { encodeSchemaMessageSteps, encodeStreamInTurn } from "../arrow/ipc-writer.ts";
import {
	type Chunk,
	type ComponentDescriptor,
	componentMetadata,
	ROW_ID_FIELD,
	TIME_TYPES,
	type TimeKind,
} from "../chunk/chunk.ts";
import { TUID_BYTES, type Tuid } from "../chunk/tuid.ts";
import { compressLz4Steps, decompressLz4Block } from "../lz4/lz4.ts";
import {
	type ChunkForm,
	type ChunkPlace,
	type FormComponent,
	ManifestEntries,
	placeOf,
	timelineAt,
} from "./manifest-entries.ts";
import type { ManifestMessage, ManifestPieces, StoreId } from "./messages.ts";
import { sha256Steps } from "./sha256.ts";

/** The place of a chunk in its file, and a summary by which readers decide whether to read it. */
export interface ManifestEntry {
	readonly entityPath: string;
	readonly chunkId: Tuid;
	readonly isStatic: boolean;
	readonly numRows: number;
	/** Offset of the chunk's message, without its frame. */
	readonly byteOffset: number;
	readonly byteLength: number;
	readonly uncompressedByteLength: number;
}

const CHUNK_ID_TYPE: ArrowType = { kind: "fixedSizeBinary", byteWidth: TUID_BYTES };
/** Entity with the properties of a recording. */
export const PROPERTIES_PATH = "/__properties";
const STATIC_INDEX = "rerun:static";
/** Entries, or fields, of one step. */
const STEP_ENTRIES = 256;

interface ManifestColumn {
	readonly field: ArrowField;
	/** Makes the column's values. */
	readonly array: () => ArrowArray;
}

/** Collects a footer's table of one store. Grows by about 100 bytes with each chunk. */
export class ManifestBuilder {
	readonly #storeId: StoreId;
	readonly #entries = new ManifestEntries();

	constructor(storeId: StoreId) {
		this.#storeId = storeId;
	}

	add(chunk: Chunk, where: ChunkPlace): void {
		this.#entries.add(chunk, where);
	}

	/** The table of the added chunks, made in steps: many entities make a long table. */
	*finish(): Generator<void, ManifestPieces> {
		const fields: ArrowField[] = [];
		for (const { field } of this.#columns()) fields.push(field);
		const schemaMessage = yield* encodeSchemaMessageSteps({ fields });
		const entries = this.#entries.length;
		const { pieces, byteLength } = yield* encodeStreamInTurn(schemaMessage, () => this.#arrays(), entries);
		const payload = yield* compressLz4Steps(pieces);
		const schema = yield* encodeSchemaMessageSteps({ fields: yield* this.#storeFields() });
		return {
			storeId: this.#storeId,
			schema,
			schemaSha256: yield* sha256Steps(schema),
			payload,
			compression: "lz4",
			uncompressedByteLength: byteLength,
		};
	}

	*#arrays(): Generator<ArrowArray, void> {
		for (const { array } of this.#columns()) yield array();
	}

	*#columns(): Generator<ManifestColumn, void> {
		const entries = this.#entries;
		const forms = [...entries.forms];
		yield column("chunk_entity_path", UTF8, () => arrayFromValues(UTF8, entries.paths(), "chunk_entity_path"));
		yield column("chunk_id", CHUNK_ID_TYPE, () => ({
			type: CHUNK_ID_TYPE,
			length: entries.length,
			nullCount: 0,
			values: entries.ids,
			children: [],
		}));
		yield column("chunk_is_static", BOOL, () => entries.flags(({ timelines }) => timelines.length === 0));
		yield column("chunk_num_rows", UINT64, () => entries.counts("rows"));
		yield column("chunk_byte_offset", UINT64, () => entries.counts("byteOffset"));
		yield column("chunk_byte_size", UINT64, () => entries.counts("byteLength"));
		yield column("chunk_byte_size_uncompressed", UINT64, () => entries.counts("uncompressedByteLength"));
		const descriptors = this.#descriptors();
		for (const descriptor of descriptors.values()) {
			const name = `${columnName(descriptor.component)}:has_static_data`;
			yield {
				field: described(name, BOOL, false, STATIC_INDEX, descriptor),
				array: () => entries.flags((form) => form.timelines.length === 0 && placeOf(form, descriptor) >= 0),
			};
		}
		const timelines = this.#timelines();
		for (const [name, kind] of timelines)
			for (const edge of ["start", "end"] as const)
				yield {
					field: described(`${columnName(name)}:${edge}`, TIME_TYPES[kind], true, name),
					array: () => entries.times(TIME_TYPES[kind], name, undefined, edge),
				};
		for (const [name, kind] of timelines)
			for (const descriptor of descriptors.values()) {
				const isMissing = (form: ChunkForm) => timelineAt(form, name) < 0 || placeOf(form, descriptor) < 0;
				if (forms.every(isMissing)) continue;
				const prefix = `${columnName(name)}:${columnName(descriptor.component)}`;
				for (const edge of ["start", "end"] as const)
					yield {
						field: described(`${prefix}:${edge}`, TIME_TYPES[kind], true, name, descriptor),
						array: () => entries.times(TIME_TYPES[kind], name, descriptor, edge),
					};
				yield {
					field: described(`${prefix}:num_rows`, UINT64, true, name, descriptor),
					array: () => entries.componentRows(name, descriptor),
				};
			}
	}

	/**
	 * The fields of the store: row ids, every timeline, every component of every entity. They are
	 * sorted by name, the order in which Rerun hashes them.
	 */
	*#storeFields(): Generator<void, ArrowField[]> {
		const found = new Map<
			string,
			{
				readonly field: ArrowField;
				readonly entityPath: string;
				readonly component: FormComponent;
				isStatic: boolean;
			}
		>();
		for (const [index, { entityPath, form }] of this.#entries.entityForms().entries()) {
			if (index % STEP_ENTRIES === 0) yield;
			const isStatic = form.timelines.length === 0;
			for (const component of form.components) {
				const name = `${propertyPath(entityPath)}:${component.descriptor.component}`;
				const known = found.get(name);
				if (known === undefined)
					found.set(name, { field: field(name, component.type, true), entityPath, component, isStatic });
				else known.isStatic ||= isStatic;
			}
		}
		const fields: ArrowField[] = [];
		for (const { field, entityPath, component, isStatic } of found.values()) {
			if (fields.length % STEP_ENTRIES === 0) yield;
			const metadata = new Map([...componentMetadata(component.descriptor), ["rerun:entity_path", entityPath]]);
			if (isStatic) metadata.set("rerun:is_static", "true");
			fields.push({ ...field, metadata });
		}
		for (const [name, kind] of this.#timelines())
			fields.push({
				...field(name, TIME_TYPES[kind], true),
				metadata: new Map([
					["rerun:index_name", name],
					["rerun:kind", "index"],
				]),
			});
		fields.push(ROW_ID_FIELD);
		return yield* sortedByName(fields);
	}

	#descriptors(): Map<string, ComponentDescriptor> {
		const found = new Map<string, ComponentDescriptor>();
		for (const { components } of this.#entries.forms)
			for (const { descriptor } of components) found.set(descriptor.component, descriptor);
		return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
	}

	#timelines(): Map<string, TimeKind> {
		const found = new Map<string, TimeKind>();
		for (const { timelines } of this.#entries.forms) for (const { name, kind } of timelines) found.set(name, kind);
		return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
	}
}

/** Sorts fields in steps: first in runs, which are then merged two by two. */
function* sortedByName(fields: readonly ArrowField[]): Generator<void, ArrowField[]> {
	let runs: ArrowField[][] = [];
	for (let start = 0; start < fields.length; start += STEP_ENTRIES) {
		runs.push(fields.slice(start, start + STEP_ENTRIES).sort((a, b) => (a.name < b.name ? -1 : 1)));
		yield;
	}
	while (runs.length > 1) {
		const merged: ArrowField[][] = [];
		for (let index = 0; index < runs.length; index += 2) {
			const [left, right = []] = [runs[index]!, runs[index + 1]];
			const both: ArrowField[] = [];
			for (let l = 0, r = 0; l < left.length || r < right.length; ) {
				both.push(
					r >= right.length || (l < left.length && left[l]!.name <= right[r]!.name)
						? left[l++]!
						: right[r++]!,
				);
				if (both.length % (4 * STEP_ENTRIES) === 0) yield;
			}
			merged.push(both);
		}
		runs = merged;
	}
	return runs[0] ?? [];
}

/** The form of a timeline's or component's name in the names of columns. Metadata has the name. */
function columnName(name: string): string {
	return name.replaceAll(/[ ,.\\-]/g, "_");
}

/** An entity's path in the names of columns, in which properties of the recording differ. */
function propertyPath(entityPath: string): string {
	return entityPath === PROPERTIES_PATH
		? "property"
		: entityPath.startsWith(`${PROPERTIES_PATH}/`)
			? `property:${entityPath.slice(PROPERTIES_PATH.length + 1)}`
			: entityPath;
}

function column(name: string, type: ArrowType, array: () => ArrowArray): ManifestColumn {
	return { field: field(name, type), array };
}

function described(
	name: string,
	type: ArrowType,
	nullable: boolean,
	index: string,
	descriptor?: ComponentDescriptor,
): ArrowField {
	const metadata = new Map(descriptor === undefined ? [] : componentMetadata(descriptor, null));
	return { name, type, nullable, metadata: metadata.set("rerun:index", index) };
}

/** The table of one store in a footer. */
export interface Manifest {
	readonly storeId: StoreId;
	readonly entries: readonly ManifestEntry[];
	/** All columns of the table. `entries` has those that every table has. */
	readonly columns: ReadonlyMap<string, ArrowArray>;
}

/** The error of a footer's table that lacks a column, or has one of a wrong type. */
export class ManifestError extends Error {
	override readonly name = "ManifestError";
}

/**
 * Reads a footer's table.
 *
 * @throws {Lz4Error | ArrowError} when its data is broken.
 * @throws {ManifestError} when a column is missing or of a wrong type.
 */
export function decodeManifest(message: ManifestMessage): Manifest {
	const stream =
		message.compression === "lz4"
			? decompressLz4Block(message.payload, message.uncompressedByteLength)
			: message.payload;
	const table = decodeStream(stream);
	const columns = new Map(table.schema.fields.map(({ name }, index) => [name, table.columns[index]!]));
	const value = (name: string, row: number) => {
		const found = columns.get(name);
		if (found === undefined) throw new ManifestError(`A manifest lacks the column ${name}.`);
		return valueAt(found, row);
	};
	const text = (name: string, row: number) => expected(value(name, row), "string", name) as string;
	const count = (name: string, row: number) => Number(expected(value(name, row), "bigint", name));
	const entries = Array.from({ length: table.numRows }, (_, row): ManifestEntry => {
		const chunkId = value("chunk_id", row);
		if (!(chunkId instanceof Uint8Array) || chunkId.length !== TUID_BYTES)
			throw new ManifestError("A manifest has a chunk id that is not 16 bytes long.");
		return {
			entityPath: text("chunk_entity_path", row),
			chunkId,
			isStatic: expected(value("chunk_is_static", row), "boolean", "chunk_is_static") as boolean,
			numRows: count("chunk_num_rows", row),
			byteOffset: count("chunk_byte_offset", row),
			byteLength: count("chunk_byte_size", row),
			uncompressedByteLength: columns.has("chunk_byte_size_uncompressed")
				? count("chunk_byte_size_uncompressed", row)
				: 0,
		};
	});
	return { storeId: message.storeId, entries, columns };
}

function expected(value: unknown, type: "string" | "bigint" | "boolean", name: string): unknown {
	if (typeof value !== type) throw new ManifestError(`A manifest's column ${name} is not of ${type}s.`);
	return value;
}
