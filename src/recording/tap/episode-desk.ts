import { monotonicSec } from "../../media/clock.ts";
import type { Episode, RecordedEpisode } from "../episode.ts";
import { RecordingError } from "../recording-error.ts";
import type { SessionRecord } from "../session-record.ts";

/** The episodes of one recording: one at a time, each change of which is recorded. */
export class EpisodeDesk {
	readonly #put: (record: SessionRecord) => void;
	readonly #onChange: (episode: Episode) => void;
	readonly #episodes: Episode[] = [];

	/**
	 * @param put takes the record of a change.
	 * @param onChange called with the episode after each change.
	 */
	constructor(put: (record: SessionRecord) => void, onChange: (episode: Episode) => void) {
		this.#put = put;
		this.#onChange = onChange;
	}

	/** All of them, the discarded ones too, in the order of their beginnings. */
	get episodes(): readonly Episode[] {
		return [...this.#episodes];
	}

	/** The one that was begun last; `undefined` before the first. */
	get newest(): Episode | undefined {
		return this.#episodes.at(-1);
	}

	/** True while an episode is running. */
	get running(): boolean {
		return this.newest?.state === "running";
	}

	/**
	 * Begins an episode.
	 *
	 * @param task label; `undefined`: that of the episode before.
	 * @throws {RecordingError} while one is running.
	 */
	start(task: string | undefined = this.newest?.task): Episode {
		if (this.running) throw new RecordingError("An episode is running: end or discard it before the next.");
		const began = { number: this.#episodes.length + 1, task, state: "running", success: undefined } as const;
		return this.#change({ ...began, beganAt: new Date(), beganSec: monotonicSec(), endedAt: undefined });
	}

	/**
	 * Ends the running episode. @param success `undefined`: nobody says.
	 * @throws {RecordingError} if none is running.
	 */
	end(success: boolean | undefined): Episode {
		return this.#change({ ...this.#present, state: "ended", success, endedAt: new Date() });
	}

	/**
	 * Marks the running episode, or else the newest one, as not to be used.
	 * @throws {RecordingError} if there is none, or it is discarded already.
	 */
	discard(): Episode {
		const { newest } = this;
		if (newest === undefined || newest.state === "discarded")
			throw new RecordingError("There is no episode to discard.");
		return this.#change({ ...newest, state: "discarded", endedAt: newest.endedAt ?? new Date() });
	}

	/** The recording ends: an episode that is running is not finished. */
	close(): void {
		if (this.running) this.#change({ ...this.#present, state: "unfinished", endedAt: new Date() });
	}

	/** @throws {RecordingError} */
	get #present(): Episode {
		const { newest } = this;
		if (newest?.state !== "running") throw new RecordingError("No episode is running.");
		return newest;
	}

	#change(episode: Episode): Episode {
		this.#episodes[episode.number - 1] = episode;
		const { number, task, state, success } = episode;
		const recorded: RecordedEpisode = { number, task, state, success };
		this.#put({ type: "episode", atSec: monotonicSec(), episode: recorded });
		this.#onChange(episode);
		return episode;
	}
}
