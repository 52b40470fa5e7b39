import { type FileHandle, open } from "node:fs/promises";
import { type FileKind, fileKindOf, KIND_BYTES } from "./file-kind.ts";
import { matroskaPieces } from "./matroska-rewriter.ts";
import { mp4Pieces } from "./mp4-rewriter.ts";
import { type PhotoStatementOptions, photoBytesWithStatement } from "./photo-statement.ts";
import { type FilePiece, writePieces } from "./rewritten-file.ts";
import { type SphereStatement, TagError } from "./sphere-statement.ts";

/** The largest photo that is rewritten, in memory. */
const MAX_PHOTO_BYTES = 2 ** 31 - 1;

/** Options of `tagFile`. */
export interface TagFileOptions extends PhotoStatementOptions {
	/** The file that is written. @default the file itself, which is replaced when all is written */
	readonly out?: string | undefined;
	/** Replaces an `out` that is there. @default false */
	readonly overwrite?: boolean | undefined;
	/** Index among the video tracks. @default 0 */
	readonly track?: number | undefined;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a statement about the sphere into a file, in place of the one that is there. Media bytes
 * are copied as they are. The file is written beside its place and then renamed, so that whatever
 * happens it is as before or whole.
 *
 * @param path of an MP4, QuickTime, Matroska or WebM file, or a photo
 * @param statement `undefined` removes the statement that is there
 * @throws {TagError} for a file that is missing, broken, of another kind, or not writable, and a
 * statement that the format has no words for
 */
export async function tagFile(
	path: string,
	statement: SphereStatement | undefined,
	options: TagFileOptions = {},
): Promise<void> {
	const file = await openFile(path);
	try {
		const pieces = await piecesOf(file, await kindOf(file, path), statement, options);
		const out = options.out ?? path;
		const overwrite = options.out === undefined || options.overwrite === true;
		await writePieces(out, file, pieces, { overwrite, signal: options.signal });
	} catch (error) {
		throw error instanceof TagError && error.code === "unsupported"
			? new TagError(error.code, `${path} is left as it is. ${error.message}`, { cause: error })
			: error;
	} finally {
		await file.close();
	}
}

async function openFile(path: string): Promise<FileHandle> {
	try {
		const file = await open(path);
		if ((await file.stat()).isFile()) return file;
		await file.close();
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ENOTDIR") throw new TagError("not-found", `There is no file ${path}.`);
		throw new TagError("unsupported", `${path} can't be read: ${message}`, { cause: error });
	}
	throw new TagError("unsupported", `${path} is no regular file.`);
}

async function kindOf(file: FileHandle, path: string): Promise<FileKind> {
	const { buffer, bytesRead } = await file.read(Buffer.alloc(KIND_BYTES), 0, KIND_BYTES, 0);
	const kind = fileKindOf(buffer.subarray(0, bytesRead));
	if (kind !== undefined) return kind;
	throw new TagError(
		"unsupported",
		`${path} is of no kind that states a sphere. These are MP4, QuickTime, Matroska, WebM, JPEG, PNG, WebP, ` +
			"TIFF, AVIF and HEIC.",
	);
}

async function piecesOf(
	file: FileHandle,
	kind: FileKind,
	statement: SphereStatement | undefined,
	{ track = 0, rightEye }: TagFileOptions,
): Promise<FilePiece[]> {
	if (kind === "mp4") return mp4Pieces(file, statement, track);
	if (kind === "matroska") return matroskaPieces(file, statement, track);
	const { size } = await file.stat();
	if (size > MAX_PHOTO_BYTES) throw new TagError("unsupported", "The photo is larger than 2 GB.");
	return [photoBytesWithStatement(await file.readFile(), kind, statement, { rightEye })];
}
