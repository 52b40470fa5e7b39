/**
 * Time of arrivals that count, seconds: two to four reports; a step of the path is seen
 * within one.
 */
const WINDOW_SEC = 0.2;
/** Fewer packets show no rate. */
const MIN_PACKETS = 5;
/**
 * A packet has waited for the one before if it would have arrived at least this much
 * earlier, seconds: four steps of 0.25 ms, in which arrivals are reported
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1.5).
 */
const WAITED_SEC = 0.001;

/**
 * Share of overtaken packets above which each packet has a delay of its own, and none has waited
 * for another.
 */
const REORDERED_SHARE = 0.05;
/**
 * A longer share of the time between two of so many packets is a pause of the receiver or of
 * its radio, and not the time that the path needs for a packet. Held by link-table.test.ts,
 * "machines that are busy".
 */
const PAUSE_SHARE = 1 / 3;
const PAUSE_PACKETS = 10;

interface QueuedPacket {
	readonly arrivalSec: number;
	readonly byteLength: number;
	/** Time since the packet before, for which the path was busy with this one. */
	readonly busySec: number;
	readonly isOvertaken: boolean;
}

/**
 * The rate at which packets arrive that have waited for each other in a queue: what the
 * path carries, however little the application sends in between. No clock.
 */
export class QueuedRate {
	#packets: QueuedPacket[] = [];
	#lastArrivalSec = Number.NaN;
	#lastSentSec = Number.NaN;
	#skipped = false;

	/**
	 * Takes in a packet, in the order of arrival.
	 *
	 * @param leastDelaySec one-way delay of a packet that finds no queue.
	 */
	add(sentSec: number, arrivalSec: number, byteLength: number, leastDelaySec: number): void {
		const lastSec = this.#lastArrivalSec;
		this.#lastArrivalSec = arrivalSec;
		const isOvertaken = sentSec < this.#lastSentSec;
		this.#lastSentSec = Math.max(sentSec, this.#lastSentSec || sentSec);
		const isFirst = this.#skipped;
		this.#skipped = false;
		if (isFirst || !(sentSec + leastDelaySec < lastSec - WAITED_SEC)) return;
		this.#packets.push({ arrivalSec, byteLength, busySec: arrivalSec - lastSec, isOvertaken });
	}

	/** The next packet has not waited for the last one: packets in between are not known. */
	skip(): void {
		this.#skipped = true;
	}

	/**
	 * Bits per second; NaN when too few packets have waited lately, infinite when they came all
	 * at once: their receiver was late.
	 */
	get bps(): number {
		this.#packets = this.#packets.filter(({ arrivalSec }) => arrivalSec > this.#lastArrivalSec - WINDOW_SEC);
		const overtaken = this.#packets.filter(({ isOvertaken }) => isOvertaken).length;
		if (this.#packets.length < MIN_PACKETS || overtaken > REORDERED_SHARE * this.#packets.length) return Number.NaN;
		let bytes = 0;
		let sec = 0;
		let longestSec = 0;
		for (const { byteLength, busySec } of this.#packets) {
			bytes += byteLength;
			sec += busySec;
			longestSec = Math.max(longestSec, busySec);
		}
		const isPause = this.#packets.length >= PAUSE_PACKETS && longestSec > PAUSE_SHARE * sec;
		return (bytes * 8) / (isPause ? sec - longestSec : sec);
	}
}
