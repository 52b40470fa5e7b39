import type { RecordedEpisode } from "../recording/episode.ts";
import type { EpisodeSpan } from "./episode-plan.ts";

/** The episodes of a recording that are exported. */
export const EPISODE_CHOICES = ["kept", "successful", "all"] as const;
/** One of `EPISODE_CHOICES`: those that ended and were not discarded, the successes, or all. */
export type EpisodeChoice = (typeof EPISODE_CHOICES)[number];

/** An episode with its newest state. */
interface KnownEpisode {
	readonly beginSec: number;
	/** NaN while it is running. */
	readonly endSec: number;
	readonly newest: RecordedEpisode;
}

/** Follows the changes of a recording's episodes. */
export class EpisodeHistory {
	readonly #episodes = new Map<number, KnownEpisode>();

	/** Takes a change, in the order of time. */
	add(episode: RecordedEpisode, atSec: number): void {
		const known = this.#episodes.get(episode.number);
		const ended = known === undefined || Number.isNaN(known.endSec) ? atSec : known.endSec;
		this.#episodes.set(episode.number, {
			beginSec: known?.beginSec ?? atSec,
			endSec: episode.state === "running" ? Number.NaN : ended,
			newest: episode,
		});
	}

	/** Number of episodes, whatever has become of them. */
	get count(): number {
		return this.#episodes.size;
	}

	/**
	 * The chosen episodes, in the order of their numbers.
	 *
	 * @param lastSec end of an episode that the recording does not end.
	 * @param task of episodes that have none.
	 */
	spans(choice: EpisodeChoice, lastSec: number, task: string): readonly EpisodeSpan[] {
		return [...this.#episodes.values()]
			.filter(({ newest }) => isChosen(newest, choice))
			.sort((a, b) => a.newest.number - b.newest.number)
			.map(({ beginSec, endSec, newest }) => ({
				beginSec,
				endSec: Number.isNaN(endSec) ? lastSec : endSec,
				task: newest.task ?? task,
				success: newest.success,
			}));
	}
}

function isChosen({ state, success }: RecordedEpisode, choice: EpisodeChoice): boolean {
	if (choice === "all") return true;
	return state === "ended" && (choice === "kept" || success === true);
}
