import { createHash } from "node:crypto";
import { TagError } from "./sphere-statement.ts";
import type { XmpContainer } from "./xmp-container.ts";
import { EMPTY_XMP, withoutPadding, xmpField, xmpWith, xmpWithout } from "./xmp-text.ts";

/** Beginnings of the segments that hold XMP, and XMP beyond 64 KiB (XMP specification, part 3). */
const XMP = Buffer.from("http://ns.adobe.com/xap/1.0/\0", "latin1");
const EXTENSION = Buffer.from("http://ns.adobe.com/xmp/extension/\0", "latin1");
const EXIF = Buffer.from("Exif\0", "latin1");
/** Bytes of a part's GUID, total length and offset. */
const EXTENSION_FIELDS = 40;
const EXTENSION_PART_BYTES = 65_400;
const SEGMENT_BYTES = 65_533;

/** A field of any schema but RDF's own words. */
const OTHER_FIELD = /\s(?!xmlns:|rdf:|x:|xml:)[\w-]+:[\w.-]+\s*=|<(?!rdf:|x:)[\w-]+:/;

const APP0 = 0xe0;
const APP1 = 0xe1;
const SCAN = 0xda;
const END = 0xd9;

/** A marker segment. */
interface Segment {
	readonly marker: number;
	readonly start: number;
	/** First byte of its content, behind marker and length. */
	readonly body: number;
	readonly end: number;
}

/** A JPEG as a container of XMP. */
export class JpegXmp implements XmpContainer {
	readonly width: number;
	readonly height: number;
	readonly xmp: string | undefined;
	readonly #bytes: Buffer;
	readonly #segments: readonly Segment[];
	/** XMP beyond the first 64 KiB, where it is whole. */
	readonly extension: string | undefined;

	/** @throws {TagError} `unsupported` for a broken file */
	constructor(bytes: Buffer) {
		this.#bytes = bytes;
		this.#segments = segmentsOf(bytes);
		const frame = this.#segments.find(({ marker }) => isFrame(marker));
		if (frame === undefined || frame.end - frame.body < 6) throw broken();
		this.height = bytes.readUInt16BE(frame.body + 1);
		this.width = bytes.readUInt16BE(frame.body + 3);
		const main = this.#segments.find((segment) => this.#begins(segment, XMP));
		this.xmp = main && bytes.toString("utf8", main.body + XMP.length, main.end);
		const guid = this.xmp && xmpField(this.xmp, "xmpNote", "HasExtendedXMP");
		this.extension = guid && this.#assembled(guid);
	}

	#begins({ marker, body, end }: Segment, beginning: Buffer): boolean {
		return (
			marker === APP1 &&
			end - body >= beginning.length &&
			this.#bytes.subarray(body, body + beginning.length).equals(beginning)
		);
	}

	/** The parts of an extension in their order; `undefined` if one is missing. */
	#assembled(guid: string): string | undefined {
		const parts = this.#segments
			.filter((segment) => this.#begins(segment, EXTENSION))
			.map(({ body, end }) => this.#bytes.subarray(body + EXTENSION.length, end))
			.filter((part) => part.length >= EXTENSION_FIELDS && part.toString("latin1", 0, 32) === guid)
			.sort((a, b) => a.readUInt32BE(36) - b.readUInt32BE(36));
		const whole = Buffer.concat(parts.map((part) => part.subarray(EXTENSION_FIELDS)));
		return parts[0] !== undefined && parts[0].readUInt32BE(32) === whole.length
			? whole.toString("utf8")
			: undefined;
	}

	withXmp(xmp: string): Buffer {
		// An extension stays as it is: it is linked by its GUID in `xmp`.
		return this.#written(
			xmp,
			this.#segments.filter((segment) => !this.#begins(segment, XMP)),
		);
	}

	/**
	 * The JPEG with other XMP, and with a picture for the right eye (`GImage`) or without one.
	 *
	 * @param rightEye a whole JPEG
	 * @throws {TagError} `not-statable` when the XMP does not fit into one segment
	 */
	withRightEye(xmp: string, rightEye: Uint8Array | undefined): Buffer {
		const others = this.#segments.filter(
			(segment) => !this.#begins(segment, XMP) && !this.#begins(segment, EXTENSION),
		);
		const plain = xmpWithout(xmp, ["GImage", "xmpNote"]);
		const kept = this.extension && xmpWithout(this.extension, ["GImage"]);
		const keepsFields = kept !== undefined && OTHER_FIELD.test(kept);
		if (rightEye === undefined && !keepsFields) return this.#written(plain, others);
		const base = keepsFields ? kept : EMPTY_XMP.replaceAll(/<\?xpacket[^?]*\?>/g, "");
		const extension =
			rightEye === undefined
				? base
				: xmpWith(base, "GImage", [["Data", Buffer.from(rightEye).toString("base64").replaceAll("=", "")]]);
		const bytes = Buffer.from(extension, "utf8");
		const guid = createHash("md5").update(bytes).digest("hex").toUpperCase();
		const stated = rightEye === undefined ? plain : xmpWith(plain, "GImage", [["Mime", "image/jpeg"]]);
		return this.#written(
			xmpWith(stated, "xmpNote", [["HasExtendedXMP", guid]]),
			others,
			extensionSegments(bytes, guid),
		);
	}

	/** The segments with XMP behind the ones that have to be first, JFIF's and EXIF's. */
	#written(xmp: string, others: readonly Segment[], extension: readonly Buffer[] = []): Buffer {
		const fits = (text: string) => Buffer.byteLength(text) + XMP.length <= SEGMENT_BYTES;
		const text = fits(xmp) ? xmp : withoutPadding(xmp);
		if (!fits(text))
			throw new TagError(
				"not-statable",
				"A JPEG has 64 KiB for XMP, and its other fields leave too little room.",
			);
		const first = others.findIndex((segment) => segment.marker !== APP0 && !this.#begins(segment, EXIF));
		const copied = (segments: readonly Segment[]) =>
			segments.map(({ start, end }) => this.#bytes.subarray(start, end));
		return Buffer.concat([
			this.#bytes.subarray(0, 2),
			...copied(others.slice(0, first)),
			segment(XMP, Buffer.from(text, "utf8")),
			...extension,
			...copied(others.slice(first)),
			this.#bytes.subarray(this.#segments.at(-1)?.end ?? 2),
		]);
	}
}

function extensionSegments(bytes: Buffer, guid: string): Buffer[] {
	const segments: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += EXTENSION_PART_BYTES) {
		const fields = Buffer.alloc(EXTENSION_FIELDS);
		fields.write(guid, 0, "latin1");
		fields.writeUInt32BE(bytes.length, 32);
		fields.writeUInt32BE(at, 36);
		segments.push(segment(EXTENSION, fields, bytes.subarray(at, at + EXTENSION_PART_BYTES)));
	}
	return segments;
}

function segment(...content: readonly Buffer[]): Buffer {
	const header = Buffer.from([0xff, APP1, 0, 0]);
	header.writeUInt16BE(
		content.reduce((sum, part) => sum + part.length, 2),
		2,
	);
	return Buffer.concat([header, ...content]);
}

/** The segments before the first scan, without it. */
function segmentsOf(bytes: Buffer): Segment[] {
	const segments: Segment[] = [];
	for (let at = 2; ; ) {
		const start = at;
		if (bytes[at] !== 0xff) throw broken();
		while (bytes[at] === 0xff) at++;
		const marker = bytes[at++];
		if (marker === undefined || at + 2 > bytes.length) throw broken();
		if (marker === SCAN || marker === END) return segments;
		// Markers without content (ISO/IEC 10918-1, table B.1).
		if (marker === 1 || (marker >= 0xd0 && marker <= 0xd7)) continue;
		const end = at + bytes.readUInt16BE(at);
		if (end < at + 2 || end > bytes.length) throw broken();
		segments.push({ marker, start, body: at + 2, end });
		at = end;
	}
}

/** Start of a frame: SOF0 to SOF15, without the tables and JPG that lie between. */
function isFrame(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function broken(): TagError {
	return new TagError("unsupported", "The JPEG is broken: its segments do not follow each other.");
}
