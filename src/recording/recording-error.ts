/** Thrown when a recording can't be begun. `message` is a sentence that names the file. */
export class RecordingError extends Error {
	override readonly name = "RecordingError";
}
