/** A better estimate of the clock of a client's poses moves times by less, seconds. */
const ESTIMATE_SEC = 0.005;

interface Reading {
	readonly orderMs: number;
	readonly capturedSec: number;
}

/** Keeps the capture times of what a client sends in order. */
export class CaptureOrder {
	readonly #newest = new Map<number, Reading>();
	readonly #estimateSec: number;

	/** @param estimateSec a better estimate moves times by less, seconds; a step by more. */
	constructor(estimateSec = ESTIMATE_SEC) {
		this.#estimateSec = estimateSec;
	}

	/**
	 * @param stream each has an order of its own.
	 * @param orderMs states the order: the client's clock at the capture, or the arrival.
	 * @param capturedSec the capture on the server's clock by the present estimate; NaN: not known.
	 * @returns that time, or the stream's last one where a new estimate would go back behind it.
	 */
	capturedSec(stream: number, orderMs: number, capturedSec: number): number {
		const before = this.#newest.get(stream);
		if (!Number.isFinite(capturedSec) || (before !== undefined && orderMs < before.orderMs)) return capturedSec;
		const backSec = before === undefined ? 0 : before.capturedSec - capturedSec;
		const inOrder =
			before !== undefined && backSec > 0 && backSec < this.#estimateSec ? before.capturedSec : capturedSec;
		this.#newest.set(stream, { orderMs, capturedSec: inOrder });
		return inOrder;
	}
}
