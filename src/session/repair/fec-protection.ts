import { DEFAULT_ROUND_TRIP_SEC } from "../rtcp.ts";
import type { PathLosses } from "./path-losses.ts";

/** Protection of one block of packets. */
export interface Protection {
	/** Number of repair packets. */
	readonly repairs: number;
	/** Blocks that they protect: the newest ones. */
	readonly depth: number;
}

/**
 * Most repair packets, as a share of the packets that they protect. They are about a
 * tenth longer, so this is a quarter of all bytes.
 */
const MAX_SHARE = 0.3;
/** Loss below this share is left to retransmission, whatever the way. */
const MIN_LOSS = 0.003;
/**
 * Repair packets that random loss needs where retransmission is of no use, as shares of
 * the packets that they protect: these, and so many for each lost one. Chosen by
 * simulation: at 6 % loss and 240 ms, 21 % of all packets leave 0.7 freezes a minute,
 * 19 % leave 2.7 and 17 % leave 6 (repaired-links.test.ts holds the first).
 */
const BASE_SHARE = 0.05;
const SHARE_PER_LOSS = 3.7;
/**
 * Round trip up to which a retransmission is as good as a repair packet, seconds, and
 * from which on it is of no use: Chromium counts a gap of 150 ms more than usual as a
 * freeze (W3C webrtc-stats, `freezeCount`), and a request, a copy and a picture's time
 * go before it.
 */
const SHORT_ROUND_TRIP_SEC = 0.03;
const LONG_ROUND_TRIP_SEC = 0.15;
/**
 * Share from which on four blocks are protected together: more packets of a block then
 * find a repair packet that lacks no other. Below it the next block must not wait.
 */
const DEEP_SHARE = 0.1;
const SHALLOW_DEPTH = 2;
const DEEP_DEPTH = 4;
/**
 * Least packets of a picture there, and least bytes of their payload: the fewer packets
 * a picture has, the more often two losses have all repair packets in common. By
 * simulation, at the same loss and way and 21 % of repair packets: 19 freezes a minute
 * with 5 packets in a picture, 3 with 8, 1.6 with 12, 0.7 with 16. Each packet more
 * costs 32 bytes of header.
 */
const LEAST_PACKETS = 16;
const LEAST_PAYLOAD_BYTES = 400;
/**
 * Weight of a picture in the mean size, from which the length of all packets follows: a
 * repair packet is as long as the longest one that it protects.
 */
const PICTURE_WEIGHT = 1 / 16;
/** A larger picture, a key frame, counts as so many usual ones. */
const LARGEST_PICTURE = 1.5;
/** A key frame gets so many times the share: nothing is shown until it is whole. */
const KEYFRAME_FACTOR = 2;

/**
 * Decides how many repair packets follow a block of packets: by the loss that was
 * measured, the length of its bursts, and how late a retransmission would be. Without
 * loss none do, however long the way is. No clock.
 */
export class FecProtection {
	readonly #losses: PathLosses;
	/** Repair packets that are due, with fractions; below zero after a key frame. */
	#credit = 0;
	#isDeep = false;
	/** Mean size of the pictures of the last half second. */
	#meanBytes: number | undefined;

	/** @param losses of the path that the packets take. */
	constructor(losses: PathLosses) {
		this.#losses = losses;
	}

	/** True where nearly all losses are brought back. */
	get isDeep(): boolean {
		return this.#isDeep;
	}

	/**
	 * Longest RTP payload with which a picture is well protected. To be called for each
	 * picture, before it is cut.
	 */
	maxPayloadBytes(pictureBytes: number): number {
		this.#meanBytes ??= pictureBytes;
		const bounded = Math.min(pictureBytes, LARGEST_PICTURE * this.#meanBytes);
		this.#meanBytes += (bounded - this.#meanBytes) * PICTURE_WEIGHT;
		if (!this.#isDeep) return Number.POSITIVE_INFINITY;
		return Math.max(LEAST_PAYLOAD_BYTES, Math.ceil(this.#meanBytes / LEAST_PACKETS));
	}

	/**
	 * Decides for a block that has left.
	 *
	 * @param packets of the block.
	 * @param isKeyframe whether it is of a key frame.
	 * @param roundTripSec NaN when unknown.
	 */
	decide(packets: number, isKeyframe: boolean, roundTripSec: number): Protection {
		const share = this.share(packets, roundTripSec);
		this.#isDeep = share >= DEEP_SHARE;
		if (share === 0) {
			this.#credit = 0;
			return { repairs: 0, depth: SHALLOW_DEPTH };
		}
		this.#credit += share * packets;
		const wanted = isKeyframe ? Math.min(MAX_SHARE, share * KEYFRAME_FACTOR) * packets : this.#credit;
		const repairs = Math.max(0, isKeyframe ? Math.ceil(wanted) : Math.floor(wanted));
		this.#credit -= repairs;
		return { repairs, depth: this.#isDeep ? DEEP_DEPTH : SHALLOW_DEPTH };
	}

	/** Repair packets as a share of the packets that they protect. */
	share(packets: number, roundTripSec: number): number {
		const { lossShare, burstPackets } = this.#losses;
		if (lossShare < MIN_LOSS) return 0;
		const tripSec = Number.isFinite(roundTripSec) ? roundTripSec : DEFAULT_ROUND_TRIP_SEC;
		const range = LONG_ROUND_TRIP_SEC - SHORT_ROUND_TRIP_SEC;
		const lateness = Math.min(1, Math.max(0, (tripSec - SHORT_ROUND_TRIP_SEC) / range));
		// A burst takes one packet of each repair packet if there are as many of them.
		const forBursts = burstPackets > 1 ? burstPackets / packets : 0;
		return lateness * Math.min(MAX_SHARE, Math.max(BASE_SHARE + SHARE_PER_LOSS * lossShare, forBursts));
	}
}
