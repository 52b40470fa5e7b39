/** Time over which the rate is averaged, seconds: that of `AlrDetector`. */
const WINDOW_SEC = 0.5;

/** The rate at which packets leave, an average that forgets exponentially. No clock. */
export class SentRate {
	#bytes = 0;
	#updatedSec = Number.NaN;

	/** Counts a packet that leaves now. */
	sent(byteLength: number, nowSec: number): void {
		this.#forget(nowSec);
		this.#bytes += byteLength;
	}

	/** Bits per second. */
	bps(nowSec: number): number {
		this.#forget(nowSec);
		return (this.#bytes * 8) / WINDOW_SEC;
	}

	#forget(nowSec: number): void {
		const elapsedSec = Math.max(0, nowSec - this.#updatedSec || 0);
		this.#bytes *= Math.exp(-elapsedSec / WINDOW_SEC);
		this.#updatedSec = nowSec;
	}
}
