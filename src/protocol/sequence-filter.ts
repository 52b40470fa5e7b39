/**
 * Sequence numbers are compared within half the circle (RFC 1982, serial number arithmetic with 32
 * bits).
 */
const HALF_CIRCLE = 2 ** 31;

/**
 * Lets only newer messages of one stream through: the newest wins, and what comes late or twice is
 * dropped.
 */
export class SequenceFilter {
	#newest: number | undefined;
	#accepted = 0;
	#late = 0;
	#gaps = 0;

	/** Messages let through. */
	get accepted(): number {
		return this.#accepted;
	}

	/** Messages dropped because a newer one had come before, or the same. */
	get late(): number {
		return this.#late;
	}

	/**
	 * Sequence numbers that were skipped over: lost on the way, or late and then also counted
	 * there.
	 */
	get gaps(): number {
		return this.#gaps;
	}

	/**
	 * @param sequence unsigned 32 bits.
	 * @returns whether it is newer than all before. A number from exactly the other side of the
	 * circle counts as late.
	 */
	accept(sequence: number): boolean {
		if (this.#newest !== undefined) {
			const ahead = (sequence - this.#newest) >>> 0;
			if (ahead === 0 || ahead >= HALF_CIRCLE) {
				this.#late++;
				return false;
			}
			this.#gaps += ahead - 1;
		}
		this.#newest = sequence >>> 0;
		this.#accepted++;
		return true;
	}
}
