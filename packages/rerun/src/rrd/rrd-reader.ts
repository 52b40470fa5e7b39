import { ArrowError } from "../arrow/ipc-reader.ts";
import { type Chunk, ChunkError, decodeChunk } from "../chunk/chunk.ts";
import { decompressLz4Block, Lz4Error } from "../lz4/lz4.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import {
	type ArrowMessage,
	type BlueprintActivation,
	decodeArrowMessage,
	decodeBlueprintActivation,
	decodeFooter,
	decodeStoreInfo,
	MessageError,
	type RerunVersion,
	type StoreId,
	type StoreInfo,
} from "./messages.ts";
import { decodeManifest, type Manifest, ManifestError } from "./rrd-manifest.ts";
import {
	FOOTER_MAGIC,
	FOOTER_SEED,
	FRAME_BYTES,
	MESSAGE_KIND,
	RRD_MAGIC,
	SERIALIZER_PROTOBUF,
	STREAM_FOOTER_BYTES,
	STREAM_HEADER_BYTES,
} from "./rrd-writer.ts";
import { xxh32 } from "./xxh32.ts";

/** One message of a file. */
export type RrdMessage =
	| { readonly type: "header"; readonly version: RerunVersion }
	| { readonly type: "storeInfo"; readonly info: StoreInfo }
	| {
			readonly type: "chunk";
			readonly storeId: StoreId;
			/** Offset and length of the message, without its frame, as in `ManifestEntry`. */
			readonly byteOffset: number;
			readonly byteLength: number;
			/** The message as the file has it, still compressed. */
			readonly message: ArrowMessage;
			/**
			 * Reads the chunk. Its columns may be views of the message's bytes.
			 *
			 * @throws {RrdError} when the chunk is broken.
			 */
			readonly chunk: () => Chunk;
	  }
	| { readonly type: "blueprintActivation"; readonly activation: BlueprintActivation }
	| { readonly type: "footer"; readonly manifests: readonly Manifest[] };

/** The error of a file that is broken, or of a kind that isn't read. */
export class RrdError extends Error {
	override readonly name = "RrdError";
	/** The place in the file where the message in question begins. */
	readonly byteOffset: number;

	constructor(message: string, byteOffset: number, options?: ErrorOptions) {
		super(`${message} (at byte ${byteOffset})`, options);
		this.byteOffset = byteOffset;
	}
}

/** The options of an `RrdReader`. */
export interface RrdReaderOptions {
	/**
	 * Longest message that is read, in bytes. It bounds the memory that a broken file can ask for.
	 * @default 1 GiB
	 */
	readonly maxMessageByteLength?: number | undefined;
}

const OPTIONS: OptionNames<RrdReaderOptions> = { maxMessageByteLength: true };

/** Oldest version that is read: 0.23. */
const OLDEST_MINOR = 23;

/**
 * Reads a recording as its bytes come, from Rerun 0.23 on. Does no I/O. Several files that were
 * joined into one are read one after the other.
 *
 * ```ts
 * const reader = new RrdReader();
 * for await (const bytes of createReadStream("session.rrd"))
 * 	for (const message of reader.push(bytes)) use(message);
 * reader.end();
 * ```
 */
export class RrdReader {
	readonly #maxMessageByteLength: number;
	/** Bytes that have not been read, in pieces. */
	#pending: Uint8Array[] = [];
	#pendingBytes = 0;
	#byteOffset = 0;
	#state: "header" | "messages" | "afterEnd" | "failed" = "header";
	/** Hash of the footer that was read, to be compared with the one at the file's end. */
	#footerHash: number | null = null;
	/** Application ids of stores, by recording id, for chunks before 0.25, which lack them. */
	readonly #applications = new Map<string, string>();

	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: RrdReaderOptions = {}) {
		checkOptions(options, OPTIONS, "RrdReader");
		this.#maxMessageByteLength = options.maxMessageByteLength ?? 2 ** 30;
	}

	/**
	 * Reads the messages that are complete.
	 *
	 * @param bytes the next bytes of the file, any number of them. Borrowed and kept until they are
	 * read; messages may be views of them.
	 * @throws {RrdError} where the file is broken. Nothing can be read behind that place.
	 */
	*push(bytes: Uint8Array): Generator<RrdMessage, void> {
		if (this.#state === "failed") throw new RrdError("This file was found to be broken before.", this.#byteOffset);
		if (bytes.length > 0) {
			this.#pending.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
			this.#pendingBytes += bytes.length;
		}
		try {
			for (;;) {
				const message = this.#next();
				if (message === undefined) return;
				if (message !== null) yield message;
			}
		} catch (error) {
			this.#state = "failed";
			throw error;
		}
	}

	/**
	 * Has to be called behind the last bytes.
	 *
	 * @throws {RrdError} when the file ends within a message, as its writer was killed. Earlier
	 * messages are good.
	 */
	end(): void {
		if (this.#state === "failed") return;
		if (this.#byteOffset === 0 && this.#pendingBytes === 0) throw new RrdError("The file is empty.", 0);
		if (this.#pendingBytes > 0)
			throw new RrdError(
				`The file ends within a message, of which it has ${this.#pendingBytes} bytes.`,
				this.#byteOffset,
			);
	}

	/** @returns `undefined` when bytes are missing; `null` behind a part that is no message. */
	#next(): RrdMessage | null | undefined {
		if (this.#state === "header") return this.#header();
		if (this.#state === "afterEnd") return this.#afterEnd();
		const frame = this.#peek(FRAME_BYTES);
		if (frame === null) {
			const start = this.#peek(STREAM_HEADER_BYTES);
			return start !== null && startsWith(start, RRD_MAGIC) ? this.#header() : undefined;
		}
		if (startsWith(frame, RRD_MAGIC)) return this.#header();
		const view = new DataView(frame.buffer, frame.byteOffset, FRAME_BYTES);
		const kind = view.getBigUint64(0, true);
		const length = view.getBigUint64(8, true);
		if (kind > BigInt(MESSAGE_KIND.blueprintActivation))
			throw this.#error(`A message is of kind ${kind}, which Rerun doesn't have.`);
		if (length > BigInt(this.#maxMessageByteLength))
			throw this.#error(`A message claims ${length} bytes; at most ${this.#maxMessageByteLength} are read.`);
		const whole = this.#peek(FRAME_BYTES + Number(length));
		if (whole === null) return undefined;
		const message = this.#message(Number(kind), whole.subarray(FRAME_BYTES));
		this.#consume(whole.length);
		return message;
	}

	#header(): RrdMessage | undefined {
		const header = this.#peek(STREAM_HEADER_BYTES);
		if (header === null) return undefined;
		if (!startsWith(header, RRD_MAGIC)) {
			const old =
				startsWith(header, Uint8Array.of(0x52, 0x52, 0x46, 0x30)) ||
				startsWith(header, Uint8Array.of(0x52, 0x52, 0x46, 0x31));
			throw this.#error(
				old
					? "The file is of a version of Rerun before 0.23."
					: 'The file does not begin with "RRF2": it is no recording of Rerun.',
			);
		}
		const [major, minor, patch, meta] = header.subarray(4, 8) as unknown as RerunVersion;
		if (major === 0 && minor < OLDEST_MINOR)
			throw this.#error(`The file is of Rerun ${major}.${minor}.${patch}; 0.${OLDEST_MINOR} and newer are read.`);
		if (header[9] !== SERIALIZER_PROTOBUF)
			throw this.#error(`The file's messages are written in form ${header[9]}; Protocol Buffers (2) are read.`);
		this.#consume(STREAM_HEADER_BYTES);
		this.#state = "messages";
		return { type: "header", version: [major, minor, patch, meta] };
	}

	/** Reads behind a file's end: nothing, the place of the footer, or another file may follow. */
	#afterEnd(): RrdMessage | null | undefined {
		const footer = this.#peek(STREAM_FOOTER_BYTES);
		if (
			footer !== null &&
			startsWith(footer.subarray(20), RRD_MAGIC) &&
			startsWith(footer.subarray(24), FOOTER_MAGIC)
		) {
			const count = new DataView(footer.buffer, footer.byteOffset).getUint32(28, true);
			if (count !== 1) throw this.#error(`The file's end points at ${count} footers; one is read.`);
			const wanted = new DataView(footer.buffer, footer.byteOffset).getUint32(16, true);
			if (this.#footerHash !== null && wanted !== this.#footerHash)
				throw this.#error("The footer does not have the checksum that the file's end gives.");
			this.#consume(STREAM_FOOTER_BYTES);
			this.#state = "header";
			return null;
		}
		// Fewer bytes may be the beginning of either.
		if (footer === null) return undefined;
		this.#state = "header";
		return null;
	}

	#message(kind: number, bytes: Uint8Array): RrdMessage | null {
		return this.#translating(this.#byteOffset, () => {
			switch (kind) {
				case MESSAGE_KIND.storeInfo: {
					const info = decodeStoreInfo(bytes);
					// A file has a few stores. One that claims many must not fill the memory.
					if (this.#applications.size >= MAX_STORES) this.#applications.clear();
					this.#applications.set(info.storeId.recordingId, info.storeId.applicationId);
					return { type: "storeInfo", info };
				}
				case MESSAGE_KIND.arrow: {
					const message = decodeArrowMessage(bytes);
					const byteOffset = this.#byteOffset;
					return {
						type: "chunk",
						storeId: this.#completed(message.storeId),
						byteOffset: byteOffset + FRAME_BYTES,
						byteLength: bytes.length,
						message,
						chunk: () =>
							this.#translating(byteOffset, () => decodeChunk(this.#decompressed(message, byteOffset))),
					};
				}
				case MESSAGE_KIND.blueprintActivation: {
					const activation = decodeBlueprintActivation(bytes);
					return {
						type: "blueprintActivation",
						activation: { ...activation, storeId: this.#completed(activation.storeId) },
					};
				}
				default: {
					this.#state = "afterEnd";
					this.#footerHash = bytes.length === 0 ? null : xxh32(bytes, FOOTER_SEED);
					if (bytes.length === 0) return null;
					const manifests = decodeFooter(bytes);
					for (const { uncompressedByteLength } of manifests)
						this.#checkLength(uncompressedByteLength, this.#byteOffset);
					return { type: "footer", manifests: manifests.map(decodeManifest) };
				}
			}
		});
	}

	#completed(storeId: StoreId): StoreId {
		return storeId.applicationId === ""
			? { ...storeId, applicationId: this.#applications.get(storeId.recordingId) ?? "" }
			: storeId;
	}

	#decompressed(message: ArrowMessage, byteOffset: number): Uint8Array {
		if (message.compression === "none") return message.payload;
		this.#checkLength(message.uncompressedByteLength, byteOffset);
		return decompressLz4Block(message.payload, message.uncompressedByteLength);
	}

	#checkLength(byteLength: number, byteOffset: number): void {
		if (byteLength > this.#maxMessageByteLength)
			throw new RrdError(
				`A message claims ${byteLength} bytes; at most ${this.#maxMessageByteLength} are read.`,
				byteOffset,
			);
	}

	#translating<T>(byteOffset: number, read: () => T): T {
		try {
			return read();
		} catch (error) {
			if (
				error instanceof MessageError ||
				error instanceof ArrowError ||
				error instanceof ChunkError ||
				error instanceof Lz4Error ||
				error instanceof ManifestError
			)
				throw new RrdError(error.message, byteOffset, { cause: error });
			throw error;
		}
	}

	#error(message: string): RrdError {
		return new RrdError(message, this.#byteOffset);
	}

	/** The next bytes in one piece; `null` while there are fewer. */
	#peek(length: number): Uint8Array | null {
		if (this.#pendingBytes < length) return null;
		if (length > (this.#pending[0]?.length ?? 0)) {
			// Pieces are joined once for each message, when it is complete.
			const joined = new Uint8Array(this.#pendingBytes);
			let at = 0;
			for (const piece of this.#pending) {
				joined.set(piece, at);
				at += piece.length;
			}
			this.#pending = [joined];
		}
		return this.#pending[0]?.subarray(0, length) ?? new Uint8Array(0);
	}

	#consume(length: number): void {
		this.#byteOffset += length;
		this.#pendingBytes -= length;
		const rest = this.#pending.shift()?.subarray(length);
		if (rest !== undefined && rest.length > 0) this.#pending.unshift(rest);
	}
}

/** Most stores whose application ids are remembered. */
const MAX_STORES = 4096;

function startsWith(bytes: Uint8Array, magic: Uint8Array): boolean {
	return magic.every((byte, at) => bytes[at] === byte);
}
