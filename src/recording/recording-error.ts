/**
 * Thrown when a recording can't be begun, or can't be read. `message` is a sentence that names the
 * file.
 */
export class RecordingError extends Error {
	override readonly name = "RecordingError";
}
