import { randomBytes } from "node:crypto";
import { type FileHandle, link, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFailureText } from "../media/write-failure.ts";
import { TagError } from "./sphere-statement.ts";

/** A part of a rewritten file: new bytes, or bytes of the old file, which are copied. */
export type FilePiece = Uint8Array | { readonly from: number; readonly to: number };

/** Options of `writePieces`. */
export interface WriteOptions {
	/** Replaces a file that is there. */
	readonly overwrite: boolean;
	/** Ends the writing; the file is then as before. */
	readonly signal?: AbortSignal | undefined;
}

/** Bytes that are copied at a time. */
const COPIED_BYTES = 4 << 20;

/**
 * Writes a file of pieces beside `path` and then gives it that name: whatever happens, `path` is
 * either as before or whole. A symbolic link stays, and its file is replaced.
 *
 * @param source the old file, of which pieces are copied; `undefined` if all pieces are bytes
 * @throws {TagError} `not-writable`
 */
export async function writePieces(
	path: string,
	source: FileHandle | undefined,
	pieces: readonly FilePiece[],
	options: WriteOptions,
): Promise<void> {
	const target = await realpath(path).catch(() => path);
	const unfinished = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.part`);
	try {
		const old = await stat(target).catch(() => undefined);
		if (old !== undefined && !options.overwrite) throw existing(path);
		if (old !== undefined && !old.isFile())
			throw new TagError("not-writable", `${path} can't be written: it is no regular file.`);
		const file = await open(unfinished, "wx", (old ?? (await source?.stat()))?.mode);
		try {
			for (const piece of pieces) await writePiece(file, source, piece, options.signal);
			await file.sync();
		} finally {
			await file.close();
		}
		if (options.overwrite) await rename(unfinished, target);
		else await moveToNewName(unfinished, target, path);
	} catch (error) {
		await unlink(unfinished).catch(() => {});
		throw options.signal?.aborted ? error : writeFailure(path, error);
	}
}

async function writePiece(
	file: FileHandle,
	source: FileHandle | undefined,
	piece: FilePiece,
	signal: AbortSignal | undefined,
): Promise<void> {
	if (piece instanceof Uint8Array) {
		await file.writeFile(piece);
		return;
	}
	if (source === undefined) throw new Error("Pieces of a file are copied, but there is no file.");
	const buffer = Buffer.allocUnsafe(Math.min(COPIED_BYTES, piece.to - piece.from));
	for (let at = piece.from; at < piece.to; ) {
		signal?.throwIfAborted();
		const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, piece.to - at), at);
		if (bytesRead === 0) throw new Error("the old file became shorter while it was copied.");
		await file.writeFile(buffer.subarray(0, bytesRead));
		at += bytesRead;
	}
}

/** Renames without replacing a file that has come meanwhile, where the file system has links. */
async function moveToNewName(unfinished: string, target: string, path: string): Promise<void> {
	try {
		await link(unfinished, target);
		await unlink(unfinished);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") throw existing(path);
		if ((await stat(target).catch(() => undefined)) !== undefined) throw existing(path);
		await rename(unfinished, target);
	}
}

function existing(path: string): TagError {
	return new TagError("not-writable", `${path} is there already, and overwriting it (--force) was not asked for.`);
}

function writeFailure(path: string, error: unknown): TagError {
	if (error instanceof TagError) return error;
	return new TagError("not-writable", writeFailureText(path, error), { cause: error });
}
