/** The kind of a `CompareError`. */
export type CompareErrorCode =
	/** Sizes differ, or there are no pictures. */
	| "incomparable"
	/** The pictures differ by more than is allowed. */
	| "different";

/** Two files can't be compared, or differ too much. */
export class CompareError extends Error {
	override readonly name = "CompareError";
	readonly code: CompareErrorCode;

	constructor(code: CompareErrorCode, message: string) {
		super(message);
		this.code = code;
	}
}
