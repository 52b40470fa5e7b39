/** The picture of the right eye inside of a photo for two. */
export interface RightEyePicture {
	/** Kind of the picture, such as `image/jpeg`. */
	readonly mime: string;
	readonly data: Buffer;
}

const GIMAGE = "http://ns.google.com/photos/1.0/image/";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
const EXTENSION = "http://ns.adobe.com/xmp/extension/\0";
const GUID_BYTES = 32;
/** The longest extended XMP. */
const MAX_EXTENDED_BYTES = 64 << 20;
const MIME = /GImage:Mime\s*(?:=\s*["']|>)\s*(image\/[a-z0-9.+-]+)/i;

/**
 * The right eye's picture that Google's cardboard camera puts into a photo: base64 in `GImage:Data`
 * of the XMP, or of the extended XMP (XMP specification, part 3, 1.1.3.1).
 *
 * @param segments APP1 segments of the JPEG
 */
export function rightEyePicture(segments: readonly Buffer[]): RightEyePicture | undefined {
	const xmp = segments.find((segment) => startsWith(segment, XMP));
	if (xmp === undefined) return undefined;
	const text = xmp.toString("latin1");
	const extended = extendedXmp(segments, text);
	const everything = [text, ...(extended === undefined ? [] : [extended.toString("latin1")])];
	if (!everything.some((part) => part.includes(GIMAGE))) return undefined;
	const mime = everything.map((part) => MIME.exec(part)?.[1]).find((found) => found !== undefined) ?? "image/jpeg";
	for (const part of everything) {
		const base64 = fieldValue(part, "GImage:Data");
		const data = base64 === undefined ? undefined : Buffer.from(base64, "base64");
		if (data !== undefined && data.length > 0) return { mime, data };
	}
	return undefined;
}

/**
 * Value of an attribute or element. The values are megabytes: no regular expression looks at them.
 */
function fieldValue(text: string, name: string): string | undefined {
	const at = text.indexOf(name);
	if (at < 0) return undefined;
	const opening = /^\s*(?:=\s*(["'])|>)/.exec(text.slice(at + name.length, at + name.length + 100));
	if (opening === null) return undefined;
	const from = at + name.length + opening[0].length;
	const to = text.indexOf(opening[1] ?? "<", from);
	return to < 0 ? undefined : text.slice(from, to);
}

/**
 * Puts the pieces of the extended XMP that `main` names together; `undefined` if one is missing.
 */
function extendedXmp(segments: readonly Buffer[], main: string): Buffer | undefined {
	const guid = fieldValue(main, "xmpNote:HasExtendedXMP")?.trim();
	if (guid === undefined) return undefined;
	const header = EXTENSION.length + GUID_BYTES + 8;
	const pieces = segments.filter((segment) => segment.length >= header && startsWith(segment, EXTENSION + guid));
	const length = pieces[0]?.readUInt32BE(header - 8) ?? 0;
	const bytes = pieces.reduce((sum, piece) => sum + piece.length - header, 0);
	if (length > MAX_EXTENDED_BYTES || bytes < length) return undefined;
	const whole = Buffer.alloc(length);
	for (const piece of pieces) {
		const offset = piece.readUInt32BE(header - 4);
		if (offset + piece.length - header > length) return undefined;
		piece.copy(whole, offset, header);
	}
	return whole;
}

function startsWith(bytes: Buffer, text: string): boolean {
	return bytes.toString("latin1", 0, text.length) === text;
}
