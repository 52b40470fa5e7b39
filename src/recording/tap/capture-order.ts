/** A better estimate of the clock of a client's poses moves times by less, seconds. */
const ESTIMATE_SEC = 0.005;

interface Reading {
	orderMs: number;
	capturedSec: number;
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
		const newest = this.#newest.get(stream);
		if (!Number.isFinite(capturedSec) || (newest !== undefined && orderMs < newest.orderMs)) return capturedSec;
		if (newest === undefined) {
			this.#newest.set(stream, { orderMs, capturedSec });
			return capturedSec;
		}
		const backSec = newest.capturedSec - capturedSec;
		newest.orderMs = orderMs;
		if (backSec <= 0 || backSec >= this.#estimateSec) newest.capturedSec = capturedSec;
		return newest.capturedSec;
	}
}
