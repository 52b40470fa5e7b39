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
	MAX_JOINED_BYTES,
	type ManifestPieces,
	type StoreId,
	type StoreInfo,
} from "./messages.ts";
import { ManifestBuilder } from "./rrd-manifest.ts";
import { RRD_VERSION } from "./rrd-version.ts";
import { xxh32Steps } from "./xxh32.ts";

/** The numbers of the kinds of messages in a file. */
export const MESSAGE_KIND = { end: 0, storeInfo: 1, arrow: 2, blueprintActivation: 3 } as const;

/** `RRF2`, the beginning of a file. */
export const RRD_MAGIC = Uint8Array.of(0x52, 0x52, 0x46, 0x32);
/** `FOOT`, near the end of a file with a footer. */
export const FOOTER_MAGIC = Uint8Array.of(0x46, 0x4f, 0x4f, 0x54);
/** Seed of the footer's XXH32: `StreamFooter` of re_log_encoding in Rerun. */
export const FOOTER_SEED = 7850921;
export const STREAM_HEADER_BYTES = 12;
export const FRAME_BYTES = 16;
export const STREAM_FOOTER_BYTES = 32;
export const SERIALIZER_PROTOBUF = 2;

/** The options of an `RrdWriter`. */
export interface RrdWriterOptions {
	/**
	 * The compression of chunks. LZ4 makes poses two thirds of their size, and tables a third.
	 * Chunks that it doesn't make smaller, such as video, stay as they are.
	 * @default "lz4"
	 */
	readonly compression?: "none" | "lz4" | undefined;
	/**
	 * `true`: ends the file in a table of its chunks, by which readers find a chunk without reading
	 * the whole file. The table is kept in memory until the end, some hundred bytes for each chunk.
	 * Viewers before 0.28 warn of it when they have read everything.
	 * @default true
	 */
	readonly footer?: boolean | undefined;
}

const OPTIONS: OptionNames<RrdWriterOptions> = { compression: true, footer: true };

/**
 * Writes a recording as Rerun keeps it (`.rrd`; `.rbl` for a blueprint). Does no I/O: each call
 * returns the next bytes of the file. A file that ends behind any of them can be read.
 */
export class RrdWriter {
	readonly #compression: "none" | "lz4";
	#manifests: Map<string, ManifestBuilder> | null;
	readonly #storeIds = new WeakMap<StoreId, Uint8Array>();
	#byteOffset = 0;
	#finished = false;

	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: RrdWriterOptions = {}) {
		checkOptions(options, OPTIONS, "RrdWriter");
		this.#compression = options.compression ?? "lz4";
		this.#manifests = (options.footer ?? true) ? new Map() : null;
	}

	/** The length of the file so far. */
	get byteLength(): number {
		return this.#byteOffset;
	}

	/**
	 * The introduction of a store, in front of its other messages.
	 *
	 * @throws {Error} when the file is finished.
	 */
	storeInfo(info: StoreInfo, rowId: Tuid): Uint8Array {
		return this.#framed(MESSAGE_KIND.storeInfo, encodeStoreInfo(info, rowId, RRD_VERSION));
	}

	/**
	 * The message of a chunk.
	 *
	 * @param chunk with at least one row.
	 * @throws {Error} when the file is finished.
	 */
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

	/**
	 * The order to show a blueprint, behind its other messages.
	 *
	 * @throws {Error} when the file is finished.
	 */
	activateBlueprint(activation: BlueprintActivation): Uint8Array {
		return this.#framed(MESSAGE_KIND.blueprintActivation, encodeBlueprintActivation(activation));
	}

	/**
	 * A message for sinks, whose bytes can be written into several files and sent to viewers.
	 *
	 * @throws {Error} when the file is finished.
	 */
	message(message: LogMessage): Uint8Array {
		const pieces = this.messagePieces(message);
		return joinPieces(pieces, piecesLength(pieces));
	}

	/**
	 * A message in pieces, to be written one after the other. Large pieces may be the message's own
	 * bytes, which may not be changed.
	 *
	 * @throws {Error} when the file is finished.
	 */
	messagePieces(message: LogMessage): readonly Uint8Array[] {
		const { pieces, byteLength, storeId, uncompressedByteLength } = message;
		const frame = this.#frame(MESSAGE_KIND[message.kind === "chunk" ? "arrow" : message.kind], pieces, byteLength);
		if (this.#manifests === null) return frame;
		try {
			const chunk = message.chunk();
			const place = { byteOffset: this.#byteOffset - byteLength, byteLength, uncompressedByteLength };
			if (chunk !== null) this.#manifestOf(storeId)?.add(chunk, place);
		} catch {
			// A peer's chunk that can't be read here may be good for others. A table without it
			// would hide it from them, so the file gets none.
			this.#manifests = null;
		}
		return frame;
	}

	/** The end of the file. @throws {Error} when the file is finished. */
	finish(): Uint8Array {
		const pieces = runSteps(this.finishSteps());
		return joinPieces(pieces, piecesLength(pieces));
	}

	/**
	 * The end of the file in pieces, made in steps, as the table of many entities takes long.
	 * Nothing may be written once the first step has begun.
	 *
	 * @throws {Error} when the file is finished.
	 */
	*finishSteps(): Generator<void, readonly Uint8Array[]> {
		const manifests: ManifestPieces[] = [];
		for (const manifest of this.#manifests?.values() ?? []) manifests.push(yield* manifest.finish());
		const footer = this.#manifests === null ? [] : encodeFooter(manifests);
		const footerBytes = piecesLength(footer);
		yield;
		const hash = yield* xxh32Steps(footer, FOOTER_SEED);
		const end = this.#frame(MESSAGE_KIND.end, footer, footerBytes);
		this.#finished = true;
		if (this.#manifests === null) return end;
		const last = new Uint8Array(STREAM_FOOTER_BYTES);
		const view = new DataView(last.buffer);
		view.setBigUint64(0, BigInt(this.#byteOffset - footerBytes), true);
		view.setBigUint64(8, BigInt(footerBytes), true);
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

	/** A message with its frame, and with the file's header if it is the first. */
	#frame(kind: number, message: readonly Uint8Array[], byteLength: number): readonly Uint8Array[] {
		if (this.#finished) throw new Error("This file is finished: nothing more can be written.");
		const headerBytes = this.#byteOffset === 0 ? STREAM_HEADER_BYTES : 0;
		const frameBytes = headerBytes + FRAME_BYTES;
		const [only] = message;
		const short = message.length === 1 && byteLength < MAX_JOINED_BYTES ? only : undefined;
		const frame = new Uint8Array(frameBytes + (short === undefined ? 0 : byteLength));
		if (headerBytes > 0) frame.set(streamHeader(this.#compression));
		const view = new DataView(frame.buffer, headerBytes);
		view.setUint32(0, kind, true);
		view.setBigUint64(8, BigInt(byteLength), true);
		this.#byteOffset += frameBytes + byteLength;
		if (short === undefined) return [frame, ...message];
		frame.set(short, frameBytes);
		return [frame];
	}
}

/** The header at the beginning of a file. */
function streamHeader(compression: "none" | "lz4"): Uint8Array {
	return Uint8Array.of(...RRD_MAGIC, ...RRD_VERSION, compression === "lz4" ? 1 : 0, SERIALIZER_PROTOBUF, 0, 0);
}
