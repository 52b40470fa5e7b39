import type { Arrival } from "./arrival.ts";
import { PacketGroups } from "./packet-groups.ts";
import { QueueDetector } from "./queue-detector.ts";
import { type PathUse, Trendline } from "./trendline.ts";

/**
 * A trend counts as overuse where even the least delayed packets of a report have waited
 * for this long, seconds: a frame's own packets wait for each other, and radio delays
 * each packet on its own.
 */
const LEAST_QUEUE_SEC = 0.01;
/**
 * A pause after which delays are compared anew, seconds: `kStreamTimeOut` of libwebrtc
 * (goog_cc/delay_based_bwe.cc).
 */
const PAUSE_SEC = 2;

/**
 * Finds from one-way delays whether the path is used too much: by the trend of the delay,
 * or, with a receiver whose clock is wrong from report to report, by a queue that stands.
 * No clock.
 */
export class DelayDetector {
	readonly #queue = new QueueDetector();
	#groups = new PacketGroups();
	#trend = new Trendline();
	#use: PathUse = "normal";
	#observedSec = Number.NEGATIVE_INFINITY;

	get use(): PathUse {
		return this.#use;
	}

	/** The queue as last measured, seconds. */
	get queueSec(): number {
		return this.#queue.queueSec;
	}

	/** Lowest one-way delay lately, offset of the two clocks included; NaN before a report. */
	get leastDelaySec(): number {
		return this.#queue.leastDelaySec;
	}

	/** True when arrivals of different reports can't be compared. */
	get hasRoughClock(): boolean {
		return this.#queue.clockErrorSec > 0;
	}

	/**
	 * Takes in a report.
	 *
	 * @param feedbackNumber of the report, 8 bits.
	 * @param packets that no earlier report had, in the order of arrival; not empty.
	 */
	observe(feedbackNumber: number, packets: readonly Pick<Arrival, "sentSec" | "arrivalSec">[], nowSec: number): void {
		if (nowSec - this.#observedSec > PAUSE_SEC) {
			this.#groups = new PacketGroups();
			this.#trend = new Trendline();
		}
		this.#observedSec = nowSec;
		this.#observeQueue(feedbackNumber, packets, nowSec);
		for (const { sentSec, arrivalSec } of packets) {
			const change = this.#groups.add(sentSec, arrivalSec);
			if (change !== undefined) this.#trend.add(change);
		}
		this.#use = this.hasRoughClock ? this.#useByQueue(nowSec) : this.#useByTrend();
	}

	#useByTrend(): PathUse {
		const { use } = this.#trend;
		return use === "over" && this.queueSec < LEAST_QUEUE_SEC ? "normal" : use;
	}

	#useByQueue(nowSec: number): PathUse {
		switch (this.#queue.state(nowSec)) {
			case "none":
				return "normal";
			case "passing":
				return "under";
			default:
				return "over";
		}
	}

	#observeQueue(
		feedbackNumber: number,
		packets: readonly Pick<Arrival, "sentSec" | "arrivalSec">[],
		nowSec: number,
	): void {
		const first = packets[0];
		const last = packets.at(-1);
		if (first === undefined || last === undefined) return;
		let lowestDelaySec = Number.POSITIVE_INFINITY;
		for (const { sentSec, arrivalSec } of packets) lowestDelaySec = Math.min(lowestDelaySec, arrivalSec - sentSec);
		this.#queue.observe(
			{
				feedbackNumber,
				firstArrivalSec: first.arrivalSec,
				firstDelaySec: first.arrivalSec - first.sentSec,
				lastArrivalSec: last.arrivalSec,
				lastDelaySec: last.arrivalSec - last.sentSec,
				lowestDelaySec,
			},
			nowSec,
		);
	}
}
