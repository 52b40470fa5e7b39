import { joinPieces, piecesLength } from "../byte-pieces.ts";
import { TUID_BYTES, type Tuid } from "../chunk/tuid.ts";
import { ProtobufError, type ProtobufField, ProtobufWriter, readProtobuf } from "./protobuf.ts";

/*
 * The messages of files and live connections: rerun.log_msg.v1alpha1 and rerun.common.v1alpha1.
 */

/** The name of a store: a recording or a blueprint. */
export interface StoreId {
	readonly kind: "recording" | "blueprint";
	readonly recordingId: string;
	readonly applicationId: string;
}

/** The introduction of a store. */
export interface StoreInfo {
	readonly storeId: StoreId;
	/** The program that made the store, as viewers show it. */
	readonly source: string;
}

/**
 * A file's or a peer's version of Rerun: major, minor, patch, and a byte for release candidates.
 */
export type RerunVersion = readonly [number, number, number, number];

/** An encoded chunk. */
export interface ArrowMessage {
	readonly storeId: StoreId;
	readonly chunkId: Tuid;
	readonly isStatic: boolean;
	readonly compression: "none" | "lz4";
	/** Length of `payload` before it was compressed. */
	readonly uncompressedByteLength: number;
	readonly payload: Uint8Array;
}

/** An order to viewers: to show a blueprint now, or to keep it as the default layout. */
export interface BlueprintActivation {
	readonly storeId: StoreId;
	readonly makeActive: boolean;
	readonly makeDefault: boolean;
}

/** A footer's table of one store, with a row for each of its chunks. */
export interface ManifestMessage {
	readonly storeId: StoreId;
	/** A schema message of Arrow. */
	readonly schema: Uint8Array;
	readonly schemaSha256: Uint8Array;
	/** An Arrow stream, compressed or not. */
	readonly payload: Uint8Array;
	readonly compression: "none" | "lz4";
	readonly uncompressedByteLength: number;
}

/** A table whose payload is in pieces. */
export interface ManifestPieces extends Omit<ManifestMessage, "payload"> {
	readonly payload: readonly Uint8Array[];
}

const STORE_KINDS = { recording: 1, blueprint: 2 } as const;
const COMPRESSIONS = { none: 1, lz4: 2 } as const;
/** The kind of source that has a text of its own. */
const SOURCE_OTHER = 6;
/** Names of the other kinds of source, by their number. */
const SOURCES: readonly string[] = ["unknown", "C++ SDK", "Python SDK", "Rust SDK", "file", "viewer"];
const ENCODING_ARROW_IPC = 1;
const MANIFEST_ENCODER_VERSION = 1;

/** The error of bytes that are not the message they should be. */
export class MessageError extends Error {
	override readonly name = "MessageError";
}

export function encodeStoreId({ kind, recordingId, applicationId }: StoreId): Uint8Array {
	return writeStoreId(new ProtobufWriter(), { kind, recordingId, applicationId }).finish();
}

function writeStoreId(writer: ProtobufWriter, { kind, recordingId, applicationId }: StoreId): ProtobufWriter {
	return writer
		.varint(1, STORE_KINDS[kind])
		.text(2, recordingId)
		.message(3, (id) => id.text(1, applicationId));
}

export function encodeStoreInfo({ storeId, source }: StoreInfo, rowId: Tuid, version: RerunVersion): Uint8Array {
	const [major, minor, patch, meta] = version;
	return new ProtobufWriter()
		.tuid(1, rowId)
		.message(2, (info) =>
			info
				// Deprecated, and needed by Rerun 0.24.
				.message(1, (id) => id.text(1, storeId.applicationId))
				.bytes(2, encodeStoreId(storeId))
				.message(5, (from) =>
					from
						.varint(1, SOURCE_OTHER)
						.message(2, (extra) => extra.bytes(1, new TextEncoder().encode(source))),
				)
				.message(6, (crate) => crate.varint(1, ((meta << 24) | (patch << 16) | (minor << 8) | major) >>> 0)),
		)
		.finish();
}

export function decodeStoreInfo(bytes: Uint8Array): StoreInfo {
	return reading("a store's introduction", () => {
		const info = message(readProtobuf(bytes), 2, "its info");
		const legacyId = optionalMessage(info, 1);
		const storeId = decodeStoreId(message(info, 2, "its store"), legacyId === undefined ? "" : text(legacyId, 1));
		const source = optionalMessage(info, 5);
		return { storeId, source: source === undefined ? "unknown" : sourceName(source) };
	});
}

function sourceName(source: readonly ProtobufField[]): string {
	const kind = integer(source, 1);
	const extra = optionalMessage(source, 2);
	if (kind !== SOURCE_OTHER) return SOURCES[kind] ?? "unknown";
	return extra === undefined ? "unknown" : decoder.decode(optionalBytes(extra, 1) ?? new Uint8Array(0));
}

/** An encoded chunk whose payload is in pieces. */
export interface ArrowMessagePieces extends Omit<ArrowMessage, "storeId" | "payload"> {
	readonly payload: readonly Uint8Array[];
	readonly payloadByteLength: number;
}

/** Length of a message up to which it is one piece: a piece of its own costs more than a copy. */
export const MAX_JOINED_BYTES: number = 1 << 14;

/**
 * Encodes a chunk's message in pieces, to be written one after the other.
 *
 * @param storeId from `encodeStoreId`.
 */
export function encodeArrowMessage(storeId: Uint8Array, chunk: ArrowMessagePieces): readonly Uint8Array[] {
	// The payload comes last, so that nothing has to be put behind it.
	const head = new ProtobufWriter()
		.bytes(1, storeId)
		.varint(2, COMPRESSIONS[chunk.compression])
		.varint(3, chunk.uncompressedByteLength)
		.varint(4, ENCODING_ARROW_IPC)
		.tuid(6, chunk.chunkId)
		.bool(7, chunk.isStatic)
		.bytesHead(5, chunk.payloadByteLength)
		.finish();
	const pieces = [head, ...chunk.payload];
	const byteLength = head.length + chunk.payloadByteLength;
	return byteLength <= MAX_JOINED_BYTES ? [joinPieces(pieces, byteLength)] : pieces;
}

export function decodeArrowMessage(bytes: Uint8Array): ArrowMessage {
	return reading("a chunk's message", () => {
		const fields = readProtobuf(bytes);
		const encoding = integer(fields, 4);
		if (encoding !== ENCODING_ARROW_IPC)
			throw new MessageError(`A chunk has the encoding ${encoding}; only Arrow IPC (1) is read.`);
		const payload = optionalBytes(fields, 5) ?? new Uint8Array(0);
		const compression = compressionOf(integer(fields, 2));
		const tuid = optionalMessage(fields, 6);
		return {
			storeId: decodeStoreId(message(fields, 1, "its store"), ""),
			chunkId: tuid === undefined ? new Uint8Array(TUID_BYTES) : readTuid(tuid),
			isStatic: integer(fields, 7) !== 0,
			compression,
			uncompressedByteLength: compression === "none" ? payload.length : integer(fields, 3),
			payload,
		};
	});
}

export function encodeBlueprintActivation({ storeId, makeActive, makeDefault }: BlueprintActivation): Uint8Array {
	return new ProtobufWriter().bytes(1, encodeStoreId(storeId)).bool(2, makeActive).bool(3, makeDefault).finish();
}

export function decodeBlueprintActivation(bytes: Uint8Array): BlueprintActivation {
	return reading("a blueprint's activation", () => {
		const fields = readProtobuf(bytes);
		return {
			storeId: decodeStoreId(message(fields, 1, "its store"), ""),
			makeActive: integer(fields, 2) !== 0,
			makeDefault: integer(fields, 3) !== 0,
		};
	});
}

/** Encodes a footer in pieces: tables of long recordings are not copied. */
export function encodeFooter(manifests: readonly ManifestPieces[]): readonly Uint8Array[] {
	return manifests.flatMap((manifest) => {
		const { schema, payload } = manifest;
		const payloadBytes = piecesLength(payload);
		// The schema of many entities is long: nothing is copied before the pieces are joined.
		const schemaHead = new ProtobufWriter().bytesHead(1, schema.length).finish();
		const part = new ProtobufWriter()
			.varint(1, MANIFEST_ENCODER_VERSION)
			.varint(3, COMPRESSIONS[manifest.compression])
			.varint(4, manifest.uncompressedByteLength)
			.bytesHead(2, payloadBytes)
			.finish();
		const before = new ProtobufWriter()
			.bytes(1, encodeStoreId(manifest.storeId))
			.bytesHead(2, schemaHead.length + schema.length)
			.finish();
		const between = new ProtobufWriter()
			.bytes(3, manifest.schemaSha256)
			.bytesHead(4, part.length + payloadBytes)
			.finish();
		const inner = [before, schemaHead, schema, between, part, ...payload];
		return [new ProtobufWriter().bytesHead(1, piecesLength(inner)).finish(), ...inner];
	});
}

export function decodeFooter(bytes: Uint8Array): ManifestMessage[] {
	return reading("a footer", () =>
		readProtobuf(bytes)
			.filter(({ number }) => number === 1)
			.map(({ value }) => decodeManifest(readProtobuf(asBytes(value)))),
	);
}

function decodeManifest(fields: readonly ProtobufField[]): ManifestMessage {
	const part = message(fields, 4, "a manifest's table");
	const payload = optionalBytes(part, 2) ?? new Uint8Array(0);
	const compression = compressionOf(integer(part, 3));
	return {
		storeId: decodeStoreId(message(fields, 1, "a manifest's store"), ""),
		schema: optionalBytes(optionalMessage(fields, 2) ?? [], 1) ?? new Uint8Array(0),
		schemaSha256: optionalBytes(fields, 3) ?? new Uint8Array(0),
		payload,
		compression,
		uncompressedByteLength: compression === "none" ? payload.length : integer(part, 4),
	};
}

const decoder = new TextDecoder();

function decodeStoreId(fields: readonly ProtobufField[], legacyApplicationId: string): StoreId {
	const kind = integer(fields, 1);
	if (kind !== STORE_KINDS.recording && kind !== STORE_KINDS.blueprint)
		throw new MessageError(`A store is of kind ${kind}; there are recordings (1) and blueprints (2).`);
	const application = optionalMessage(fields, 3);
	return {
		kind: kind === STORE_KINDS.recording ? "recording" : "blueprint",
		recordingId: text(fields, 2),
		// Before 0.25 only the store's introduction had it.
		applicationId: application === undefined ? legacyApplicationId : text(application, 1),
	};
}

function compressionOf(code: number): "none" | "lz4" {
	if (code === COMPRESSIONS.lz4) return "lz4";
	if (code === COMPRESSIONS.none || code === 0) return "none";
	throw new MessageError(`Compression ${code} is not known; there are none (1) and LZ4 (2).`);
}

function readTuid(fields: readonly ProtobufField[]): Tuid {
	const tuid = new Uint8Array(TUID_BYTES);
	for (const [index, number] of [1, 2].entries()) {
		const part = optionalBytes(fields, number);
		if (part === undefined) continue;
		if (part.length !== 8) throw new MessageError("An id has a part that is no number of 64 bits.");
		tuid.set(part.toReversed(), 8 * index);
	}
	return tuid;
}

/** Translates the errors of Protocol Buffers. @param what the name of the message, in errors. */
function reading<T>(what: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		if (error instanceof ProtobufError) throw new MessageError(`Part of ${what} is broken: ${error.message}.`);
		throw error;
	}
}

/** The last field with a number, which is the one that counts in Protocol Buffers. */
function last(fields: readonly ProtobufField[], number: number): number | Uint8Array | undefined {
	return fields.findLast((field) => field.number === number)?.value;
}

function integer(fields: readonly ProtobufField[], number: number): number {
	const value = last(fields, number) ?? 0;
	if (typeof value !== "number") throw new MessageError(`Field ${number} should be a number.`);
	return value;
}

function asBytes(value: number | Uint8Array): Uint8Array {
	if (typeof value === "number") throw new MessageError("A number stands where bytes should.");
	return value;
}

function optionalBytes(fields: readonly ProtobufField[], number: number): Uint8Array | undefined {
	const value = last(fields, number);
	return value === undefined ? undefined : asBytes(value);
}

function text(fields: readonly ProtobufField[], number: number): string {
	return decoder.decode(optionalBytes(fields, number) ?? new Uint8Array(0));
}

function optionalMessage(fields: readonly ProtobufField[], number: number): ProtobufField[] | undefined {
	const value = optionalBytes(fields, number);
	return value === undefined ? undefined : readProtobuf(value);
}

function message(fields: readonly ProtobufField[], number: number, what: string): ProtobufField[] {
	const found = optionalMessage(fields, number);
	if (found === undefined) throw new MessageError(`A message lacks ${what}.`);
	return found;
}
