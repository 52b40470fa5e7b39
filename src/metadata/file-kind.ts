/** Kinds of files that state a sphere. `mp4` is QuickTime too, `matroska` WebM, `heif` AVIF. */
export type FileKind = "mp4" | "matroska" | PhotoKind;

/** Kinds of photos. */
export type PhotoKind = "jpeg" | "png" | "webp" | "tiff" | "heif";

/** Bytes that `fileKindOf` needs. */
export const KIND_BYTES = 64;

/** Types of boxes with which files of QuickTime begin that have no `ftyp`. */
const QUICKTIME_BOXES = ["moov", "mdat", "wide", "free", "skip", "pnot"];
/** Brands of pictures; files of moving pictures have them beside others (ISO/IEC 23008-12). */
const PICTURE_BRANDS = /^(mif1|mif2|heic|heix|heim|heis|avif|miaf|jpeg)$/;

/** The kind of a file, by its first bytes; `undefined` for all others. */
export function fileKindOf(bytes: Buffer): FileKind | undefined {
	const text = bytes.toString("latin1", 0, 16);
	if (text.startsWith("\xff\xd8\xff")) return "jpeg";
	if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
	if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "webp";
	if (/^(II[*+]\0|MM\0[*+])/.test(text)) return "tiff";
	if (text.startsWith("\x1a\x45\xdf\xa3")) return "matroska";
	const type = text.slice(4, 8);
	if (type === "ftyp" || type === "styp") return PICTURE_BRANDS.test(text.slice(8, 12)) ? "heif" : "mp4";
	return QUICKTIME_BOXES.includes(type) ? "mp4" : undefined;
}
