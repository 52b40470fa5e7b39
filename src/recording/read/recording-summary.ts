import type { RecordedSource } from "../session-record.ts";

/** What a recording holds of one viewer. */
export interface ViewerSummary {
	/** The part of the viewer's id that is in the recording. */
	readonly id: string;
	/** First and last time of anything about it, seconds since the recording's beginning. */
	readonly beginSec: number;
	readonly endSec: number;
	/** Number of pictures that were sent to it. */
	readonly frames: number;
	/** Times of the first and the last of them, seconds since the beginning; NaN: none. */
	readonly firstFrameSec: number;
	readonly lastFrameSec: number;
	readonly poses: number;
}

/** What a recording holds. */
export interface RecordingSummary {
	/** Time of its first row, seconds since 1970 on the clock of the machine that recorded. */
	readonly beginSec: number;
	/** The same, exactly: nanoseconds since 1970. */
	readonly beginNs: bigint;
	/** Seconds from the first row to the last. */
	readonly durationSec: number;
	/** In the order of their coming. */
	readonly viewers: readonly ViewerSummary[];
	/** The sources that were opened, and when, seconds since the beginning. */
	readonly sources: readonly { readonly atSec: number; readonly source: RecordedSource }[];
	/** Number of the source's own packets. */
	readonly sourcePackets: number;
	/** Names of the cameras beside the view whose pictures it holds. */
	readonly cameras: readonly string[];
	/** The files that it is read from, in their order. */
	readonly files: readonly string[];
	/**
	 * A sentence for each file that is cut off, and each part that is broken: all else can be read.
	 * Some are found by reading.
	 */
	readonly damages: readonly string[];
}

/**
 * The viewer whose id begins with some characters.
 *
 * @param id `undefined`: the viewer with the most pictures.
 * @throws {RangeError} when there is none, or more than one; the message names those there are.
 */
export function viewerNamed({ viewers, files }: RecordingSummary, id: string | undefined): ViewerSummary {
	const byFrames = viewers.toSorted((a, b) => b.frames - a.frames);
	const found = id === undefined ? byFrames.slice(0, 1) : named(viewers, id);
	const [only] = found;
	if (only !== undefined && found.length === 1) return only;
	const names = viewers.map((viewer) => viewer.id).join(", ");
	const those = names === "" ? "It has none." : `Its viewers are ${names}.`;
	throw new RangeError(
		id === undefined
			? `${files[0]} has no viewer.`
			: `${files[0]} has ${found.length === 0 ? "no viewer" : "several viewers"} "${id}". ${those}`,
	);
}

/** The viewer of this very id, or those whose ids begin with it. */
function named(viewers: readonly ViewerSummary[], id: string): readonly ViewerSummary[] {
	const exact = viewers.filter((viewer) => viewer.id === id);
	return exact.length > 0 ? exact : viewers.filter((viewer) => viewer.id.startsWith(id));
}
