import { type Chunk, encodeChunkPieces, isStatic } from "../chunk/chunk.ts";
import { compressLz4Pieces } from "../lz4/lz4.ts";
import type { ArrowMessagePieces } from "./messages.ts";

/** Encodes a chunk for its message. */
export function arrowMessageOf(chunk: Chunk, compression: "none" | "lz4"): ArrowMessagePieces {
	const { pieces, byteLength } = encodeChunkPieces(chunk);
	const compressed = compression === "lz4" ? compressLz4Pieces(pieces, byteLength) : null;
	return {
		chunkId: chunk.id,
		isStatic: isStatic(chunk),
		compression: compressed === null ? "none" : "lz4",
		uncompressedByteLength: byteLength,
		payload: compressed === null ? pieces : [compressed],
		payloadByteLength: compressed?.length ?? byteLength,
	};
}
