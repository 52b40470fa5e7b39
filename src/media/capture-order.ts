/**
 * Keeps the capture times of streams in order, whose estimate may change between two samples. What
 * an estimate would put before the sample before stays at that one's time, until it has caught up.
 * Samples come in the order of their capture, and none before its capture: so none is moved behind
 * its arrival, nor is one wrong by more than the estimate was before.
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
