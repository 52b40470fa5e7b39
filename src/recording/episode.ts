/** What has become of an episode. */
export type EpisodeState =
	| "running"
	| "ended"
	/** The recording has ended before it. */
	| "unfinished"
	/** It stays in the recording, and is not to be used. */
	| "discarded";

/** The names of `EpisodeState`. */
export const EPISODE_STATES: readonly EpisodeState[] = ["running", "ended", "unfinished", "discarded"];

/** An episode as a recording keeps it, after each of its changes. */
export interface RecordedEpisode {
	/** From 1 on, in the order of their beginnings in one recording. */
	readonly number: number;
	/** The label of what is done in it; `undefined`: none. */
	readonly task: string | undefined;
	readonly state: EpisodeState;
	/** `undefined`: it has not ended, or nobody has said. */
	readonly success: boolean | undefined;
}

/** An attempt at a task within a recording, as robot learning needs it. */
export interface Episode extends RecordedEpisode {
	readonly beganAt: Date;
	/** The same, seconds on the server's monotonic clock. */
	readonly beganSec: number;
	/** `undefined`: it is running. */
	readonly endedAt: Date | undefined;
}

/** A sentence about an episode's newest change. */
export function wordsForEpisode({ number, task, state, success }: RecordedEpisode): string {
	const named = task === undefined ? `episode ${number}` : `episode ${number}: ${task}`;
	if (state === "running") return `${named}: begins`;
	if (state !== "ended") return `${named}: ${state}`;
	return success === undefined ? `${named}: ends` : `${named}: ${success ? "success" : "failure"}`;
}
