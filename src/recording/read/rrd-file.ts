import { type FileHandle, open } from "node:fs/promises";
import { type Chunk, type Manifest, RrdError, type RrdMessage, RrdReader } from "panogaze-rerun";
import { RecordingError } from "../recording-error.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import { BrokenChunkError } from "./damage-list.ts";

/** Bytes that a scan reads at once. */
const PIECE_BYTES = 1 << 20;
/** Longest message that is read: far more than a second of video. */
const MAX_MESSAGE_BYTES = 256 << 20;
const HEADER_BYTES = 12;
const FRAME_BYTES = 16;
/** The end of a file with a table: the table's place, and marks. */
const END_BYTES = 32;

/** One `.rrd` file, of which single chunks are read. */
export class RrdFile implements AsyncDisposable {
	readonly path: string;
	readonly #file: FileHandle;
	readonly #header: Uint8Array;

	private constructor(path: string, file: FileHandle, header: Uint8Array) {
		this.path = path;
		this.#file = file;
		this.#header = header;
	}

	/**
	 * Opens a file and adds its chunks to an index: by its table of contents, or without one by
	 * reading it once.
	 *
	 * @param number the file's number in the index.
	 * @returns `damages` say where a file ends that was not finished, or is broken; chunks that can
	 * be read are in the index.
	 * @throws {RecordingError} when it can't be read, or is no recording of Rerun.
	 */
	static async open(
		path: string,
		number: number,
		index: ChunkIndex,
	): Promise<{ readonly file: RrdFile; readonly damages: readonly string[] }> {
		const handle = await opened(path);
		try {
			const { size } = await handle.stat();
			const header = await readAt(handle, 0, Math.min(HEADER_BYTES, size));
			const file = new RrdFile(path, handle, header);
			const damages = (await file.#readTable(number, size, index)) ?? (await file.#scan(number, index));
			return { file, damages };
		} catch (error) {
			await handle.close();
			throw translated(path, error);
		}
	}

	/**
	 * Reads a chunk.
	 *
	 * @throws {BrokenChunkError} when its bytes are not those that were written.
	 * @throws {RecordingError} when it is not there any more.
	 */
	async read({ byteOffset, byteLength }: { byteOffset: number; byteLength: number }): Promise<Chunk> {
		const bytes = await readAt(this.#file, byteOffset - FRAME_BYTES, FRAME_BYTES + byteLength).catch(
			(error: unknown) => {
				throw translated(this.path, error);
			},
		);
		try {
			for (const message of this.#messages(bytes)) if (message.type === "chunk") return message.chunk();
			throw new RrdError("The table of contents points at something that is no chunk.", byteOffset);
		} catch (error) {
			throw error instanceof RrdError ? new BrokenChunkError(reasonOf(error), error) : error;
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#file.close();
	}

	*#messages(bytes: Uint8Array): Generator<RrdMessage, void> {
		const reader = new RrdReader({ maxMessageByteLength: MAX_MESSAGE_BYTES });
		for (const _header of reader.push(this.#header));
		yield* reader.push(bytes);
	}

	/** @returns what is broken; `undefined`: the file has no table, or a broken one. */
	async #readTable(number: number, size: number, index: ChunkIndex): Promise<readonly string[] | undefined> {
		if (size < HEADER_BYTES + FRAME_BYTES + END_BYTES) return undefined;
		const end = await readAt(this.#file, size - END_BYTES, END_BYTES);
		const place = tablePlace(end, size);
		if (place === undefined) return undefined;
		const manifests = await this.#manifests(place, size);
		if (manifests === undefined) return undefined;
		for (const { storeId } of manifests) index.madeBy(storeId.applicationId);
		const damages: string[] = [];
		for (const manifest of manifests)
			for (const chunk of index.addManifest(number, manifest))
				try {
					index.addStatic(await this.read(chunk));
				} catch (error) {
					if (!(error instanceof BrokenChunkError)) throw error;
					damages.push(leftOut(error.message, chunk.byteOffset));
				}
		return damages;
	}

	/** The tables of the recordings in the file; `undefined`: they are broken. */
	async #manifests(place: number, size: number): Promise<readonly Manifest[] | undefined> {
		try {
			const bytes = await readAt(this.#file, place - FRAME_BYTES, size - place + FRAME_BYTES);
			let manifests: readonly Manifest[] | undefined;
			// Behind the table comes its checksum.
			for (const message of this.#messages(bytes)) if (message.type === "footer") manifests = message.manifests;
			return manifests?.filter(({ storeId }) => storeId.kind === "recording");
		} catch (error) {
			if (error instanceof RrdError) return undefined;
			throw error;
		}
	}

	/** @returns what is broken, and what is wrong with the end of the file. */
	async #scan(number: number, index: ChunkIndex): Promise<readonly string[]> {
		const reader = new RrdReader({ maxMessageByteLength: MAX_MESSAGE_BYTES });
		const damages: string[] = [];
		let chunks = 0;
		try {
			for (let at = 0; ; ) {
				const piece = await readAt(this.#file, at, PIECE_BYTES, "some");
				if (piece.length === 0) break;
				at += piece.length;
				for (const message of reader.push(piece)) {
					if (message.type === "storeInfo" && message.info.storeId.kind === "recording")
						index.madeBy(message.info.storeId.applicationId);
					if (message.type !== "chunk" || message.storeId.kind !== "recording") continue;
					try {
						index.addChunk(number, message.byteOffset, message.byteLength, message.chunk());
						chunks++;
					} catch (error) {
						if (!(error instanceof RrdError)) throw error;
						damages.push(leftOut(reasonOf(error), message.byteOffset));
					}
				}
			}
			reader.end();
		} catch (error) {
			if (!(error instanceof RrdError) || chunks === 0) throw error;
			damages.push(error.message);
		}
		return damages;
	}
}

/** The reason why a message can't be read: its place is that in the bytes that were handed over. */
function reasonOf({ message }: RrdError): string {
	return message.replace(/ \(at byte \d+\)$/, "");
}

function leftOut(reason: string, byteOffset: number): string {
	return `A message after ${byteOffset} bytes is broken and left out: ${reason}`;
}

/** @throws {RecordingError} */
async function opened(path: string): Promise<FileHandle> {
	try {
		const handle = await open(path, "r");
		if (!(await handle.stat()).isDirectory()) return handle;
		await handle.close();
	} catch (error) {
		throw translated(path, error);
	}
	throw new RecordingError(`${path} is a folder, not a recording.`, { code: "broken" });
}

/**
 * @param wanted "some": fewer bytes at the end of the file are good.
 * @throws {RrdError} when the file has fewer.
 */
async function readAt(
	file: FileHandle,
	place: number,
	byteLength: number,
	wanted: "all" | "some" = "all",
): Promise<Uint8Array> {
	if (!Number.isSafeInteger(place) || place < 0 || byteLength > MAX_MESSAGE_BYTES || byteLength < 0)
		throw new RrdError("The table of contents points at a place outside of the file.", place);
	const bytes = new Uint8Array(byteLength);
	let length = 0;
	while (length < byteLength) {
		const { bytesRead } = await file.read(bytes, length, byteLength - length, place + length);
		if (bytesRead === 0) break;
		length += bytesRead;
	}
	if (length < byteLength && wanted === "all")
		throw new RrdError("The file ends before the place that was read.", place);
	return bytes.subarray(0, length);
}

/** The place of a table's message, by the last bytes of its file. */
function tablePlace(end: Uint8Array, size: number): number | undefined {
	const view = new DataView(end.buffer, end.byteOffset, end.byteLength);
	if (String.fromCharCode(...end.subarray(20, 28)) !== "RRF2FOOT") return undefined;
	const place = Number(view.getBigUint64(0, true));
	const byteLength = Number(view.getBigUint64(8, true));
	return place >= HEADER_BYTES + FRAME_BYTES && place + byteLength + END_BYTES === size ? place : undefined;
}

function translated(path: string, error: unknown): unknown {
	if (error instanceof RrdError)
		return new RecordingError(`${path}: ${error.message}`, { code: "broken", cause: error });
	const { code } = error as NodeJS.ErrnoException;
	if (code === "ENOENT") return new RecordingError(`There is no file ${path}.`, { code: "not-found", cause: error });
	if (code === "EACCES" || code === "EPERM")
		return new RecordingError(`${path} may not be read by this user.`, { code: "broken", cause: error });
	if (code !== undefined)
		return new RecordingError(`${path} can't be read: ${(error as Error).message}`, {
			code: "broken",
			cause: error,
		});
	return error;
}
