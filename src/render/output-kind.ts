import { extname } from "node:path";
import { nearestName } from "../media/nearest-name.ts";

/** Containers of video by the file name's ending, with FFmpeg's names of their muxers. */
const VIDEO_CONTAINERS = {
	mp4: "mp4",
	m4v: "mp4",
	mov: "mov",
	mkv: "matroska",
	webm: "webm",
} as const;

/** Formats of pictures by the file name's ending. */
const PICTURE_FORMATS = {
	jpg: "jpeg",
	jpeg: "jpeg",
	png: "png",
	webp: "webp",
	avif: "avif",
	tif: "tiff",
	tiff: "tiff",
} as const;

/** A container of video, by FFmpeg's name of its muxer. */
export type VideoContainer = (typeof VIDEO_CONTAINERS)[keyof typeof VIDEO_CONTAINERS];
/** A format of pictures. */
export type PictureFileFormat = (typeof PICTURE_FORMATS)[keyof typeof PICTURE_FORMATS];

/** The kind of file that a name asks for. */
export type OutputKind =
	| { readonly kind: "video"; readonly container: VideoContainer }
	| { readonly kind: "picture"; readonly format: PictureFileFormat }
	/** A file for each picture: the name holds `%d` or `%04d`. */
	| { readonly kind: "sequence"; readonly format: PictureFileFormat };

const ENDINGS = [...Object.keys(VIDEO_CONTAINERS), ...Object.keys(PICTURE_FORMATS)];

/** The place of the number in the names of a sequence, as in FFmpeg: `%d`, or `%04d` with zeros. */
const NUMBER_PLACE = /%(?:0(\d+))?d/;

/**
 * The kind of the file `path`, by its ending.
 * @throws {RangeError} when the ending names no kind that is written.
 */
export function outputKind(path: string): OutputKind {
	const ending = extname(path).slice(1).toLowerCase();
	const container = lookUp(VIDEO_CONTAINERS, ending);
	if (container !== undefined) return { kind: "video", container };
	const format = lookUp(PICTURE_FORMATS, ending);
	if (format !== undefined) return { kind: NUMBER_PLACE.test(path) ? "sequence" : "picture", format };
	const nearest = nearestName(ending, ENDINGS);
	const guess = nearest === undefined ? "" : ` Did you mean .${nearest}?`;
	throw new RangeError(
		`The name of an output ends in one of ${ENDINGS.map((name) => `.${name}`).join(", ")}; got ${path}.${guess}`,
	);
}

/** True for names by which a series of pictures is written or read. */
export function isSequenceName(path: string): boolean {
	return NUMBER_PLACE.test(path);
}

/** The name of picture `number` of a sequence. */
export function sequenceName(pattern: string, number: number): string {
	return pattern.replace(NUMBER_PLACE, (_place, digits?: string) =>
		String(number).padStart(Number(digits ?? 1), "0"),
	);
}

function lookUp<Table extends Readonly<Record<string, string>>>(
	table: Table,
	name: string,
): Table[keyof Table] | undefined {
	return Object.hasOwn(table, name) ? table[name as keyof Table] : undefined;
}
