/**
 * Loss above this share is trouble, long before it is a reason to lower the rate: two
 * of the 400 packets that a view of 10 Mbit/s sends in the window of loss.
 */
const CLEAR_LOSS = 0.005;
/**
 * A queue above this is trouble too, seconds: half of the queue that counts as growing.
 */
const CLEAR_QUEUE_SEC = 0.02;
/**
 * A path without trouble for this long is clear, seconds. Held by
 * gcc-controller.test.ts.
 */
const CLEAR_AFTER_SEC = 2;

/** Remembers whether loss or a queue was seen on the path lately. */
export class ClearPath {
	/**
	 * Time of the last trouble. The first report counts: before it nothing is known.
	 */
	#troubleSec = Number.NaN;
	#isClear = false;

	get isClear(): boolean {
		return this.#isClear;
	}

	/** Takes in a report. @param lossShare 0 to 1 */
	observe(lossShare: number, queueSec: number, nowSec: number): void {
		const hasTrouble = lossShare > CLEAR_LOSS || queueSec > CLEAR_QUEUE_SEC;
		if (hasTrouble || Number.isNaN(this.#troubleSec)) this.#troubleSec = nowSec;
		this.#isClear = nowSec - this.#troubleSec >= CLEAR_AFTER_SEC;
	}

	/** Nothing that was observed before counts. */
	reset(): void {
		this.#troubleSec = Number.NaN;
		this.#isClear = false;
	}

	/** Something was lost. */
	trouble(nowSec: number): void {
		this.#troubleSec = nowSec;
		this.#isClear = false;
	}
}
