import type { TransportFeedback } from "../rtcp.ts";

/**
 * Decides from a receiver's reports how much the path carries. No clock, no socket:
 * times are arguments, seconds on one monotonic clock.
 */
export interface CongestionController {
	/**
	 * Estimate of the rate that the path carries, bits per second of RTP,
	 * retransmissions included.
	 */
	readonly estimateBps: number;
	/**
	 * Rate at which packets arrive, bits per second of RTP; NaN while unknown.
	 */
	readonly acknowledgedBps: number;
	/** Standing queue along the path as last measured, seconds; 0 while unknown. */
	readonly queueSec: number;
	/** A path that carries much less than before empties the queue that this has left. */
	readonly pathIsDraining: boolean;
	/**
	 * Time at which the path last turned out to carry much less than was sent; -Infinity if
	 * it never did.
	 */
	readonly narrowedSec: number;
	/**
	 * Neither loss nor a queue was seen for a while: frames may leave in faster bursts.
	 */
	readonly pathIsClear: boolean;
	/**
	 * @returns the probe that is due, which then counts as sent; `undefined` when none
	 * is. To be called before a frame is sent.
	 */
	takeProbe(nowSec: number): ProbeCluster | undefined;
	/**
	 * @param transportSequenceNumber 16 bits, wrapping; rises by one with every packet
	 * of the connection.
	 * @param probeId cluster that the packet is sent for, if any.
	 */
	onPacketSent(transportSequenceNumber: number, byteLength: number, nowSec: number, probeId?: number): void;
	onTransportFeedback(feedback: TransportFeedback, nowSec: number): void;
	/** @param roundTripSec NaN when unknown. */
	onReceiverReport(fractionLost: number, roundTripSec: number, nowSec: number): void;
	onRemb(bitrateBps: number, nowSec: number): void;
	/**
	 * @param packets number of packets that are sent again; each request counts once.
	 */
	onNack(packets: number, nowSec: number): void;
	/** Time has passed. Called a few times a second. */
	onTick(nowSec: number): void;
}

/**
 * Packets that are sent at a rate of their own, so that their arrival shows whether the
 * path carries it. Frames are sent for it first, then copies of packets and padding.
 */
export interface ProbeCluster {
	readonly id: number;
	/** Rate at which its packets leave, bits per second. */
	readonly rateBps: number;
	/** It is complete with so many bytes and packets. */
	readonly minBytes: number;
	readonly minPackets: number;
}

/** Bounds of a rate, bits per second. */
export interface BitrateLimits {
	readonly minBps: number;
	/** First estimate. */
	readonly startBps: number;
	readonly maxBps: number;
}
