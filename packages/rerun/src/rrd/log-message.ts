import { joinPieces, piecesLength } from "../byte-pieces.ts";
import { type Chunk, decodeChunk, isStatic } from "../chunk/chunk.ts";
import type { Tuid } from "../chunk/tuid.ts";
import { decompressLz4Block } from "../lz4/lz4.ts";
import { arrowMessageOf } from "./arrow-message.ts";
import {
	type ArrowMessage,
	type BlueprintActivation,
	decodeArrowMessage,
	decodeBlueprintActivation,
	decodeStoreInfo,
	encodeArrowMessage,
	encodeBlueprintActivation,
	encodeStoreId,
	encodeStoreInfo,
	MessageError,
	type StoreId,
	type StoreInfo,
} from "./messages.ts";
import { RRD_VERSION } from "./rrd-version.ts";

/** The kind of a message. `MESSAGE_KIND` has the numbers, in files and in the live protocol. */
export type LogMessageKind = "storeInfo" | "chunk" | "blueprintActivation";

/**
 * Longest chunk that is decompressed to be read. A message that claims more is passed on unread.
 */
const MAX_UNCOMPRESSED_BYTES = 2 ** 30;

/**
 * A message for sinks. It is encoded at most once, for any number of sinks, and decoded at most
 * once.
 *
 * ```ts
 * const introduction = LogMessage.storeInfo({ storeId, source: "tests" }, tuids.next());
 * sink.write([introduction, LogMessage.chunk(storeId, chunk)]);
 * ```
 */
export class LogMessage {
	readonly kind: LogMessageKind;
	readonly storeId: StoreId;
	/** True when the message is a chunk that holds at all times. */
	readonly isStatic: boolean;
	#pieces: readonly Uint8Array[] | null;
	#byteLength = 0;
	#encode: (() => readonly Uint8Array[]) | null;
	#chunk: (() => Chunk) | null;
	#uncompressedByteLength = 0;

	private constructor(
		kind: LogMessageKind,
		storeId: StoreId,
		isStatic: boolean,
		encoded: Uint8Array | ((message: LogMessage) => readonly Uint8Array[]),
		chunk: (() => Chunk) | null,
	) {
		this.kind = kind;
		this.storeId = storeId;
		this.isStatic = isStatic;
		this.#chunk = chunk;
		this.#pieces = encoded instanceof Uint8Array ? [encoded] : null;
		this.#byteLength = encoded instanceof Uint8Array ? encoded.length : 0;
		this.#encode = encoded instanceof Uint8Array ? null : () => encoded(this);
	}

	/** The introduction of a store, in front of its other messages. */
	static storeInfo(info: StoreInfo, rowId: Tuid): LogMessage {
		return new LogMessage(
			"storeInfo",
			info.storeId,
			false,
			() => [encodeStoreInfo(info, rowId, RRD_VERSION)],
			null,
		);
	}

	/**
	 * The message of a chunk.
	 *
	 * @param chunk with at least one row. Kept, and its large buffers are part of the message: they
	 * may not be changed any more.
	 * @param compression LZ4 is left out when it doesn't make the chunk smaller, as with video.
	 */
	static chunk(storeId: StoreId, chunk: Chunk, compression: "none" | "lz4" = "lz4"): LogMessage {
		const encode = (message: LogMessage) => {
			const arrow = arrowMessageOf(chunk, compression);
			message.#uncompressedByteLength = arrow.uncompressedByteLength;
			return encodeArrowMessage(encodedStoreId(storeId), arrow);
		};
		return new LogMessage("chunk", storeId, isStatic(chunk), encode, () => chunk);
	}

	/** The order to show a blueprint, behind its other messages. */
	static blueprintActivation(activation: BlueprintActivation): LogMessage {
		return new LogMessage(
			"blueprintActivation",
			activation.storeId,
			false,
			() => [encodeBlueprintActivation(activation)],
			null,
		);
	}

	/**
	 * A message that was encoded elsewhere. It is passed on as it is.
	 *
	 * @param bytes taken over: they may not be changed any more.
	 * @throws {MessageError} when they are not a message of this kind. A chunk's Arrow data is not
	 * checked.
	 */
	static fromBytes(kind: LogMessageKind, bytes: Uint8Array): LogMessage {
		switch (kind) {
			case "storeInfo":
				return new LogMessage(kind, decodeStoreInfo(bytes).storeId, false, bytes, null);
			case "blueprintActivation":
				return new LogMessage(kind, decodeBlueprintActivation(bytes).storeId, false, bytes, null);
			case "chunk": {
				const arrow = decodeArrowMessage(bytes);
				if (arrow.payload.length === 0) throw new MessageError("A chunk's message has no chunk.");
				const message = new LogMessage(kind, arrow.storeId, arrow.isStatic, bytes, () =>
					decodeChunk(decompressed(arrow)),
				);
				message.#uncompressedByteLength = arrow.uncompressedByteLength;
				return message;
			}
		}
	}

	/**
	 * The message in Protocol Buffers, as files and connections carry it. Large pieces are buffers
	 * of the chunk, which may not be changed.
	 */
	get pieces(): readonly Uint8Array[] {
		if (this.#pieces === null) {
			this.#pieces = this.#encode?.() ?? [];
			this.#encode = null;
			this.#byteLength = piecesLength(this.#pieces);
		}
		return this.#pieces;
	}

	/** The message in one piece. The pieces are released. */
	get bytes(): Uint8Array {
		const bytes = joinPieces(this.pieces, this.#byteLength);
		this.#pieces = [bytes];
		return bytes;
	}

	/** Length of `bytes`. */
	get byteLength(): number {
		if (this.#pieces === null) void this.pieces;
		return this.#byteLength;
	}

	/** Length of a chunk's Arrow stream before it was compressed; 0 for other messages. */
	get uncompressedByteLength(): number {
		if (this.#pieces === null) void this.pieces;
		return this.#uncompressedByteLength;
	}

	/**
	 * The chunk; `null` for other messages.
	 *
	 * @throws {MessageError | Lz4Error | ArrowError | ChunkError} when the chunk came from
	 * elsewhere and is broken, or of a form that isn't read.
	 */
	chunk(): Chunk | null {
		if (this.#chunk === null) return null;
		const chunk = this.#chunk();
		this.#chunk = () => chunk;
		return chunk;
	}

	/**
	 * The need of later viewers for the message. `persistent`: without it a store can't be shown.
	 * `static`: until newer data replaces it. `temporal`: as history.
	 */
	get retention(): "persistent" | "static" | "temporal" {
		if (this.kind !== "chunk" || this.storeId.kind === "blueprint") return "persistent";
		return this.isStatic ? "static" : "temporal";
	}
}

const storeIds = new WeakMap<StoreId, Uint8Array>();

/** The encoded id of a store, which is the same in each message of a stream. */
function encodedStoreId(storeId: StoreId): Uint8Array {
	let encoded = storeIds.get(storeId);
	if (encoded === undefined) {
		encoded = encodeStoreId(storeId);
		storeIds.set(storeId, encoded);
	}
	return encoded;
}

function decompressed(message: ArrowMessage): Uint8Array {
	if (message.compression === "none") return message.payload;
	if (message.uncompressedByteLength > MAX_UNCOMPRESSED_BYTES)
		throw new MessageError(
			`A chunk claims ${message.uncompressedByteLength} bytes; at most ${MAX_UNCOMPRESSED_BYTES} are read.`,
		);
	return decompressLz4Block(message.payload, message.uncompressedByteLength);
}
