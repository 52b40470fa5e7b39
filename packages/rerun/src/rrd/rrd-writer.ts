import { joinPieces, piecesLength } from "../byte-pieces.ts";
import type { Chunk } from "../chunk/chunk.ts";
import type { Tuid } from "../chunk/tuid.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { runSteps } from "../turn-slices.ts";
import { arrowMessageOf } from "./arrow-message.ts";
import type { LogMessage } from "./log-message.ts";
import {
	type BlueprintActivation,
	encodeArrowMessage,
	encodeBlueprintActivation,
	encodeFooter,
	encodeStoreId,
	encodeStoreInfo,
	type ManifestMessage,
	type StoreId,
	type StoreInfo,
} from "./messages.ts";
import { ManifestBuilder } from "./rrd-manifest.ts";
import { RRD_VERSION } from "./rrd-version.ts";
import { xxh32Steps } from "./xxh32.ts";

/** What each message of a file is. */
export const MESSAGE_KIND = { end: 0, storeInfo: 1, arrow: 2, blueprintActivation: 3 } as const;

export const RRD_MAGIC = Uint8Array.of(0x52, 0x52, 0x46, 0x32);
export const FOOTER_MAGIC = Uint8Array.of(0x46, 0x4f, 0x4f, 0x54);
export const FOOTER_SEED = 7850921;
export const STREAM_HEADER_BYTES = 12;
export const FRAME_BYTES = 16;
export const STREAM_FOOTER_BYTES = 32;
export const SERIALIZER_PROTOBUF = 2;
/** Messages below this length are written in one piece with their frame. */
const JOINED_BYTES = 1 << 14;

export interface RrdWriterOptions {
	/**
	 * LZ4 makes poses two thirds of their size, and tables a third. What it doesn't make smaller,
	 * such as video, is left as it is.
	 * @default "lz4"
	 */
	readonly compression?: "none" | "lz4" | undefined;
	/**
	 * Whether the file ends in a table of its chunks: readers then find what they look for without
	 * reading all of it. The table is kept until the end, some hundred bytes for each chunk.
	 * Viewers before 0.28 warn of it, when they have read everything.
	 * @default true
	 */
	readonly footer?: boolean | undefined;
}

const OPTIONS: OptionNames<RrdWriterOptions> = { compression: true, footer: true };

/**
 * Writes a recording as Rerun keeps it (`.rrd`; `.rbl` for a blueprint). Does no I/O: each call
 * gives the bytes that come next. A file that ends after any of them can be read.
 */
export class RrdWriter {
	readonly #compression: "none" | "lz4";
	#manifests: Map<string, ManifestBuilder> | null;
	readonly #storeIds = new WeakMap<StoreId, Uint8Array>();
	#byteOffset = 0;
	#finished = false;

	constructor(options: RrdWriterOptions = {}) {
		checkOptions(options, OPTIONS, "RrdWriter");
		this.#compression = options.compression ?? "lz4";
		this.#manifests = (options.footer ?? true) ? new Map() : null;
	}

	/** How many bytes were given so far. */
	get byteLength(): number {
		return this.#byteOffset;
	}

	/** Introduces a store: to be written before anything else of it. */
	storeInfo(info: StoreInfo, rowId: Tuid): Uint8Array {
		return this.#framed(MESSAGE_KIND.storeInfo, encodeStoreInfo(info, rowId, RRD_VERSION));
	}

	/** @param chunk with at least one row. */
	chunk(storeId: StoreId, chunk: Chunk): Uint8Array {
		let encodedId = this.#storeIds.get(storeId);
		if (encodedId === undefined) {
			encodedId = encodeStoreId(storeId);
			this.#storeIds.set(storeId, encodedId);
		}
		const message = arrowMessageOf(chunk, this.#compression);
		const pieces = encodeArrowMessage(encodedId, message);
		const byteLength = piecesLength(pieces);
		const frame = this.#frame(MESSAGE_KIND.arrow, pieces, byteLength);
		this.#manifestOf(storeId)?.add(chunk, {
			byteOffset: this.#byteOffset - byteLength,
			byteLength,
			uncompressedByteLength: message.uncompressedByteLength,
		});
		return joinPieces(frame, piecesLength(frame));
	}

	activateBlueprint(activation: BlueprintActivation): Uint8Array {
		return this.#framed(MESSAGE_KIND.blueprintActivation, encodeBlueprintActivation(activation));
	}

	/** A message that is encoded: the same bytes can go into several files, and to viewers. */
	message(message: LogMessage): Uint8Array {
		const pieces = this.messagePieces(message);
		return joinPieces(pieces, piecesLength(pieces));
	}

	/**
	 * The same in pieces, to be written one after the other. Large pieces may be the message's own
	 * bytes: they may not be changed.
	 */
	messagePieces(message: LogMessage): readonly Uint8Array[] {
		const { pieces, byteLength, storeId, uncompressedByteLength } = message;
		const frame = this.#frame(MESSAGE_KIND[message.kind === "chunk" ? "arrow" : message.kind], pieces, byteLength);
		if (message.kind === "chunk" && this.#manifests !== null) {
			try {
				this.#manifestOf(storeId)?.add(message.chunk()!, {
					byteOffset: this.#byteOffset - byteLength,
					byteLength,
					uncompressedByteLength,
				});
			} catch {
				// A peer's chunk that we can't read may be good for others. A table without it
				// would hide it from them, so there will be none.
				this.#manifests = null;
			}
		}
		return frame;
	}

	/** The end of the file. Nothing may be written after it. */
	finish(): Uint8Array {
		const pieces = runSteps(this.finishSteps());
		return joinPieces(pieces, piecesLength(pieces));
	}

	/**
	 * The same in pieces and in steps, as the table of a file with many entities takes its time.
	 * Nothing may be written once it has begun.
	 */
	*finishSteps(): Generator<void, readonly Uint8Array[]> {
		const manifests: ManifestMessage[] = [];
		for (const of of this.#manifests?.values() ?? []) manifests.push(yield* of.finish());
		const footer = this.#manifests === null ? new Uint8Array(0) : encodeFooter(manifests);
		yield;
		const hash = yield* xxh32Steps(footer, FOOTER_SEED);
		const end = this.#frame(MESSAGE_KIND.end, [footer], footer.length);
		this.#finished = true;
		if (this.#manifests === null) return end;
		const last = new Uint8Array(STREAM_FOOTER_BYTES);
		const view = new DataView(last.buffer);
		view.setBigUint64(0, BigInt(this.#byteOffset - footer.length), true);
		view.setBigUint64(8, BigInt(footer.length), true);
		view.setUint32(16, hash, true);
		last.set(RRD_MAGIC, 20);
		last.set(FOOTER_MAGIC, 24);
		view.setUint32(28, 1, true);
		this.#byteOffset += STREAM_FOOTER_BYTES;
		return [...end, last];
	}

	#manifestOf(storeId: StoreId): ManifestBuilder | undefined {
		if (this.#manifests === null) return undefined;
		const key = JSON.stringify([storeId.kind, storeId.applicationId, storeId.recordingId]);
		let manifest = this.#manifests.get(key);
		if (manifest === undefined) {
			manifest = new ManifestBuilder(storeId);
			this.#manifests.set(key, manifest);
		}
		return manifest;
	}

	#framed(kind: number, message: Uint8Array): Uint8Array {
		const pieces = this.#frame(kind, [message], message.length);
		return joinPieces(pieces, piecesLength(pieces));
	}

	/** A message behind its frame, and behind the file's header if it is the first. */
	#frame(kind: number, message: readonly Uint8Array[], byteLength: number): readonly Uint8Array[] {
		if (this.#finished) throw new Error("This file is finished: nothing more can be written.");
		const headerBytes = this.#byteOffset === 0 ? STREAM_HEADER_BYTES : 0;
		const frameBytes = headerBytes + FRAME_BYTES;
		// A short message is copied: a piece of its own costs more.
		const isShort = message.length === 1 && byteLength < JOINED_BYTES;
		const frame = new Uint8Array(frameBytes + (isShort ? byteLength : 0));
		if (headerBytes > 0) frame.set(streamHeader(this.#compression));
		const view = new DataView(frame.buffer, headerBytes);
		view.setUint32(0, kind, true);
		view.setBigUint64(8, BigInt(byteLength), true);
		this.#byteOffset += frameBytes + byteLength;
		if (!isShort) return [frame, ...message];
		frame.set(message[0]!, frameBytes);
		return [frame];
	}
}

/** With which every stream of messages begins. */
function streamHeader(compression: "none" | "lz4"): Uint8Array {
	return Uint8Array.of(...RRD_MAGIC, ...RRD_VERSION, compression === "lz4" ? 1 : 0, SERIALIZER_PROTOBUF, 0, 0);
}
