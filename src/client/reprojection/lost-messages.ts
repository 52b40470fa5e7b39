/** Pictures that are judged together. */
const JUDGED = 60;
/** Pictures without their messages that are no chance any more. */
const MOST_MISSED = 3;

/**
 * Judges whether the messages about a stream's pictures are lost. Before the first message the
 * channel may still be opening, so none of the judged pictures may have had one then.
 */
export class LostMessages {
	#pictures = 0;
	#missedBefore = 0;

	/**
	 * Takes note of another picture.
	 *
	 * @param missed number of pictures so far that were replaced before their message came.
	 * @param isDescribed a message about any picture has come.
	 * @returns true if messages are lost.
	 */
	judge(missed: number, isDescribed: boolean): boolean {
		this.#pictures++;
		const over = this.#pictures >= JUDGED;
		const lost = isDescribed ? missed - this.#missedBefore >= MOST_MISSED : over;
		if (over || lost) this.#pictures = 0;
		if (over || lost || !isDescribed) this.#missedBefore = missed;
		return lost;
	}
}
