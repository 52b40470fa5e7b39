/** A better estimate of a client's clock moves times by less, seconds; a step by more. */
const ESTIMATE_SEC = 0.005;

interface Reading {
	readonly clientTimeMs: number;
	readonly capturedSec: number;
}

/** Keeps the capture times of a client's poses in the order of its own clock. */
export class CaptureOrder {
	readonly #newest = new Map<number, Reading>();

	/**
	 * @param stream of the pose.
	 * @param clientTimeMs time at which the client read it, on its own clock.
	 * @param capturedSec the same on the server's clock by the present estimate; NaN: not known.
	 * @returns that time, or the stream's last one where a new estimate would go back behind it.
	 */
	capturedSec(stream: number, clientTimeMs: number, capturedSec: number): number {
		const before = this.#newest.get(stream);
		if (!Number.isFinite(capturedSec) || (before !== undefined && clientTimeMs < before.clientTimeMs))
			return capturedSec;
		const backSec = before === undefined ? 0 : before.capturedSec - capturedSec;
		const inOrder =
			before !== undefined && backSec > 0 && backSec < ESTIMATE_SEC ? before.capturedSec : capturedSec;
		this.#newest.set(stream, { clientTimeMs, capturedSec: inOrder });
		return inOrder;
	}
}
