import type { TimedSample } from "./motion-row.ts";

/** Puts poses into a file of one format. Blocks while it writes, so it lives in a worker. */
export interface MotionWriter {
	/** Number of poses that a crash of the process would not lose. */
	readonly safePoses: number;
	/** Writes a pose. @throws {MotionFileError} */
	write(row: TimedSample): void;
	/**
	 * Writes poses that have waited long enough. Called after each batch and a few times a
	 * second.
	 * @throws {MotionFileError}
	 */
	flush(nowSec: number): void;
	/** Finishes the file. @throws {MotionFileError} */
	close(): Promise<void>;
	/** Leaves the file as it is, after a failure. */
	abandon(): void;
}
