/** A report, without the packets that earlier reports have covered. */
export interface FeedbackSample {
	/** Time at which the report came. */
	readonly atSec: number;
	readonly received: number;
	/** Lowered when a packet that counted as lost arrives after all. */
	lost: number;
}

/**
 * Length of the window, seconds: the reports of transport-cc come every 50 to 250 ms,
 * and a loss that passed is forgotten when the next one may come.
 */
const WINDOW_SEC = 0.4;

/** The losses of the last moment. No clock. */
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

	/** Share of the packets that were lost, 0 to 1. */
	get lossShare(): number {
		let packets = 0;
		let lost = 0;
		for (const sample of this.#samples) {
			packets += sample.received + sample.lost;
			lost += sample.lost;
		}
		return packets > 0 ? lost / packets : 0;
	}
}
