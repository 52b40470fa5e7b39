import type { TimedSample } from "./motion-row.ts";

/** Puts poses into a file of one format. Blocks while it writes, so it lives in a worker. */
export interface MotionWriter {
	/** Poses that a crash of the process would not lose. */
	readonly safePoses: number;
	/** Writes a pose. @throws {MotionFileError} */
	write(row: TimedSample): void;
	/**
	 * Called after each batch and a few times a second: makes safe what has waited long enough.
	 * @throws {MotionFileError}
	 */
	flush(nowSec: number): void;
	/** Finishes the file. @throws {MotionFileError} */
	close(): Promise<void>;
	/** Leaves the file as it is, after a failure. */
	abandon(): void;
}
