/**
 * Keeps the capture times of streams in order, whose estimate may change between two samples. What
 * an estimate would put before the sample before stays at that one's time, until it has caught up.
 * Samples arrive in the order of their capture. So the time that is kept is never later than the
 * arrival, and its error is never larger than that of the estimate before.
 */
export class CaptureOrder {
	readonly #newestSec = new Map<number, number>();

	/**
	 * @param stream each has an order of its own.
	 * @param capturedSec the capture on the server's clock by the present estimate, no later than
	 * the arrival; NaN: not known.
	 * @returns that time, or the stream's last one where it would go back behind it.
	 */
	capturedSec(stream: number, capturedSec: number): number {
		if (!Number.isFinite(capturedSec)) return capturedSec;
		const newestSec = Math.max(this.#newestSec.get(stream) ?? capturedSec, capturedSec);
		this.#newestSec.set(stream, newestSec);
		return newestSec;
	}
}
