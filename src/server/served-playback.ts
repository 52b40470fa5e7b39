import { monotonicSec } from "../media/clock.ts";
import { completeOptions } from "../media/option-table.ts";
import { PLAYBACK_CHANGE, type PlaybackChange, type PlaybackState, positionAt } from "../media/playback.ts";
import type { SourceRunner } from "../stream/source-runner.ts";

/** The author of changes by the program. */
export const SERVER_AUTHOR = "server";

/** The play of a server's source, for all its viewers: `server.playback`. */
export class ServedPlayback {
	readonly #runner: SourceRunner;

	/** @internal */
	constructor(runner: SourceRunner) {
		this.#runner = runner;
	}

	/** The play as it was stated last; the event `playback` reports each change. */
	get state(): PlaybackState {
		return this.#runner.playback;
	}

	/** Present place, seconds from the first picture; NaN: unknown, or the source has none. */
	get positionSec(): number {
		return positionAt(this.state, monotonicSec());
	}

	/** Plays on; a source that has ended, from its beginning. @throws as `change` does. */
	play(): void {
		this.change({ paused: false });
	}

	/** @throws as `change` does. */
	pause(): void {
		this.change({ paused: true });
	}

	/** Goes on at another place, seconds from the first picture. @throws as `change` does. */
	seek(positionSec: number): void {
		this.change({ positionSec });
	}

	/** @param rate 0.25 to 4. @throws as `change` does. */
	setRate(rate: number): void {
		this.change({ rate });
	}

	/** Lets the source begin again at its end, or stop there. @throws as `change` does. */
	setLoop(loop: boolean): void {
		this.change({ loop });
	}

	/**
	 * Several changes at once. A source that does not run obeys at its next start.
	 *
	 * @throws {RangeError | TypeError} for an impossible value.
	 * @throws {Error} if the source can't obey, as a live one; the message says what it can't.
	 */
	change(change: PlaybackChange): void {
		const refusal = this.#runner.change(
			completeOptions(PLAYBACK_CHANGE, change, "server.playback.change()"),
			SERVER_AUTHOR,
		);
		if (refusal !== undefined) throw new Error(refusal);
	}
}
