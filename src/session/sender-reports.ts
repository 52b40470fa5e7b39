import { writeReferenceTimeAnswers, writeSenderReport } from "./rtcp.ts";

/** An RTP stream as its sender reports name it. */
export interface ReportedStream {
	readonly ssrc: number;
	/** At most 255 bytes. */
	readonly cname: string;
	/** Ticks a second of the stream's RTP time. */
	readonly clockHz: number;
}

/**
 * Time between two reports, seconds: libwebrtc's `kDefaultVideoReportInterval`
 * (modules/rtp_rtcp/source/rtcp_sender.cc).
 */
const INTERVAL_SEC = 1;
/** Most receivers whose reference times are answered in one report. */
const MAX_REFERENCE_TIMES = 8;

/** A receiver's reference time, as it arrived. */
interface ReferenceTime {
	readonly ntpMiddle: number;
	readonly arrivedSec: number;
}

/**
 * Counts what a stream sends, and writes its sender reports (RFC 3550, 6.4.1) when they
 * are due, with the answers by which receivers measure the round trip (RFC 3611, 4.5).
 */
export class SenderReports {
	readonly #stream: ReportedStream;
	readonly #wallClockOffsetSec: number;
	#packetsSent = 0;
	#payloadBytesSent = 0;
	#frame: { readonly rtpTicks: number; readonly atSec: number; readonly sentSec: number } | undefined;
	#reportedSec = Number.NEGATIVE_INFINITY;
	/** Newest reference time of each receiver, by its SSRC. */
	readonly #referenceTimes = new Map<number, ReferenceTime>();
	#hasAnswered = false;

	/**
	 * @param wallClockOffsetSec seconds since 1970 when the monotonic clock was zero.
	 */
	constructor(stream: ReportedStream, wallClockOffsetSec: number) {
		this.#stream = stream;
		this.#wallClockOffsetSec = wallClockOffsetSec;
	}

	/** Time at which the newest frame began to leave; -Infinity before the first. */
	get frameSentSec(): number {
		return this.#frame?.sentSec ?? Number.NEGATIVE_INFINITY;
	}

	/**
	 * The first packet of a frame leaves.
	 * @param atSec moment to which its RTP time belongs.
	 */
	frameBegun(rtpTicks: number, atSec: number, sentSec: number): void {
		this.#frame = { rtpTicks, atSec, sentSec };
	}

	/**
	 * A packet leaves; retransmissions, which have a stream of their own, are not
	 * counted.
	 */
	packetSent(payloadBytes: number): void {
		this.#packetsSent++;
		this.#payloadBytesSent += payloadBytes;
	}

	/** A receiver has sent its time. Only the newest of each is answered. */
	referenceTimeReceived(ssrc: number, ntpMiddle: number, nowSec: number): void {
		if (this.#referenceTimes.size < MAX_REFERENCE_TIMES || this.#referenceTimes.has(ssrc))
			this.#referenceTimes.set(ssrc, { ntpMiddle, arrivedSec: nowSec });
	}

	/** The clock of the reports: a round trip is measured against it. */
	wallClockSec(nowSec: number): number {
		return nowSec + this.#wallClockOffsetSec;
	}

	/**
	 * @returns the report that is due, or `undefined`. Before the first frame none is.
	 */
	takeDue(nowSec: number): Buffer | undefined {
		// A receiver that knows no round trip yet asks too seldom for lost packets.
		const isFirstAnswer = this.#referenceTimes.size > 0 && !this.#hasAnswered;
		const isDue = isFirstAnswer || nowSec - this.#reportedSec >= INTERVAL_SEC;
		if (this.#frame === undefined || !isDue) return undefined;
		this.#reportedSec = nowSec;
		const { rtpTicks, atSec } = this.#frame;
		const { ssrc, cname, clockHz } = this.#stream;
		const report = writeSenderReport({
			ssrc,
			cname,
			wallClockSec: this.wallClockSec(nowSec),
			rtpTicks: Math.round(rtpTicks + (nowSec - atSec) * clockHz) >>> 0,
			packetsSent: this.#packetsSent,
			payloadBytesSent: this.#payloadBytesSent,
		});
		if (this.#referenceTimes.size === 0) return report;
		const times = Array.from(this.#referenceTimes, ([receiver, { ntpMiddle, arrivedSec }]) => ({
			ssrc: receiver,
			ntpMiddle,
			delaySec: nowSec - arrivedSec,
		}));
		this.#referenceTimes.clear();
		this.#hasAnswered = true;
		return Buffer.concat([report, writeReferenceTimeAnswers(ssrc, times)]);
	}
}
