/** The kind of a `RecordingError`. */
export type RecordingErrorCode =
	/** There is no such file. */
	| "not-found"
	/** It is whole, or may be, but of something else than a session. */
	| "foreign"
	/** It is damaged, or can't be read. */
	| "broken"
	/** It can't be begun. */
	| "not-writable";

/**
 * Thrown when a recording can't be begun, or can't be read. `message` is a sentence that names the
 * file.
 */
export class RecordingError extends Error {
	override readonly name = "RecordingError";
	readonly code: RecordingErrorCode;

	/** @param options `code` is "not-writable" where none is given. */
	constructor(message: string, { code = "not-writable", ...options }: RecordingErrorOptions = {}) {
		super(message, options);
		this.code = code;
	}
}

/** The kind and the cause of a `RecordingError`. */
export interface RecordingErrorOptions extends ErrorOptions {
	readonly code?: RecordingErrorCode | undefined;
}
