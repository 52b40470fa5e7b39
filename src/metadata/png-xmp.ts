import { crc32, inflateSync } from "node:zlib";
import { TagError } from "./sphere-statement.ts";
import type { XmpContainer } from "./xmp-container.ts";

/** Keyword of the chunk that holds XMP (XMP specification, part 3). */
const KEYWORD = Buffer.from("XML:com.adobe.xmp\0", "latin1");
const SIGNATURE_BYTES = 8;
/** Most bytes of XMP that are unpacked. */
const UNPACKED_BYTES = 1 << 24;

/** A PNG as a container of XMP. */
export class PngXmp implements XmpContainer {
	readonly width: number;
	readonly height: number;
	readonly xmp: string | undefined;
	readonly #bytes: Buffer;
	readonly #chunks: readonly Chunk[];

	/** @throws {TagError} `unsupported` for a broken file */
	constructor(bytes: Buffer) {
		this.#bytes = bytes;
		this.#chunks = chunksOf(bytes);
		const [header] = this.#chunks;
		if (header?.type !== "IHDR" || header.end - header.body < 8 + 4) throw broken();
		this.width = bytes.readUInt32BE(header.body);
		this.height = bytes.readUInt32BE(header.body + 4);
		const chunk = this.#chunks.find((place) => this.#isXmp(place));
		this.xmp = chunk && textOf(bytes.subarray(chunk.body, chunk.end - 4));
	}

	#isXmp({ type, body }: Chunk): boolean {
		return type === "iTXt" && this.#bytes.subarray(body, body + KEYWORD.length).equals(KEYWORD);
	}

	withXmp(xmp: string): Buffer {
		const [header, ...others] = this.#chunks
			.filter((chunk) => !this.#isXmp(chunk))
			.map(({ start, end }) => this.#bytes.subarray(start, end));
		// Neither compressed, nor in a language, nor translated.
		const content = Buffer.concat([Buffer.from("iTXt"), KEYWORD, Buffer.alloc(4), Buffer.from(xmp, "utf8")]);
		const frame = Buffer.alloc(8);
		frame.writeUInt32BE(content.length - 4, 0);
		frame.writeUInt32BE(crc32(content), 4);
		return Buffer.concat([
			this.#bytes.subarray(0, SIGNATURE_BYTES),
			header ?? Buffer.alloc(0),
			frame.subarray(0, 4),
			content,
			frame.subarray(4),
			...others,
			this.#bytes.subarray(this.#chunks.at(-1)?.end),
		]);
	}
}

/** A chunk; its last four bytes are its checksum. */
interface Chunk {
	readonly type: string;
	readonly start: number;
	readonly body: number;
	readonly end: number;
}

function chunksOf(bytes: Buffer): Chunk[] {
	const chunks: Chunk[] = [];
	for (let at = SIGNATURE_BYTES; chunks.at(-1)?.type !== "IEND"; ) {
		if (at + 12 > bytes.length) throw broken();
		const end = at + 12 + bytes.readUInt32BE(at);
		if (end > bytes.length) throw broken();
		chunks.push({ type: bytes.toString("latin1", at + 4, at + 8), start: at, body: at + 8, end });
		at = end;
	}
	return chunks;
}

/** The text of a chunk of international text. */
function textOf(content: Buffer): string {
	const compressed = content[KEYWORD.length] === 1;
	const language = content.indexOf(0, KEYWORD.length + 2);
	const translation = content.indexOf(0, language + 1);
	const text = content.subarray(translation + 1);
	try {
		return (compressed ? inflateSync(text, { maxOutputLength: UNPACKED_BYTES }) : text).toString("utf8");
	} catch (error) {
		throw new TagError("unsupported", "The PNG's XMP can't be unpacked.", { cause: error });
	}
}

function broken(): TagError {
	return new TagError("unsupported", "The PNG is broken: its chunks do not follow each other to the end.");
}
