import { writeFailureText } from "../media/write-failure.ts";

/** The kind of a `MotionFileError`. */
export type MotionFileErrorCode =
	/** There is no such file. */
	| "not-found"
	/** It is no recording of motion, or a broken one. */
	| "broken"
	/** It can't be written: no rights, no space, no such folder. */
	| "not-writable"
	/** It is there already; recordings are never overwritten. */
	| "exists";

/**
 * A file of a recording can't be read or written. `message` names the file, and the line where it
 * is text.
 */
export class MotionFileError extends Error {
	override readonly name = "MotionFileError";
	readonly code: MotionFileErrorCode;
	readonly path: string;
	/** Number of the line in a text file, from 1. */
	readonly line: number | undefined;

	constructor(
		code: MotionFileErrorCode,
		path: string,
		message: string,
		{ line, cause }: { line?: number | undefined; cause?: unknown | undefined } = {},
	) {
		super(message, cause === undefined ? undefined : { cause });
		this.code = code;
		this.path = path;
		this.line = line;
	}
}

/** Puts the system's error about a file to be read into words. */
export function readFailure(path: string, error: unknown): MotionFileError {
	if (error instanceof MotionFileError) return error;
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === "ENOENT") return new MotionFileError("not-found", path, `There is no file ${path}.`, { cause: error });
	if (code === "EISDIR")
		return new MotionFileError("broken", path, `${path} is a folder, not a recording.`, { cause: error });
	if (code === "EACCES" || code === "EPERM")
		return new MotionFileError("broken", path, `${path} may not be read by this user.`, { cause: error });
	return new MotionFileError("broken", path, `${path} can't be read: ${message}`, { cause: error });
}

/** Puts the system's error about a file to be written into words. */
export function writeFailure(path: string, error: unknown): MotionFileError {
	if (error instanceof MotionFileError) return error;
	const { code } = error as NodeJS.ErrnoException;
	if (code === "EEXIST")
		return new MotionFileError("exists", path, `${path} is there already, and is not overwritten.`, {
			cause: error,
		});
	return new MotionFileError("not-writable", path, writeFailureText(path, error), { cause: error });
}
