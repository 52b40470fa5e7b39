import { MAX_PAYLOAD_BYTES } from "../payload/max-payload.ts";
import { DEFAULT_ROUND_TRIP_SEC, type TransportFeedback } from "../rtcp.ts";

/**
 * Longest RTP payloads, bytes, for paths that carry 1,280, 1,080, 880, 680 and 576
 * bytes; max-payload.ts counts what is added.
 */
const PAYLOADS = [MAX_PAYLOAD_BYTES, 920, 720, 520, 416] as const;
const LAST = PAYLOADS.length - 1;
/** RTP header of a media packet with the usual extensions. */
const MEDIA_HEADER_BYTES = 32;
/**
 * Bytes by which the longest packets, those of FEC, exceed a payload. One step down
 * they are shorter than the media packets before it.
 */
const MOST_ADDED_BYTES = 88;

/** Most packets whose size is remembered, a power of two that divides 65,536. */
const RING = 4096;
const RING_MASK = RING - 1;
/**
 * So many long packets lost in a row, then a shorter one that arrived, then so many
 * long ones lost again, are no accident: at 30 % of random loss the chance is 4 in 10^9.
 */
const RUN = 8;
/**
 * Time without any report, beyond a round trip, after which shorter packets are tried,
 * seconds: above the longest interval of transport-cc (250 ms), and three of receiver
 * reports.
 */
const SILENCE_SEC = 0.4;
const SILENCE_WITHOUT_TRANSPORT_CC_SEC = 3;
/** Packets that must have left in that time. */
const SILENT_PACKETS = 16;
/**
 * Time from a probe that was lost to the next, seconds: doubled each time, from one
 * second to PMTU_RAISE_TIMER (RFC 8899, 5.1.1).
 */
const FIRST_PROBE_SEC = 1;
const LONGEST_PROBE_SEC = 600;
/** A probe without a report for so much longer than a round trip is lost, seconds. */
const PROBE_PATIENCE_SEC = 1;

/** Fates of packets that are longer than a bound, since the last of them arrived. */
interface LongPackets {
	lostBefore: number;
	/** True if a shorter one arrived after enough were lost. */
	shortArrived: boolean;
	lostAfter: number;
}

/**
 * Finds how long packets may be where a path loses those that are too long without a
 * word (RFC 8899, 4.3, "black hole detection"). Packets become shorter when only long
 * ones are lost, or on trial when nothing at all arrives. They become longer again when
 * a single long packet of padding has arrived: one is sent at once, and again after a
 * time that doubles with each loss. No clock: times are arguments, seconds on one
 * monotonic clock.
 */
export class PathMtu {
	#hasTransportCc: boolean;
	/** The receiver has reported packets one by one. */
	#hasFeedback = false;
	readonly #byteLength = new Uint16Array(RING);
	/** Transport-wide number of the packet in a slot, plus one; 0 once its fate is known. */
	readonly #number = new Uint32Array(RING);
	readonly #long: readonly LongPackets[] = PAYLOADS.map(() => ({
		lostBefore: 0,
		shortArrived: false,
		lostAfter: 0,
	}));
	#level = 0;
	/** Level to return to when packets turn out to arrive; `undefined` when not on trial. */
	#levelBeforeTrial: number | undefined;
	#keyframeNeeded = false;
	#silentPackets = 0;
	#silentSinceSec = 0;
	/** Silence was seen once: after a pause of this machine, reports still wait to be read. */
	#silenceSeen = false;
	#probe: { readonly number: number; readonly sentSec: number } | undefined;
	#nextProbeSec = 0;
	#probeIntervalSec = FIRST_PROBE_SEC;

	/**
	 * @param hasTransportCc whether the receiver promises to report each packet. Without it
	 * long packets can't be tried, so packets stay short.
	 */
	constructor(hasTransportCc: boolean) {
		this.#hasTransportCc = hasTransportCc;
	}

	/** True if the receiver reports each packet. */
	get hasTransportCc(): boolean {
		return this.#hasTransportCc;
	}

	/** Longest RTP payload that the path carries, as far as is known, bytes. */
	get maxPayloadBytes(): number {
		return PAYLOADS[this.#level]!;
	}

	/** Longest packet of RTP, with FEC's or RTX's additions, bytes. */
	get maxPacketBytes(): number {
		return longestPacket(this.#level);
	}

	/** True when pictures were lost by their length, until a key frame is made. */
	get keyframeNeeded(): boolean {
		return this.#keyframeNeeded;
	}

	/** A key frame is cut into packets of the present length. */
	keyframeMade(): void {
		this.#keyframeNeeded = false;
	}

	/**
	 * A packet leaves.
	 * @param number transport-wide, 16 bits.
	 */
	sent(number: number, byteLength: number, nowSec: number): void {
		const slot = number & RING_MASK;
		this.#number[slot] = (number & 0xffff) + 1;
		this.#byteLength[slot] = byteLength;
		if (this.#silentPackets++ === 0) this.#silentSinceSec = nowSec;
	}

	/** Takes in a receiver's report. */
	report({ baseSequenceNumber, arrivalSec }: TransportFeedback, nowSec: number): void {
		this.#hasFeedback = true;
		this.#hasTransportCc = true;
		for (const [index, atSec] of arrivalSec.entries()) {
			const number = (baseSequenceNumber + index) & 0xffff;
			if (Number.isNaN(atSec)) this.missing(number, nowSec);
			else this.arrived(number, nowSec);
		}
	}

	/**
	 * A receiver report (RFC 3550, 6.4.2) says that packets arrive. Feedback on each packet
	 * is much more frequent, so a receiver that has sent none by then sends none at all, and
	 * its silence meant nothing.
	 */
	receiverReported(): void {
		if (this.#hasFeedback || !this.#hasTransportCc) return;
		this.#hasTransportCc = false;
		this.#level = this.#levelBeforeTrial ?? this.#level;
		this.#levelBeforeTrial = undefined;
	}

	/** A packet has arrived. */
	arrived(number: number, nowSec: number): void {
		const byteLength = this.#take(number);
		if (byteLength === undefined) return;
		this.#silentPackets = 0;
		this.#silenceSeen = false;
		for (const [level, long] of this.#long.entries()) {
			if (byteLength > longestMedia(level)) forget(long);
			else if (long.lostBefore >= RUN) long.shortArrived = true;
		}
		if (this.#probe?.number === number) {
			this.#probe = undefined;
			this.#probeIntervalSec = FIRST_PROBE_SEC;
			this.#nextProbeSec = nowSec;
		}
		if (byteLength > longestPacket(this.#level)) this.#lengthen(byteLength);
		else if (this.#levelBeforeTrial !== undefined) this.#endTrial(nowSec);
	}

	/** A packet has not arrived, though later ones have. */
	missing(number: number, nowSec: number): void {
		const byteLength = this.#take(number);
		if (byteLength === undefined) return;
		for (const [level, long] of this.#long.entries()) {
			if (byteLength <= longestMedia(level)) continue;
			if (long.shortArrived) long.lostAfter++;
			else long.lostBefore++;
		}
		if (this.#probe?.number === number) this.#probeLost(nowSec);
		const lost = (each: number) => each < LAST && this.#long[each]!.lostAfter >= RUN;
		// Two steps at once where media packets are lost, not only those of FEC.
		const level = [1, 0, 2, 3].map((steps) => this.#level + steps).find(lost);
		if (level === undefined) return;
		this.#level = level + 1;
		this.#shortened(nowSec);
	}

	/**
	 * Time has passed. To be called a few times a second.
	 * @param roundTripSec NaN when unknown.
	 */
	tick(nowSec: number, roundTripSec: number): void {
		const tripSec = Number.isFinite(roundTripSec) ? roundTripSec : DEFAULT_ROUND_TRIP_SEC;
		if (this.#probe !== undefined && nowSec - this.#probe.sentSec > PROBE_PATIENCE_SEC + tripSec)
			this.#probeLost(nowSec);
		const silenceSec = this.#hasTransportCc ? SILENCE_SEC : SILENCE_WITHOUT_TRANSPORT_CC_SEC;
		if (this.#silentPackets < SILENT_PACKETS || nowSec - this.#silentSinceSec < silenceSec + tripSec) return;
		const wasSilent = this.#silenceSeen;
		this.#silenceSeen = true;
		if (!wasSilent || this.#level === LAST) return;
		this.#silentPackets = 0;
		this.#silenceSeen = false;
		this.#levelBeforeTrial ??= this.#level;
		this.#level++;
	}

	/** @returns length of a packet that is to be sent to try the path, when one is due. */
	probeBytes(nowSec: number): number | undefined {
		const isDue = this.#level > 0 && this.#levelBeforeTrial === undefined && nowSec >= this.#nextProbeSec;
		return this.#hasTransportCc && isDue && this.#probe === undefined ? longestPacket(this.#level - 1) : undefined;
	}

	/** That packet leaves, with this transport-wide number. */
	probeSent(number: number, nowSec: number): void {
		this.#probe = { number, sentSec: nowSec };
	}

	/** @returns the length of a packet whose fate was not known before. */
	#take(number: number): number | undefined {
		const slot = number & RING_MASK;
		if (this.#number[slot] !== number + 1) return undefined;
		this.#number[slot] = 0;
		return this.#byteLength[slot];
	}

	/**
	 * A packet of the length on trial has arrived. Without news of longer ones no picture
	 * is known to be lost.
	 */
	#endTrial(nowSec: number): void {
		const longAreLost = this.#long[this.#level]!.lostBefore >= RUN;
		this.#levelBeforeTrial = undefined;
		if (longAreLost) this.#shortened(nowSec);
		else this.#nextProbeSec = nowSec;
	}

	#lengthen(byteLength: number): void {
		const fitting = PAYLOADS.findIndex((_, level) => longestPacket(level) <= byteLength);
		this.#level = this.#levelBeforeTrial ?? fitting;
		this.#levelBeforeTrial = undefined;
	}

	#shortened(nowSec: number): void {
		for (const long of this.#long) forget(long);
		this.#keyframeNeeded = true;
		this.#probe = undefined;
		this.#nextProbeSec = nowSec;
		this.#probeIntervalSec = FIRST_PROBE_SEC;
	}

	#probeLost(nowSec: number): void {
		this.#probe = undefined;
		this.#nextProbeSec = nowSec + this.#probeIntervalSec;
		this.#probeIntervalSec = Math.min(2 * this.#probeIntervalSec, LONGEST_PROBE_SEC);
	}
}

const longestMedia = (level: number) => PAYLOADS[level]! + MEDIA_HEADER_BYTES;
const longestPacket = (level: number) => PAYLOADS[level]! + MOST_ADDED_BYTES;

function forget(long: LongPackets): void {
	long.lostBefore = 0;
	long.shortArrived = false;
	long.lostAfter = 0;
}
