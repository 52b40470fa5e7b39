import { writeFailureText } from "../media/write-failure.ts";

/** The kind of an `OutputError`. */
export type OutputErrorCode =
	/** The file is there already, and overwriting was not asked for. */
	| "exists"
	/** It can't be written: no rights, no space, no such folder. */
	| "not-writable"
	/** This FFmpeg can't encode or store pictures in this way. */
	| "encoding";

/** A rendered file can't be written. `message` names the file. */
export class OutputError extends Error {
	override readonly name = "OutputError";
	readonly code: OutputErrorCode;
	readonly path: string;

	constructor(code: OutputErrorCode, path: string, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.code = code;
		this.path = path;
	}
}

/** Puts the system's error about a file to be written into words. */
export function outputFailure(path: string, error: unknown): OutputError {
	if (error instanceof OutputError) return error;
	return new OutputError("not-writable", path, writeFailureText(path, error), error);
}
