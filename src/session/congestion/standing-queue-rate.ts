import type { Arrival } from "./arrival.ts";

/**
 * A queue that even the least delayed packet of a report has waited in, seconds: the
 * link was never idle meanwhile.
 */
const STANDING_SEC = 0.02;
/** Fewer packets, or a shorter time, show no rate. */
const MIN_PACKETS = 4;
const MIN_SPAN_SEC = 0.015;
/**
 * A rate below this share of the estimate, over two reports, is a step down. Held by
 * link-table.test.ts, "steps"; one report alone may be that of a receiver which stalls.
 */
const STEP_SHARE = 0.75;
/**
 * One report alone is enough if even the least delayed of so many packets has waited this long,
 * seconds, and if they came evenly: a receiver that stalls reads many at once, after a pause.
 */
const LONG_SEC = 0.03;
const LONG_PACKETS = 8;
const LONGEST_GAP_SHARE = 0.25;
/**
 * The queue must grow by at least this share of the time meanwhile: then the path
 * carries less than was sent, and not we send less than it carries.
 */
const GROWTH_SHARE = 0.2;

interface Report {
	readonly firstArrivalSec: number;
	readonly lastArrivalSec: number;
	readonly firstSentSec: number;
	readonly lastSentSec: number;
	readonly firstBytes: number;
	readonly bytes: number;
	readonly packets: number;
	readonly queueSec: number;
	readonly longestGapSec: number;
}

/**
 * The rate that arrives while a queue stands, which is all that the path carries for us:
 * it shows a deep step down within two reports. No clock.
 */
export class StandingQueueRate {
	#last: Report | undefined;

	/** The next report does not follow the last one. */
	skip(): void {
		this.#last = undefined;
	}

	/**
	 * Takes in a report.
	 *
	 * @param packets in the order of arrival.
	 * @param queueSec waited in by the least delayed of them.
	 * @returns the rate that arrives, if it is far below the estimate; else `undefined`.
	 */
	observe(
		packets: readonly Pick<Arrival, "sentSec" | "arrivalSec" | "byteLength">[],
		queueSec: number,
		estimateBps: number,
	): number | undefined {
		const first = packets[0];
		const newest = packets.at(-1);
		if (queueSec < STANDING_SEC || first === undefined || newest === undefined) {
			this.#last = undefined;
			return undefined;
		}
		const report: Report = {
			firstArrivalSec: first.arrivalSec,
			lastArrivalSec: newest.arrivalSec,
			firstSentSec: first.sentSec,
			lastSentSec: newest.sentSec,
			firstBytes: first.byteLength,
			bytes: packets.reduce((sum, { byteLength }) => sum + byteLength, 0),
			packets: packets.length,
			queueSec,
			longestGapSec: longestGapSec(packets),
		};
		const last = this.#last;
		this.#last = report;
		if (isCertain(report) && rateOf(report) < STEP_SHARE * estimateBps) return rateOf(report);
		if (last === undefined || queueSec < last.queueSec) return undefined;
		const bps = rateOf({
			...report,
			firstArrivalSec: last.firstArrivalSec,
			firstSentSec: last.firstSentSec,
			firstBytes: last.firstBytes,
			bytes: last.bytes + report.bytes,
			packets: last.packets + report.packets,
		});
		return bps < STEP_SHARE * estimateBps ? bps : undefined;
	}
}

function isCertain({ queueSec, packets, firstArrivalSec, lastArrivalSec, longestGapSec }: Report): boolean {
	const mostSec = LONGEST_GAP_SHARE * (lastArrivalSec - firstArrivalSec);
	return queueSec >= LONG_SEC && packets >= LONG_PACKETS && longestGapSec <= mostSec;
}

function longestGapSec(packets: readonly Pick<Arrival, "arrivalSec">[]): number {
	let longestSec = 0;
	for (let i = 1; i < packets.length; i++)
		longestSec = Math.max(longestSec, packets[i]!.arrivalSec - packets[i - 1]!.arrivalSec);
	return longestSec;
}

/** NaN when too little has arrived, or as fast as it was sent. */
function rateOf(report: Report): number {
	const { firstArrivalSec, lastArrivalSec, firstSentSec, lastSentSec, firstBytes, bytes, packets } = report;
	const spanSec = lastArrivalSec - firstArrivalSec;
	const grew = spanSec - (lastSentSec - firstSentSec) >= GROWTH_SHARE * spanSec;
	return packets >= MIN_PACKETS && spanSec >= MIN_SPAN_SEC && grew
		? ((bytes - firstBytes) * 8) / spanSec
		: Number.NaN;
}
