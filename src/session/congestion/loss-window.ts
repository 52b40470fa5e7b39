/** A report, without the packets that earlier reports have covered. */
export interface FeedbackSample {
	/** Time at which the report came. */
	readonly atSec: number;
	readonly received: number;
	/** Lowered when a packet that counted as lost arrives after all. */
	lost: number;
	readonly receivedBytes: number;
	/** On the receiver's clock; infinite when nothing was received. */
	readonly firstArrivalSec: number;
	readonly lastArrivalSec: number;
}

/** Loss and rate in the window. */
export interface WindowTotals {
	/** 0 to 1. */
	readonly lossShare: number;
	/** Packets received and lost. */
	readonly packets: number;
	/**
	 * Rate at which packets arrived, bits per second; `undefined` when the window is
	 * too short.
	 */
	readonly receivedBps: number | undefined;
}

/**
 * Length of the window, seconds. GCC takes loss from reports about a second apart;
 * transport-cc comes every 50 to 250 ms. Held by loss-and-queue.test.ts: a path that
 * narrows from 20 to 2 Mbit/s is followed within a second.
 */
export const WINDOW_SEC = 0.4;
/**
 * A shorter span shows no rate, seconds: the packets of one frame leave faster than the
 * average. It has at least three frames of a view of 30 a second.
 */
const MIN_RATE_SPAN_SEC = 0.1;

/** The reports of the last moment. No clock. */
export class LossWindow {
	readonly #samples: FeedbackSample[] = [];

	/** Adds a report, and forgets those that are too old. */
	add(sample: FeedbackSample): void {
		this.#samples.push(sample);
		const firstKept = this.#samples.findIndex(({ atSec }) => sample.atSec - atSec <= WINDOW_SEC);
		this.#samples.splice(0, firstKept);
	}

	/** A packet that was counted as lost at `countedSec` was only late. */
	takeLossBack(countedSec: number): void {
		const sample = this.#samples.find(({ atSec }) => atSec === countedSec);
		if (sample !== undefined && sample.lost > 0) sample.lost--;
	}

	totals(): WindowTotals {
		let received = 0;
		let lost = 0;
		let bytes = 0;
		let firstSec = Number.POSITIVE_INFINITY;
		let lastSec = Number.NEGATIVE_INFINITY;
		for (const sample of this.#samples) {
			received += sample.received;
			lost += sample.lost;
			bytes += sample.receivedBytes;
			firstSec = Math.min(firstSec, sample.firstArrivalSec);
			lastSec = Math.max(lastSec, sample.lastArrivalSec);
		}
		const spanSec = lastSec - firstSec;
		const packets = received + lost;
		return {
			lossShare: packets > 0 ? lost / packets : 0,
			packets,
			receivedBps: spanSec > MIN_RATE_SPAN_SEC ? (bytes * 8) / spanSec : undefined,
		};
	}
}
