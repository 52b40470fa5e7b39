/**
 * Packets further apart than this, and than their own time at the estimate, are of
 * different trains, seconds: three steps of the pace timer.
 */
const MAX_GAP_SEC = 0.003;
/** Longest train but that of a probe, seconds: the time between two frames at 25 a second. */
const MAX_TRAIN_SEC = 0.04;
/** Most probes whose trains are remembered. */
const MAX_PROBES = 16;

/**
 * Numbers the bursts in which packets leave: a new one begins after a pause, and with
 * each probe. No clock.
 */
export class SentTrains {
	#train = 0;
	#probeId: number | undefined;
	readonly #probeTrains: number[] = [];
	#beginSec = Number.NEGATIVE_INFINITY;
	#lastSec = Number.NEGATIVE_INFINITY;

	/** @returns the number of the train that a packet belongs to which leaves now. */
	sent(byteLength: number, estimateBps: number, nowSec: number, probeId: number | undefined): number {
		const gapSec = Math.max(MAX_GAP_SEC, (byteLength * 8) / estimateBps);
		const isShort = probeId !== undefined || nowSec - this.#beginSec <= MAX_TRAIN_SEC;
		const goesOn = nowSec - this.#lastSec <= gapSec && isShort;
		if (probeId !== this.#probeId || !goesOn) {
			this.#train++;
			this.#beginSec = nowSec;
			if (probeId !== undefined) this.#probeTrains.push(this.#train);
			if (this.#probeTrains.length > MAX_PROBES) this.#probeTrains.shift();
			this.#probeId = probeId;
		}
		this.#lastSec = nowSec;
		return this.#train;
	}

	/** True for a train that was sent for a probe. */
	isProbe(train: number): boolean {
		return this.#probeTrains.includes(train);
	}
}
