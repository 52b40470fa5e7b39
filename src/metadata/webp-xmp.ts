import { TagError } from "./sphere-statement.ts";
import type { XmpContainer } from "./xmp-container.ts";

/** Bytes of `RIFF`, the size and `WEBP`. */
const HEADER_BYTES = 12;
/** Flags of the chunk VP8X (WebP Container Specification, "Extended File Format"). */
const HAS_XMP = 0x04;
const HAS_ALPHA = 0x10;

/** A WebP file as a container of XMP. */
export class WebpXmp implements XmpContainer {
	readonly width: number;
	readonly height: number;
	readonly xmp: string | undefined;
	readonly #bytes: Buffer;
	readonly #chunks: readonly Chunk[];
	/** Content of VP8X: the file's own, or one for a simple file. */
	readonly #extended: Buffer;

	/** @throws {TagError} `unsupported` for a broken file */
	constructor(bytes: Buffer) {
		this.#bytes = bytes;
		this.#chunks = chunksOf(bytes);
		const [first] = this.#chunks;
		if (first === undefined) throw broken();
		const content = bytes.subarray(first.body, first.end);
		this.#extended = first.type === "VP8X" ? Buffer.from(content) : extendedFrom(first.type, content);
		if (this.#extended.length < 10) throw broken();
		this.width = this.#extended.readUIntLE(4, 3) + 1;
		this.height = this.#extended.readUIntLE(7, 3) + 1;
		const xmp = this.#chunks.find(({ type }) => type === "XMP ");
		this.xmp = xmp && bytes.toString("utf8", xmp.body, xmp.end);
	}

	withXmp(xmp: string): Buffer {
		const extended = Buffer.from(this.#extended);
		extended[0] = (extended[0] ?? 0) | HAS_XMP;
		const others = this.#chunks
			.filter(({ type }) => type !== "VP8X" && type !== "XMP ")
			.map(({ type, body, end }) => chunk(type, this.#bytes.subarray(body, end)));
		const content = Buffer.concat([
			Buffer.from("WEBP"),
			chunk("VP8X", extended),
			...others,
			chunk("XMP ", Buffer.from(xmp, "utf8")),
		]);
		return chunk("RIFF", content);
	}
}

/** A chunk of RIFF. */
interface Chunk {
	readonly type: string;
	readonly body: number;
	readonly end: number;
}

function chunksOf(bytes: Buffer): Chunk[] {
	const chunks: Chunk[] = [];
	const to = bytes.length < HEADER_BYTES ? 0 : 8 + bytes.readUInt32LE(4);
	if (to > bytes.length) throw broken();
	for (let at = HEADER_BYTES; at + 8 <= to; ) {
		const body = at + 8;
		const end = body + bytes.readUInt32LE(at + 4);
		if (end > to) throw broken();
		chunks.push({ type: bytes.toString("latin1", at, at + 4), body, end });
		at = end + (end % 2);
	}
	return chunks;
}

/** A chunk of RIFF, filled up to an even length. */
function chunk(type: string, content: Buffer): Buffer {
	const header = Buffer.alloc(8);
	header.write(type, 0, "latin1");
	header.writeUInt32LE(content.length, 4);
	return Buffer.concat([header, content, Buffer.alloc(content.length % 2)]);
}

/** Content of VP8X for a file of one chunk of a picture (RFC 6386, 9.1, and RFC 9649, 3.4). */
function extendedFrom(type: string, content: Buffer): Buffer {
	const extended = Buffer.alloc(10);
	if (type === "VP8 " && content.length >= 10) {
		extended.writeUIntLE((content.readUInt16LE(6) & 0x3fff) - 1, 4, 3);
		extended.writeUIntLE((content.readUInt16LE(8) & 0x3fff) - 1, 7, 3);
		return extended;
	}
	if (type !== "VP8L" || content.length < 5) throw broken();
	const bits = content.readUInt32LE(1);
	extended[0] = (bits >>> 28) & 1 ? HAS_ALPHA : 0;
	extended.writeUIntLE(bits & 0x3fff, 4, 3);
	extended.writeUIntLE((bits >>> 14) & 0x3fff, 7, 3);
	return extended;
}

function broken(): TagError {
	return new TagError("unsupported", "The WebP file is broken: its chunks do not follow each other to the end.");
}
