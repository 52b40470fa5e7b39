/**
 * A queue that even the least delayed packet of a report has waited in, seconds: the
 * link was never idle meanwhile.
 */
const STANDING_SEC = 0.02;
/** Fewer packets, or a shorter time, show no rate. */
const MIN_PACKETS = 4;
const MIN_SPAN_SEC = 0.015;
/**
 * Shares of the estimate below which the rate of one report, and of two in a row, is a
 * step down: frames leave in bursts, which a report may cut in two. Held by
 * link-table.test.ts, "steps".
 */
const ONE_REPORT_SHARE = 0.5;
const TWO_REPORTS_SHARE = 0.75;

interface Report {
	readonly firstArrivalSec: number;
	readonly lastArrivalSec: number;
	readonly firstBytes: number;
	readonly bytes: number;
	readonly packets: number;
}

/**
 * The rate that arrives while a queue stands, which is all that the path carries for us:
 * it shows a deep step down with the first report. No clock.
 */
export class StandingQueueRate {
	#last: Report | undefined;

	/**
	 * Takes in a report.
	 *
	 * @param packets in the order of arrival.
	 * @param queueSec waited in by the least delayed of them.
	 * @returns the rate that arrives, if it is far below the estimate; else `undefined`.
	 */
	observe(
		packets: readonly { readonly arrivalSec: number; readonly byteLength: number }[],
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
			firstBytes: first.byteLength,
			bytes: packets.reduce((sum, { byteLength }) => sum + byteLength, 0),
			packets: packets.length,
		};
		const last = this.#last;
		this.#last = report;
		const bps = rateOf(report);
		if (bps < ONE_REPORT_SHARE * estimateBps) return bps;
		if (last === undefined) return undefined;
		const both = {
			...report,
			firstArrivalSec: last.firstArrivalSec,
			firstBytes: last.firstBytes,
			bytes: last.bytes + report.bytes,
			packets: last.packets + report.packets,
		};
		const meanBps = rateOf(both);
		return meanBps < TWO_REPORTS_SHARE * estimateBps ? meanBps : undefined;
	}
}

/** NaN when too little has arrived. */
function rateOf({ firstArrivalSec, lastArrivalSec, firstBytes, bytes, packets }: Report): number {
	const spanSec = lastArrivalSec - firstArrivalSec;
	return packets >= MIN_PACKETS && spanSec >= MIN_SPAN_SEC ? ((bytes - firstBytes) * 8) / spanSec : Number.NaN;
}
