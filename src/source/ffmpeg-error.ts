/**
 * ffmpeg or ffprobe ended before its work was done. `message` ends with its last lines on stderr.
 */
export class FfmpegError extends Error {
	override readonly name = "FfmpegError";
	/** Exit code, or `null` when a signal ended it. */
	readonly exitCode: number | null;
	constructor(message: string, exitCode: number | null, options?: ErrorOptions) {
		super(message, options);
		this.exitCode = exitCode;
	}
}
