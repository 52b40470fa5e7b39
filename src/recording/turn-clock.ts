/** Longest time between two readings that counts, milliseconds. */
const MOST_TURN_MS = 1000;

/**
 * A clock that stands still while its thread is held up. What happened meanwhile is told to such a
 * thread only in its next turn, so a time by another clock says nothing about those it waits for.
 */
export class TurnClock {
	readonly #nowMs: () => number;
	#beforeMs: number;
	#turnMs = 0;

	/** @param nowMs milliseconds on a clock that never goes back. */
	constructor(nowMs: () => number) {
		this.#nowMs = nowMs;
		this.#beforeMs = nowMs();
	}

	/**
	 * Milliseconds in which the thread had its turns. A thread that is not held up reads it more
	 * often than once a second.
	 */
	nowMs(): number {
		const nowMs = this.#nowMs();
		this.#turnMs += Math.min(nowMs - this.#beforeMs, MOST_TURN_MS);
		this.#beforeMs = nowMs;
		return this.#turnMs;
	}
}
