import type { CandidateCounts } from "./remote-candidates.ts";

/** Sums since a session began. Names follow W3C webrtc-stats where it has one. */
export interface SessionTotals {
	readonly packetsSent: number;
	readonly bytesSent: number;
	readonly framesSent: number;
	/**
	 * Frames given up because the pacer was still busy with older ones, or because they
	 * needed a frame that was given up.
	 */
	readonly framesDropped: number;
	readonly retransmittedPacketsSent: number;
	/** Retransmissions refused: too old, not in the history, or over the budget. */
	readonly retransmissionsRefused: number;
	/** FlexFEC repair packets. */
	readonly fecPacketsSent: number;
	readonly nackCount: number;
	readonly pliCount: number;
	readonly firCount: number;
	readonly channelMessagesReceived: number;
	/** Messages thrown away: too long, or over the rate. */
	readonly channelMessagesRefused: number;
}

/** Totals since the session began, and the newest estimates. */
export interface SessionStats extends SessionTotals {
	/** Seconds, from RTCP receiver reports; NaN before the first. */
	readonly roundTripTimeSec: number;
	/** 0 to 1, of the last receiver report; NaN before the first. */
	readonly fractionLost: number;
	/** Rate that the encoder is asked for, bits per second. */
	readonly targetBitrateBps: number;
	/**
	 * Rate that congestion control takes the path to carry, bits per second of RTP. Repairs
	 * and headers take their part of it, the encoder's target is the rest.
	 */
	readonly estimatedBitrateBps: number;
	/**
	 * Rate at which packets arrive, bits per second of RTP; NaN before half a second of
	 * reports, and without transport-cc.
	 */
	readonly acknowledgedBitrateBps: number;
	/**
	 * Queue that packets find along the path, seconds, by the last report; 0 without
	 * transport-cc.
	 */
	readonly pathQueueSec: number;
	/** Time that the packets in the pacer need at its present rate, seconds. */
	readonly pacerQueueSec: number;
	/** Counts of the client's ICE candidates. */
	readonly remoteCandidates: CandidateCounts;
}

/** The totals that all parts of a session count in. */
export type RunningTotals = { -readonly [Name in keyof SessionTotals]: number };

const ZERO: SessionTotals = {
	packetsSent: 0,
	bytesSent: 0,
	framesSent: 0,
	framesDropped: 0,
	retransmittedPacketsSent: 0,
	retransmissionsRefused: 0,
	fecPacketsSent: 0,
	nackCount: 0,
	pliCount: 0,
	firCount: 0,
	channelMessagesReceived: 0,
	channelMessagesRefused: 0,
};
const NAMES = Object.keys(ZERO) as readonly (keyof SessionTotals)[];

/** Totals of a session that has just begun. */
export function newTotals(): RunningTotals {
	return { ...ZERO };
}

/** The totals of two sessions together; estimates in either are left out. */
export function sumTotals(a: SessionTotals, b: SessionTotals): SessionTotals {
	const sum = newTotals();
	for (const name of NAMES) sum[name] = a[name] + b[name];
	return sum;
}
